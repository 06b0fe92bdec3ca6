"""Writes a printed table: Markdown, LaTeX, HTML or a spreadsheet."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from werkpeil.errors import InputError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from werkpeil.exhibits.layout import Cell
    from werkpeil.exhibits.reading import Table

HIDDEN = "·"

WORDS = {
    "nl": {
        "synthetic": "SYNTHETISCHE GEGEVENS: niemand heeft deze antwoorden gegeven. Dit is geen uitkomst.",
        "internal": "NIET VOOR PUBLICATIE: kleine groepen zijn niet verborgen.",
        "source": "Bron: {survey} {wave}, build {build}.",
        "reason": "{mark} geen getal in {count} cellen: {reason}.",
    },
    "en": {
        "synthetic": "SYNTHETIC DATA: nobody gave these answers. This is not a finding.",
        "internal": "NOT FOR PUBLICATION: small groups are not hidden.",
        "source": "Source: {survey} {wave}, build {build}.",
        "reason": "{mark} no number in {count} cells: {reason}.",
    },
}

# Why a cell shows no number, in words; a reason without words is shown as the marts name it.
REASONS = {
    "small_group": ("groep te klein om te tonen", "group too small to show"),
    "small_category": (
        "te weinig mensen met dit antwoord of een ander",
        "too few people with this or another answer",
    ),
    "unanimous": (
        "iedereen in een kleine groep antwoordt hetzelfde",
        "everybody in a small group answers alike",
    ),
    "nobody": ("niemand heeft geantwoord", "nobody answered"),
    "complementary": ("af te leiden uit een verborgen getal", "would give a hidden number away"),
    "unreliable": ("te onzeker om te tonen", "too uncertain to show"),
    "sample_not_known": ("omvang van de steekproef niet bekend", "size of the sample not known"),
    "nobody_invited": ("niemand uitgenodigd", "nobody invited"),
    "nobody_answered": ("niemand heeft geantwoord", "nobody answered"),
    "no_number": ("niet berekend", "not computed"),
    "protected": ("om mensen te beschermen", "to protect people"),
    "empty_group": ("niemand in de groep", "nobody in the group"),
    "nobody_asked": ("aan niemand gevraagd", "nobody was asked"),
    "not_asked_before": ("eerder niet gevraagd", "not asked before"),
    "zero_weight": ("niemand telt mee: alle gewichten zijn nul", "nobody counts: all weights are zero"),
    "no_categories": (
        "antwoorden zijn niet positief of negatief",
        "answers are neither positive nor negative",
    ),
    "no_scores": ("antwoorden hebben geen score", "answers have no score"),
    "mixed_groups": ("van meer dan een groep, golf of rij", "of more than one group, wave or row"),
}

LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def notes(table: Table) -> list[str]:
    """Return the lines below a table: how to read it, what is missing and why, whose answers these are."""
    words = WORDS[table.language]
    lines = [table.note] if table.note else []
    for reason, count in table.reasons.items():
        spelled = spelled_reason(reason, table.language)
        lines.append(words["reason"].format(mark=HIDDEN, count=count, reason=spelled))
    if table.is_internal:
        lines.append(words["internal"])
    if table.provenance == "synthetic":
        lines.append(words["synthetic"])
    lines.append(words["source"].format(survey=table.survey_id, wave=table.wave_id, build=table.build_id))
    return lines


def spelled_reason(reason: str, language: str) -> str:
    """Return why a number is not there, in words; as the marts name it where there are none."""
    return REASONS.get(reason, (reason.replace("_", " "),) * 2)[0 if language == "nl" else 1]


def cell_text(cell: Cell) -> str:
    """Return what a cell shows: its number, or a mark where there is none for a reason."""
    return HIDDEN if cell.reason else cell.text


def as_markdown(table: Table) -> str:
    """Return a table in Markdown, headings of blocks in bold in a row of their own."""

    def escaped(text: str) -> str:
        return re.sub(r"([|*_`\\<])", r"\\\1", text)

    def row(cells: list[str]) -> str:
        return "| " + " | ".join(map(escaped, cells)) + " |"

    lines = [f"**{escaped(table.title)}**", "", row(["", *table.headings])]
    lines.append("| --- |" + " ---: |" * len(table.headings))
    for line in table.rows:
        if line.cells:
            lines.append(row([line.label, *map(cell_text, line.cells)]))
        else:
            lines.append(f"| **{escaped(line.label)}** |" + "  |" * len(table.headings))
    return "\n".join([*lines, "", *(f"{escaped(note)}  " for note in notes(table))]) + "\n"


def as_latex(table: Table) -> str:
    """Return a table in LaTeX; it needs the package booktabs."""

    def escaped(text: str) -> str:
        return "".join(LATEX_SPECIAL.get(character, character) for character in text)

    def row(cells: list[str]) -> str:
        return " & ".join(map(escaped, cells)) + r" \\"

    width = len(table.headings) + 1
    lines = [
        r"\begin{table}",
        rf"\caption{{{escaped(table.title)}}}",
        rf"\label{{tab:{table.exhibit_id}}}",
        rf"\begin{{tabular}}{{l{'r' * len(table.headings)}}}",
        r"\toprule",
        row(["", *table.headings]),
        r"\midrule",
    ]
    for line in table.rows:
        if line.cells:
            lines.append(row([line.label, *map(cell_text, line.cells)]))
        else:
            lines.append(rf"\multicolumn{{{width}}}{{l}}{{\textbf{{{escaped(line.label)}}}}} \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    lines += [rf"\par\footnotesize {escaped(note)}" for note in notes(table)]
    return "\n".join([*lines, r"\end{table}"]) + "\n"


def as_html(table: Table) -> str:
    """Return a table as a page that stands alone: no script, nothing from elsewhere."""
    head = "".join(f'<th scope="col">{html.escape(heading)}</th>' for heading in table.headings)
    body = []
    for line in table.rows:
        label = html.escape(line.label)
        if line.cells:
            cells = "".join(_html_cell(cell, table.language) for cell in line.cells)
            body.append(f'<tr><th scope="row">{label}</th>{cells}</tr>')
        else:
            width = len(table.headings) + 1
            body.append(f'<tr><th scope="rowgroup" class="block" colspan="{width}">{label}</th></tr>')
    below = "\n".join(f"<p>{html.escape(note)}</p>" for note in notes(table))
    rows = "\n".join(body)
    return f"""<!doctype html>
