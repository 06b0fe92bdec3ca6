"""One build: codebooks checked, deliveries shown in `raw`, dbt run and tested, the outcome told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkpeil.building.dbt import COMMAND, require_success, run_dbt
from werkpeil.building.lock import only_one
from werkpeil.building.retention import kept_waves, require_history
from werkpeil.building.run_history import show_runs
from werkpeil.building.state import (
    digest_now,
    forget_state,
    read_state,
    warehouse_fingerprint,
    write_state,
)
from werkpeil.codebook import load_codebook
from werkpeil.codebook.check import require_consistent
from werkpeil.landing import sync_raw
from werkpeil.warehouse import open_warehouse, rewrite_if_requested

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkpeil.project import Project


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes:
        status: `built`, or `up_to_date` when nothing had changed since the last build.
        build_id: Id that every row of the marts carries.
        models: Models and seeds built.
        checks: Checks passed.
        seconds: Wall time.
        tables: Rows per mart.
        notices: What it could not count again, because the rows are gone.
        layers: Seconds of work per layer; empty when nothing was built.
    """

    status: str
    build_id: str
    models: int
    checks: int
    seconds: float
    tables: dict[str, int] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    layers: dict[str, float] = field(default_factory=dict)


def build(
    project: Project,
    *,
    full_refresh: bool = False,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> BuildResult:
    """Build the warehouse from the landing zone.

    Nothing happens when neither the project nor the current deliveries changed since the last
    successful build. Waves that were not landed anew are not scanned again.

    Raises:
        InputError: a codebook contradicts itself, or a model cannot be compiled.
        CheckFailedError: a check found rows that must not be.
        OutsideError: another build runs, the disk is full or the warehouse is in use.
    """
    started = time.monotonic()
    with only_one(project):
        for survey_id in project.surveys:
            require_consistent(load_codebook(project, survey_id))
        digest = digest_now(project)
        last = read_state(project)
        if not full_refresh and last.get("inputs") == digest and project.warehouse.exists():
            return BuildResult(status="up_to_date", seconds=time.monotonic() - started, **last["built"])

        require_history(project, full_refresh=full_refresh)
        forget_state(project)
        with open_warehouse(project, read_only=False) as connection:
            sync_raw(project, connection)
            show_runs(project, connection)
        command = [*COMMAND, *(["--full-refresh"] if full_refresh else [])]
        outcome = run_dbt(project, command, on_progress=on_progress)
        rewrite_if_requested(project, is_last=outcome.is_success)
        require_success(project, outcome)
        built = {
            "models": len(outcome.results) - outcome.checks,
            "checks": outcome.checks,
            "notices": kept_waves(outcome.messages),
            **_describe_marts(project),
        }
        write_state(project, {"inputs": digest, "built": built, "warehouse": warehouse_fingerprint(project)})
        return BuildResult(
            status="built", seconds=time.monotonic() - started, layers=outcome.seconds_by_layer, **built
        )


def _describe_marts(project: Project) -> dict[str, Any]:
    with open_warehouse(project) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
        ).fetchall()
        tables = {
            name: int(connection.execute(f'select count(*) from marts."{name}"').fetchall()[0][0])
            for (name,) in names
        }
        build_ids = connection.execute("select max(build_id) from marts.dim_surveys").fetchall()
    return {"build_id": str(build_ids[0][0]), "tables": tables}
