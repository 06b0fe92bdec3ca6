"""The page of an audit: what was found, with the arithmetic, and the tables with what they say marked.

One file in two languages that asks nothing of the network.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from werkpeil import __version__
from werkpeil.audit.findings import SEVERITIES, Text
from werkpeil.audit.rules import RULES
from werkpeil.page import both, page, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from werkpeil.audit.findings import Finding
    from werkpeil.audit.tables import Cell, Tables

_SEVERITY = {
    "high": Text("kan niet kloppen", "cannot be right"),
    "medium": Text("tegenspraak", "contradiction"),
    "low": Text("opmerking", "remark"),
}
_STYLE = """
:root{--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--high:#a40e26;--medium:#8a4600;--low:#0550ae;--mark:#fff1c2;
--focus:var(--low)}
body{max-width:62rem}
h2{font-size:1.2rem;margin:2rem 0 .6rem}
article{border:1px solid var(--line);border-left:.4rem solid var(--soft);padding:.6rem .9rem;margin:.7rem 0}
article.high{border-left-color:var(--high)}article.medium{border-left-color:var(--medium)}
article.low{border-left-color:var(--low)}
article h3{font-size:1rem;margin:0}
.sum{font-family:ui-monospace,monospace;font-size:.9rem;overflow-wrap:anywhere}
table{border-collapse:collapse;font-size:.85rem}
th{background:#f6f8fa;text-align:left;font-weight:600}
td.hit{background:var(--mark)}td.hit a{color:var(--high);font-weight:600}
@media print{article{break-inside:avoid}}
"""


def write_page(path: Path, tables: Tables, findings: Sequence[Finding]) -> None:
    """Write the page.

    Raises:
        OutsideError: if it cannot be written.
    """
    write(path, render(tables, findings))


def render(tables: Tables, findings: Sequence[Finding]) -> str:
    """Return the page as HTML."""
    title = tables.title or "tables"
    heading = [f"<h1>{escape(title)}</h1>", _headline(tables, findings)]
    main = [
        *_sections(findings),
        both("h2", Text("De tabellen", "The tables")),
        *_grids(tables, findings),
    ]
    footer = f"werkpeil audit {escape(__version__)}"
    return page(f"{title}: werkpeil audit", _STYLE, heading, main, footer)


def _headline(tables: Tables, findings: Sequence[Finding]) -> str:
    counts = Counter(finding.severity for finding in findings)
    parts = [(counts[severity], _SEVERITY[severity]) for severity in SEVERITIES if counts[severity]]
    found = Text(
        "; ".join(f"{count} {word.nl}" for count, word in parts) or "geen tegenspraak gevonden",
        "; ".join(f"{count} {word.en}" for count, word in parts) or "no contradiction found",
    )
    numbers, relations = len(tables.numbers), len(tables.relations)
    return both(
        "p",
        Text(
            f"{numbers} gedrukte getallen en {relations} verbanden nagerekend: {found.nl}. Wat niet is "
            f"gevonden kan "
            "nog steeds fout zijn: alleen wat uit de getallen zelf volgt is te zien.",
            f"{numbers} printed numbers and {relations} relations checked: {found.en}. What is not "
            f"found may still be "
            "wrong: only what follows from the numbers themselves can be seen.",
        ),
    )


def _sections(findings: Sequence[Finding]) -> Iterable[str]:
    if findings:
        yield both("h2", Text("Wat niet klopt", "What does not hold"))
    for position, finding in enumerate(findings, start=1):
        rule, severity = RULES[finding.rule], _SEVERITY[finding.severity]
        yield f'<article class="{finding.severity}" id="f{position}">'
        yield both("h3", Text(f"{position}. {rule.title.nl}", f"{position}. {rule.title.en}"))
        place = f"{finding.number.cell} = {finding.number.printed.text}"
        yield both("p", Text(f"{place} ({severity.nl})", f"{place} ({severity.en})"))
        yield both("p", finding.arithmetic, style="sum")
        yield both("p", rule.meaning, style="soft")
        yield "</article>"


def _grids(tables: Tables, findings: Sequence[Finding]) -> Iterable[str]:
    """Every table as it stands in the form; a cell of a finding leads to it."""
    places: dict[str, int] = {}
    for position, finding in reversed(list(enumerate(findings, start=1))):
        places[finding.number.number_id] = position
    by_table: dict[str, list[Cell]] = {}
    for cell in tables.cells:
        by_table.setdefault(cell.table, []).append(cell)
    for table, cells in by_table.items():
        rows, columns = (
            dict.fromkeys(cell.row for cell in cells),
            dict.fromkeys(cell.column for cell in cells),
        )
        yield f'<h3>{escape(table)}</h3><div class="scroll"><table><tr><th></th>'
        yield "".join(f"<th>{escape(column)}</th>" for column in columns) + "</tr>"
        for row in rows:
            shown = "".join(_grid_cell(tables, cells[0]._replace(row=row, column=c), places) for c in columns)
            yield f"<tr><th>{escape(row)}</th>{shown}</tr>"
        yield "</table></div>"


def _grid_cell(tables: Tables, cell: Cell, places: dict[str, int]) -> str:
    numbers = list(tables.cells.get(cell, {}).values())
    texts = [
        f'<a href="#f{places[number.number_id]}">{escape(number.printed.text)}</a>'
        if number.number_id in places
        else escape(number.printed.text)
        for number in numbers
    ]
    is_hit = any(number.number_id in places for number in numbers)
    return f"<td{' class=hit' if is_hit else ''}>{'<br>'.join(texts)}</td>"