<html lang="{table.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{html.escape(table.title)}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
caption {{ text-align: left; font-weight: 600; padding-bottom: .5rem; }}
th, td {{ padding: .25rem .75rem; text-align: right; vertical-align: top; }}
th[scope=row], th.block {{ text-align: left; font-weight: 400; }}
th.block {{ font-weight: 600; padding-top: .75rem; }}
thead th {{ border-bottom: 1px solid; vertical-align: bottom; }}
tbody tr:last-child > * {{ border-bottom: 1px solid; }}
p {{ font-size: .875rem; margin: .25rem 0; }}
</style>
</head>
<body>
<div class="wide" tabindex="0" role="region" aria-label="{html.escape(table.title)}">
<table>
<caption>{html.escape(table.title)}</caption>
<thead><tr><td></td>{head}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
{below}
</body>
</html>
"""


def _html_cell(cell: Cell, language: str) -> str:
    if not cell.reason:
        return f"<td>{html.escape(cell.text)}</td>"
    spelled = spelled_reason(cell.reason, language)
    return f'<td><span title="{html.escape(spelled)}">{HIDDEN}</span></td>'


def write_sheet(table: Table, path: Path) -> None:
    """Write a table as an Excel file: numbers as numbers, shown with the decimals of the report.

    A cell whose text says more than its number (stars, a count in brackets) is written as text; no text is
    taken for a formula.
    """
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(table.exhibit_id[:31])
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "bottom"})
        right = book.add_format({"align": "right"})
        sheet.write_string(0, 0, table.title, book.add_format({"bold": True}))
        for column, heading in enumerate(table.headings, start=1):
            sheet.write_string(1, column, heading, bold)
        for place, line in enumerate(table.rows, start=2):
            sheet.write_string(place, 0, line.label, None if line.cells else bold)
            for column, cell in enumerate(line.cells, start=1):
                if cell.value is not None and re.fullmatch(r"-?[\d.,]+%?", cell.text):
                    shown = book.add_format({"align": "right", "num_format": cell.number_format})
                    sheet.write_number(place, column, cell.value, shown)
                elif cell_text(cell):
                    sheet.write_string(place, column, cell_text(cell), right)
        for place, note in enumerate(notes(table), start=len(table.rows) + 3):
            sheet.write_string(place, 0, note)
        sheet.set_column(0, 0, max(len(line.label) for line in table.rows) + 2)
        sheet.set_column(1, len(table.headings), 18)
        sheet.freeze_panes(2, 1)


_TEXTS: dict[str, Callable[[Table], str]] = {"markdown": as_markdown, "latex": as_latex, "html": as_html}
FORMATS = (*_TEXTS, "xlsx")


def write_table(table: Table, file_format: str, path: Path | None = None) -> str | None:
    """Write a table to a file, or return its text where no file is named.

    Raises:
        InputError: the format is not known, or a spreadsheet is asked for without a file.
        OutsideError: the file cannot be written.
    """
    if file_format not in FORMATS:
        raise InputError(f"'{file_format}' is no format of an exhibit.", hint=f"use {', '.join(FORMATS)}.")
    if path is None:
        if file_format == "xlsx":
            raise InputError("An Excel file needs a name.", hint="add `--out FILE.xlsx`.")
        return _TEXTS[file_format](table)
    try:
        if file_format == "xlsx":
            write_sheet(table, path)
        else:
            path.write_text(_TEXTS[file_format](table), encoding="utf-8")
    except (OSError, FileCreateError) as error:
        raise OutsideError(
            f"The exhibit cannot be written: {error}.", where=str(path), hint="name another place."
        ) from error
    return None
