"""What `werkpeil survey check` finds wrong or open, and how it ends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from support.projects import make_project
from werkpeil.cli import main
from werkpeil.codebook.draft import draft_survey
from werkpeil.codebook.load import codebook_path
from werkpeil.codebook.review import review_survey

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

ROWS = [f"{n},{'abc'[n % 3]},{n % 5 + 1},{(n + n % 2) % 5 + 1},{n % 5 + 1}" for n in range(60)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = make_project(tmp_path, extra=("apistrat",), published=False)
    monkeypatch.chdir(made.root)
    monkeypatch.delenv("WERKPEIL_DATA", raising=False)
    return made


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["werkpeil", *arguments])
    with pytest.raises(SystemExit) as stop:
        main.run()
    return int(stop.value.code or 0)


def add_row(project: Project, seed: str, row: str) -> None:
    with (project.seeds / f"{seed}.csv").open("a", encoding="utf-8") as stream:
        stream.write(row + "\n")


def problems(project: Project) -> list[str]:
    return [str(problem) for problem in review_survey(project, "apistrat").problems]


def test_a_survey_without_contradictions_passes(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "survey", "check", "apistrat") == 0
    assert "apistrat: 10 columns, 0 contradictions" in capsys.readouterr().out


def test_what_is_open_fails_only_if_it_is_asked_to(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "survey", "check", "--strict") == 1
    told = capsys.readouterr()
    assert "  open " in told.out
    assert "--strict allows none" in told.err


def test_a_survey_that_is_not_there_cannot_be_checked(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "survey", "check", "nosuch") == 2
    assert "There is no survey 'nosuch'" in capsys.readouterr().err


def test_contradictions_come_first_and_fail(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_row(project, "cuts", "apistrat,nothing,nosuch,Niets,Nothing,9")
    assert call(monkeypatch, "survey", "check") == 1
    told = capsys.readouterr()
    assert told.out.index("  wrong ") < told.out.index("  open ")
    assert "nosuch" in told.out
    assert "1 contradiction in apistrat" in told.err


@pytest.mark.parametrize(
    ("seed", "row", "words"),
    [
        ("strata", "apistrat,2000,X,12", ("no stratum 'X'", "stype")),
        ("samples", "apistrat,2000,E*H,12", ("no stratum 'E*H'", "seeds/samples.csv")),
        ("regression_models", "apistrat,m,nosuch,M,M,,1", ("outcome 'nosuch'", "model 'm'")),
        ("regression_terms", "apistrat,m,stype,1", ("no such model", "model 'm'")),
    ],
)
def test_seed_rows_that_name_nothing_are_found(
    project: Project, seed: str, row: str, words: tuple[str, ...]
) -> None:
    assert problems(project) == []
    add_row(project, seed, row)
    [problem] = problems(project)
    assert all(word in problem for word in words)


def test_terms_are_columns_scales_and_answers(project: Project) -> None:
    add_row(project, "regression_models", "apistrat,m,api00,M,M,,1")
    for place, term in enumerate(("api99", "stype=E", "stype=X", "respondent_id"), start=1):
        add_row(project, "regression_terms", f"apistrat,m,{term},{place}")
    found = problems(project)
    assert len(found) == 2
    assert "'stype=X'" in found[0]
    assert "'respondent_id'" in found[1]


def test_a_survey_that_is_not_listed_or_lacks_a_model_is_found(project: Project) -> None:
    (project.root / "models" / "scored" / "scored_apistrat.sql").unlink()
    settings = project.root / "dbt_project.yml"
    content = yaml.safe_load(settings.read_text())
    content["vars"]["surveys"] = []
    settings.write_text(yaml.safe_dump(content))
    listed, model = problems(project)
    assert "not listed" in listed
    assert "scored_apistrat.sql" in model


def test_what_a_draft_leaves_open_is_told_until_it_is_decided(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "delivery.csv"
    file.write_text("\n".join(["id,team,q1,q2,q3", *ROWS]) + "\n")
    draft = draft_survey(project, file, "nieuw", "1", "en")
    found = review_survey(project, "nieuw")
    assert found.problems == ()
    told = [point.what for point in found.open_points]
    assert told[: len(draft.questions)] == list(draft.questions)
    assert any("Labels are the same in both languages: nieuw_team" in what for what in told)
    assert any("only its code: team, q1, q2, q3" in what for what in told)
    path = codebook_path(project, "nieuw")
    content = yaml.safe_load(path.read_text())
    content["sources"][0]["tables"][0]["config"]["meta"]["to_decide"] = []
    path.write_text(yaml.safe_dump(content))
    left = [point.what for point in review_survey(project, "nieuw").open_points]
    assert left == told[len(draft.questions) :]


def test_a_codebook_is_written_where_it_is_asked_for(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "survey", "export", "apistrat") == 0
    assert "apistrat.html" in capsys.readouterr().out
    assert (project.root / "apistrat.html").read_text().startswith("<!doctype html>")
    assert call(monkeypatch, "survey", "export", "apistrat", "--format", "csvw", "--out", "here/below") == 0
    assert (project.root / "here" / "below" / "csv-metadata.json").is_file()


@pytest.mark.parametrize("arguments", [("nosuch",), ("apistrat", "--format", "pdf")])
def test_a_codebook_that_cannot_be_written_is_an_error_of_input(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    assert call(monkeypatch, "survey", "export", *arguments) == 2
    assert "Error" in capsys.readouterr().err
