"""SPSS, Stata, workbooks and Parquet."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from support.workshop import PLAIN_HEADER, column
from werkpeil.codebook.model import TEXT_MISSING_MARKERS
from werkpeil.errors import InputError
from werkpeil.landing.readers import spss_stata

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.workshop import Workshop

NUMBER_OF_ROWS = slice(80, 84)  # of an SPSS file, little-endian
EFC_ITEMS = [f"c{82 + i}cop{i + 1}" for i in range(9)]


def efc_survey(workshop: Workshop) -> None:
    columns = [
        *(column(name, "item", answers="agree5") for name in EFC_ITEMS),
        column("c12hour", "control", maximum=168),
        column("c160age", "control", maximum=120),
        column("n4pstu", "control"),
    ]
    workshop.survey("efc", columns, undeclared_columns="ignore")


def test_spss_and_its_csv_give_the_same_responses(workshop: Workshop, shared: Callable[[str], Path]) -> None:
    efc_survey(workshop)
    spss = workshop.land(shared("efc/efc.sav"), "spss", "efc")
    text = workshop.land(shared("efc/efc.csv"), "text", "efc")
    assert (spss.reader, text.reader) == ("spss", "text")
    assert spss.rows_accepted == text.rows_accepted == 908
    content = "row_number, " + ", ".join([*EFC_ITEMS, "c12hour", "c160age", "n4pstu"])
    assert workshop.query(
        f"select {content} from raw.efc where wave_id = 'spss' order by 1"
    ) == workshop.query(f"select {content} from raw.efc where wave_id = 'text' order by 1")


def test_value_labels_become_the_answers_where_the_codebook_wants_texts(
    workshop: Workshop, shared: Callable[[str], Path]
) -> None:
    columns = [
        column("factor_numeric", "item", answers="agree5", coding="labels"),
        column("factor_n_undeclared2", "item", answers="yes_no", missing={"invalid": [3]}),
        column("string_500", "open_text", optional=True),
    ]
    workshop.survey("labels", columns, undeclared_columns="ignore")
    result = workshop.land(shared("spss/foreign_testdata.sav"), survey_id="labels")
    assert result.rows_accepted == 5
    assert workshop.values("factor_numeric", "labels") == [
        "strongly disagree",
        "disagree",
        "neither agree nor disagree",
        "-1",
        None,
    ]
    assert result.invalid_answers == {"factor_numeric": 1}


def test_missing_codes_of_spss_stay_visible(workshop: Workshop, shared: Callable[[str], Path]) -> None:
    columns = [
        column("answer", "control", delivered_as="factor_n_coded_miss", missing={"refused": [99]}),
        column("string_miss", "open_text"),
        column("sex", "open_text", delivered_as="factor_s_coded_miss"),
    ]
    workshop.survey("missing", columns, undeclared_columns="ignore")
    result = workshop.land(shared("spss/foreign_testdata.sav"), survey_id="missing")
    assert workshop.values("answer", "missing") == [1, 2, 99, 5, None]
    assert workshop.values("sex", "missing") == ["m", "f", None, "m", "u"]
    assert result.invalid_answers == {}


def test_declared_ranges_of_missing_values_are_left_to_the_codebook(
    workshop: Workshop, shared: Callable[[str], Path]
) -> None:
    columns = [
        column("person", "respondent_id", delivered_as="ID"),
        column("income", "control", delivered_as="Income2", missing={"refused": [999]}),
        column("short", "open_text", delivered_as="aShortStringVar"),
    ]
    workshop.survey("ranges", columns, undeclared_columns="ignore")
    result = workshop.land(shared("spss/spssio_test.sav"), survey_id="ranges")
    assert (result.rows_accepted, result.invalid_answers) == (9, {})
    assert workshop.values("short", "ranges") == ["x", "y"] * 4 + ["x"]


FIXTURES = {
    "spss/foreign_electric.sav": (
        [column("age", "control"), column("caseid", "respondent_id")],
        240,
    ),
    "spss/greetings.sav": ([column("greeting", "open_text")], 12),
    "spss/scheiß Encoding.sav": ([column("v1", "control")], 10),
    "spss/zlib_compressed.zsav": ([column("var1", "open_text"), column("bdate", "open_text")], 2),
    "spss/german.sav": ([column("spass", "control", delivered_as="spaß")], 1),
    "spss/leading_zero.sav": ([column("code", "open_text", delivered_as="leading_zero")], 2),
    "spss/test_dates.sav": ([column("day", "open_text", delivered_as="var_date")], 4),
}


@pytest.mark.parametrize("name", FIXTURES)
def test_real_spss_files_land(workshop: Workshop, shared: Callable[[str], Path], name: str) -> None:
    columns, rows = FIXTURES[name]
    workshop.survey("fixture", columns, undeclared_columns="ignore")
    result = workshop.land(shared(name), survey_id="fixture")
    assert (result.rows_accepted, result.rows_rejected) == (rows, 0)
    values = {
        "spss/greetings.sav": ("greeting", "السلام عليكم"),
        "spss/german.sav": ("spass", 6.0),
        "spss/leading_zero.sav": ("code", "0000000001"),
        "spss/test_dates.sav": ("day", "2010-08-11"),
        "spss/zlib_compressed.zsav": ("bdate", "2010-08-11"),
    }
    if name in values:
        field, first = values[name]
        assert workshop.values(field, "fixture")[0] == first


def test_an_spss_file_that_hides_its_encoding_is_read_as_cp1252(workshop: Workshop) -> None:
    frame = pd.DataFrame({"naam": ["cafe", "b"], "q": [1.0, 2.0]})
    path = workshop.folder / "old.sav"
    pyreadstat.write_sav(frame, str(path))
    path.write_bytes(path.read_bytes().replace(b"cafe", b"c\xe9fe"))
    workshop.survey("old", [column("naam", "open_text"), column("q", "item", answers="agree5")])
    result = workshop.land(path, survey_id="old")
    assert workshop.values("naam", "old") == ["céfe", "b"]
    assert result.encoding == "cp1252 (not said in the file)"


@pytest.mark.parametrize("ending", ["sav", "zsav"])
@pytest.mark.parametrize("rows", [5, 1_000])
def test_an_spss_file_that_does_not_say_how_many_rows_it_holds_is_read_whole(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, rows: int, ending: str
) -> None:
    """Programs that write while they interview say -1; no rows, or more than there are, is damage."""
    monkeypatch.setattr(spss_stata, "_CELLS_AT_A_TIME", 0)  # chunks of 1,000 rows: the last one is full
    path = workshop.folder / f"told.{ending}"
    people = [[f"r{number}", 1.0, "a", 5.0, "Eens", 40.0, ""] for number in range(rows)]
    packed: dict[str, Any] = {"row_compress": ending == "sav", "compress": ending == "zsav"}
    pyreadstat.write_sav(pd.DataFrame(people, columns=PLAIN_HEADER), str(path), **packed)
    content = bytearray(path.read_bytes())
    assert content[NUMBER_OF_ROWS] == rows.to_bytes(4, "little")

    def told(number: int) -> Path:
        content[NUMBER_OF_ROWS] = number.to_bytes(4, "little", signed=True)
        path.write_bytes(content)
        return path

    with pytest.raises(InputError, match=r"damaged or cut off: .* expected number of rows"):
        workshop.land(told(rows + 1))
    for fewer in (0, 1, rows // 2, rows - 1):
        with pytest.raises(InputError, match=f"says that it holds {fewer} rows, and more follow"):
            workshop.land(told(fewer))
    assert workshop.land(told(-1)).rows_accepted == rows


def test_a_number_and_a_text_id_are_the_same_person(workshop: Workshop) -> None:
    columns = [column("id", "respondent_id"), column("q", "item", answers="agree5")]
    workshop.survey("people", columns)
    frame = pd.DataFrame({"id": [13.0, 14.0], "q": [1.0, float("nan")]})
    pyreadstat.write_sav(frame, str(workshop.folder / "p.sav"))
    pyreadstat.write_dta(frame, str(workshop.folder / "p.dta"))
    frame.to_parquet(workshop.folder / "p.parquet")
    frame.to_excel(workshop.folder / "p.xlsx", index=False)
    workshop.file("p.csv", "id,q\n13,1\n14,\n")
    readers = set()
    for kind in ("sav", "dta", "parquet", "xlsx", "csv"):
        readers.add(workshop.land(workshop.folder / f"p.{kind}", kind, "people").reader)
    assert readers == {"spss", "stata", "parquet", "workbook", "text"}
    assert workshop.query(
        "select count(distinct respondent_id), count(*), count(q), min(q), max(q) from raw.people"
    ) == [(2, 10, 5, 1, 1)]


def test_files_are_named_from_wherever_one_is(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs that read them were started in another folder by then."""
    workshop.survey("people", [column("id", "respondent_id"), column("q", "item", answers="agree5")])
    for place in ("here", "there"):
        (workshop.folder / place).mkdir()
        monkeypatch.chdir(workshop.folder / place)
        pyreadstat.write_sav(pd.DataFrame({"id": [13.0], "q": [1.0]}), "p.sav")
        assert workshop.land(Path("p.sav"), place, "people").rows_accepted == 1


