"""Builds that several files of tests read and none changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.projects import SURVEYS, make_project
from werkpeil.building import build
from werkpeil.cli.demo import bundled_waves
from werkpeil.landing import land
from werkpeil.synthesis import synthesise

if TYPE_CHECKING:
    from werkpeil.project import Project


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built warehouse of the bundled surveys; tests read it and change nothing."""
    made = make_project(tmp_path_factory.mktemp("bundled"), bundled=("fevs", "werkonderzoek", "per"))
    for survey_id, wave_id, path in bundled_waves(made):
        land(made, path, survey_id, wave_id)
    build(made)
    return made


@pytest.fixture(scope="session")
def culture(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A warehouse with the culture study's synthetic wave of 2022."""
    folder = tmp_path_factory.mktemp("culture")
    made = make_project(folder, bundled=("werkonderzoek",))
    file = folder / "werkonderzoek-2022.csv"
    synthesise(made, "werkonderzoek", "2022", seed=1, out=file)
    land(made, file, "werkonderzoek", "2022")
    build(made)
    return made


# Surveys of the tests, with their answers beside their codebooks: (survey, wave, file).
SMALL = [("edges", wave, f"edges_{wave}.csv") for wave in ("plain", "lonely", "one")]
SMALL += [(survey, "2000", f"{survey}.csv") for survey in ("apiclus1", "apiclus2")]
SMALL += [("fpc", wave, "fpc.csv") for wave in ("with", "without")]
# A wave whose populations no seed gives.
SMALL += [("apistrat", "without", "apistrat.csv")]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A warehouse of small surveys: clustered samples, a finite population, and whatever can be empty."""
    surveys = tuple(dict.fromkeys(survey for survey, _, _ in SMALL))
    made = make_project(tmp_path_factory.mktemp("small"), extra=surveys)
    for survey_id, wave_id, file in SMALL:
        land(made, SURVEYS / survey_id / file, survey_id, wave_id)
    build(made)
    return made
