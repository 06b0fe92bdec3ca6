"""`werkpeil synthesise` as a user meets it, and the pages that it wrote into docs/."""

from __future__ import annotations

import sys

import pytest

from support.documents import Reader
from support.projects import make_project
from werkpeil.cli import demo, main
from werkpeil.landing import current_deliveries, land
from werkpeil.synthesis.generate import SynthesisResult, model_of
from werkpeil.synthesis.report import calibrate, write_report


def call(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["werkpeil", *map(str, arguments)])
    try:
        main.run()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.fixture
def own(tmp_path, monkeypatch):
    made = make_project(tmp_path, bundled=("per", "werkonderzoek"))
    monkeypatch.chdir(made.root)
    monkeypatch.delenv("WERKPEIL_DATA", raising=False)
    return made


def test_the_command_explains_itself(monkeypatch, capsys):
    assert call(monkeypatch, "synthesise", "--help") == 0
    assert "Example: werkpeil synthesise" in capsys.readouterr().out


def test_a_wave_is_written_and_reported(own, monkeypatch, capsys):
    code = call(
        monkeypatch,
        "synthesise",
        "--survey",
        "per",
        "--wave",
        "2022",
        "--seed",
        1,
        "--out",
        "a.csv",
        "--report",
    )
    told = capsys.readouterr().out
    assert code == 0
    assert told.startswith("SYNTHETIC per 2022, seed 1: 3,724 made-up respondents")
    assert "346 of 346 tested numbers and statements met" in told
    assert (own.root / "a.csv").read_text(encoding="utf-8").splitlines()[1].startswith('"syn-per-2022-')
    assert (own.root / "docs" / "method" / "synthetic-per.svg").is_file()


def test_the_commands_of_the_guide_make_a_wave_and_land_it(own):
    Reader(own).follow("docs/method/synthetic-data.md")
    assert [(one.survey_id, one.wave_id, one.provenance) for one in current_deliveries(own)] == [
        ("per", "2022", "synthetic")
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--survey", "fevs", "--wave", "2018", "--out", "a.csv"], "no model"),
        (["--survey", "per", "--wave", "1999", "--out", "a.csv"], "no wave '1999'"),
        (["--survey", "per", "--wave", "2022", "--out", "a.doc"], "no format"),
        (["--survey", "per", "--wave", "2022", "--out", "a.csv", "--respondents", "5"], "too few"),
    ],
)
def test_what_cannot_be_used_is_a_message(own, monkeypatch, capsys, arguments, words):
    assert call(monkeypatch, "synthesise", "--seed", 1, *arguments) == 2
    assert words in capsys.readouterr().err
    assert not list(own.root.glob("*.unfinished"))
    assert not list(own.root.glob(".*.unfinished"))


@pytest.mark.parametrize("survey", ["per", "werkonderzoek"])
def test_the_page_in_docs_is_what_the_command_writes(project, tmp_path, survey):
    n = model_of(survey).default_respondents("2022")
    made = SynthesisResult(survey, "2022", 1, n, 0, tmp_path / "wave.sav")
    elsewhere = type(project)(root=tmp_path, data=tmp_path)
    for written in write_report(elsewhere, calibrate(made)):
        committed = project.root / written.relative_to(tmp_path)
        assert written.read_text(encoding="utf-8") == committed.read_text(encoding="utf-8"), (
            f"run `werkpeil synthesise --survey {survey} --wave 2022 --seed 1 --report` again"
        )


def test_the_demo_lands_made_up_waves_and_never_replaces_what_is_real(own, tmp_path, capsys):
    real = (own.root / "examples" / "per" / "2022" / "per_2022_handgemaakt.csv").read_text(encoding="utf-8")
    path = tmp_path / "delivery.csv"
    path.write_text(real.replace("syn-", "r-"), encoding="utf-8")
    made_up = {wave: file for survey, wave, file in demo._made_up(own) if survey == "per"}
    assert set(made_up) == {"2022", "2024"}
    land(own, path, "per", "2022")
    assert not demo._holds_another_synthetic(own, "per", "2022", made_up["2022"])
    land(own, made_up["2024"], "per", "2024")
    assert not demo._holds_another_synthetic(own, "per", "2024", made_up["2024"])
    assert demo._holds_another_synthetic(own, "per", "2024", made_up["2022"])
    assert [delivery.provenance for delivery in current_deliveries(own)] == ["real", "synthetic"]
