"""Delimited text: encodings, separators, line ends, headings and broken records."""

from __future__ import annotations

import csv
import gzip
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.workshop import PLAIN_HEADER, column
from werkpeil.errors import InputError
from werkpeil.landing import deliver
from werkpeil.landing.readers.text import _records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.workshop import Workshop

PEOPLE = [
    ["1", "1.5", "café", "5", "Eens", "38.25", 'says "no"'],
    ["2", "1", "b", "", "Helemaal eens", "", "two\nlines"],
    ["3", "0.5", "b", "9", "Oneens", "12", "semi;colon, comma\tand pipe|"],
    ["4", "2", "b", "1", "Neutraal", "0.5", "ünïcode…"],
]


def written(delimiter: str = ",", line_end: str = "\n", decimal: str = ".") -> str:
    """Return the four people as text; line breaks in a value are those of the file."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(PLAIN_HEADER)
    for row in PEOPLE:
        numbers = {1: row[1].replace(".", decimal), 5: row[5].replace(".", decimal)}
        writer.writerow([numbers.get(i, value) for i, value in enumerate(row)])
    return stream.getvalue().replace("\n", line_end)


FORMS = {
    "utf-8": (written().encode(), "utf-8", ","),
    "byte-order mark": (written().encode("utf-8-sig"), "utf-8 with byte-order mark", ","),
    "utf-16 little": (written().encode("utf-16"), "utf-16", ","),
    "utf-16 big": (b"\xfe\xff" + written().encode("utf-16-be"), "utf-16", ","),
    "cp1252": (written().encode("cp1252"), "cp1252", ","),
    "carriage return and line feed": (written(line_end="\r\n").encode(), "utf-8", ","),
    "bare carriage return": (written(line_end="\r").encode(), "utf-8", ","),
    "semicolon, decimal comma": (written(";", decimal=",").encode(), "utf-8", ";"),
    "comma, decimal comma in quotes": (written(",", decimal=",").encode(), "utf-8", ","),
    "tab": (written("\t").encode(), "utf-8", "\t"),
    "pipe": (written("|").encode(), "utf-8", "|"),
    "everything Dutch Excel does": (
        written(";", "\r\n", ",").encode("cp1252"),
        "cp1252",
        ";",
    ),
    "no line end at the end": (written().rstrip("\n").encode(), "utf-8", ","),
    "blank lines": ((written() + "\n\n,,,,,,\n \n").encode(), "utf-8", ","),
    "gzip": (gzip.compress(written().encode()), "utf-8", ","),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_file_gives_the_same_responses(workshop: Workshop, form: str) -> None:
    content, encoding, delimiter = FORMS[form]
    result = workshop.land(workshop.file("delivery.csv", content))
    assert (result.encoding, result.rows_read, result.rows_rejected) == (encoding, 4, 0)
    assert workshop.query("select delimiter from raw.landing_register") == [(delimiter,)]
    assert workshop.query("select w, s, q1, q2, hours, remark from raw.plain") == [
        (1.5, "café", 5, "Eens", 38.25, 'says "no"'),
        (1.0, "b", None, "Helemaal eens", None, "two\nlines"),
        (0.5, "b", 9, "Oneens", 12.0, "semi;colon, comma\tand pipe|"),
        (2.0, "b", 1, "Neutraal", 0.5, "ünïcode…"),
    ]


def test_an_unended_quote_costs_its_own_row_only(workshop: Workshop) -> None:
    rows = [f'{i},1,a,5,Eens,40,"fine"' for i in range(30)]
    rows[7] = '7,1,a,5,Eens,40,"never ends'
    rows[20] = '20,1,a,5,Eens,40,"two\nlines and ""quotes"""'
    result = workshop.land(workshop.csv(*rows))
    assert (result.rows_read, result.rejected_by_rule) == (30, {"malformed_row": 1})
    assert workshop.query("select row_number, detail from raw.rejected_rows") == [
        (8, "a quoted text does not end")
    ]
    assert 'two\nlines and "quotes"' in workshop.values("remark")


def test_stray_quotes_beside_quoted_line_breaks_lose_no_row(workshop: Workshop) -> None:
    result = workshop.land(
        workshop.csv(
            '1,1,a,5,Ee;"ns,40,"two',
            'lines"',
            '2,1,a",5,Eens,40,"x',
            '3,1,a,5,"Eens"x,40,"y"',
            "4,1,a,5,Eens,40,",
        )
    )
    assert (result.rows_read, result.rows_accepted) == (4, 2)
    assert workshop.values("remark") == ["two\nlines", None]


