"""Answer sets: those that are recognised, reused, turned, filled in or left without an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from werkpeil.codebook.draft.answers import from_labels, from_numbers, from_texts
from werkpeil.codebook.draft.vocabulary import FAMILIES, Family
from werkpeil.landing import land

if TYPE_CHECKING:
    from pathlib import Path

    from support.drafting import Drafts

ROWS = range(60)
ORDERED = [family for family in FAMILIES if family.shape != "yes_no"]


def spss(drafts: Drafts, values: dict[str, list[object]], **options: object) -> Path:
    path = drafts.folder / "delivery.sav"
    pyreadstat.write_sav(pd.DataFrame(values), str(path), **options)
    return path


@pytest.mark.parametrize(
    ("texts", "language", "set_id"),
    [
        ("Helemaal mee oneens|Mee oneens|Neutraal|Mee eens|Helemaal mee eens", "nl", "agreement_5"),
        ("Strongly disagree|Disagree|Neutral|Agree|Strongly agree", "en", "agreement_5"),
        ("Zeer ontevreden|Ontevreden|Neutraal|Tevreden|Zeer tevreden", "nl", "satisfaction_5"),
        ("Very poor|Poor|Fair|Good|Very good", "en", "quality_5"),
        ("Ja|Nee", "nl", "yes_no"),
        ("Yes|No", "en", "yes_no"),
        ("Man|Vrouw", "nl", "gender"),
    ],
)
def test_texts_of_a_known_set_reuse_it(drafts: Drafts, texts: str, language: str, set_id: str) -> None:
    listed = texts.split("|")
    drafts.of_rows("id,q1", [f"{n},{listed[n % len(listed)]}" for n in ROWS], language=language)
    before = {row["answer_set_id"] for row in drafts.seed("answer_sets")}
    assert (drafts.column("q1").answers, drafts.column("q1").coding) == (set_id, "labels")
    assert "nieuw_q1" not in before
    assert "seeds/answer_sets.csv" not in drafts.draft.written


def test_an_answer_that_nobody_gave_does_not_make_another_set(drafts: Drafts) -> None:
    listed = ["Mee oneens", "Neutraal", "Mee eens", "Zeer mee eens"]
    drafts.of_rows("id,q1", [f"{n},{listed[n % 4]}" for n in ROWS], language="nl")
    assert drafts.column("q1").answers == "agreement_5"


@pytest.mark.parametrize(
    ("texts", "language", "set_id", "scores"),
    [
        ("Nooit|Soms|Vaak|Altijd", "nl", "frequency_4", [1, 2, 3, 4]),
        ("Never|Rarely|Sometimes|Often|Always", "en", "frequency_5", [1, 2, 3, 4, 5]),
        ("Oneens|Neutraal|Eens", "nl", "agreement_3", [1, 2, 3]),
        ("Not at all|Somewhat|Very much", "en", "extent_3", [1, 2, 3]),
    ],
)
def test_texts_of_a_known_kind_make_an_ordered_set(
    drafts: Drafts, texts: str, language: str, set_id: str, scores: list[int]
) -> None:
    listed = texts.split("|")
    drafts.of_rows("id,q1", [f"{n},{listed[n % len(listed)]}" for n in ROWS], language=language)
    assert (drafts.role("q1"), drafts.column("q1").answers) == ("item", set_id)
    answers = drafts.codebook.answers[set_id]
    assert [a.score for a in answers] == scores
    assert (answers[0].category, answers[-1].category) == ("negative", "positive")
    assert [set(text.casefold().split("|")) <= set(a.texts) for text, a in zip(listed, answers, strict=True)]


def test_columns_share_the_set_that_holds_all_their_texts(drafts: Drafts) -> None:
    listed = ["Nooit", "Zelden", "Soms", "Vaak", "Altijd"]
    rows = [f"{n},{listed[n % 5]},{listed[n % 4]}" for n in ROWS]
    drafts.of_rows("id,a1,b1", rows, language="nl")
    assert drafts.column("a1").answers == drafts.column("b1").answers == "frequency_5"


def test_labels_from_high_to_low_are_scored_the_other_way_and_asked(drafts: Drafts) -> None:
    labels = {1: "Helemaal mee eens", 2: "Mee eens", 3: "Neutraal", 4: "Mee oneens", 5: "Helemaal mee oneens"}
    file = spss(
        drafts,
        {"q1": [n % 5 + 1 for n in ROWS]},
        column_labels={"q1": "Ik heb plezier in mijn werk"},
        variable_value_labels={"q1": labels},
    )
    drafts.of(file, language="nl")
    answers = drafts.codebook.answers["nieuw_agreement_5"]
    assert [(a.answer_code, a.score, a.category) for a in answers] == [
        (1, 5, "positive"),
        (2, 4, "positive"),
        (3, 3, "neutral"),
        (4, 2, "negative"),
        (5, 1, "negative"),
    ]
    assert answers[0].label_nl == "Helemaal mee eens"
    assert answers[0].label_en == "Strongly agree"
    assert drafts.asks("nieuw_agreement_5 of q1", "scores run against the codes")


def test_labelled_codes_reuse_the_same_set_and_missing_ones_stay_apart(drafts: Drafts) -> None:
    labels = {1: "Zeer mee oneens", 2: "Mee oneens", 3: "Neutraal", 4: "Mee eens", 5: "Zeer mee eens"}
    file = spss(
        drafts,
        {"q1": [[1, 2, 3, 4, 5, 8, 9, 98][n % 8] for n in ROWS]},
        variable_value_labels={"q1": {**labels, 8: "Weet niet", 9: "Wil niet zeggen", 98: "Overig"}},
        missing_ranges={"q1": [98]},
    )
    drafts.of(file, language="nl")
    column = drafts.column("q1")
    assert column.answers == "agreement_5"
    assert column.missing == {"dont_know": (8,), "refused": (9,), "skipped": (98,)}
    assert "q1: 8 (Weet niet), 9 (Wil niet zeggen)" in drafts.question("look like codes for missing")


def test_a_range_with_words_at_its_ends_is_filled_in(drafts: Drafts) -> None:
    file = spss(
        drafts,
        {"q1": [n % 7 + 1 for n in ROWS]},
        variable_value_labels={"q1": {1: "past niet bij mij", 7: "past heel goed bij mij"}},
    )
    drafts.of(file, language="nl")
    answers = drafts.codebook.answers["nieuw_numbers_1_7"]
    assert [a.label_nl for a in answers] == ["past niet bij mij", *"23456", "past heel goed bij mij"]
    assert drafts.asks("nieuw_numbers_1_7 of q1", "between its two named ends")


def test_labels_without_an_order_make_groups_even_of_an_ordinal_word(drafts: Drafts) -> None:
    file = spss(
        drafts,
        {"domein": [n % 3 + 1 for n in ROWS]},
        variable_value_labels={"domein": {1: "Beleid", 2: "Toezicht", 3: "Bedrijfsvoering"}},
    )
    drafts.of(file, language="nl")
    assert drafts.role("domein") == "group"
    assert drafts.asks("Labels are in one language only: nieuw_domein")


def test_labels_of_texts_are_answers_and_the_texts_their_spellings(drafts: Drafts) -> None:
    file = spss(
        drafts,
        {"vest": ["AMS", "RTM", "ROT", "onb"] * 15},
        variable_value_labels={
            "vest": {"AMS": "Amsterdam", "RTM": "Rotterdam", "ROT": "rotterdam", "onb": "Onbekend"}
        },
    )
    drafts.of(file, language="nl")
    found = {a.label_nl: a.spellings for a in drafts.codebook.answers["nieuw_vest"]}
    assert found == {"Amsterdam": ("AMS",), "Rotterdam": ("RTM", "ROT")}
    assert drafts.column("vest").missing == {"dont_know": ("Onbekend", "onb")}
    assert land(drafts.project, file, "nieuw", "2022").invalid_answers == {}


def test_what_people_wrote_is_no_answer_because_one_text_has_a_label(drafts: Drafts) -> None:
    file = spss(
        drafts,
        {"opm": [f"tekst van {n}" for n in ROWS]},
        variable_value_labels={"opm": {"geen": "Geen opmerking"}},
    )
    drafts.of(file, language="nl")
    assert drafts.role("opm") == "open_text"


def test_texts_that_make_the_same_id_stay_apart(drafts: Drafts) -> None:
    drafts.of_rows("id,team", [f"{n},{['a b', 'a_b', 'a-b'][n % 3]}" for n in ROWS])
    answers = drafts.codebook.answers["nieuw_team"]
    assert [a.label_nl for a in answers] == ["a b", "a-b", "a_b"]
    assert len({text for a in answers for text in a.texts}) == sum(len(a.texts) for a in answers)


def test_an_ordinal_variable_gets_scores_and_no_good_end(drafts: Drafts) -> None:
    file = spss(
        drafts,
        {"fase": [n % 3 + 1 for n in ROWS]},
        variable_value_labels={"fase": {1: "Start", 2: "Groei", 3: "Rijp"}},
        variable_measure={"fase": "ordinal"},
    )
    drafts.of(file, language="nl")
    assert [(a.score, a.category) for a in drafts.codebook.answers["nieuw_fase"]] == [
        (1, None),
        (2, None),
        (3, None),
    ]
    assert drafts.asks("the file calls it ordinal")


def test_stata_labels_are_read_as_well(drafts: Drafts) -> None:
    path = drafts.folder / "delivery.dta"
    labels = {1: "Never", 2: "Sometimes", 3: "Often", 4: "Always"}
    frame = pd.DataFrame({"respnr": list(ROWS), "q1": [n % 4 + 1 for n in ROWS]})
    pyreadstat.write_dta(
        frame, str(path), column_labels={"q1": "How often?"}, variable_value_labels={"q1": labels}
    )
    drafts.of(path)
    assert (drafts.column("q1").description, drafts.column("q1").answers) == ("How often?", "frequency_4")
    assert drafts.role("respondent_id") == "respondent_id"


def test_a_recommendation_from_0_to_10_has_promoters(drafts: Drafts) -> None:
    header = "id,q1. Zou u ons aanbevelen?,q2. Welk cijfer geeft u?"
    drafts.of_rows(header, [f"{n},{n % 11},{n % 11}" for n in ROWS])
    answers = drafts.codebook.answers["nieuw_recommendation_0_10"]
    assert [a.category for a in answers] == ["negative"] * 7 + ["neutral"] * 2 + ["positive"] * 2
    assert drafts.column("q2").answers == "nieuw_numbers_0_10"
    assert drafts.asks("nieuw_numbers_0_10 of q2", "more was taken for more positive")
    assert not drafts.asks("nieuw_recommendation_0_10")


def test_numbers_with_words_at_the_ends_share_one_range(drafts: Drafts) -> None:
    ends = {1: "1 (nooit)", 10: "10 (altijd)"}
    rows = [
        f"{n},{ends.get(n % 10 + 1, str(n % 10 + 1))},{ends.get(n % 8 + 1, str(n % 8 + 1))}" for n in ROWS
    ]
    drafts.of_rows("id,x[a1],x[a2],x[a3]", [f"{row},{row.split(',')[1]}" for row in rows])
    assert {drafts.column(f"x_a{number}").answers for number in (1, 2, 3)} == {"nieuw_numbers_1_10"}


@given(st.sampled_from(ORDERED), st.sampled_from(["nl", "en"]), st.booleans(), st.data())
def test_any_labels_of_a_kind_are_ordered_as_they_mean(
    family: Family, language: str, is_turned: bool, data: st.DataObject
) -> None:
    levels = data.draw(st.lists(st.sampled_from(family.levels), min_size=3, unique=True))
    levels = sorted(levels, key=lambda level: level.rank, reverse=is_turned)
    texts = [level.nl if language == "nl" else level.en for level in levels]
    drafted = from_labels(dict(enumerate(texts, start=1)), language, is_declared_ordered=None)
    scores = [answer.score for answer in drafted.answers]
    assert scores == sorted(range(1, len(levels) + 1), reverse=is_turned)
    assert [answer.label_en for answer in drafted.answers] == [level.en for level in levels] or (
        drafted.kind.split("_")[0] != family.name
    )
    by_text = from_texts(texts, language)
    assert [a.score for a in by_text.answers] == sorted(a.score or 0 for a in by_text.answers)


@given(st.integers(0, 1), st.integers(3, 10), st.booleans())
def test_a_range_of_numbers_is_symmetric_about_its_middle(low: int, high: int, is_asked: bool) -> None:
    answers = from_numbers(low, high, {}, is_recommendation=is_asked and (low, high) != (0, 10)).answers
    opposite = {"negative": "positive", "positive": "negative", "neutral": "neutral"}
    assert [a.category for a in answers] == [opposite[a.category or ""] for a in reversed(answers)]
