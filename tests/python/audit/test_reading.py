"""The form: what is read, and what is refused with row and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.projects import ROOT
from werkpeil.audit import audit, make_tables, read_tables
from werkpeil.audit.tables import Cell
from werkpeil.audit.writing import write_form
from werkpeil.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = "table,row,column,statistic,printed\nt,a,all,count,12\nt,b,all,count,8\nt,total,all,count,20\n"
RELATIONS = "relation,whole,parts\nsum,t/total/*,t/a|b/*\n"


def write(folder: Path, numbers: str = NUMBERS, relations: str | None = RELATIONS) -> Path:
    (folder / "numbers.csv").write_text(numbers, encoding="utf-8")
    if relations is not None:
        (folder / "relations.csv").write_text(relations, encoding="utf-8")
    return folder


def test_a_folder_is_read(tmp_path: Path) -> None:
    tables = read_tables(write(tmp_path))
    assert [str(number.cell) for number in tables.numbers] == ["t/a/all", "t/b/all", "t/total/all"]
    assert audit(tables) == []


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_spreadsheets_own_separator_and_mark_are_read(tmp_path: Path, separator: str) -> None:
    write(tmp_path, "\ufeff" + NUMBERS.replace(",", separator), RELATIONS.replace(",", separator))
    assert len(read_tables(tmp_path).relations) == 1


def test_numbers_alone_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, relations=None) / "numbers.csv"
    assert read_tables(path).relations == ()
    elsewhere = tmp_path / "other.csv"
    elsewhere.write_text(RELATIONS, encoding="utf-8")
    assert len(read_tables(path, elsewhere).relations) == 1


def test_what_is_written_reads_back_as_the_same(tmp_path: Path) -> None:
    tables = read_tables(ROOT / "docs" / "examples" / "audit" / "team_survey")
    write_form(tmp_path / "copy", tables)
    again = read_tables(tmp_path / "copy")
    assert again.numbers == tables.numbers
    assert [r.parts for r in again.relations] == [r.parts for r in tables.relations]


BAD_NUMBERS = [
    ("t,a,all,count,12.5", "row 2, column printed", "not a whole number"),
    ("t,a,all,percent,veel", "row 2, column printed", "column value"),
    ("t,a,all,average,3", "row 2, column statistic", "mean"),
    ("t,a/b,all,count,3", "row 2, column row", "addresses"),
    (",a,all,count,3", "row 2, column table", "empty"),
]


@pytest.mark.parametrize(("row", "where", "says"), BAD_NUMBERS)
def test_a_number_that_cannot_be_used_is_told_by_row_and_column(
    tmp_path: Path, row: str, where: str, says: str
) -> None:
    write(tmp_path, f"table,row,column,statistic,printed\n{row}\n")
    with pytest.raises(InputError) as told:
        read_tables(tmp_path)
    assert where in str(told.value)
    assert says in str(told.value)
    assert told.value.exit_code == 2


def test_all_bad_rows_are_told_at_once_up_to_a_dozen(tmp_path: Path) -> None:
    write(tmp_path, "table,row,column,statistic,printed\n" + "t,a,all,count,x\n" * 20)
    with pytest.raises(InputError, match="20 rows cannot be used") as told:
        read_tables(tmp_path)
    assert "and 8 more" in str(told.value)


@pytest.mark.parametrize(
    ("relations", "says"),
    [
        ("relation,whole,parts\nadds,t/total/*,t/a|b/*\n", "column relation: 'adds'"),
        ("relation,whole,parts\nsum,t/totals/*,t/a|b/*\n", "the row 'totals'"),
        ("relation,whole,parts\nsum,total,t/a|b/*\n", "neither a number id nor an address"),
        ("relation,whole,parts\nsum,t/total/*,t/a|c/*\n", "the row 'c'"),
        ("relation,whole,parts,detail\nbands,t/total/*,t/a|b/*,0..5\n", "2 bands have 1 pairs"),
        ("relation,whole,parts,detail\nbands,t/total/*,t/a|b/*,low|high\n", "cannot be read"),
        ("relation,whole\nsum,t/total/*\n", "The column parts is not there"),
    ],
)
def test_a_relation_that_cannot_be_used_is_told(tmp_path: Path, relations: str, says: str) -> None:
    write(tmp_path, NUMBERS, relations)
    with pytest.raises(InputError) as told:
        audit(read_tables(tmp_path))
    assert says in str(told.value)
    assert "relations.csv" in str(told.value)


def test_absent_and_unreadable_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_tables(tmp_path)
    (tmp_path / "numbers.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError, match="cannot be read as text"):
        read_tables(tmp_path)


def test_no_cell_has_two_numbers_of_a_kind_and_no_id_is_used_twice() -> None:
    row = {"table": "t", "row": "a", "column": "b", "statistic": "count", "printed": "3"}
    with pytest.raises(InputError, match="Two numbers are the count of t/a/b"):
        make_tables([row, row])
    with pytest.raises(InputError, match="'one' is used twice"):
        make_tables([row | {"number_id": "one"}, row | {"number_id": "one", "column": "c"}])


def test_n_may_name_a_printed_count() -> None:
    rows = [
        {
            "number_id": "people",
            "table": "t",
            "row": "n",
            "column": "b",
            "statistic": "count",
            "printed": "1.028",
        },
        {"table": "t", "row": "mean", "column": "b", "statistic": "mean", "printed": "3,1", "n": "people"},
    ]
    assert make_tables(rows).number(Cell("t", "mean", "b"), "mean").n == 1028  # type: ignore[union-attr]  # it is there


def test_stars_in_parts_are_those_of_the_whole_or_else_all() -> None:
    rows = [
        {"table": "t", "row": row, "column": column, "statistic": "count", "printed": "3"}
        for row in ("a", "b", "total")
        for column in ("x", "y")
    ]
    tables = make_tables(
        rows,
        [
            {"relation": "sum", "whole": "t/total/*", "parts": "t/a|b/*"},
            {"relation": "highest", "whole": "t/total/x", "parts": "t/a|b/*"},
        ],
    )
    first, second = (list(tables.instances(relation)) for relation in tables.relations)
    assert [(str(w), [str(p) for p in parts]) for w, parts in first] == [
        ("t/total/x", ["t/a/x", "t/b/x"]),
        ("t/total/y", ["t/a/y", "t/b/y"]),
    ]
    assert [[str(p) for p in parts] for _, parts in second] == [["t/a/x", "t/a/y", "t/b/x", "t/b/y"]]