def test_a_quote_inside_an_unquoted_text_is_a_character(workshop: Workshop) -> None:
    result = workshop.land(workshop.csv('1,1,a,5,Eens,40,a 5" pipe', "2,1,a,5,Eens,40,b"))
    assert result.rows_rejected == 0
    assert workshop.values("remark") == ['a 5" pipe', "b"]


def test_damaged_bytes_in_a_utf8_file_cost_their_row_only(workshop: Workshop) -> None:
    text = (
        written().encode().replace("ünïcode".encode(), b"\xfcn\xefc")
        + b"5,1,\xc3\xa9\xc3\xa9\xc3\xa9,5,Eens,1,\n"
    )
    result = workshop.land(workshop.file("d.csv", text))
    assert result.encoding == "utf-8, damaged"
    assert result.rejected_by_rule == {"malformed_row": 1}
    assert workshop.values("s") == ["café", "b", "b", "ééé"]


def test_a_byte_that_no_encoding_knows_is_named_by_its_place(workshop: Workshop) -> None:
    text = written().encode("cp1252").replace(b"\xe9", b"\x81")
    with pytest.raises(InputError, match=rf"byte {text.index(0x81)} \(0x81\) is neither"):
        workshop.land(workshop.file("d.csv", text))


def test_a_cut_off_utf16_file_is_refused(workshop: Workshop) -> None:
    with pytest.raises(InputError, match="begins as UTF-16 and is not"):
        workshop.land(workshop.file("d.csv", written().encode("utf-16")[:-1]))


def test_marks_inside_values_vanish(workshop: Workshop) -> None:
    workshop.land(workshop.csv("\ufeff1,1,a,5\ufeff,Ee\ufeffns,40,x\u00a0"))
    assert workshop.query("select q1, q2, remark from raw.plain") == [(5, "Eens", "x")]


@pytest.mark.parametrize("legacy", [False, True])
def test_heading_rows_of_qualtrics_are_no_respondents(
    workshop: Workshop, shared: Callable[[str], Path], *, legacy: bool
) -> None:
    name = "ResponseID" if legacy else "ResponseId"
    columns = [
        column("response_id", "respondent_id", delivered_as=name),
        column("finished", "ignored", delivered_as="V10" if legacy else "Finished"),
        column("q1", "item", answers="agree5"),
        column("q2", "open_text"),
    ]
    workshop.survey("qualtrics", columns, undeclared_columns="ignore")
    file = shared("qualtrics/sample_legacy.csv" if legacy else "qualtrics/sample.csv")
    result = workshop.land(file, survey_id="qualtrics")
    assert (result.rows_read, result.rows_rejected) == (1, 0)
    assert workshop.query("select q1, q2 from raw.qualtrics") == [(2, "Hello World!")]
    assert "192.0.2.1" not in str(workshop.tree())


def test_limesurvey_headers_with_marks_and_line_breaks_are_found(
    workshop: Workshop, shared: Callable[[str], Path]
) -> None:
    columns = [
        column("response", "respondent_id", delivered_as="Response ID"),
        column("residence", "open_text", "Where do you live?"),
        column("age", "control", "How old are you?", maximum=120),
        column(
            "visits_bar",
            "open_text",
            "In your next visit to Amsterdam, are you planning to visit any of the following "
            "locations/events in/around Amsterdam? [Bar]",
        ),
    ]
    workshop.survey("limesurvey", columns, undeclared_columns="ignore")
    result = workshop.land(shared("limesurvey/survey_100001_R_data_file.csv"), survey_id="limesurvey")
    assert result.encoding == "utf-8 with byte-order mark"
    assert (result.rows_read, result.rows_rejected) == (result.rows_accepted, 0)
    assert result.rows_read > 0


CSPS_BENCHMARKS = {
    "csps/2013_csps2013_benchmarks_20131125.csv": ("cp1252", 2013),
    "csps/2014_csps2014_benchmarks.csv": ("utf-8", 2014),
}


