"""A table is written in each format without losing or inventing anything."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from werkpeil.errors import InputError, OutsideError
from werkpeil.exhibits import FORMATS, Table, write_table
from werkpeil.exhibits.layout import Cell
from werkpeil.exhibits.reading import TableRow
from werkpeil.exhibits.writing import notes

if TYPE_CHECKING:
    from pathlib import Path

TABLE = Table(
    exhibit_id="craft.figure_x",
    survey_id="per",
    wave_id="2022",
    title="Titel & <zo>",
    note="50% * noot_1",
    headings=("A|B", "C_1"),
    rows=(
        TableRow("Kop & #1"),
        TableRow("=1+1", (Cell("12,5%", 0.125, "0.0%"), Cell(reason="small_group"))),
        TableRow("b", (Cell("-,084***", -0.0836, "0.000"), Cell())),
    ),
    language="nl",
    provenance="synthetic",
    build_id="b1",
)


class Reader(HTMLParser):
    """The texts of a page by their element; `open` are the elements that were not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = defaultdict(list)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "style"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == "style" or self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open:
            self.texts[self.open[-1]].append(data)


def written(file_format: str) -> str:
    text = write_table(TABLE, file_format)
    assert text is not None
    return text


def test_markdown_keeps_its_columns_whatever_is_in_them() -> None:
    lines = written("markdown").splitlines()
    assert lines[2:7] == [
        r"|  | A\|B | C\_1 |",
        "| --- | ---: | ---: |",
        "| **Kop & #1** |  |  |",
        "| =1+1 | 12,5% | · |",
        r"| b | -,084\*\*\* |  |",
    ]


def test_latex_escapes_what_it_reads_as_commands() -> None:
    text = written("latex")
    assert r"\caption{Titel \& <zo>}" in text
    assert r"=1+1 & 12,5\% & · \\" in text
    assert r"\multicolumn{3}{l}{\textbf{Kop \& \#1}} \\" in text
    assert r"50\% * noot\_1" in text


def test_html_is_well_formed_and_asks_for_nothing_from_elsewhere() -> None:
    text = written("html")
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    assert reader.texts["td"] == ["12,5%", "-,084***"]
    assert reader.texts["span"] == ["·"]
    assert reader.texts["caption"] == ["Titel & <zo>"]
    assert "://" not in text
    assert "<script" not in text


def test_a_spreadsheet_holds_numbers_as_numbers_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    assert write_table(TABLE, "xlsx", path) is None
    sheet = load_workbook(path).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=5)]
    assert rows == [
        [None, "A|B", "C_1"],
        ["Kop & #1", None, None],
        ["=1+1", 0.125, "·"],
        ["b", "-,084***", None],
    ]
    assert sheet["B4"].number_format == "0.0%"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_says_that_answers_are_made_up_and_why_numbers_are_missing(
    file_format: str, tmp_path: Path
) -> None:
    path = tmp_path / "exhibit.xlsx"
    write_table(TABLE, file_format, path)
    if file_format == "xlsx":
        text = "\n".join(str(cell.value) for row in load_workbook(path).active.iter_rows() for cell in row)
    else:
        text = path.read_text(encoding="utf-8")
    assert "SYNTHETISCHE GEGEVENS" in text
    assert "groep te klein om te tonen" in text
    assert "build b1" in text


def test_real_answers_are_not_called_made_up() -> None:
    told = notes(replace(TABLE, provenance="real", language="en"))
    assert told == [
        "50% * noot_1",
        "· no number in 1 cells: group too small to show.",
        "Source: per 2022, build b1.",
    ]


def test_numbers_that_may_not_be_published_are_marked_as_such() -> None:
    assert "NIET VOOR PUBLICATIE: kleine groepen zijn niet verborgen." in notes(
        replace(TABLE, is_internal=True)
    )
    assert not any("PUBLICATIE" in note for note in notes(TABLE))


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'word' is no format"):
        write_table(TABLE, "word")
    with pytest.raises(InputError, match="needs a name"):
        write_table(TABLE, "xlsx")
    with pytest.raises(OutsideError, match="cannot be written"):
        write_table(TABLE, "html", tmp_path / "nowhere" / "x.html")
