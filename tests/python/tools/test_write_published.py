"""The YAML of published models is that of their marts, as they are now."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from support.projects import ROOT
from support.releases import tool

if TYPE_CHECKING:
    from pathlib import Path


def test_the_yaml_of_published_models_is_up_to_date(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "models", tmp_path / "models")
    written = tool("write_published").write_all(tmp_path)
    assert len(written) > 30
    stale = [
        path.name for path in written if path.read_text() != (ROOT / path.relative_to(tmp_path)).read_text()
    ]
    assert stale == [], "run python tools/write_published.py"
