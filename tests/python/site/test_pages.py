"""What decides something on a page: words, addresses, files of numbers, and how pages are divided."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.site import Parsed, faults_of_site, rows_of_csv, rows_of_json
from werkpeil.audit.findings import Text
from werkpeil.errors import CheckFailedError, InputError
from werkpeil.project import Project
from werkpeil.site import build, write_site
from werkpeil.site.build import Written
from werkpeil.site.layout import Frame, Page, data_link, fragment, link, write_page
from werkpeil.site.numbers import Numbers
from werkpeil.site.pages.changes import change_text
from werkpeil.site.pages.common import headline
from werkpeil.site.pages.quality import quality_page
from werkpeil.site.pages.variables import ROWS_PER_PAGE, pages_of_cuts, told_universe
from werkpeil.site.reading import Source, Survey, Variable, in_one_naming, read_surveys
from werkpeil.site.tables import ABSENT, TableRow, number_cell, share_cell, table, why_cell
from werkpeil.site.words import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NL, EN = Voice("nl"), Voice("en")
PAGE = Page("a/b.html", Text("Titel", "Title"), {"nl": ["<p>tekst</p>"], "en": ["<p>text</p>"]})
MENU = [replace(PAGE, path="index.html", menu=Text("Begin", "Start")), replace(PAGE, menu=Text("B", "B"))]
FRAME = Frame(MENU, "b1", "2026-01-01T00:00:00Z")


@pytest.fixture
def source() -> Iterator[Source]:
    connection = duckdb.connect()
    connection.execute("create schema published")
    connection.execute("create table published.scores (id text, share double, suppression_reason text)")
    connection.execute("insert into published.scores values ('a,\"b', 0.25, null), ('c', null, 'protected')")
    connection.execute("comment on column published.scores.share is 'Share that agrees.'")
    yield Source(connection, "b1", "2026-01-01T00:00:00Z", frozenset({"scores"}))
    connection.close()


def test_both_languages_write_numbers_their_own_way() -> None:
    assert (NL.share(0.1234), EN.share(0.1234)) == ("12,3\u202f%", "12.3\u202f%")
    assert (NL.count(1234567), EN.count(1234567)) == ("1.234.567", "1,234,567")
    assert (NL.number(-0.5), EN.number(-0.5)) == ("\u22120,50", "\u22120.50")
    assert EN.interval(0.1, 0.2, share=True, places=1) == "10.0 \u2013 20.0"
    assert EN.interval(None, 0.2, share=True, places=1) == ""


@pytest.mark.parametrize(
    ("change", "told"), [(0.4, "+0.4"), (-0.4, "\u22120.4"), (0.04, "0.0"), (-0.04, "0.0"), (0.0, "0.0")]
)
def test_a_change_has_a_sign_unless_it_rounds_to_nothing(change: float, told: str) -> None:
    assert EN.change(change, 1) == told


def test_a_change_that_matters_has_a_star_and_shares_are_in_points() -> None:
    row = {"measure": "positive_share", "change": 0.031, "is_meaningful": True}
    assert change_text(row, EN) == "+3.1 *"
    assert change_text(row | {"measure": "mean", "is_meaningful": None}, EN) == "+0.03"


def test_small_probabilities_are_told_as_a_bound() -> None:
    assert [EN.p_value(p) for p in (0.0, 0.0009, 0.001, 0.04999)] == [
        "<\u00a00.001",
        "<\u00a00.001",
        "0.001",
        "0.050",
    ]


def test_a_reason_is_told_in_words_and_an_unknown_one_by_its_name() -> None:
    assert NL.reason("protected") == "verborgen om mensen te beschermen"
    assert EN.reason("something_new") == "something new"
    assert EN.reason(None) == ""


def test_names_are_enumerated() -> None:
    assert [EN.names(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_hidden_number_is_a_mark_and_never_a_zero() -> None:
    assert share_cell(EN, None) is ABSENT
    assert number_cell(EN, None) is ABSENT
    assert share_cell(EN, 0.0).text == "0.0\u202f%"
    assert why_cell(EN, None, "protected").text == "hidden to protect people"


def test_each_row_of_a_table_has_an_address_that_leads_to_it() -> None:
    rows = [
        TableRow("Heading"),
        TableRow("A & B", (share_cell(EN, 0.5, 0.4, 0.6),), ("cut*x", "2022", "a b")),
    ]
    page = Parsed()
    page.feed(table("What <it> shows", ["share"], rows))
    page.close()
    assert page.ids == ["cut*x.2022.a_b"]
    assert page.links == ["#cut*x.2022.a_b"]
    assert page.rows["cut*x.2022.a_b"] == ["A & B", "50.0\u202f% (40.0 \u2013 60.0)"]
    assert page.faults == []


def test_links_are_relative_to_the_page_and_files_to_its_language() -> None:
    assert link("items/per/q1.html", "explore.html") == "../../explore.html"
    assert link("index.html", "items/per/q1.html") == "items/per/q1.html"
    assert data_link("items/per/q1.html", "nl", "data/per/q1.csv") == "../../data/per/q1.csv"
    assert data_link("items/per/q1.html", "en", "data/per/q1.csv") == "../../../data/per/q1.csv"
    assert fragment("sector*left", 'a"b') == "#sector*left.a%22b"


@pytest.mark.parametrize("script", [False, True])
def test_a_page_is_strict_in_both_languages_and_leads_to_its_other_one(tmp_path: Path, script: bool) -> None:
    written = Written(tmp_path, FRAME)
    for page in (PAGE, replace(PAGE, path="index.html")):
        written.add(replace(page, script=script))
    assert faults_of_site(tmp_path) == []
    assert (written.pages, written.largest > 0) == (4, True)
    dutch = (tmp_path / "a" / "b.html").read_text(encoding="utf-8")
    assert '<a href="../en/a/b.html" lang="en" hreflang="en">English</a>' in dutch
    assert '<a href="b.html" aria-current="page">B</a>' in dutch


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        ('<p onclick="x()">', "handler onclick at p"),
        ('<p style="color:red">', "style at p"),
        ('<script src="x.js"></script>', "script loads x.js"),
        ('<a href="https://example.org">x</a>', "leaves the site: https://example.org"),
        ('<a href="nowhere.html">x</a>', "leads nowhere: nowhere.html"),
        ('<a href="#nothing">x</a>', "leads to no element: #nothing"),
        ("<script>1</script>", "script-src is not what the page holds"),
        ('<i id="x"></i><i id="x"></i>', "ids that occur twice: ['x']"),
        ("<h4>x</h4>", "headings skip a level: [1, 4]"),
        ('<svg role="img"></svg>', "a picture without words"),
    ],
)
def test_the_checker_of_pages_finds_what_it_looks_for(tmp_path: Path, harm: str, fault: str) -> None:
    written = Written(tmp_path, Frame([], "b1", ""))
    written.add(replace(PAGE, path="index.html"))
    broken = Page("broken.html", PAGE.title, {"nl": [harm], "en": [harm]})
    written.add(broken)
    assert {found.partition(": ")[2] for found in faults_of_site(tmp_path)} >= {fault}


def test_made_up_answers_are_named_on_top_of_the_page() -> None:
    page = replace(PAGE, synthetic={"nl": ["A & B"], "en": ["A & B"]})
    assert "<strong>SYNTHETISCHE GEGEVENS</strong> \u2014 A &amp; B: niemand" in write_page(FRAME, page, "nl")
    assert "SYNTHETIC" not in write_page(FRAME, PAGE, "en")


def test_a_page_that_is_too_large_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "LARGEST_PAGE", 100)
    with pytest.raises(CheckFailedError, match=r"a/b\.html"):
        Written(tmp_path, FRAME).add(PAGE)


def test_without_a_release_there_is_no_site(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Nothing is released"):
        write_site(Project(root=tmp_path, data=tmp_path / "data"))
    assert not (tmp_path / "data" / "published").exists()


def test_rows_are_kept_as_csv_and_json_and_hidden_numbers_are_empty(source: Source, tmp_path: Path) -> None:
    numbers = Numbers(source)
    assert numbers.add("data/scores", "scores", source.table("scores", "id")) == "data/scores"
    for name, text in numbers.files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    expected: list[dict[str, Any]] = [
        {"id": 'a,"b', "share": 0.25, "suppression_reason": None},
        {"id": "c", "share": None, "suppression_reason": "protected"},
    ]
    assert rows_of_json(tmp_path / "data/scores.json") == expected
    assert rows_of_csv(tmp_path / "data/scores.csv") == [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in expected
    ]
    told = json.loads(numbers.files["data/scores.json"])
    assert (told["table"], told["build_id"]) == ("published.scores", "b1")
    assert told["columns"]["share"] == "Share that agrees."


def test_a_table_that_is_not_published_has_no_rows(source: Source) -> None:
    assert source.table("quality_checks") == []
    assert [row["id"] for row in source.table("scores", id="c")] == ["c"]


@given(st.dictionaries(st.text(min_size=1), st.integers(1, 3 * ROWS_PER_PAGE), max_size=30))
def test_cuts_are_divided_without_loss_and_no_page_is_longer_than_need_be(sizes: dict[str, int]) -> None:
    pages = pages_of_cuts(sizes)
    assert [cut for page in pages for cut in page] == list(sizes)
    for page in pages:
        assert len(page) == 1 or sum(sizes[cut] for cut in page) <= ROWS_PER_PAGE or not page
    for page, following in pairwise(pages):
        assert sum(sizes[cut] for cut in page) + sizes[following[0]] > ROWS_PER_PAGE


@pytest.mark.parametrize(
    ("language", "remarks", "docs"),
    [
        ("en", "1 of 2 without remark", "../../quality/index.html"),
        ("nl", "1 van 2 zonder aanmerking", "../quality/index.html"),
    ],
)
def test_what_the_gate_found_is_on_the_page_of_quality_once_it_is_published(
    source: Source, language: str, remarks: str, docs: str
) -> None:
    before = "".join(quality_page(source, [], Numbers(source), has_data_docs=False).main[language])
    assert "<table>" not in before.partition("<h2>")[2].partition("<h2>")[0]
    source.connection.execute(
        "create table published.quality_checks as "
        "select check_id, 's' as survey_id, '1' as wave_id, 'wave_changes' as table_name, "
        "'a share moves little' as about, 90 as row_count, 3 * (1 - has_passed) as broken_count, "
        "has_passed = 1 as has_passed "
        "from (values ('share_jump', 0), ('is_a_share', 1)) as found (check_id, has_passed)"
    )
    wave = dict.fromkeys(
        ("read_count", "accepted_count", "rejected_count", "n", "n_kish", "stratum_count"), 1
    )
    wave |= {"wave_id": "1", "label_nl": "Golf 1", "label_en": "Wave 1", "provenance": "real"}
    survey = Survey({"survey_id": "s", "label_nl": "Onderzoek", "label_en": "Survey"}, [wave])
    checked = replace(source, tables=source.tables | {"quality_checks"})
    numbers = Numbers(checked)
    page = quality_page(checked, [survey], numbers, has_data_docs=True)
    found = Parsed()
    found.feed("".join(page.main[language]))
    assert remarks in found.text
    assert found.rows["gate.s.1.share_jump"][1:] == [
        "a share moves little (share_jump)",
        "wave_changes",
        "3",
        "90",
    ]
    assert "is_a_share" not in found.text
    assert docs in found.links
    assert "data/quality_checks.csv" in numbers.files


def test_scales_are_read_under_the_names_of_items() -> None:
    row = {
        "scale_id": "s",
        "std_error": 1,
        "ci_lower": 2,
        "agree_share": 3,
        "agree_share_ci_lower": 4,
        "disagree_share_null_reason": 5,
        "neutral_share": 6,
    }
    assert in_one_naming(row) == {
        "scale_id": "s",
        "mean_std_error": 1,
        "mean_ci_lower": 2,
        "positive_share": 3,
        "positive_share_ci_lower": 4,
        "negative_share_null_reason": 5,
        "neutral_share": 6,
    }


def test_the_headline_is_of_the_newest_wave_in_which_somebody_answered() -> None:
    survey = Survey({}, waves=[{"wave_id": wave} for wave in ("2024", "2022", "2020")])
    rows = [{"wave_id": "2020", "n": 9}, {"wave_id": "2022", "n": 12}, {"wave_id": "2024", "n": 0}]
    found = headline(survey, rows)
    assert found is not None
    assert found["wave_id"] == "2022"
    assert headline(survey, [{"wave_id": "2024", "n": None}]) is None


def test_who_was_asked_is_told_in_the_words_of_the_question_that_decides_it() -> None:
    left = Variable("s", "left", "control", {"label_en": "Left", "answer_set_id": "yes_no"})
    answers = {"yes_no": [{"answer_id": "yes", "label_en": "Yes"}, {"answer_id": "no", "label_en": "No"}]}
    survey = Survey({}, variables=[left], answers=answers)
    assert told_universe(survey, "left = yes|no; other = 1", EN) == "Left: Yes / No; other = 1"
    assert told_universe(survey, None, EN) == ""


def test_a_release_without_surveys_has_none(source: Source) -> None:
    assert read_surveys(source) == []
