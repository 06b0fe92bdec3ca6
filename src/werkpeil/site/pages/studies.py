"""The exhibits of the studies: each as a picture beside its table, as the report and as the design has it."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.errors import InputError
from werkpeil.exhibits import exhibit_ids, exhibit_named, read_exhibit
from werkpeil.exhibits.catalogue import WAYS
from werkpeil.exhibits.reading import read_block
from werkpeil.exhibits.writing import notes
from werkpeil.publishing.catalog import SCHEMA
from werkpeil.site.layout import Page, fragment, link
from werkpeil.site.pages.common import synthetic_names, voices
from werkpeil.site.pages.models import coefficient_pictures
from werkpeil.site.pictures import (
    SERIES,
    Axis,
    Estimate,
    Line,
    described,
    dots,
    number_axis,
    share_axis,
    stacked,
)
from werkpeil.site.tables import ABSENT, Cell, TableRow, downloads, table
from werkpeil.site.words import STYLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.exhibits import Exhibit, Table
    from werkpeil.exhibits.layout import Cell as Printed
    from werkpeil.site.numbers import Numbers
    from werkpeil.site.reading import Source, Survey
    from werkpeil.site.words import Voice

# The studies by the first part of the ids of their exhibits.
STUDIES = {
    "culture": Text("Cultuur", "Culture"),
    "craft": Text("Ambtelijk vakmanschap", "Public craftsmanship"),
}
TEASER = Text(
    "Elke tabel en figuur van het rapport, als beeld en als tabel.",
    "Each table and figure of the report, as a picture and as a table.",
)
WAY_NAMES = {
    "report": Text("Zoals het rapport rekent", "As the report computes"),
    "design": Text("Gewogen, met fouten volgens het steekproefontwerp", "Weighted, with errors by design"),
}

# A panel whose axis would be more than so many times shorter has one of its own.
FAR_SMALLER = 4

COEFFICIENTS = Text(
    "Beeld: coëfficiënten in punten van de uitkomst per punt van de voorspeller, met 95%-interval. Tabel: "
    "gestandaardiseerd, als in het rapport.",
    "Picture: coefficients in points of the outcome per point of the predictor, with 95 % interval. Table: "
    "standardised, as in the report.",
)

Tables = dict[tuple[str, str], "Table"]  # by way and language


def study_pages(source: Source, surveys: Sequence[Survey], numbers: Numbers) -> list[Page]:
    """Return the pages of the studies of which a wave is published: one per wave, the report's own first."""
    pages = []
    for study in dict.fromkeys(name.partition(".")[0] for name in exhibit_ids()):
        names = [name for name in exhibit_ids() if name.partition(".")[0] == study]
        first = exhibit_named(names[0])
        survey = next((found for found in surveys if found.survey_id == first.survey_id), None)
        if survey is None:
            continue
        waves = sorted(
            (wave["wave_id"] for wave in survey.waves), key=lambda wave: (wave != first.wave_id, wave)
        )
        read = {wave: _read(source, names, wave) for wave in waves}
        waves = [wave for wave in waves if read[wave]]
        for place, wave in enumerate(waves):
            path = study_path(study, wave, place)
            files = _files(source, list(read[wave]), wave, numbers)
            title = STUDIES.get(study, Text(study, study))
            main = {
                voice.language: [
                    *_waves(study, survey, waves, path, voice),
                    *_contents(read[wave], voice),
                    *(
                        piece
                        for name, tables in read[wave].items()
                        for piece in _exhibit(source, survey, name, tables, files[name], path, voice)
                    ),
                ]
                for voice in voices()
            }
            label = survey.wave(wave)
            named = Text(f"{title.nl}, {label['label_nl']}", f"{title.en}, {label['label_en']}")
            is_first = place == 0
            page = Page(
                path,
                named,
                main,
                synthetic_names([survey]),
                section=study_path(study, wave, 0),
                menu=title if is_first else None,
                teaser=TEASER if is_first else None,
            )
            pages.append(page)
    return pages


def study_path(study: str, wave: str, place: int) -> str:
    """Return the path of a wave of a study, the first one without its name."""
    return f"{study}.html" if place == 0 else f"{study}-{wave}.html"


def _read(source: Source, names: Sequence[str], wave: str) -> dict[str, Tables]:
    """Return the exhibits that have numbers in a wave."""
    found: dict[str, Tables] = {}
    for name in names:
        try:
            found[name] = {
                (way, voice.language): read_exhibit(
                    source.connection,
                    _in_language(exhibit_named(name, way), way, voice),
                    schema=SCHEMA,
                    wave_id=wave,
                    language=voice.language,
                )
                for way in WAYS
                for voice in voices()
            }
        except InputError:
            continue
    return found


def _in_language(exhibit: Exhibit, way: str, voice: Voice) -> Exhibit:
    """Return an exhibit with numbers as the page writes them; what a report prints stays in its own style."""
    return exhibit if way == "report" else replace(exhibit, style=STYLES[voice.language])


