"""dbt's own unit tests: what models decide, on rows made for it. A build leaves them out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from support.projects import ROOT, copy_project
from werkpeil.building.dbt import require_success, run_dbt

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project


def test_every_model_decides_as_its_unit_tests_say(bundled: Project, tmp_path: Path) -> None:
    project = copy_project(bundled, tmp_path)
    outcome = run_dbt(project, ["test", "--select", "test_type:unit"])
    require_success(project, outcome)
    yaml = "".join(path.read_text() for path in (ROOT / "models").rglob("*.yml"))
    # Semantic models name theirs by `ref`.
    assert outcome.checks == len(re.findall(r"\n    model: \w+\n", yaml))
