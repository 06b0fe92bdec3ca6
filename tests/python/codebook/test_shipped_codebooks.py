"""The three codebooks of this project: free of contradictions, and true to what was published."""

from __future__ import annotations

import csv
import gzip
import io
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml

from werkpeil.codebook import Codebook, load_codebook, normalise_text
from werkpeil.codebook.check import find_problems
from werkpeil.codebook.load import seed_rows
from werkpeil.project import Project

ROOT = Path(__file__).parents[3]
PROJECT = Project.at(ROOT)
SHARED_DATA = Path(os.environ.get("WERKPEIL_SHARED_DATA", ROOT.parent / "shared" / "data"))
REFERENCE = SHARED_DATA.parent / "reference"
EXAMPLES = {
    "fevs": "2018/fevs2018_subset_10agencies.csv.gz",
    "werkonderzoek": "2022/werkonderzoek_2022_handgemaakt.csv",
    "per": "2022/per_2022_handgemaakt.csv",
}
SURVEYS = list(EXAMPLES)

needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the reference tables of the two reports are not here"
)


@cache
def shipped(survey_id: str) -> Codebook:
    return load_codebook(PROJECT, survey_id)


def reference_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def example_rows(survey_id: str) -> list[dict[str, str]]:
    path = ROOT / "examples" / survey_id / EXAMPLES[survey_id]
    content = path.read_bytes()
    is_packed = path.suffix == ".gz"
    text = (gzip.decompress(content) if is_packed else content).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text), delimiter="," if is_packed else ";"))


def is_allowed(book: Codebook, name: str, delivered: str) -> bool:
    """Whether the codebook knows a delivered answer; an empty one always is known."""
    column = next(entry for entry in book.columns if entry.name == name)
    if delivered == "" or {"open_text", "respondent_id"} & set(column.role):
        return True
    missing = {str(code) for codes in column.missing.values() for code in codes}
    if delivered in missing:
        return True
    if not column.is_coded:
        number = float(delivered.replace(",", "."))
        return column.minimum <= number <= (column.maximum or float("inf"))
    answers = book.answers_of(column)
    if column.coding == "labels":
        return any(normalise_text(delivered) in answer.texts for answer in answers)
    return any(delivered == str(answer.answer_code) for answer in answers)


@pytest.mark.parametrize("survey_id", SURVEYS)
def test_a_shipped_codebook_has_no_problems(survey_id: str) -> None:
    assert [str(problem) for problem in find_problems(shipped(survey_id))] == []


@pytest.mark.parametrize("survey_id", SURVEYS)
def test_every_answered_column_is_described_in_both_languages(survey_id: str) -> None:
    book = shipped(survey_id)
    for column in book.columns:
        assert column.label_nl, column.name
        assert column.label_en, column.name
        assert column.description, column.name
        if book.language == "nl" and column.is_answered:
            assert column.question_en, column.name
        if "item" in column.role:
            assert column.theme, column.name


@pytest.mark.parametrize("survey_id", SURVEYS)
def test_the_example_wave_holds_only_what_the_codebook_knows(survey_id: str) -> None:
    book = shipped(survey_id)
    rows = example_rows(survey_id)
    names = {
        normalise_text(name): column.name
        for column in book.columns
        for name in column.delivered_names("2022")
    }
    assert {names[normalise_text(header)] for header in rows[0]} == {
        column.name for column in book.columns if column.occurs_in("2022")
    }
    delivered = {(header, value) for row in rows for header, value in row.items()}
    unknown = {
        (header, value)
        for header, value in delivered
        if not is_allowed(book, names[normalise_text(header)], value)
    }
    assert unknown == set()


# Codes that the made-up later waves added to an answer set.
ANSWERS_OF_LATER_WAVES = {"organisation": {"15", "16"}}


