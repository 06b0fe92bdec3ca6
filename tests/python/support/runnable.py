"""A project that runs go through in seconds: the plain survey, three small models, a gate without suites."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import duckdb

from support.projects import ROOT
from support.workshop import PLAIN_HEADER, Workshop, make_workshop

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

SETTINGS = """\
name: werkpeil
version: "0.1.0"
config-version: 2
profile: werkpeil
flags: {send_anonymous_usage_stats: false}
vars:
  surveys: [plain]
  runs: {rest_seconds: 0.2}
models:
  werkpeil:
    marts: {+schema: marts, +materialized: table}
    published: {+schema: published, +materialized: table}
"""
MODELS = {
    "marts/dim_surveys": "select 'plain' as survey_id, '{{ build_id() }}' as build_id",
    "marts/dim_waves": """\
select wave_id, min(delivery_id) as delivery_id, count(*) as n, '{{ build_id() }}' as build_id
from {{ source('raw', 'plain') }}
group by wave_id""",
    "published/published_dim_waves": """\
{{ config(alias='dim_waves') }}
select *, 'real' as provenance from {{ ref('dim_waves') }}""",
}
MACROS = ("engine", "generate_schema_name")
# The suites look at marts that this project does not have.
COMMAND = """\
import werkpeil.quality.gate as gate
gate._check_results = lambda *_: []
from werkpeil.cli.main import run
run()
"""


def make_runnable(folder: Path) -> Workshop:
    """Return a project of the plain survey that can be built, checked and published."""
    workshop = make_workshop(folder)
    root = workshop.project.root
    shutil.copy(ROOT / "profiles.yml", root / "profiles.yml")
    (root / "dbt_project.yml").write_text(SETTINGS)
    (root / "macros").mkdir()
    for name in MACROS:
        shutil.copy(ROOT / "macros" / f"{name}.sql", root / "macros" / f"{name}.sql")
    for name, text in MODELS.items():
        path = root / "models" / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return workshop


def deliver(workshop: Workshop, wave_id: str, people: int = 20, name: str = "d.csv") -> Path:
    """Put a delivery in the inbox as if it had arrived a minute ago; people of no two waves are the same."""
    path = workshop.project.inbox / "plain" / wave_id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{wave_id}-{number},1,a,5,Eens,40," for number in range(people)]
    path.write_text("\n".join([",".join(PLAIN_HEADER), *rows]) + "\n")
    before = time.time() - 60
    os.utime(path, (before, before))
    return path


def start(project: Project, *arguments: str) -> subprocess.Popen[str]:
    """Start the command line on a project in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments],
        env=_environment(project),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Return exit code, results and messages of a command, when it has ended."""
    told, errors = process.communicate(timeout=120)
    return process.returncode, told, errors


def call(project: Project, *arguments: str) -> tuple[int, str, str]:
    """Run the command line on a project to its end."""
    return ended(start(project, *arguments))


def status_of(project: Project) -> dict[str, Any]:
    """Return what `werkpeil status --json` says."""
    code, told, errors = call(project, "status", "--json")
    assert code == 0, errors
    found: dict[str, Any] = json.loads(told)
    return found


def released_waves(project: Project) -> dict[str, int]:
    """Return the waves of the current release and their respondents; it must be of one build."""
    current = project.published / "current.duckdb"
    if not current.exists():
        return {}
    with duckdb.connect(str(current), read_only=True) as connection:
        builds = connection.execute("select distinct build_id from published.dim_waves").fetchall()
        assert len(builds) == 1
        assert builds[0][0] in current.resolve().name
        return dict(connection.execute("select wave_id, n from published.dim_waves order by 1").fetchall())


def _environment(project: Project) -> dict[str, str]:
    left_out = {"WERKPEIL_DATA", "WERKPEIL_PSEUDONYM_KEY"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return kept | {"WERKPEIL_PROJECT": str(project.root)}
