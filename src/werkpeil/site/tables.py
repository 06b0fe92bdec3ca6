"""Tables of pages: each row has an address of its own, each missing number a reason."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.exhibits.writing import HIDDEN
from werkpeil.site.layout import anchor, data_link, fragment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.site.words import Voice


@dataclass(frozen=True)
class Cell:
    """A cell.

    Args:
        text: Its number or word.
        small: What stands behind it, smaller: an interval, or why there is no number.
        word: Whether it is text, to be set to the left.
        style: How it is shaded, `h1` to `h4`; not at all unless said.
        language: Of a text that is in one language on pages of both.
    """

    text: str = ""
    small: str = ""
    word: bool = False
    style: str = ""
    language: str = ""

    def html(self) -> str:
        """Return it as HTML."""
        classes = " ".join(name for name in ("word" if self.word else "", self.style) if name)
        named = f' class="{classes}"' if classes else ""
        small = f" <small>({escape(self.small)})</small>" if self.small else ""
        if self.text == HIDDEN and self.small:
            small = f' <small class="why">{escape(self.small)}</small>'
        foreign = f' lang="{self.language}" data-keep' if self.language else ""
        return f"<td{named}{foreign}>{escape(self.text)}{small}</td>"


ABSENT = Cell(HIDDEN)
# With more columns of cells than these a table is printed smaller, to fit on paper.
NARROW = 6


@dataclass(frozen=True)
class TableRow:
    """A row.

    Args:
        label: Its name; a row without cells is the heading of those below it.
        cells: Its cells.
        address: What its address is made of; without, it has none.
        href: Where its name leads; to itself unless said.
    """

    label: str
    cells: tuple[Cell, ...] = ()
    address: tuple[str, ...] = ()
    href: str = ""


def table(caption: str, headings: Sequence[str], rows: Sequence[TableRow], *, first: str = "") -> str:
    """Return a table that scrolls within itself where the screen is narrower.

    Args:
        caption: What it shows.
        headings: One per column of cells.
        rows: Its rows.
        first: Heading of the names of rows.
    """
    corner = f'<th scope="col" class="word">{escape(first)}</th>' if first else "<td></td>"
    head = "".join(
        f'<th scope="col"{_side(rows, place)}>{escape(heading)}</th>'
        for place, heading in enumerate(headings)
    )
    body = "".join(_row(row, len(headings) + 1) for row in rows)
    wide = " wide" if len(headings) > NARROW else ""
    return (
        f'<div class="scroll{wide}" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{corner}{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _side(rows: Sequence[TableRow], place: int) -> str:
    """The class of a heading over nothing but words, which is set to the left as they are."""
    cells = [row.cells[place] for row in rows if place < len(row.cells)]
    return ' class="word"' if cells and all(cell.word for cell in cells) else ""


def _row(row: TableRow, width: int) -> str:
    if not row.cells:
        return f'<tr><th scope="rowgroup" colspan="{width}">{escape(row.label)}</th></tr>'
    label, named = escape(row.label), ""
    if row.address:
        named = f' id="{escape(anchor(*row.address), quote=True)}"'
    href = row.href or (fragment(*row.address) if row.address else "")
    if href:
        label = f'<a href="{escape(href, quote=True)}">{label}</a>'
    cells = "".join(cell.html() for cell in row.cells)
    return f'<tr{named}><th scope="row">{label}</th>{cells}</tr>'


def share_cell(
    voice: Voice, value: float | None, lower: float | None = None, upper: float | None = None
) -> Cell:
    """Return a share with its interval; a mark where there is none."""
    if value is None:
        return ABSENT
    return Cell(voice.share(value), voice.interval(lower, upper, share=True, places=1))


def number_cell(
    voice: Voice,
    value: float | None,
    lower: float | None = None,
    upper: float | None = None,
    *,
    places: int = 2,
) -> Cell:
    """Return a number with its interval; a mark where there is none."""
    if value is None:
        return ABSENT
    return Cell(voice.number(value, places), voice.interval(lower, upper, share=False, places=places))


def count_cell(voice: Voice, value: float | None) -> Cell:
    """Return a number of people; a mark where there is none."""
    return ABSENT if value is None else Cell(voice.count(value))


def why_cell(voice: Voice, *reasons: str | None) -> Cell:
    """Return the first reason why numbers of a row are missing, in words; empty where none is given."""
    return Cell(voice.reason(next((reason for reason in reasons if reason), None)), word=True)


def why(voice: Voice) -> str:
    """Return the heading of reasons."""
    return voice.say(Text("opmerking", "note"))


def downloads(page: str, voice: Voice, *names: str) -> str:
    """Return links to the numbers as CSV and JSON.

    Args:
        page: The page that they stand on.
        voice: Language.
        names: Files below the root of the site, without their endings.
    """
    links = [
        f'<a href="{data_link(page, voice.language, f"{name}.{ending}")}" download>'
        f"{escape(name.rpartition('/')[2])}.{ending}</a>"
        for name in names
        for ending in ("csv", "json")
    ]
    return f'<p class="get">{voice.say(Text("Getallen:", "Numbers:"))} {" ".join(links)}</p>'