@pytest.mark.parametrize("survey_id", ["werkonderzoek", "per"])
def test_a_hand_made_wave_is_marked_and_shows_every_answer(survey_id: str) -> None:
    book = shipped(survey_id)
    rows = example_rows(survey_id)
    assert all(row["respondentnummer"].startswith("syn-") for row in rows)
    assert len({row["respondentnummer"] for row in rows}) == len(rows)
    for column in book.columns:
        if not column.is_coded or not column.occurs_in("2022"):
            continue
        header = next(name for name in column.delivered_names("2022") if name in rows[0])
        delivered = {row[header] for row in rows}
        declared = {str(answer.answer_code) for answer in book.answers_of(column)}
        declared |= {str(code) for codes in column.missing.values() for code in codes}
        assert declared - ANSWERS_OF_LATER_WAVES.get(column.answers or "", set()) <= delivered, column.name


@pytest.mark.parametrize("survey_id", ["werkonderzoek", "per"])
def test_a_hand_made_wave_follows_the_routing(survey_id: str) -> None:
    book = shipped(survey_id)
    columns = {column.name: column for column in book.columns if column.occurs_in("2022")}
    for row in example_rows(survey_id):
        values = {name: row[column.delivered_names("2022")[0]] for name, column in columns.items()}
        for name, column in columns.items():
            for asked_of, answer_ids in column.universe.items():
                codes = {
                    str(answer.answer_code)
                    for answer in book.answers_of(columns[asked_of])
                    if answer.answer_id in answer_ids
                }
                assert values[name] == "" or values[asked_of] in codes, (name, row)


def test_every_seed_is_described_column_by_column() -> None:
    described = yaml.safe_load((PROJECT.seeds / "_seeds.yml").read_text(encoding="utf-8"))["seeds"]
    for seed in described:
        with (PROJECT.seeds / f"{seed['name']}.csv").open(encoding="utf-8", newline="") as stream:
            header = next(csv.reader(stream))
        assert [column["name"] for column in seed["columns"]] == header
        assert list(seed["config"]["column_types"]) == header


def test_missing_reasons_have_the_codes_that_every_layer_relies_on() -> None:
    rows = seed_rows(PROJECT, "missing_reasons")
    assert {row["missing_reason"]: int(row["reason_code"] or 0) for row in rows} == {
        "not_asked": -1,
        "skipped": -2,
        "dont_know": -3,
        "refused": -4,
        "invalid": -5,
        "too_few_items": -6,
    }
    assert [row["missing_reason"] for row in rows if row["is_asked"] == "false"] == ["not_asked"]


def test_fevs_has_its_items_and_subindices() -> None:
    book = shipped("fevs")
    assert [column.name for column in book.with_role("item")] == [f"q{n:02d}" for n in range(1, 72)]
    members = {
        scale.scale_id: [column.name for column in book.columns if scale.scale_id in column.scale]
        for scale in book.scales
    }
    assert members == {
        "leaders_lead": ["q53", "q54", "q56", "q60", "q61"],
        "supervisors": ["q47", "q48", "q49", "q51", "q52"],
        "intrinsic_work_experience": ["q03", "q04", "q06", "q11", "q12"],
        "global_satisfaction": ["q40", "q69", "q70", "q71"],
    }


def fevs_scores(names: list[str]) -> np.ndarray:
    """Scores of FEVS items as the codebook gives them, respondents by items."""
    book = shipped("fevs")
    columns = {column.name: column for column in book.columns}
    score = {
        name: {str(a.answer_code): a.score or 0.0 for a in book.answers_of(columns[name])} for name in names
    }
    return np.array(
        [[score[name][row[columns[name].delivered_as[0]]] for name in names] for row in example_rows("fevs")]
    )


@pytest.mark.parametrize(
    ("scale_id", "alpha"),
    [("leaders_lead", 0.9039), ("supervisors", 0.9423), ("intrinsic_work_experience", 0.8671)],
)
def test_the_fevs_subindices_have_the_known_reliability(scale_id: str, alpha: float) -> None:
    scores = fevs_scores([c.name for c in shipped("fevs").columns if scale_id in c.scale])
    count = scores.shape[1]
    of_items = scores.var(axis=0, ddof=1).sum()
    of_sum = scores.sum(axis=1).var(ddof=1)
    assert count / (count - 1) * (1 - of_items / of_sum) == pytest.approx(alpha, abs=5e-5)


