"""Let every test import what tests share, and let drawn examples be the same in every CI run."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent / "python"))

from support.projects import SURVEYS, made_once, make_project
from werkpeil.building import build
from werkpeil.landing import land

if TYPE_CHECKING:
    from werkpeil.project import Project

# A busy machine takes its time. CI repeats the same examples; people and `make test` elsewhere explore.
settings.register_profile("explore", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "explore")


@pytest.fixture(scope="session")
def schools(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built warehouse of one small wave; tests read it, and change only a copy of it."""

    def make(folder: Path) -> None:
        made = make_project(folder, extra=("apistrat",))
        land(made, SURVEYS / "apistrat" / "apistrat.csv", "apistrat", "2000")
        build(made)

    return made_once(tmp_path_factory, "schools", make)
