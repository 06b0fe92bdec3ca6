"""The smallest contest: made-up answers, three contestants of this environment, and what they agree on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from benchmarks.agreement import read_answers
from benchmarks.questions import AGREEMENT, ITEMS, MEASURED, NAME, NARROW, WIDE
from benchmarks.tasks import Contestant, Task

from benchmarks import __main__ as contest
from benchmarks import picture, report, survey, tasks
from support.projects import add_survey, make_project, set_surveys
from werkpeil.codebook import load_codebook
from werkpeil.codebook.check import require_consistent

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def test_answers_are_the_same_each_time_and_others_in_another_wave() -> None:
    assert survey.answers(50) == survey.answers(50)
    assert survey.answers(50)["scale_a_1"] != survey.answers(50, wave="2")["scale_a_1"]


def test_answers_hold_what_their_codebook_says() -> None:
    wave = survey.answers(20_000).to_pandas()
    assert len(wave.columns) == 45
    assert len(survey.answers(10, name=WIDE).column_names) == 64
    narrow = survey.answers(10, name=NARROW).column_names
    assert [name for name in AGREEMENT if name in narrow] == [
        name for names in ITEMS.values() for name in names
    ]
    assert wave["person"].is_unique
    assert wave["person"].str.startswith("syn-").all()
    for name in AGREEMENT:
        assert set(wave[name].dropna()) == {1, 2, 3, 4, 5, 8, 9}
        assert 0.005 < wave[name].isna().mean() < 0.05
    assert (wave["weight"] > 0).all()
    assert wave.groupby(["sector", "size_class"]).size().min() > 20
    assert (wave["tenure"].dropna() <= wave["age"][wave["tenure"].notna()] - 18).all()


@pytest.mark.parametrize("name", [NAME, WIDE, NARROW])
def test_the_codebook_passes_its_check(tmp_path: Path, name: str) -> None:
    project = make_project(tmp_path)
    survey.write_codebook(tmp_path / "survey", name)
    add_survey(project.root, name, source=tmp_path / "survey")
    set_surveys(project.root, [name])
    require_consistent(load_codebook(project, name))


@pytest.fixture
def small_contest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One task: somebody who answers, somebody who is not here, and somebody who fails."""
    contestants = (
        Contestant("pandas", "pandas"),
        Contestant("pandas again", "pandas"),
        Contestant("absent", "pandas", where="peers"),
        Contestant("fails", "no_such_contestant"),
    )
    for module in (contest, report, picture):
        monkeypatch.setattr(module, "TASKS", (Task("means", "a", "Means by sector", contestants),))
    survey.write_parquet(tmp_path / "wave.parquet", 2000)
    monkeypatch.setattr(contest, "_prepared", lambda _what, _count, _folder: tmp_path)
    monkeypatch.setattr(contest, "make_environments", lambda _find_uv: None)
    monkeypatch.setattr(tasks, "ENVIRONMENTS", tmp_path)


@pytest.mark.usefixtures("small_contest")
def test_a_contest_is_measured_compared_and_told(tmp_path: Path) -> None:
    page, folder = tmp_path / "benchmarks.md", tmp_path / "data"
    words = ["--respondents", "2000", "--runs", "1", "--folder", str(folder), "--page", str(page)]
    assert contest.main(words) == 0
    entries = json.loads((folder / "results.json").read_text(encoding="utf-8"))["entries"]
    by_name = {entry["contestant"]: entry for entry in entries.values()}
    statuses = {name: entry["status"] for name, entry in by_name.items()}
    assert statuses == {"pandas": "done", "pandas again": "done", "absent": "not_here", "fails": "failed"}
    done, again = by_name["pandas"], by_name["pandas again"]
    assert 0 < done["seconds"] < done["wall"]
    assert done["peak"] > 50 << 20
    assert again["agreement"] == {"compared": 1680, "absent": 0, "estimate": 0, "std_error": 0}
    text = page.read_text(encoding="utf-8")
    assert "not here: its environment could not be made" in text
    assert "failed: " in text
    assert "no_such_contestant" in text
    places = [text.index(f"| {name} |") for name in ("pandas", "pandas again", "absent", "fails")]
    assert places == sorted(places)

    before = (folder / "results.json").read_text(encoding="utf-8")
    assert contest.main([*words, "--resume"]) == 0
    assert (
        json.loads(before)["entries"] == json.loads((folder / "results.json").read_text("utf-8"))["entries"]
    )

    _require_right_answers(folder / "out" / "means-2000" / "pandas" / "answers.csv")


@pytest.mark.usefixtures("small_contest")
def test_contestants_take_turns_until_they_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []

    def run(_task: Task, contestant: Contestant, *_: object) -> dict[str, Any]:
        turns.append(contestant.name)
        seconds = float(len(turns))
        told = {"wall": seconds, "cpu": seconds, "peak": 1, "output": ""}
        told |= {"stages": {"answer": seconds}, "cpu_by_stage": {"answer": seconds}}
        return told | {"status": "failed" if contestant.name == "fails" else "done"}

    monkeypatch.setattr(contest, "_run", run)
    page = str(tmp_path / "page.md")
    words = ["--respondents", "2000", "--runs", "3", "--folder", str(tmp_path), "--page", page]
    assert contest.main(words) == 0
    first, second = "pandas", "pandas again"
    assert turns == [first, second, "fails", first, second, first, second]
    entries = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["entries"]
    medians = {entry["contestant"]: entry.get("seconds") for entry in entries.values()}
    assert medians == {"absent": None, first: 4, second: 5, "fails": 3}


def _require_right_answers(file: Path) -> None:
    means = read_answers(file)
    assert len(means) == len(MEASURED) * survey.SECTORS * 4
    wave = survey.answers(2000).to_pandas()
    item, weight = wave["scale_a_1"].where(wave["scale_a_1"] <= 5), wave["weight"]
    chosen = (wave["sector"] == 2) & item.notna()
    estimate, error = means["design", "scale_a_1", "2", "mean"]
    assert estimate == pytest.approx(np.average(item[chosen], weights=weight[chosen]), rel=1e-12)
    assert error == pytest.approx(_linearised(wave, item, estimate, chosen), rel=1e-10)


def _linearised(wave: pd.DataFrame, item: pd.Series, mean: float, chosen: pd.Series) -> float:
    """The textbook's formula, one respondent at a time."""
    scores = (wave["weight"] * (item - mean)).where(chosen, 0.0) / wave["weight"][chosen].sum()
    variance = 0.0
    for _, own in scores.groupby([wave["sector"], wave["size_class"]]):
        variance += len(own) / (len(own) - 1) * ((own - own.mean()) ** 2).sum()
    return float(np.sqrt(variance))