def _files(source: Source, names: list[str], wave: str, numbers: Numbers) -> dict[str, list[str]]:
    """Keep the rows behind each exhibit, a file per table that it is made of."""
    found: dict[str, list[str]] = {}
    for name in names:
        exhibit = exhibit_named(name, "design")
        by_mart: dict[str, list[dict[str, object]]] = {}
        for block in exhibit.blocks:
            rows = read_block(source.connection, exhibit, block, SCHEMA, wave)
            kept = by_mart.setdefault(block.mart, [])
            kept += [row for row in rows if row not in kept]
        found[name] = [
            numbers.add(f"data/exhibits/{name}.{wave}.{mart}", mart, rows) for mart, rows in by_mart.items()
        ]
    return found


def _waves(study: str, survey: Survey, waves: Sequence[str], path: str, voice: Voice) -> Iterator[str]:
    told = Text(
        f"De tabellen en figuren van het rapport, uit {voice.label(survey.row)}. Naast elke tabel staat een "
        "beeld van dezelfde getallen; strepen zijn 95%-intervallen.",
        f"The tables and figures of the report, from {voice.label(survey.row)}. Beside each table is a "
        "picture of the same numbers; lines are 95 % intervals.",
    )
    yield f"<p>{escape(voice.say(told))}</p>"
    if len(waves) > 1:
        links = ""
        for place, wave in enumerate(waves):
            target = study_path(study, wave, place)
            current = ' aria-current="page"' if target == path else ""
            name = escape(voice.label(survey.wave(wave)))
            links += f'<li><a href="{link(path, target)}"{current}>{name}</a></li>'
        yield f'<nav aria-label="{voice.say(Text("Metingen", "Waves"))}"><ul class="tabs">{links}</ul></nav>'


def _contents(read: dict[str, Tables], voice: Voice) -> Iterator[str]:
    entries = "".join(
        f'<li><a href="{fragment(name)}">{escape(tables["design", voice.language].title)}</a></li>'
        for name, tables in read.items()
    )
    yield f'<nav aria-label="{voice.say(Text("Op deze pagina", "On this page"))}"><ul>{entries}</ul></nav>'


def _exhibit(
    source: Source, survey: Survey, name: str, tables: Tables, files: list[str], path: str, voice: Voice
) -> Iterator[str]:
    exhibit = exhibit_named(name, "design")
    design, report = (tables[way, voice.language] for way in ("design", "report"))
    yield f'<section id="{name}"><h2>{escape(design.title)}</h2>'
    pictures = list(picture(source, survey, exhibit, design, voice))
    shown = printed_table(design, f"{design.title}: {voice.say(WAY_NAMES['design'])}", (name, "design"))
    if exhibit.picture in {"panels", "across", "coefficients"}:
        yield from pictures
        yield shown
    elif pictures:
        yield f'<div class="pair"><div>{"".join(pictures)}</div><div>{shown}</div></div>'
    else:
        yield shown
    yield _notes(design)
    caption = voice.say(WAY_NAMES["report"])
    yield f"<details><summary>{escape(caption)}</summary>"
    yield printed_table(report, f"{report.title}: {caption}", (name, "report"))
    yield f"{_notes(report)}</details>"
    yield downloads(path, voice, *files)
    yield "</section>"


def _notes(printed: Table) -> str:
    return "".join(f'<p class="notes">{escape(note)}</p>' for note in notes(printed))


def printed_table(printed: Table, caption: str, address: tuple[str, ...]) -> str:
    """Return an exhibit as a table of a page; its reasons stand below it."""
    rows = [
        TableRow(
            row.label, tuple(_cell(cell) for cell in row.cells), (*address, str(place)) if row.cells else ()
        )
        for place, row in enumerate(printed.rows, start=1)
    ]
    return table(caption, printed.headings, rows)


def _cell(cell: Printed) -> Cell:
    if cell.reason:
        return ABSENT
    text, _, interval = cell.text.partition(" (") if cell.interval else (cell.text, "", "")
    return Cell(text, interval.removesuffix(")"))


def picture(source: Source, survey: Survey, exhibit: Exhibit, printed: Table, voice: Voice) -> Iterator[str]:
    """Yield the picture or pictures of an exhibit; none where it has nothing but counts."""
    synthetic = printed.provenance == "synthetic"
    alternative = described(printed.title, voice)
    if exhibit.picture == "coefficients":
        yield f'<p class="notes">{escape(voice.say(COEFFICIENTS))}</p>'
        yield '<div class="panels">'
        yield from coefficient_pictures(source, survey, exhibit.exhibit_id, printed.wave_id, voice)
        yield "</div>"
    elif exhibit.picture == "shares":
        lines = [
            Line(row.label, tuple(_estimate(cell, voice) for cell in reversed(row.cells[:3])))
            for row in printed.rows
        ]
        names = list(reversed(printed.headings[:3]))
        yield stacked(lines, names, voice, alternative=alternative, synthetic=synthetic)
    elif exhibit.picture in {"panels", "across"}:
        panels = _panels if exhibit.picture == "panels" else _across
        yield '<div class="panels">'
        yield from panels(printed, voice, synthetic=synthetic)
        yield "</div>"
    else:
        drawn = _down(printed)
        if drawn is not None:
            lines, names, axis = _with_axis(*drawn, voice)
            if axis is not None:
                yield dots(lines, names, axis, voice, alternative=alternative, synthetic=synthetic)


