"""Files that nobody of this project made: what becomes of their columns, and that they land afterwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from support.projects import ROOT, shared_file
from werkpeil.landing import land

if TYPE_CHECKING:
    from pathlib import Path

    from support.drafting import Drafts

FEVS = ROOT / "examples" / "fevs" / "2018" / "fevs2018_subset_10agencies.csv.gz"
SPSS_FILES = (
    "foreign_electric.sav",
    "foreign_testdata.sav",
    "greetings.sav",
    "leading_zero.sav",
    "metadata_copy_test.sav",
    "pspp_hotel.sav",
    "spssio_test.sav",
    "test_dates.sav",
    "zlib_compressed.zsav",
)


def assert_lands_whole(drafts: Drafts, file: Path, rows: int) -> None:
    """Require that the file lands with the codebook drafted from it, every row and answer valid."""
    result = land(drafts.project, file, drafts.draft.survey_id, "2022")
    assert (result.rows_accepted, result.rows_rejected) == (rows, 0)
    assert result.invalid_answers == {}


def alphas(drafts: Drafts) -> dict[str, tuple[float, int]]:
    """Return alpha and n of each proposed scale, by its first item, as the questions tell them."""
    pattern = re.compile(r"proposed.*: (\S+) - \S+ \(alpha ([.\d]+), n (\d+)\)")
    found = [pattern.search(asked) for asked in drafts.draft.questions]
    return {each[1]: (float(each[2]), int(each[3])) for each in found if each}


def test_bfi_keeps_its_five_scales_and_their_reversed_items(drafts: Drafts) -> None:
    file = shared_file("bfi/bfi.csv")
    drafts.of(file, "bfi")
    book = drafts.codebook
    assert drafts.role("respondent_id") == "respondent_id"
    assert drafts.column("respondent_id").delivered_as == ("unnamed_1",)
    assert {c.name for c in book.columns if c.polarity == "negative"} == {
        *("a1", "c4", "c5", "e1", "e2", "o2", "o5")
    }
    assert [scale.scale_id for scale in book.scales] == [f"scale_{letter}" for letter in "aceno"]
    assert {scale.minimum_items for scale in book.scales} == {4}
    for letter in "aceno":
        members = [column.name for column in book.columns if f"scale_{letter}" in column.scale]
        assert members == [f"{letter}{number}" for number in range(1, 6)]
    assert alphas(drafts) == {
        "A1": (0.70, 2709),
        "C1": (0.73, 2707),
        "E1": (0.76, 2713),
        "N1": (0.81, 2694),
        "O1": (0.60, 2726),
    }
    answers = book.answers["bfi_numbers_1_6"]
    assert [answer.score for answer in answers] == [1, 2, 3, 4, 5, 6]
    assert [answer.category for answer in answers] == ["negative"] * 3 + ["positive"] * 3
    assert book.blank_texts == ("NA",)
    assert (drafts.role("gender"), drafts.role("education"), drafts.role("age")) == (
        *("group", "group", "control"),
    )
    assert drafts.asks("Codes without labels", "gender: 1, 2", "education: 1, 2, 3, 4, 5")
    assert "A1, C4, C5, E1, E2, O2, O5" in drafts.question("reversed, from its correlations")
    assert_lands_whole(drafts, file, 2800)


def test_efc_is_described_by_its_own_labels(drafts: Drafts) -> None:
    file = shared_file("efc/efc.sav")
    drafts.of(file, "efc")
    assert drafts.column("c83cop2").description == "do you find caregiving too demanding?"
    assert drafts.asks("No respondent id was found")
    assert drafts.asks("No weight was found")
    # Labels of the nine items differ in case only, so they are one set.
    items = [column for column in drafts.codebook.columns if column.answers == "frequency_4"]
    assert [column.name for column in items] == [f"c{81 + i}cop{i}" for i in range(1, 10)]
    answers = drafts.codebook.answers["frequency_4"]
    assert [a.label_nl for a in answers] == ["Nooit", "Soms", "Vaak", "Altijd"]
    assert [a.label_en for a in answers] == ["Never", "Sometimes", "Often", "Always"]
    assert [a.score for a in answers] == [1, 2, 3, 4]
    assert [a.category for a in answers] == ["negative", "negative", "positive", "positive"]
    negative = {column.name for column in items if column.polarity == "negative"}
    assert negative == {"c82cop1", "c89cop8", "c90cop9"}
    assert alphas(drafts) == {"c82cop1": (0.74, 881)}
    assert drafts.column("c161sex").answers == "gender"
    assert drafts.column("c175empl").answers == "yes_no"
    assert (drafts.role("c175empl"), drafts.column("c175empl").polarity) == ("item", "none")
    assert (drafts.role("e15relat"), drafts.role("c172code")) == ("group", "group")
    assert (drafts.role("c160age"), drafts.role("barthtot"), drafts.role("n4pstu")) == (
        *("control", "control", "group"),
    )
    assert [answer.score for answer in drafts.codebook.answers["efc_e42dep"]] == [1, 2, 3, 4]
    assert drafts.asks("efc_e42dep", "nothing is called positive")
    assert_lands_whole(drafts, file, 908)


def test_the_election_study_has_a_weight_an_id_and_texts_for_answers(drafts: Drafts) -> None:
    file = shared_file("ces11/CES11.csv")
    drafts.of(file, "ces11")
    assert drafts.column("respondent_id").delivered_as == ("id",)
    assert "rownames" in drafts.question("Which column identifies respondents?")
    assert drafts.role("rownames") == "ignored"
    assert drafts.role("weight") == "weight"
    assert "mean 7182" in drafts.question("weight was taken for the weight")
    assert drafts.role("population") == "ignored"
    assert drafts.column("province").role == ("group", "stratum")
    assert {row["stratum_id"]: row["population"] for row in drafts.seed("strata")}["pe"] == "105780"
    assert drafts.asks("population holds one number per province")
    importance = drafts.codebook.answers[drafts.column("importance").answers or ""]
    assert [(answer.answer_id, answer.label_en, answer.score) for answer in importance] == [
        ("not_important", "not", 1),
        ("not_very_important", "notvery", 2),
        ("somewhat_important", "somewhat", 3),
        ("very_important", "very", 4),
    ]
    assert drafts.column("abortion").answers == "yes_no"
    assert drafts.column("gender").answers == "gender"
    assert {drafts.role(name) for name in ("education", "urban")} == {"group"}
    assert [cut.cut_id for cut in drafts.codebook.cuts] == ["province", "gender", "education", "urban"]
    assert_lands_whole(drafts, file, 2231)


def test_the_employee_viewpoint_survey_has_items_a_weight_and_groups(drafts: Drafts) -> None:
    drafts.of(FEVS, "fevs_draft")
    assert drafts.column("respondent_id").delivered_as == ("RANDOM",)
    assert drafts.asks("RANDOM was taken for the respondent id because every value occurs once")
    assert drafts.column("weight").delivered_as == ("POSTWT",)
    items = [column for column in drafts.codebook.columns if column.answers == "fevs_draft_numbers_1_5"]
    assert [column.name for column in items] == [f"q{number}" for number in range(1, 72)]
    assert {column.role for column in items} == {("item",)}
    assert drafts.codebook.scales == ()
    assert drafts.asks("Q1 - Q71 are 71 items, too many for one scale")
    assert {drafts.role(n) for n in ("agency", "level1", "dsex", "deduc", "dsuper")} == {"group"}
    assert drafts.column("my_leaving").answers == "yes_no"
    assert "level1" not in {cut.cut_id for cut in drafts.codebook.cuts}
    assert drafts.asks("No results by LEVEL1")
    assert_lands_whole(drafts, FEVS, 6515)


def test_text_answers_of_the_software_engineers_become_sets(drafts: Drafts) -> None:
    file = shared_file("rse/rse2018_public_data.csv")
    drafts.of(file, "rse")
    recognition = [drafts.column(f"likert4_recog{number}") for number in (1, 2, 3)]
    assert {(column.answers, column.coding) for column in recognition} == {("agreement_5", "labels")}
    assert {column.scale for column in recognition} == {("scale_likert4_recog",)}
    assert recognition[0].description.startswith("Do you feel that your contribution to research")
    assert alphas(drafts)["likert4[recog1]"] == (0.68, 771)
    [scale] = [s for s in drafts.codebook.scales if s.scale_id == "scale_likert4_recog"]
    assert (scale.minimum_items, scale.band_set_id) == (2, "agreement_mean_5")
    satisfaction = drafts.codebook.answers[drafts.column("likert3_satis_gen1").answers or ""]
    assert [answer.answer_code for answer in satisfaction] == list(range(11))
    assert satisfaction[0].label_en.startswith("0 - ")
    assert (drafts.role("socio1"), drafts.role("startdate")) == ("group", "ignored")
    assert drafts.column("rse1").answers == "yes_no"
    assert drafts.column("current_emp10").missing["refused"] == ("Prefer not to say",)
    assert_lands_whole(drafts, file, 997)


def test_limesurvey_questions_are_kept_and_its_own_columns_are_not(drafts: Drafts) -> None:
    file = shared_file("limesurvey/survey_998192_R_data_file.csv")
    drafts.of(file, "lime")
    assert drafts.column("respondent_id").delivered_as == ("Response ID",)
    assert drafts.column("how_old_are_you").description == "How old are you?"
    technical = ("date_submitted", "last_page", "start_language", "seed", "question_time_age", "total_time")
    assert {drafts.role(name) for name in technical} == {"ignored"}
    assert drafts.asks("a survey tool adds it", "Seed")
    assert drafts.asks("Looks personal", "[Street]")
    assert_lands_whole(drafts, file, 7)


def test_limesurveys_syntax_file_says_what_its_data_file_does_not(drafts: Drafts) -> None:
    file = shared_file("limesurvey/survey_998192_R_data_file.csv")
    drafts.of(file, "lime", codebook=shared_file("limesurvey/survey_998192_R_syntax_file.R"))
    assert drafts.column("respondent_id").delivered_as == ("Response ID",)
    assert drafts.column("personality_open").description == "Describe yourselves [Openness]"
    ends = drafts.codebook.answers[drafts.column("personality_open").answers or ""]
    assert (ends[0].label_en, ends[-1].label_en) == ("1 disagree strongly", "7 agree strongly")
    # Nobody answered it yet, and its answers are known all the same.
    assert drafts.role("activities_client_1") == "item"
    assert (drafts.role("gender_other"), drafts.role("pets_fish")) == ("open_text", "control")
    films = drafts.codebook.answers[drafts.column("order_1").answers or ""]
    assert {(answer.answer_id, answer.spellings) for answer in films} >= {("titanic", ("tita",))}
    assert [(a.answer_code, a.answer_id) for a in drafts.codebook.answers["yes_no_1_2"]] == [
        (1, "yes"),
        (2, "no"),
    ]
    assert_lands_whole(drafts, file, 7)


def test_limesurvey_columns_with_one_header_are_left_out(drafts: Drafts) -> None:
    file = shared_file("limesurvey/survey_100001_R_data_file.csv")
    drafts.of(file, "lime")
    assert drafts.codebook.undeclared_columns == "ignore"
    assert drafts.asks("several columns have the same header")
    assert_lands_whole(drafts, file, 3)


def test_qualtrics_headings_are_questions_and_not_respondents(drafts: Drafts) -> None:
    file = shared_file("qualtrics/sample.csv")
    drafts.of(file, "qualtrics")
    assert drafts.column("q1").description == "This is a multiple choice question."
    assert drafts.column("respondent_id").delivered_as == ("ResponseId",)
    assert {drafts.role(n) for n in ("start_date", "ipaddress", "recipient_email", "user_language")} == {
        "ignored"
    }
    assert drafts.role("q2") == "open_text"
    # Its import id says that answers were offered, and one respondent gave the second.
    assert (drafts.role("q1"), drafts.column("q1").polarity) == ("item", "none")
    assert drafts.asks("Codes without labels", "Q1: 2")
    assert drafts.asks("Looks personal", "IPAddress", "RecipientEmail")
    assert_lands_whole(drafts, file, 1)


def test_legacy_qualtrics_columns_go_by_their_second_header(drafts: Drafts) -> None:
    file = shared_file("qualtrics/sample_legacy.csv")
    drafts.of(file, "legacy")
    assert drafts.column("respondent_id").delivered_as == ("V1",)
    assert drafts.column("q1").description == "This is a multiple choice question."
    assert drafts.role("email_address") == "ignored"
    assert_lands_whole(drafts, file, 1)


def test_strata_and_clusters_are_found_by_name(drafts: Drafts) -> None:
    file = shared_file("nhanes/nhanes.csv")
    drafts.of(file, "nhanes")
    assert (drafts.role("sdmvstra"), drafts.role("sdmvpsu")) == ("stratum", "cluster")
    assert drafts.column("weight").delivered_as == ("WTMEC2YR",)
    assert_lands_whole(drafts, file, 8591)


@pytest.mark.parametrize("name", SPSS_FILES)
def test_odd_spss_files_can_be_drafted_and_land(drafts: Drafts, name: str) -> None:
    file = shared_file(f"spss/{name}")
    drafts.of(file, "odd")
    result = land(drafts.project, file, "odd", "2022")
    assert result.rows_rejected == 0
    assert result.invalid_answers == {}


def test_declared_missing_values_of_spss_become_missing_codes(drafts: Drafts) -> None:
    drafts.of(shared_file("spss/foreign_testdata.sav"), "odd")
    assert drafts.column("factor_n_coded_miss").missing == {"skipped": (99,)}
    assert drafts.column("factor_n_coded_miss").answers == "agreement_5"
    assert drafts.column("factor_s_coded_miss").missing["dont_know"] == ("unknown", "u")


def test_no_opinion_in_the_middle_of_a_scale_is_its_neutral_answer(drafts: Drafts) -> None:
    drafts.of(shared_file("spss/pspp_hotel.sav"), "hotel")
    [middle] = [a for a in drafts.codebook.answers[drafts.column("v1").answers or ""] if a.answer_code == 3]
    assert (middle.category, middle.score, middle.label_en) == ("neutral", 3, "No Opinion")
    assert drafts.asks("look like codes for missing", "3 (No Opinion), taken as the middle")