def test_the_fevs_weight_and_agency_give_the_known_shares() -> None:
    rows = example_rows("fevs")
    weights = np.array([float(row["POSTWT"]) for row in rows])
    agencies = np.array([row["AGENCY"] for row in rows])
    book = shipped("fevs")
    category = {str(a.answer_code): a.category for a in book.answers["agreement_5"]}
    positive = np.array([category[row["Q40"]] == "positive" for row in rows])
    share = {
        agency: 100 * weights[(agencies == agency) & positive].sum() / weights[agencies == agency].sum()
        for agency in ("AM", "ED", "SE")
    }
    assert share == pytest.approx({"AM": 80.205, "ED": 46.452, "SE": 86.573}, abs=5e-4)


@needs_reference
def test_the_craft_items_have_the_published_texts() -> None:
    columns = {column.name: column for column in shipped("per").columns}
    by_question = {name: column for column in columns.values() for name in column.delivered_as}
    items = 0
    for row in reference_rows("codebook"):
        column = columns.get(row["item_id"]) or by_question[row["item_id"]]
        assert column.description.startswith(row["item_label_nl"]), row["item_id"]
        if row["response_scale"].startswith("likert5"):
            items += 1
            assert column.role == ("item",)
            assert column.answers == "agreement_5_no_opinion"
            assert column.description == row["item_label_nl"]
            assert column.question_en == row["item_label_en"]
            assert column.polarity == row["polarity"]
    assert items == 64


@needs_reference
def test_the_craft_themes_are_those_of_the_report() -> None:
    book = shipped("per")
    published = [
        row["label_nl"] for row in reference_rows("value_labels") if row["value_set"] == "theme_report"
    ]
    assert [theme.label_nl for theme in book.themes[: len(published)]] == published
    columns = {column.name: column for column in book.columns}
    for row in reference_rows("codebook"):
        if row["theme_report"]:
            theme = book.themes[int(row["theme_report"]) - 1]
            assert columns[row["item_id"]].theme == theme.theme_id, row["item_id"]


@needs_reference
def test_every_variable_of_the_culture_report_is_described() -> None:
    book = shipped("werkonderzoek")
    known = {column.name for column in book.columns} | {scale.scale_id for scale in book.scales}
    wanted = {
        row["variable_id"]
        for row in reference_rows("culture_codebook")
        if row["role"] in {"scale", "outcome", "classifier", "control"}
    }
    assert wanted <= known


@needs_reference
@pytest.mark.parametrize(
    ("survey_id", "answer_set", "value_set"),
    [
        ("werkonderzoek", "sector", "sector"),
        ("per", "domain", "domain"),
        ("per", "organisation", "organisation"),
        ("per", "first_contact", "first_contact"),
    ],
)
def test_answer_ids_are_the_reference_codes(survey_id: str, answer_set: str, value_set: str) -> None:
    published = [
        row["code"]
        for row in reference_rows("value_labels")
        if row["value_set"] == value_set and row["is_missing"] == "0" and row["code"] != "hbo"
    ]
    answers = shipped(survey_id).answers[answer_set]
    # Answers that only made-up waves have come after the published ones.
    assert [answer.answer_id for answer in answers][: len(published)] == published


@needs_reference
@pytest.mark.parametrize(
    ("survey_id", "band_set", "value_set"),
    [
        ("werkonderzoek", "culture_aspect", "culture_band"),
        ("per", "salary_scale", "salary_band_report"),
        ("per", "age_printed", "age_band_report"),
        ("per", "years_of_service", "tenure_band_report"),
    ],
)
def test_bands_are_the_printed_ones(survey_id: str, band_set: str, value_set: str) -> None:
    published = [row["code"] for row in reference_rows("value_labels") if row["value_set"] == value_set]
    bands = shipped(survey_id).bands[band_set]
    assert [band.band_id for band in bands] == published
