"""Records told apart by a codebook beside them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from werkpeil.errors import InputError
from werkpeil.landing.detect import Detected
from werkpeil.landing.layout import as_table, layout_of

if TYPE_CHECKING:
    from pathlib import Path

SKIPPED = '<sss version="3.0"><survey><record ident="A" format="csv" skip="1">{}</record></survey></sss>'
FIXED = '<sss version="2.0"><survey><record ident="A">{}</record></survey></sss>'


def variable(name: str, kind: str, position: str, more: str = "") -> str:
    return f'<variable type="{kind}"><name>{name}</name><position {position}/>{more}</variable>'


def values(*codes: str) -> str:
    return "<values>" + "".join(f'<value code="{code}">x</value>' for code in codes) + "</values>"


def table(folder: Path, codebook: str, data: str) -> list[dict[str, str]]:
    (folder / "codebook.xml").write_text(codebook, encoding="utf-8")
    (folder / "data").write_text(data, encoding="utf-8")
    found = as_table(Detected(folder / "data", "text"), folder / "codebook.xml", folder, "data")
    with found.path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_fields_of_delimited_data_go_by_their_place(tmp_path: Path) -> None:
    variables = variable("q1", "single", 'start="2"') + variable("why", "character", 'start="1"')
    found = table(tmp_path, SKIPPED.format(variables), 'a,b\n"mooi, zei ze",3\n,4\n')
    assert found == [{"q1": "3", "why": "mooi, zei ze"}, {"q1": "4", "why": ""}]


def test_several_answers_become_a_column_each(tmp_path: Path) -> None:
    flags = variable("a", "multiple", 'start="1" finish="3"', values("1", "2", "3"))
    listed = variable(
        "b", "multiple", 'start="4" finish="7"', '<spread subfields="2" width="2"/>' + values("1", "12")
    )
    found = table(tmp_path, FIXED.format(flags + listed), "1010112\n000    \n   12  \n")
    assert found == [
        {"a_1": "1", "a_2": "0", "a_3": "1", "b_1": "1", "b_12": "1"},
        {"a_1": "0", "a_2": "0", "a_3": "0", "b_1": "", "b_12": ""},
        {"a_1": "", "a_2": "", "a_3": "", "b_1": "0", "b_12": "1"},
    ]


def test_several_answers_in_fields_of_their_own(tmp_path: Path) -> None:
    listed = variable(
        "b", "multiple", 'start="1" finish="2"', '<spread subfields="2" width="2"/>' + values("1", "12")
    )
    found = table(tmp_path, SKIPPED.format(listed), "x,y\n12,\n1,12\n,\n")
    assert found == [{"b_1": "0", "b_12": "1"}, {"b_1": "1", "b_12": "1"}, {"b_1": "", "b_12": ""}]


def test_a_record_with_too_few_fields_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has 1 fields, and 'q2' is in field 2") as told:
        table(tmp_path, SKIPPED.format(variable("q2", "single", 'start="2"')), "a,b\n1,2\n3\n")
    assert told.value.where == "data, record 3"


def test_data_that_are_no_text_of_fields_are_told(tmp_path: Path) -> None:
    # Libraries that other tests load let fields be longer, for the whole process.
    before = csv.field_size_limit(131_072)
    try:
        with pytest.raises(InputError, match="no comma-separated text"):
            table(
                tmp_path,
                SKIPPED.format(variable("q", "single", 'start="1"')),
                "a\n1\n" + "x" * 200_000 + "\n",
            )
    finally:
        csv.field_size_limit(before)


def test_a_codebook_without_records_gives_no_layout(tmp_path: Path) -> None:
    codebook = tmp_path / "empty.xml"
    codebook.write_text('<sss version="2.0"/>')
    assert layout_of(codebook) is None


def test_a_codebook_without_positions_leaves_the_data_as_they_are(tmp_path: Path) -> None:
    codebook = tmp_path / "ddi.xml"
    codebook.write_text('<codeBook><dataDscr><var name="a"/></dataDscr></codeBook>')
    assert layout_of(codebook) is None
    data = Detected(tmp_path / "data", "text")
    assert as_table(data, codebook, tmp_path, "data") is data


@given(st.integers(-99999, 99999), st.integers(1, 4))
def test_a_point_that_is_not_written_is_put_where_it_belongs(number: int, decimals: int) -> None:
    from werkpeil.landing.layout import _with_point  # noqa: PLC0415 - a rule of its own, hidden inside

    assert float(_with_point(str(number), decimals)) == pytest.approx(number / 10**decimals)
    assert _with_point("1.5", decimals) == "1.5"
