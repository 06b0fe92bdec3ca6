"""The restore drill: all that is published comes again from the landing zone and the repository alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import duckdb
import pytest

from support.documents import typed
from support.projects import ROOT, SURVEYS, copy_project, without_checks
from support.releases import tool
from werkpeil.landing import all_deliveries, land
from werkpeil.publishing import current_release
from werkpeil.running import run

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project


def test_what_the_guide_does_after_a_loss_is_what_the_drill_does_elsewhere() -> None:
    drill = typed("docs/how-to/disaster-recovery.md", "The drill").splitlines()
    loss = typed("docs/how-to/disaster-recovery.md", "After a loss").splitlines()
    assert [line.replace("data", "restored").replace("-p ", "") for line in loss[:3]] == drill[:3]
    assert drill[3].endswith(loss[3])


@pytest.mark.slow
def test_the_drill_of_the_guide_gives_the_same_published_tables(schools: Project, tmp_path: Path) -> None:
    """Two waves came one after the other, so the warehouse that is lost was not built in one go."""
    project = without_checks(copy_project(schools, tmp_path))
    later = tmp_path / "later.csv"
    lines = (SURVEYS / "apistrat" / "apistrat.csv").read_text(encoding="utf-8").splitlines()
    later.write_text("\n".join(lines[:150]) + "\n", encoding="utf-8")
    land(project, later, "apistrat", "1999")
    done = run(project)
    assert (done.exit_code, done.error) == (0, None)
    deliveries = [delivery.register_entry() for delivery in all_deliveries(project)]

    backup = tmp_path / "backup"
    shutil.copytree(project.landing, backup / "landing")
    shutil.copytree(project.secrets, backup / "secrets")
    (project.root / ".venv").symlink_to(ROOT / ".venv")
    shutil.copytree(ROOT / "tools", project.root / "tools", ignore=lambda *_: [".venv"])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WERKPEIL_")}
    drill = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", typed("docs/how-to/disaster-recovery.md", "The drill")],
        cwd=project.root,
        env=environment | {"BACKUP": str(backup)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert drill.returncode == 0, drill.stdout + drill.stderr
    assert drill.stdout.endswith("The releases hold the same.\n")

    restored = type(project)(project.root, project.root / "restored")
    assert [delivery.register_entry() for delivery in all_deliveries(restored)] == deliveries
    first, second = current_release(project), current_release(restored)
    assert first is not None
    assert second is not None
    assert first.build_id != second.build_id
    assert first.tables == second.tables
    assert len(first.tables) > 30
    assert exported(project) == exported(restored)


def exported(project: Project) -> dict[str, str]:
    """Return the tables of a release as text, to the last digit, its own id and the gate's time aside."""
    of_the_build = "columns(lambda c: c not in ('build_id', 'checked_at'))"
    with duckdb.connect(str(project.published / "current.duckdb"), read_only=True) as connection:
        tables = connection.execute("show tables from published").fetchall()
        return {
            table: connection.execute(f'select {of_the_build} from published."{table}" order by all')
            .df()
            .to_csv(index=False)
            for (table,) in tables
        }


def test_releases_that_differ_in_a_bit_a_row_or_a_column_are_told(tmp_path: Path) -> None:
    compare = tool("compare_releases")
    files = {}
    for name, query in {
        "one": "select 'a' as k, 0.1::double + 0.2 as x, 'b1' as build_id",
        "same": "select 'a' as k, 0.1::double + 0.2 as x, 'b2' as build_id",
        "bit": "select 'a' as k, 0.3::double as x, 'b2' as build_id",
        "row": "select 'a' as k, 0.1::double + 0.2 as x, 'b1' as build_id from range(2)",
        "column": "select 'a' as k, 0.1::double + 0.2 as y, 'b2' as build_id",
    }.items():
        files[name] = tmp_path / f"{name}.duckdb"
        with duckdb.connect(str(files[name])) as connection:
            connection.execute(f"create schema published; create table published.t as {query}")
    assert compare.differences(files["one"], files["same"]) == []
    assert compare.differences(files["one"], files["bit"]) == [
        "t: 1 rows of the first and 1 of the second have no equal"
    ]
    assert compare.differences(files["one"], files["row"]) == [
        "t: 0 rows of the first and 1 of the second have no equal"
    ]
    assert "other columns" in compare.differences(files["one"], files["column"])[0]
    command = [sys.executable, str(ROOT / "tools" / "compare_releases.py"), str(files["one"])]
    for other, code in {"same": 0, "bit": 1}.items():
        assert (
            subprocess.run([*command, str(files[other])], capture_output=True, check=False).returncode == code
        )
