"""Let every test import what tests share, and let drawn examples be the same in every CI run."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent / "python"))

# A busy machine takes its time. CI repeats the same examples; people and `make test` elsewhere explore.
settings.register_profile("explore", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "explore")

# Builds that several files of tests read. Where tests run in several processes, those of one build, or else
# of one file, stay in one process, so that nothing is built twice.
SHARED_BUILDS = ("bundled", "public_data", "culture", "small")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        group = next((build for build in SHARED_BUILDS if build in used), str(item.path))
        item.add_marker(pytest.mark.xdist_group(group))
