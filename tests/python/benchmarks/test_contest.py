"""The smallest contest: made-up answers, three contestants of this environment, and what they agree on."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from benchmarks.agreement import read_answers
from benchmarks.questions import AGREEMENT, MEASURED
from benchmarks.tasks import surroundings

from benchmarks import survey
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
    assert len(survey.answers(10, further=True).column_names) == 64
    assert wave["person"].is_unique
    assert wave["person"].str.startswith("syn-").all()
    for name in AGREEMENT:
        assert set(wave[name].dropna()) == {1, 2, 3, 4, 5, 8, 9}
        assert 0.005 < wave[name].isna().mean() < 0.05
    assert (wave["weight"] > 0).all()
    assert wave.groupby(["sector", "size_class"]).size().min() > 20
    assert (wave["tenure"].dropna() <= wave["age"][wave["tenure"].notna()] - 18).all()


@pytest.mark.parametrize("name", [survey.NAME, survey.WIDE])
def test_the_codebook_passes_its_check(tmp_path: Path, name: str) -> None:
    project = make_project(tmp_path)
    survey.write_codebook(tmp_path / "survey", name)
    add_survey(project.root, name, source=tmp_path / "survey")
    set_surveys(project.root, [name])
    require_consistent(load_codebook(project, name))


def enter(module: str, task: str, folder: Path, out: Path) -> None:
    out.mkdir()
    words = [sys.executable, "-P", "-m", f"benchmarks.contestants.{module}", task, str(folder), str(out)]
    environment = os.environ | surroundings(2000)
    told = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 0, told.stderr


def test_a_contestant_gives_the_answers_that_numpy_gives(tmp_path: Path) -> None:
    survey.write_parquet(tmp_path / "wave.parquet", 2000)
    enter("pandas", "means", tmp_path, tmp_path / "means")
    means = read_answers(tmp_path / "means" / "answers.csv")
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