@pytest.mark.parametrize("name", CSPS_BENCHMARKS)
def test_published_percentages_are_read_as_numbers(
    workshop: Workshop, shared: Callable[[str], Path], name: str
) -> None:
    encoding, year = CSPS_BENCHMARKS[name]
    columns = [
        column("measure", "open_text"),
        column("score_2013", "outcome", delivered_as="2013", maximum=100),
    ]
    workshop.survey("csps", columns, undeclared_columns="ignore")
    result = workshop.land(shared(name), str(year), "csps")
    assert (result.encoding, result.rows_rejected) == (encoding, 0)
    assert result.rows_accepted > 50
    [(engagement,)] = workshop.query(
        "select score_2013 from raw.csps where measure = 'Employee engagement index'"
    )
    assert engagement == 58


def test_a_large_tab_separated_file_named_csv_lands_whole(
    workshop: Workshop, shared: Callable[[str], Path]
) -> None:
    columns = [
        column("year", "group", delivered_as="SURVEYR"),
        column("question", "group", delivered_as="QUESTION"),
        column("answer_1", "outcome", delivered_as="ANSWER1", missing={"not_asked": [9999]}),
        column("score", "outcome", delivered_as="SCORE100", missing={"not_asked": [9999]}),
        column("n", "weight", delivered_as="ANSCOUNT"),
        column("level_1", "group", delivered_as="LEVEL1ID"),
        column("level_2", "group", delivered_as="LEVEL2ID"),
    ]
    workshop.survey("pses", columns, undeclared_columns="ignore")
    result = workshop.land(shared("pses/dtPSES.csv"), survey_id="pses")
    assert (result.rows_accepted, result.invalid_answers) == (74_558, {})
    assert workshop.query(
        "select answer_1, score, n from raw.pses where level_1 = '0' and level_2 = '0' "
        "and year = '2018' and question = 'Q06'"
    ) == [(26.0, 63.0, 161_141.0)]


def test_text_answers_with_marks_inside_them_match_their_set(
    workshop: Workshop, shared: Callable[[str], Path]
) -> None:
    columns = [
        column("person", "respondent_id", delivered_as="unnamed_1"),
        column("country", "group", delivered_as="socio1"),
        *(
            column(
                f"recog{i}",
                "item",
                answers="agree5",
                coding="labels",
                delivered_as=f"likert4[recog{i}]",
            )
            for i in (1, 2, 3)
        ),
    ]
    workshop.survey("rse", columns, undeclared_columns="ignore")
    result = workshop.land(shared("rse/rse2018_public_data.csv"), "2018", "rse")
    assert (result.rows_rejected, result.invalid_answers) == (0, {})
    means = workshop.query(
        """
        select count(a), round(avg(a), 4) from (
            select case lower(recog1) when 'strongly disagree' then 1 when 'disagree' then 2
                when 'neither agree or disagree' then 3 when 'agree' then 4
                when 'strongly agree' then 5 end as a
            from raw.rse
        )
        """
    )
    assert means == [(787, 4.0254)]
    assert "\ufeff" not in str(workshop.query("from raw.rse"))


@pytest.mark.slow
def test_a_file_larger_than_the_memory_lands(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each thread that parses holds a part of the file: all parts together must fit."""
    monkeypatch.setattr(deliver, "_memory_limit", lambda: deliver._LEAST_MEMORY)
    long = "x" * 1_000
    file = workshop.csv(*(f"p{n},1,a,4,Agree,3,{long}{n}" for n in range(300_000)))
    assert file.stat().st_size > deliver._LEAST_MEMORY
    assert workshop.land(file).rows_accepted == 300_000
    [found] = workshop.query(
        f"select count(*), bool_and(remark = '{long}' || (row_number - 1)) from raw.plain"
    )
    assert found == (300_000, True)


texts = st.text(alphabet=st.sampled_from('ab1 ,;"\n'), max_size=8)


@given(rows=st.lists(st.lists(texts, min_size=3, max_size=3), min_size=1, max_size=12))
def test_records_of_a_well_formed_file_are_its_rows(rows: list[list[str]]) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    lines = io.StringIO(stream.getvalue(), newline="\n")
    records = list(_records(lines, ",", 3))
    parsed = [next(csv.reader(io.StringIO(record.text, newline=""))) for record in records]
    assert [record.fault for record in records] == [None] * len(records)
    # Only a row of nothing but blanks, quotes and separators is no record.
    assert parsed == [row for row in rows if set("".join(row)) - set(', "\n')]
