"""A project to draft in: seeds and settings, and no models that take time to copy."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from support.drafting import Drafts
from support.projects import ROOT
from werkpeil.project import Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drafts:
    """Return a drafter in a project with this repository's seeds and its settings, comments and all."""
    monkeypatch.delenv("WERKPEIL_DATA", raising=False)
    root = tmp_path / "project"
    shutil.copytree(ROOT / "seeds", root / "seeds")
    shutil.copy(ROOT / "dbt_project.yml", root / "dbt_project.yml")
    for folder in ("staging", "scored"):
        (root / "models" / folder).mkdir(parents=True)
    files = tmp_path / "files"
    files.mkdir()
    return Drafts(Project(root=root, data=root / "data"), files)
