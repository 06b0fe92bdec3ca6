"""What is written into the project, and that bad input and failures leave nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from support.projects import ROOT
from werkpeil.codebook.draft import delivery, draft_survey
from werkpeil.codebook.draft.write import with_survey
from werkpeil.errors import InputError, OutsideError
from werkpeil.landing import land

if TYPE_CHECKING:
    from support.drafting import Drafts

HEADER = "id,team,q1,q2,q3"
ROWS = [f"{n},{'abc'[n % 3]},{n % 5 + 1},{(n + n % 2) % 5 + 1},{n % 5 + 1}" for n in range(60)]


def content_of(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_a_draft_is_a_codebook_seed_rows_two_models_and_a_setting(drafts: Drafts) -> None:
    drafts.of_rows(HEADER, ROWS)
    assert set(drafts.draft.written) == {
        "models/staging/nieuw/_nieuw__sources.yml",
        "models/staging/nieuw/stg_nieuw__responses.sql",
        "models/scored/scored_nieuw.sql",
        "seeds/answer_sets.csv",
        "seeds/cuts.csv",
        "seeds/scales.csv",
        "seeds/themes.csv",
        "dbt_project.yml",
    }
    assert drafts.draft.column_count == 5
    root = drafts.project.root
    staged = root / "models" / "staging" / "nieuw" / "stg_nieuw__responses.sql"
    assert staged.read_text() == "{{ stage_responses('nieuw') }}\n"
    assert (
        root / "models" / "scored" / "scored_nieuw.sql"
    ).read_text() == "{{ score_respondents('nieuw') }}\n"


def test_seeds_keep_their_rows_and_the_settings_their_comments(drafts: Drafts) -> None:
    before = content_of(drafts.project.root)
    drafts.of_rows(HEADER, ROWS)
    after = content_of(drafts.project.root)
    for name in ("answer_sets", "cuts", "scales", "themes"):
        assert after[f"seeds/{name}.csv"].startswith(before[f"seeds/{name}.csv"])
    added = set(after["dbt_project.yml"].decode().splitlines()) - set(
        before["dbt_project.yml"].decode().splitlines()
    )
    assert [line.strip() for line in added] == ["surveys: [fevs, werkonderzoek, per, nieuw]"]


def test_two_surveys_can_be_drafted_one_after_the_other(drafts: Drafts) -> None:
    drafts.of_rows(HEADER, ROWS, survey="een").of_rows(HEADER, ROWS, survey="twee")
    settings = yaml.safe_load((drafts.project.root / "dbt_project.yml").read_text())
    assert settings["vars"]["surveys"][-2:] == ["een", "twee"]
    assert drafts.column("q1").answers == "twee_numbers_1_5"


def test_an_existing_survey_is_not_overwritten(drafts: Drafts) -> None:
    drafts.of_rows(HEADER, ROWS)
    before = content_of(drafts.project.root)
    with pytest.raises(InputError, match="something of a survey 'nieuw' already"):
        draft_survey(drafts.project, drafts.file(HEADER, ROWS), "nieuw", "2023", "nl")
    with pytest.raises(InputError, match="something of a survey 'fevs' already"):
        draft_survey(drafts.project, drafts.file(HEADER, ROWS), "fevs", "2023", "nl")
    assert content_of(drafts.project.root) == before


@pytest.mark.parametrize("survey", ["", "Nieuw", "1e", "a-b", "../x", "a" * 65])
def test_an_id_that_is_no_name_is_refused(drafts: Drafts, survey: str) -> None:
    before = content_of(drafts.project.root)
    with pytest.raises(InputError):
        draft_survey(drafts.project, drafts.file(HEADER, ROWS), survey, "2022", "nl")
    assert content_of(drafts.project.root) == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"id,q1\n", "no rows"),
        (b"\n\n", "only blank lines"),
        (b"\x89PNG\r\n\x1a\n0000", "not supported"),
    ],
)
def test_a_file_without_a_table_is_refused(drafts: Drafts, content: bytes, message: str) -> None:
    file = drafts.folder / "delivery.csv"
    file.write_bytes(content)
    before = content_of(drafts.project.root)
    with pytest.raises(InputError, match=message):
        draft_survey(drafts.project, file, "nieuw", "2022", "nl")
    assert content_of(drafts.project.root) == before


def test_a_folder_or_nothing_is_refused(drafts: Drafts) -> None:
    with pytest.raises(InputError, match="folder"):
        draft_survey(drafts.project, drafts.folder, "nieuw", "2022", "nl")
    with pytest.raises(InputError, match="no such file"):
        draft_survey(drafts.project, drafts.folder / "weg.csv", "nieuw", "2022", "nl")


@pytest.mark.parametrize("failing", range(1, 9))
def test_a_failure_at_any_file_leaves_the_project_as_it_was(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    before = content_of(drafts.project.root)
    steps = 0
    replace = Path.replace

    def failing_replace(path: Path, target: Path) -> Path:
        nonlocal steps
        steps += 1
        if steps == failing:
            raise OSError(28, "No space left on device", str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", failing_replace)
    with pytest.raises(OutsideError, match="nothing was changed"):
        draft_survey(drafts.project, drafts.file(HEADER, ROWS), "nieuw", "2022", "nl")
    assert content_of(drafts.project.root) == before
    assert not (drafts.project.staging / "nieuw").exists()


def test_a_list_of_surveys_in_another_form_is_added_to(drafts: Drafts) -> None:
    forms = {
        "vars:\n  surveys: [a]  # ours\n": "vars:\n  surveys: [a, b]  # ours\n",
        "vars:\n  surveys: []\n": "vars:\n  surveys: [b]\n",
        "vars:\n  surveys: [\n    a,\n  ]\n": "vars:\n  surveys: [\n    a, b]\n",
        "vars:\n  surveys:\n    - a  # first\n  other: 1\n": (
            "vars:\n  surveys:\n    - a  # first\n    - b\n  other: 1\n"
        ),
        "vars:\n  surveys:\n  - a\n": "vars:\n  surveys:\n  - a\n  - b\n",
        "vars:\n  surveys:  # none yet\n  other: 1\n": "vars:\n  surveys: [b]  # none yet\n  other: 1\n",
    }
    for before, after in forms.items():
        assert with_survey(before, "b") == after


@pytest.mark.parametrize("settings", ["name: x\n", "vars: {surveys: [a]}\n", "other:\n  surveys: [a]\n"])
def test_a_list_of_surveys_that_is_not_found_is_told(settings: str) -> None:
    with pytest.raises(InputError, match="cannot be added to"):
        with_survey(settings, "b")


@given(st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), unique=True, max_size=5))
def test_adding_a_survey_changes_nothing_else(surveys: list[str]) -> None:
    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    settings["vars"]["surveys"] = surveys
    changed = yaml.safe_load(with_survey(yaml.safe_dump(settings, sort_keys=False), "nieuw_x"))
    assert changed["vars"].pop("surveys") == [*surveys, "nieuw_x"]
    settings["vars"].pop("surveys")
    assert changed == settings


@pytest.mark.parametrize("ending", ["xlsx", "ods", "parquet", "tsv"])
def test_other_formats_are_drafted_and_land(drafts: Drafts, ending: str) -> None:
    import pandas as pd  # noqa: PLC0415 - only this test makes files of other formats

    names = HEADER.split(",")
    frame = pd.DataFrame([row.split(",") for row in ROWS], columns=names)
    frame = frame.astype({name: int for name in names if name != "team"})
    file = drafts.folder / f"delivery.{ending}"
    if ending == "parquet":
        frame.to_parquet(file)
    elif ending == "tsv":
        frame.to_csv(file, sep="\t", index=False)
    else:
        frame.to_excel(file, index=False)
    drafts.of(file)
    assert [drafts.role(c.name) for c in drafts.codebook.columns] == ["respondent_id", "group", *["item"] * 3]
    assert land(drafts.project, file, "nieuw", "2022").rows_accepted == 60


def test_of_a_long_file_only_the_first_rows_are_looked_at(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ROW_LIMIT", 40)
    drafts.of_rows("id,q1", [f"{n},{n % 5 + 1 if n < 40 else 10}" for n in range(60)])
    assert drafts.asks("Only the first", "rows were looked at")
    assert drafts.column("q1").answers == "nieuw_numbers_1_5"


def test_what_is_asked_first_is_who_the_respondents_are(drafts: Drafts) -> None:
    rows = [
        f"{'abc'[n % 3]},{n % 5 + 1},{9 if n == 4 else n % 5 + 1},Vrije tekst {n} van iemand"
        for n in range(60)
    ]
    drafts.of_rows("team,q1,q2,uitleg", rows)
    order = ["No respondent id", "No weight", "Answers nieuw", "look like codes", "open text"]
    places = [next(i for i, asked in enumerate(drafts.draft.questions) if word in asked) for word in order]
    assert places == sorted(places)