def test_extended_missing_letters_of_stata_are_missing_codes(workshop: Workshop) -> None:
    frame = pd.DataFrame({"q": [1.0, 2.0, 3.0], "h": [1.0, "a", 3.0]})
    path = workshop.folder / "s.dta"
    pyreadstat.write_dta(frame, str(path), missing_user_values={"h": ["a"]})
    columns = [
        column("q", "item", answers="agree5"),
        column("h", "control", missing={"skipped": ["a"]}),
    ]
    workshop.survey("stata", columns)
    result = workshop.land(path, survey_id="stata")
    assert result.invalid_answers == {}
    assert workshop.values("h", "stata") == [1.0, float(TEXT_MISSING_MARKERS["skipped"]), 3.0]


def test_the_header_of_a_workbook_is_found_below_its_titles(workshop: Workshop) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Results of 2024"])
    sheet = book.create_sheet("data")
    sheet.append(["A survey"])
    sheet.append([])
    sheet.append(PLAIN_HEADER)
    sheet.append([1, 1.5, "a", 5, "Eens", 38.5, "x"])
    sheet.append([])
    sheet.append([2, 1, "b", None, "Oneens", None, None])
    book.save(workshop.folder / "book.xlsx")
    result = workshop.land(workshop.folder / "book.xlsx")
    assert (result.rows_read, result.rows_rejected) == (2, 0)
    assert workshop.query("select row_number, w, q1, hours from raw.plain") == [
        (1, 1.5, 5, 38.5),
        (2, 1.0, None, None),
    ]


