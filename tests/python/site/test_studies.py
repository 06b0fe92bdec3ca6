"""Which rows of an exhibit are drawn, and how."""

from __future__ import annotations

import re

from werkpeil.exhibits import Table, exhibit_ids, exhibit_named
from werkpeil.exhibits.layout import Cell
from werkpeil.exhibits.reading import TableRow
from werkpeil.site.pages.studies import picture, printed_table
from werkpeil.site.reading import Source, Survey
from werkpeil.site.words import Voice

EN = Voice("en")
SHARE = "0.0%"
HIDDEN = Cell(reason="protected")


def table(*rows: TableRow, headings: tuple[str, ...] = ("Managers", "Staff")) -> Table:
    return Table("craft.x", "per", "2022", "What it shows", "", headings, rows, "en", "synthetic", "b1")


def drawn(kind: str, *rows: TableRow, headings: tuple[str, ...] = ("Managers", "Staff")) -> str:
    exhibit = next(
        exhibit for name in exhibit_ids() if (exhibit := exhibit_named(name, "design")).picture == kind
    )
    source = Source(None, "b1", "", frozenset())
    return "".join(picture(source, Survey({}), exhibit, table(*rows, headings=headings), EN))


def share(value: float) -> Cell:
    return Cell(f"{100 * value:.1f}%", value, SHARE, interval=(value - 0.05, value + 0.05))


def labels(shown: str) -> list[str]:
    return re.findall(r"<text x='0%' y='[\d.]+'(?: class='b')?>([^<]+)<", shown)


def test_sections_of_counts_are_left_out_and_hidden_rows_say_why() -> None:
    counts = (Cell("12", 12.0, "#,##0"), Cell("30", 30.0, "#,##0"))
    shown = drawn(
        "dots",
        TableRow("Sample"),
        TableRow("policy", counts),
        TableRow("Response"),
        TableRow("hidden one", (HIDDEN, HIDDEN)),
        TableRow("inspection", (share(0.4), HIDDEN)),
    )
    assert labels(shown) == ["Response", "hidden one", "inspection"]
    assert shown.count("hidden to protect people") == 3
    assert len(re.findall(r"<g class='mark s\d'>", shown.split("</ul>")[1])) == 1
    assert drawn("dots", TableRow("policy", counts)) == ""


def test_shares_of_a_row_are_drawn_from_the_last_printed_to_the_first() -> None:
    row = TableRow("sector", (share(0.2), share(0.3), share(0.5), Cell("99", 99.0, "#,##0")))
    shown = drawn("shares", row, headings=("disagree", "neither", "agree", "n"))
    assert re.findall(r"<rect class='(\w+)' x='[\d.]+%' y='\d+' width='([\d.]+)%'", shown) == [
        ("pos", "47.00"),
        ("neu", "28.20"),
        ("neg", "18.80"),
    ]
    assert re.findall(r"</svg>(\w+)</li>", shown) == ["agree", "neither", "disagree"]


def test_panels_share_an_axis_but_for_a_far_smaller_one_and_columns_of_words_have_none() -> None:
    rows = [
        TableRow("a", (share(0.8), share(0.7), share(0.06), Cell("Rijk (87%)"))),
        TableRow("b", (share(0.6), share(0.2), share(0.05), Cell("Rijk (80%)"))),
    ]
    shown = drawn("panels", *rows, headings=("one", "two", "small", "words"))
    assert re.findall(r"<h3>(\w+)</h3>", shown) == ["one", "two", "small"]
    ends = [re.findall(r"class='axis'[^>]*>(\d+)\u202f%", panel)[-1] for panel in shown.split("<h3>")[1:]]
    assert ends == ["100", "100", "20"]


def test_a_table_of_an_exhibit_keeps_its_words_and_marks_what_is_hidden() -> None:
    shown = printed_table(
        table(TableRow("Block"), TableRow("row", (share(0.4), HIDDEN))), "caption", ("craft.x", "design")
    )
    assert '<th scope="rowgroup" colspan="3">Block</th>' in shown
    assert 'id="craft.x.design.2"' in shown
    assert "<td>\u00b7</td>" in shown
