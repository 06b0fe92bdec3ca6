"""What the tests of synthetic waves share."""

from __future__ import annotations

from pathlib import Path

import pytest

from werkpeil.codebook.load import load_codebook
from werkpeil.project import Project

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def project() -> Project:
    return Project(root=ROOT, data=ROOT / "data")


@pytest.fixture(scope="session")
def per(project):
    return load_codebook(project, "per")