WORKBOOKS = {
    "csps/2018_Civil-Service-People-Survey-2018-All-Organisation-Scores-v2.0.xlsx": "xlsx",
    "csps/2020_Civil_Service_People_Survey_2020-_All_organisation_scores.ods": "ods",
}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_published_workbooks_land(workshop: Workshop, shared: Callable[[str], Path], name: str) -> None:
    columns = [
        column("organisation", "open_text", delivered_as=["Organisation", "Organisation Name"]),
        column("b01", "outcome", maximum=1),
    ]
    workshop.survey("csps", columns, undeclared_columns="ignore")
    result = workshop.land(shared(name), survey_id="csps")
    assert result.rows_accepted > 80
    assert result.reader == "workbook"
    [(least, most, count)] = workshop.query("select min(b01), max(b01), count(b01) from raw.csps")
    assert 0.5 < least < most <= 1
    assert count > 80


def test_a_csv_and_its_parquet_give_the_same_responses(workshop: Workshop) -> None:
    text = workshop.csv("1,1.5,a,5,Eens,38.5,x", "2,1,b,,Oneens,,")
    parquet = workshop.folder / "d.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (from read_csv('{text}')) to '{parquet}' (format parquet)")
    workshop.land(text, "csv")
    workshop.land(parquet, "parquet")
    content = "row_number, respondent_id, w, s, q1, q2, hours, remark"
    assert workshop.query(f"select {content} from raw.plain where wave_id = 'csv'") == workshop.query(
        f"select {content} from raw.plain where wave_id = 'parquet'"
    )


def test_the_name_of_a_file_does_not_decide_how_it_is_read(
    workshop: Workshop, shared: Callable[[str], Path]
) -> None:
    efc_survey(workshop)
    disguised = workshop.folder / "efc.csv"
    shutil.copy(shared("efc/efc.sav"), disguised)
    assert workshop.land(disguised, survey_id="efc").reader == "spss"
    workshop.survey("sheet", [column("q", "control")])
    pd.DataFrame({"q": [1.5]}).to_excel(workshop.folder / "q.xlsx", index=False)
    book = (workshop.folder / "q.xlsx").rename(workshop.folder / "q.sav")
    assert workshop.land(book, survey_id="sheet").reader == "workbook"
    packed = workshop.file("q.gz", gzip.compress(book.read_bytes()))
    assert workshop.land(packed, "packed", "sheet").reader == "workbook in gzip"


def damaged(name: str) -> tuple[str, str]:
    return {
        "cut.sav": ("damaged or cut off", "sav"),
        "cut.dta": ("damaged or cut off", "dta"),
        "cut.parquet": ("Parquet file cannot be read", "parquet"),
        "cut.xlsx": ("not a whole one", "xlsx"),
    }[name]


@pytest.mark.parametrize("name", ["cut.sav", "cut.dta", "cut.parquet", "cut.xlsx"])
def test_a_cut_off_file_is_refused(workshop: Workshop, name: str) -> None:
    message, kind = damaged(name)
    workshop.survey("cut", [column("q", "control"), column("t", "open_text")])
    frame = pd.DataFrame({"q": [float(i) for i in range(500)], "t": [f"text {i}" for i in range(500)]})
    path = workshop.folder / name
    {
        "sav": lambda: pyreadstat.write_sav(frame, str(path)),
        "dta": lambda: pyreadstat.write_dta(frame, str(path)),
        "parquet": lambda: frame.to_parquet(path),
        "xlsx": lambda: frame.to_excel(path, index=False),
    }[kind]()
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(InputError, match=message) as caught:
        workshop.land(path, survey_id="cut")
    assert caught.value.exit_code == 2
    assert not (workshop.project.landing / "cut").exists()
