"""The layout of an exhibit: which numbers of which mart stand in which row and column.

An exhibit is made of blocks that share their columns, as a table of a report has a body and a last row
with the number of respondents. Each side of a block is either the values of a column of the mart
(`Values`: one row per sector) or some of its measures (`Measures`: a row n and a row adjusted R2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkpeil.exhibits.numbers import NumberStyle, decimal_text, number_format, share_text

Row = dict[str, Any]

TOTAL = "total"
EN_DASH = "\u2013"


@dataclass(frozen=True)
class Cell:
    """One cell of a printed table.

    Attributes:
        text: As it is printed.
        value: The number behind it if there is exactly one, for spreadsheets and pictures.
        number_format: How a spreadsheet shows that number.
        reason: Why there is no number, as the mart says it; null where there is one.
        interval: Ends of its 95 % interval, if the cell tells them.
    """

    text: str = ""
    value: float | None = None
    number_format: str = "General"
    reason: str | None = None
    interval: tuple[float, float] | None = None


# What a cell shows of the rows of the mart that fall into it, in the order of the mart.
Shown = Callable[[Sequence[Row], NumberStyle], Cell]


@dataclass(frozen=True)
class Begins:
    """A condition: the value of a column begins with a text, as the items of one question do."""

    text: str


@dataclass(frozen=True)
class Measure:
    """Some number of a mart with the words that stand for it in a heading."""

    label_nl: str
    label_en: str
    shown: Shown


@dataclass(frozen=True)
class Values:
    """A side of a block that is made of the values of a column of the mart.

    Attributes:
        column: The column of the mart.
        labels: Which dimension has their labels (`group`, `variable`, `model`, `answer` or `rank`), or the
            labels themselves by value, `(nl, en)`, in their order.
        within: A column within which the values are unique, such as the cut of a group.
        inside: That value itself, where the mart has no such column; the total is in none.
        order: A column of the mart that orders them; the position in the dimension if none is named.
        starred: A column of the mart whose stars stand behind the label.
    """

    column: str
    labels: str | Mapping[str, tuple[str, str]]
    within: str | None = None
    inside: str | None = None
    order: str | None = None
    starred: str | None = None

    def key(self, row: Row) -> Any:
        """What tells the values apart, and finds their labels."""
        value = row[self.column]
        if self.inside is not None:
            return (TOTAL, TOTAL) if value == TOTAL else (self.inside, value)
        return value if self.within is None else (row[self.within], value)


# The groups of a mart that names its cut.
GROUPS = Values("group_id", "group", within="cut_id")


@dataclass(frozen=True)
class Measures:
    """A side of a block that is made of measures of the mart."""

    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Block:
    """A part of an exhibit that comes from one mart.

    Attributes:
        mart: Name of the mart.
        rows: What makes the rows.
        columns: What makes the columns.
        where: What columns of the mart must be: a value, a tuple of alternatives, None for null, or `Begins`.
        cell: What a cell shows where both sides are values.
        heading: Label of the block, `(nl, en)`; none for a block without one.
        by: A column whose values each make a block of their own under their label, with its labels.
        named: Columns whose values are replaced by their labels before they are shown.
        is_beside: Whether its columns stand to the right of those above, in the rows of the same labels.
    """

    mart: str
    rows: Values | Measures
    columns: Values | Measures
    where: dict[str, Any] = field(default_factory=dict)
    cell: Shown | None = None
    heading: tuple[str, str] | None = None
    by: Values | None = None
    named: tuple[Values, ...] = ()
    is_beside: bool = False


@dataclass(frozen=True)
class Exhibit:
    """A table or figure of a report.

    Attributes:
        exhibit_id: For example `culture.table_3`.
        survey_id: Survey that it is about.
        wave_id: Wave that the report printed it for.
        title_nl, title_en: What it shows.
        blocks: Its parts.
        style: How the report writes numbers.
        note_nl, note_en: What a reader must know to read it.
        picture: How it is drawn: `dots` (a mark per column in each row), `across` (a panel per section, a
            mark per row in each column), `panels` (a panel per column), `shares` (the columns of a row add
            up) or `coefficients`.
    """

    exhibit_id: str
    survey_id: str
    wave_id: str
    title_nl: str
    title_en: str
    blocks: tuple[Block, ...]
    style: NumberStyle
    note_nl: str = ""
    note_en: str = ""
    picture: str = "dots"


def _absent(row: Row) -> Cell:
    """A cell without a number: the reason that its row gives, hidden ones before all others."""
    reason = row.get("suppression_reason")
    if not reason:
        reasons = (value for name, value in row.items() if name.endswith("null_reason") and value)
        reason = next(reasons, None)
    return Cell(reason=reason or "no_number")


def _only(make: Callable[[Row, NumberStyle], Cell | None]) -> Shown:
    """What shows one row of the mart; an empty cell where none falls into it."""

    def shown(rows: Sequence[Row], style: NumberStyle) -> Cell:
        if not rows:
            return Cell()
        if len(rows) > 1:
            raise ValueError(f"{len(rows)} rows of the mart fall into one cell: {rows[0]} and {rows[1]}")
        return make(rows[0], style) or _absent(rows[0])

    return shown


def count(column: str) -> Shown:
    """A number of people."""

    def make(row: Row, style: NumberStyle) -> Cell | None:
        value = row[column]
        if value is None:
            return None
        return Cell(decimal_text(value, 0, style), float(value), number_format(0))

    return _only(make)


def number(
    column: str, places: int, *, coefficient: bool = False, interval: tuple[str, str] | None = None
) -> Shown:
    """A mean, a coefficient or another number with decimals, with its interval where columns are named."""

    def make(row: Row, style: NumberStyle) -> Cell | None:
        value = row[column]
        if value is None:
            return None
        text = decimal_text(value, places, style, coefficient=coefficient)
        ends = _ends(row, interval)
        text += _interval(ends, lambda end: decimal_text(end, places, style, coefficient=coefficient))
        return Cell(text, float(value), number_format(places), interval=ends)

    return _only(make)


def share(column: str, places: int, *, interval: bool = False) -> Shown:
    """A share as a percentage, with its interval if asked for."""

    def make(row: Row, style: NumberStyle) -> Cell | None:
        value = row[column]
        if value is None:
            return None
        text = share_text(value, places, style)
        ends = _ends(row, (f"{column}_ci_lower", f"{column}_ci_upper") if interval else None)
        text += _interval(ends, lambda end: share_text(end, places, style).removesuffix(style.percent))
        return Cell(text, float(value), number_format(places, is_share=True), interval=ends)

    return _only(make)


def _ends(row: Row, columns: tuple[str, str] | None) -> tuple[float, float] | None:
    """Both ends of an interval; None where it is not asked for or the mart has none."""
    if columns is None or any(row[column] is None for column in columns):
        return None
    lower, upper = (float(row[column]) for column in columns)
    return lower, upper


def _interval(ends: tuple[float, float] | None, told: Callable[[float], str]) -> str:
    """An interval in brackets; nothing where there is none."""
    return "" if ends is None else f" ({told(ends[0])}{EN_DASH}{told(ends[1])})"


def starred(column: str, stars: str, places: int) -> Shown:
    """A coefficient with its stars behind it."""

    def make(row: Row, style: NumberStyle) -> Cell | None:
        value = row[column]
        if value is None:
            return None
        text = decimal_text(value, places, style, coefficient=True)
        return Cell(text + (row[stars] or ""), float(value), number_format(places))

    return _only(make)


def share_and_count(column: str, n: str, places: int) -> Shown:
    """A share with its number of people in brackets."""

    def make(row: Row, style: NumberStyle) -> Cell | None:
        value = row[column]
        if value is None:
            return None
        text = f"{share_text(value, places, style)} ({decimal_text(row[n], 0, style)})"
        return Cell(text, float(value), number_format(places, is_share=True))

    return _only(make)


def either(first: Shown, second: Shown) -> Shown:
    """What shows the first number where the mart has one, and the second elsewhere."""

    def shown(rows: Sequence[Row], style: NumberStyle) -> Cell:
        cell = first(rows, style)
        return cell if cell.text else second(rows, style)

    return shown


def ranked(label: str, column: str, places: int, *, order: str) -> Shown:
    """The labels that share a rank with their shares, as in `Rijk (87,8%)` or `A/B (2,6%/2,6%)`.

    Those that tie stand in the order of the column `order`.
    """

    def shown(rows: Sequence[Row], style: NumberStyle) -> Cell:
        if not rows:
            return Cell("-")
        if any(row[column] is None for row in rows):
            return _absent(next(row for row in rows if row[column] is None))
        rows = sorted(rows, key=lambda row: row[order])
        labels = "/".join(str(row[label]) for row in rows)
        shares = "/".join(share_text(row[column], places, style) for row in rows)
        return Cell(f"{labels} ({shares})", float(rows[0][column]) if len(rows) == 1 else None)

    return shown
