"""What contestants find ready: files and warehouses. `python -m benchmarks.prepare WHAT FOLDER COUNT`.

Whatever is ready is made once; when the warehouse's code changes, warehouses are made anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import survey
from benchmarks.questions import NAME, NARROW, WIDE
from support.projects import ROOT, add_survey, land_synthetic, make_project, set_surveys
from werkpeil.building import build
from werkpeil.building.dbt import run_dbt
from werkpeil.cli.demo import SYNTHETIC_WAVES, bundled_waves
from werkpeil.errors import OutsideError
from werkpeil.landing import land, sync_raw
from werkpeil.project import Project
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NEW_WAVE = 50_000
MAKES_WAREHOUSES = ("models", "python_models", "macros", "seeds", "src")
MAKES_ANSWERS = ("benchmarks/survey.py", "benchmarks/questions.py", "benchmarks/prepare.py")
ESTIMATES = "+path:models/estimates/estimates.sql"
# Cells of items alone, cross-products of regressions alone: the macros that the models consist of, on less.
OF_ITEMS = """
{{ depends_on_codebook() }}
-- depends_on: {{ ref('scored_benchmark') }}
{% if execute %}
{% set book = codebook('benchmark') %}
{% do book.update({'columns': columns_with_role(book, ['item']), 'scales': []}) %}
{{ answer_counts_sql(book, ref('scored_benchmark'), [{'wave_id': '1', 'fingerprint': ''}]) }}
{% endif %}
"""


def make(what: str, folder: Path, count: int) -> None:
    """Make something in a folder unless it is there already, of so many respondents.

    Args:
        what: One of `MADE`.
        folder: Where; what was there is removed if it is of other code.
        count: Respondents.
    """
    made = MADE[what]
    is_file = what in {"wave", "deliveries", "narrow"}
    sources = MAKES_ANSWERS if is_file else (*MAKES_ANSWERS, *MAKES_WAREHOUSES)
    digest = _digest(sources) + f" {count}"
    marker = folder / "ready"
    if marker.exists() and marker.read_text(encoding="utf-8") == digest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made(folder, count)
    marker.write_text(digest, encoding="utf-8")


def _digest(sources: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        paths = [ROOT / source] if (ROOT / source).is_file() else sorted((ROOT / source).rglob("*"))
        for path in paths:
            if path.is_file() and path.suffix != ".pyc":
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


# --- Files --------------------------------------------------------------------------------------


def _wave(folder: Path, count: int) -> None:
    survey.write_parquet(folder / "wave.parquet", count)
    survey.write_csv(folder / "wave.csv", count)


def _deliveries(folder: Path, count: int) -> None:
    for suffix, write in survey.WRITERS.items():
        write(folder / f"wave{suffix}", count, name=WIDE)
    _project(folder, WIDE)


def _narrow(folder: Path, count: int) -> None:
    survey.write_parquet(folder / "wave.parquet", count, name=NARROW)


def _narrow_project(folder: Path, _count: int) -> None:
    _project(folder, NARROW)


# --- Warehouses ---------------------------------------------------------------------------------


def project_at(folder: Path, data: Path | None = None) -> Project:
    """Return the project that was made in a folder, with another data folder if one is told."""
    root = folder / "project"
    return Project(root=root, data=data or root / "data")


def _project(folder: Path, name: str = NAME) -> Project:
    made = make_project(folder)
    survey.write_codebook(folder / "survey", name)
    add_survey(made.root, name, source=folder / "survey")
    set_surveys(made.root, [name])
    return made


def _land_wave(project: Project, folder: Path, count: int, wave: str) -> None:
    file = folder / f"wave-{wave}.parquet"
    survey.write_parquet(file, count, wave=wave)
    land(project, file, NAME, wave)
    file.unlink()


def _warehouse(folder: Path, count: int) -> None:
    """Land a wave and build it up to the estimates; keep the SQL that dbt made of each model."""
    project = _project(folder)
    _land_wave(project, folder, count, "1")
    with open_warehouse(project, read_only=False) as connection:
        sync_raw(project, connection)
    _dbt(project, ["seed"])
    needed = [ESTIMATES, "int_regression_models", "int_regression_variables", "int_strata", "cells_waves"]
    needed += ["scored_regression_rows"]
    built = _dbt(project, ["run", "--select", *needed])
    models = [
        {
            "name": str(result.node.name),
            "layer": str(result.node.original_file_path).split("/")[1],
            "view": str(result.node.config.materialized) == "view",
            "relation": str(result.node.relation_name),
            "sql": str(result.node.compiled_code),
        }
        for result in built
    ]
    told = {
        "models": models,
        "cells_of_items": _compiled(project, OF_ITEMS),
    }
    (folder / "sql.json").write_text(json.dumps(told), encoding="utf-8")


def _compiled(project: Project, template: str) -> str:
    [result] = _dbt(project, ["compile", "--inline", template])
    return str(result.node.compiled_code)


def _dbt(project: Project, command: Sequence[str]) -> list[Any]:
    outcome = run_dbt(project, command)
    if not outcome.is_success:
        told = [str(result.message) for result in outcome.failed]
        raise OutsideError(f"dbt {command[0]} failed: {outcome.exception or told or outcome.messages}")
    return outcome.results


def _landed(folder: Path, count: int) -> None:
    _land_wave(_project(folder), folder, count, "1")


def _empty(folder: Path, count: int) -> None:
    """Build a warehouse in which nothing has landed."""
    _history(folder, count, waves=0)


def _history(folder: Path, count: int, waves: int = 1) -> None:
    """Build a warehouse of some waves; put a new wave beside it."""
    project = _project(folder)
    for number in range(1, waves + 1):
        _land_wave(project, folder, count // waves, f"{number:02}")
    build(project)
    survey.write_parquet(folder / "new.parquet", min(NEW_WAVE, count), wave="new")


def _histories(folder: Path, count: int) -> None:
    _history(folder, count, waves=10)


def _demo(folder: Path, _count: int) -> None:
    """Land the waves of the demo; count what it builds and checks."""
    project = make_project(folder, bundled=("fevs", "per", "werkonderzoek"), metrics=True)
    made_up = {name for name, _ in SYNTHETIC_WAVES}
    for name, wave, path in bundled_waves(project):
        if name not in made_up:
            land(project, path, name, wave)
    for name, wave in SYNTHETIC_WAVES:
        land_synthetic(project, folder, name, [wave])
    with open_warehouse(project, read_only=False) as connection:
        sync_raw(project, connection)
    _dbt_parse(project)
    manifest = json.loads((project.data / "target" / "manifest.json").read_text(encoding="utf-8"))
    kinds = [node["resource_type"] for node in manifest["nodes"].values()]
    counts = {"models": kinds.count("model") + kinds.count("seed"), "checks": kinds.count("test")}
    shutil.rmtree(project.data / "target")
    for name, checks in (("models", 0), ("nodes", counts["checks"])):
        _write_empty_project(folder / f"empty_{name}", counts["models"], checks)
    (folder / "counts.json").write_text(json.dumps(counts), encoding="utf-8")


def _dbt_parse(project: Project) -> None:
    outcome = run_dbt(project, ["parse"])
    if outcome.exception is not None:
        raise outcome.exception


def _write_empty_project(root: Path, models: int, checks: int) -> None:
    """Write a dbt project of tables of one row, with as many checks that find nothing."""
    (root / "models").mkdir(parents=True)
    (root / "tests").mkdir()
    settings = (
        "name: nothing\nversion: '1.0.0'\nprofile: werkpeil\nflags: {send_anonymous_usage_stats: false}\n"
    )
    settings += "models: {+materialized: table}\n"
    (root / "dbt_project.yml").write_text(settings, encoding="utf-8")
    shutil.copy(ROOT / "profiles.yml", root / "profiles.yml")
    for number in range(models):
        (root / "models" / f"model_{number}.sql").write_text("select 1 as one\n", encoding="utf-8")
    for number in range(checks):
        query = f"select * from {{{{ ref('model_{number % models}') }}}} where one <> 1\n"
        (root / "tests" / f"check_{number}.sql").write_text(query, encoding="utf-8")


MADE: dict[str, Callable[[Path, int], None]] = {
    "wave": _wave,
    "deliveries": _deliveries,
    "narrow": _narrow,
    "narrow_project": _narrow_project,
    "warehouse": _warehouse,
    "landed": _landed,
    "empty": _empty,
    "history": _history,
    "histories": _histories,
    "demo": _demo,
}


if __name__ == "__main__":
    make(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
