"""One build of the bundled surveys for every test that only reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.projects import make_project
from werkpeil.building import build
from werkpeil.cli.demo import bundled_waves
from werkpeil.landing import land

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