def _panels(printed: Table, voice: Voice, *, synthetic: bool) -> Iterator[str]:
    """A picture per column of shares that have an interval; one axis for all, but for far smaller ones."""
    panels: dict[str, list[Line]] = {}
    for place, heading in enumerate(printed.headings):
        cells = [(row.label, row.cells[place]) for row in printed.rows if row.cells]
        if any(cell.interval for _, cell in cells):
            panels[heading] = [Line(label, (_estimate(cell, voice),)) for label, cell in cells]
    common = share_axis([line for lines in panels.values() for line in lines], voice)
    for heading, lines in panels.items():
        own = share_axis(lines, voice)
        axis = own if own.high < common.high / FAR_SMALLER else common
        alternative = described(f"{printed.title}. {heading}", voice)
        drawn = dots(lines, [heading], axis, voice, alternative=alternative, synthetic=synthetic)
        yield f"<div><h3>{escape(heading)}</h3>{drawn}</div>"


# What a picture of marks is made of: rows with their cells, and the names of what is in each lane.
Drawn = tuple[list[tuple[str, list["Printed"]]], list[str]]


def _down(printed: Table) -> Drawn | None:
    """A row per row, a mark per column; sections that hold nothing but counts are left out."""
    sections: list[tuple[str, list[tuple[str, list[Printed]]]]] = [("", [])]
    for row in printed.rows:
        if row.cells:
            kept = [cell if _is_drawn(cell) else type(cell)(reason=cell.reason) for cell in row.cells]
            sections[-1][1].append((row.label, kept))
        else:
            sections.append((row.label, []))
    rows: list[tuple[str, list[Printed]]] = []
    for heading, found in sections:
        if not any(cell.value is not None for _, cells in found for cell in cells):
            continue
        if heading:
            rows.append((heading, []))
        # A row of counts among others has neither a number that is drawn nor a reason why there is none.
        rows += [(label, cells) for label, cells in found if any(_tells(cell) for cell in cells)]
    return (rows, list(printed.headings)) if rows and len(printed.headings) <= SERIES else None


def _tells(cell: Printed) -> bool:
    return cell.value is not None or cell.reason is not None


def _across(printed: Table, voice: Voice, *, synthetic: bool) -> Iterator[str]:
    """A picture per section with a row per column and a mark per row: for few rows and many columns."""
    sections: list[tuple[str, list[tuple[str, tuple[Printed, ...]]]]] = []
    for row in printed.rows:
        if not row.cells:
            sections.append((row.label, []))
        elif sections:
            sections[-1][1].append((row.label, row.cells))
    drawn = {
        heading: [
            Line(column, tuple(_estimate(cells[place], voice) for _, cells in rows))
            for place, column in enumerate(printed.headings)
        ]
        for heading, rows in sections
        if len(rows) <= SERIES
    }
    axis = number_axis([line for lines in drawn.values() for line in lines], voice)
    if axis is None:
        return
    for heading, rows in sections:
        if heading in drawn:
            alternative = described(f"{printed.title}. {heading}", voice)
            names = [label for label, _ in rows]
            shown = dots(drawn[heading], names, axis, voice, alternative=alternative, synthetic=synthetic)
            yield f"<div><h3>{escape(heading)}</h3>{shown}</div>"


def _is_drawn(cell: Printed) -> bool:
    """Whether a cell is a share or another number with decimals; counts are not drawn."""
    return cell.value is not None and cell.number_format not in {"#,##0", "General"}


def _with_axis(
    rows: list[tuple[str, list[Printed]]], names: list[str], voice: Voice
) -> tuple[list[Line], list[str], Axis | None]:
    cells = [cell for _, held in rows for cell in held]
    if any(_is_share(cell) for cell in cells):
        # A mean among shares is in the table and has no place on their axis.
        rows = [row for row in rows if all(cell.value is None or _is_share(cell) for cell in row[1])]
    lines = [Line(label, tuple(_estimate(cell, voice) for cell in held)) for label, held in rows]
    return lines, names, _axis(lines, cells, voice)


def _axis(lines: Sequence[Line], cells: Sequence[Printed], voice: Voice) -> Axis | None:
    if any(_is_share(cell) for cell in cells):
        return share_axis(lines, voice)
    return number_axis(lines, voice)


def _is_share(cell: Printed) -> bool:
    return cell.number_format.endswith("%")


def _estimate(cell: Printed, voice: Voice) -> Estimate:
    lower, upper = cell.interval or (None, None)
    return Estimate(cell.value, lower, upper, voice.reason(cell.reason))
