"""Reading a codebook: what is in it, and what its author is told when it cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from werkpeil.codebook import codebook_path, load_codebook, normalise_text
from werkpeil.errors import InputError
from werkpeil.project import Project

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = """
sources:
  - name: raw
    tables:
      - name: toy
        description: A toy survey.
        config:
          meta:
            label_nl: Speelgoed
            label_en: Toy
            language: en
            waves:
              2022: {fieldwork_start: 2022-09-01}
              2023:
        columns:
          - name: mood
            description: "  How are you?  "
            config:
              meta:
                role: [group, item]
                answers: yes_no
                scale: well_being
                waves: 2022
                names_by_wave: {2022: Mood}
                missing: {dont_know: 8}
          - name: age
            config: {meta: {role: control, bands: halves, delivered_as: Leeftijd}}
"""
SEEDS = {
    "answer_sets": (
        "answer_set_id,answer_code,answer_id,label_nl,label_en,position,score,category,"
        "missing_reason,spellings\n"
        "yes_no,0,no,Nee,No,1,0,negative,,\n"
        "yes_no,1,yes,Ja,Yes,2,1,positive,,Jawel|Yep\n"
        "unused,1,a,A,A,1,,,,\n"
    ),
    "band_sets": (
        "band_set_id,band_id,lower_exclusive,upper_inclusive,category,label_nl,label_en,position\n"
        "halves,low,,2.5,,laag,low,1\nhalves,high,2.5,,,hoog,high,2\n"
        "scores,all,,,,alles,all,1\nunused,all,,,,alles,all,1\n"
    ),
    "scales": (
        "survey_id,scale_id,label_nl,label_en,minimum_items,band_set_id,note\n"
        "toy,well_being,Welzijn,Well-being,1,scores,\nother,else,Anders,Else,1,unused,\n"
    ),
    "themes": "survey_id,theme_id,label_nl,label_en,position\ntoy,t,T,T,1\nother,t,T,T,1\n",
    "cuts": (
        "survey_id,cut_id,variables,label_nl,label_en,position\n"
        "toy,mood*age,mood*age,Beide,Both,1\nother,x,x,X,X,1\n"
    ),
    "margins": (
        "survey_id,wave_id,margin_id,answer_id,population\n"
        "toy,2022,mood,yes|no,500\ntoy,2022,age,low,\nother,1,x,x,5\n"
    ),
    "flows": (
        "survey_id,flow_id,origin_cut_id,base_cut_id,base_group_id,destination_variables,"
        "destination_answer_id,label_nl,label_en,position\n"
        "toy,goes,mood,,,near*far,yes,Gaat,Goes,1\nother,x,x,,,x,,X,X,1\n"
    ),
}


@pytest.fixture
def toy(tmp_path: Path) -> Project:
    (tmp_path / "dbt_project.yml").write_text("vars: {surveys: [toy]}\n", encoding="utf-8")
    project = Project.at(tmp_path)
    codebook_path(project, "toy").parent.mkdir(parents=True)
    codebook_path(project, "toy").write_text(SOURCES, encoding="utf-8")
    project.seeds.mkdir()
    for name, text in SEEDS.items():
        (project.seeds / f"{name}.csv").write_text(text, encoding="utf-8")
    return project


def rewrite(project: Project, old: str, new: str) -> None:
    path = codebook_path(project, "toy")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_source_and_its_columns_are_read(toy: Project) -> None:
    book = load_codebook(toy, "toy")
    assert (book.survey_id, book.label_nl, book.language) == ("toy", "Speelgoed", "en")
    assert book.path == "models/staging/toy/_toy__sources.yml"
    mood, age = book.columns
    assert mood.description == "How are you?"
    assert mood.role == ("group", "item")
    assert mood.scale == ("well_being",)
    assert mood.missing == {"dont_know": (8,)}
    assert age.delivered_names("2022") == ("Leeftijd",)
    assert age.minimum == 0
    assert book.first_with_role("control") == age
    assert book.first_with_role("weight") is None


def test_waves_are_texts_whatever_yaml_makes_of_them(toy: Project) -> None:
    book = load_codebook(toy, "toy")
    assert list(book.waves) == ["2022", "2023"]
    assert book.waves["2022"].fieldwork_start == "2022-09-01"
    assert book.waves["2023"].fieldwork_start is None
    mood = book.columns[0]
    assert mood.occurs_in("2022")
    assert not mood.occurs_in("2023")
    assert mood.delivered_names("2022") == ("Mood",)
    assert mood.delivered_names("2023") == ("mood",)


def test_what_a_wave_changes_is_read_by_wave(toy: Project) -> None:
    wording = "wordings: {2023: {question: 'How do you feel?', comparable: true, note: Asked both.}}"
    rewrite(toy, "names_by_wave: {2022: Mood}", f"names_by_wave: {{2022: Mood}}\n                {wording}")
    more = "minimum_effect: {mean: 0.2}\n            comparable_scales: {well_being: {2023: A pilot.}}"
    rewrite(toy, "language: en", f"language: en\n            {more}")
    book = load_codebook(toy, "toy")
    assert book.columns[0].wordings["2023"].question == "How do you feel?"
    assert book.columns[0].wordings["2023"].comparable
    assert book.comparable_scales == {"well_being": {"2023": "A pilot."}}
    assert (book.minimum_effect.mean, book.minimum_effect.share) == (0.2, None)


@pytest.mark.parametrize(
    ("wording", "words"),
    [
        ("{2023: {note: Changed.}}", "question"),
        ("{2023: {question: 'How?', trend: true}}", "trend"),
        ("How?", "wordings"),
    ],
)
def test_a_wording_that_cannot_be_read_is_told_with_its_place(toy: Project, wording: str, words: str) -> None:
    rewrite(toy, "names_by_wave: {2022: Mood}", f"wordings: {wording}")
    with pytest.raises(InputError, match=words) as error:
        load_codebook(toy, "toy")
    assert "'mood'" in str(error.value)


def test_only_the_seeds_of_the_survey_are_read(toy: Project) -> None:
    book = load_codebook(toy, "toy")
    assert list(book.answers) == ["yes_no"]
    assert set(book.bands) == {"halves", "scores"}
    assert [scale.scale_id for scale in book.scales] == ["well_being"]
    assert [theme.survey_id for theme in book.themes] == ["toy"]
    assert [cut.variables for cut in book.cuts] == [("mood", "age")]
    assert [flow.destination_variables for flow in book.flows] == [("near", "far")]
    assert [flow.base_cut_id for flow in book.flows] == [None]
    assert [(part.answers, part.population) for part in book.margins] == [
        (("yes", "no"), 500),
        (("low",), None),
    ]


def test_a_weighting_is_read_with_its_steps(toy: Project) -> None:
    assert load_codebook(toy, "toy").weighting is None
    steps = "weighting: {base: design, rake: mood, trim: {maximum_ratio: 4}}"
    rewrite(toy, "            language: en\n", f"            language: en\n            {steps}\n")
    weighting = load_codebook(toy, "toy").weighting
    assert weighting is not None
    assert (weighting.base, weighting.nonresponse, weighting.rake) == ("design", None, ("mood",))
    assert weighting.trim is not None
    assert weighting.trim.maximum_ratio == 4


def test_an_answer_knows_every_text_that_means_it(toy: Project) -> None:
    yes = load_codebook(toy, "toy").answers["yes_no"][1]
    assert yes.texts == ("yes", "ja", "jawel", "yep")
    assert (yes.score, yes.category, yes.missing_reason) == (1.0, "positive", None)


def test_texts_are_compared_without_case_blanks_and_marks() -> None:
    assert normalise_text("\ufeff Zeer\u00a0mee \n EENS ") == "zeer mee eens"


def test_an_unknown_survey_is_told_with_the_known_ones(toy: Project) -> None:
    with pytest.raises(InputError, match="no survey 'ghost'") as caught:
        load_codebook(toy, "ghost")
    assert caught.value.hint is not None
    assert "toy" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  - name: raw", "  - name: [raw", "not valid YAML"),
        ("      - name: toy", "      - name: toys", "describes no table 'toy'"),
        ("role: control, ", "", "Column 'age' has no role"),
        ("role: control", "role: controls", "'age' > role"),
        ("scale: well_being", "scales: well_being", "'mood' > scales: Extra inputs"),
        ("language: en", "language: de", "language: Input should be 'nl' or 'en'"),
        ("label_en: Toy\n", "\n", "label_en: Field required"),
        ("dont_know: 8", "forgot: 8", "'mood' > missing > forgot"),
        ("role: control", "role: control, maximum: .nan", "'age' > maximum: Input should be a finite number"),
        ("role: control", "role: control, minimum: .inf", "'age' > minimum: Input should be a finite number"),
        ("role: control", "role: control, maximum: 1e999", "maximum: Input should be a finite number"),
        ("language: en", "language: en\n            minimum_effect: {mean: .inf}", "finite number"),
        (
            "language: en",
            "language: en\n            weighting: {trim: {maximum_ratio: .inf}}",
            "finite number",
        ),
        ("dont_know: 8", "dont_know: .nan", "Input should be a finite number"),
        ("dont_know: 8", f"dont_know: {10**400}", "Input should be less than or equal to"),
    ],
)
def test_a_fault_in_the_codebook_is_told_with_its_place(
    toy: Project, old: str, new: str, message: str
) -> None:
    rewrite(toy, old, new)
    with pytest.raises(InputError) as caught:
        load_codebook(toy, "toy")
    assert message in caught.value.what
    assert caught.value.where == "models/staging/toy/_toy__sources.yml"


@pytest.mark.parametrize(
    ("seed", "old", "new", "message"),
    [
        ("answer_sets", "yes_no,0", "yes_no,-1", "answer_code: Input should be greater"),
        ("answer_sets", "yes_no,0", "yes_no,2147483648", "answer_code: Input should be less"),
        ("answer_sets", "No,1,0", "No,1,nan", "score: Input should be a finite number"),
        ("band_sets", "low,,2.5", "low,,inf", "upper_inclusive: Input should be a finite number"),
        ("band_sets", "high,2.5", "high,-1e999", "lower_exclusive: Input should be a finite number"),
    ],
)
def test_a_fault_in_a_seed_names_the_seed(toy: Project, seed: str, old: str, new: str, message: str) -> None:
    path = toy.seeds / f"{seed}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load_codebook(toy, "toy")
    assert caught.value.where == f"seeds/{seed}.csv"


def test_a_seed_that_is_missing_or_not_utf8_is_told(toy: Project) -> None:
    path = toy.seeds / "themes.csv"
    path.write_bytes(b"survey_id,theme_id\ntoy,caf\xe9\n")
    with pytest.raises(InputError, match="seed themes is not UTF-8"):
        load_codebook(toy, "toy")
    path.unlink()
    with pytest.raises(InputError, match="seed themes is missing"):
        load_codebook(toy, "toy")
