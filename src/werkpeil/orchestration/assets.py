"""What Dagster is told: tables as assets, the inbox as a sensor, the gate as asset checks, the release.

A run of Dagster is a run of `werkpeil run`: the same lock, the same steps, the same record. It tells Dagster
what was built, what the gate found in each mart and what was published. Dagster decides when to run, and no
more. Dagster reads the annotations of its functions when it loads them, so they are no texts here.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import build_dbt_asset_specs
from filelock import FileLock

from werkpeil.building.dbt import run_dbt, target_folder
from werkpeil.errors import InputError, OutsideError
from werkpeil.landing import pending
from werkpeil.landing.inbox import states_now
from werkpeil.project import Project
from werkpeil.running import RunRecord, run
from werkpeil.running.record import cause, summary
from werkpeil.running.settings import read_settings
from werkpeil.warehouse import open_warehouse

JOB, SENSOR, CHECK = "werkpeil_run", "werkpeil_inbox", "gate"
RELEASE = dg.AssetKey("release")
SECONDS_BETWEEN_LOOKS = 30
RETRIES, SECONDS_BETWEEN_TRIES = 3, 60
OUTSIDE = OutsideError.exit_code


def define(project: Project, inbox: Path | None = None) -> dg.Definitions:
    """Return what Dagster is to know of a project.

    Args:
        project: The project.
        inbox: The folder of deliveries; the project's own if null.

    Raises:
        InputError: the project cannot be parsed.
    """
    specs = _tables(project)
    keys = {spec.key: spec.metadata["dagster_dbt/unique_id"] for spec in specs}
    published = [key for key, name in keys.items() if ".published_" in name]
    marts = {
        name.rsplit(".", 1)[-1]: key for key, name in keys.items() if _folder_of(project, name) == "marts"
    }

    @dg.multi_asset(
        name=JOB,
        specs=[*specs, dg.AssetSpec(RELEASE, deps=published, description="The file that readers open.")],
        check_specs=[dg.AssetCheckSpec(CHECK, asset=key) for key in marts.values()],
        can_subset=True,
    )
    def werkpeil_run(context: dg.AssetExecutionContext) -> Iterator[Any]:
        try:
            record = run(project, inbox)
        except OutsideError as error:  # another run is at work
            raise dg.RetryRequested(RETRIES, SECONDS_BETWEEN_TRIES) from error
        context.log.info(summary(record))
        selected = context.selected_asset_keys
        if (record.build or {}).get("status") == "built":
            yield from (dg.MaterializeResult(asset_key=key) for key in keys if key in selected)
        yield from _checks(project, record, {name: key for name, key in marts.items() if key in selected})
        if (record.release or {}).get("status") == "published" and RELEASE in selected:
            metadata = {"build_id": (record.release or {})["build_id"], "run": record.number}
            yield dg.MaterializeResult(asset_key=RELEASE, metadata=metadata)
        if record.exit_code == OUTSIDE:
            raise dg.RetryRequested(RETRIES, SECONDS_BETWEEN_TRIES)
        if record.exit_code:
            raise dg.Failure(cause(record), metadata={"see": "werkpeil status"}, allow_retries=False)

    @dg.sensor(
        name=SENSOR,
        target=[werkpeil_run],
        minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts a run when a new file rests in the inbox; once per state of the inbox.",
    )
    def werkpeil_inbox(_context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        rest = read_settings(project).rest_seconds
        waiting = pending(project, inbox, rest=rest)
        new = [
            f"{item.path} {item.described_by} {states_now(item)}" for item in waiting if item.status == "new"
        ]
        if not new:
            return dg.SkipReason(f"nothing new; {len(waiting)} files wait for something else")
        return dg.RunRequest(run_key=hashlib.sha256("\n".join(new).encode()).hexdigest()[:16])

    # One step per run: a process of its own for it would only load everything once more.
    return dg.Definitions(assets=[werkpeil_run], sensors=[werkpeil_inbox], executor=dg.in_process_executor)


def _tables(project: Project) -> Sequence[dg.AssetSpec]:
    """Return the tables of a project, each after those that it reads, as Dagster wants to be told of them."""
    # Dagster loads this in several processes at once, while a build may write: dbt's files are our own here,
    # and one process at a time makes and reads them.
    folder = target_folder(project) / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        outcome = run_dbt(project, ["parse"], target=folder)
        if outcome.exception is not None:
            raise InputError(f"The project cannot be parsed: {outcome.exception}", where=str(project.root))
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    specs = {spec.key: spec for spec in build_dbt_asset_specs(manifest=manifest)}
    read = {key: {dep.asset_key for dep in spec.deps} for key, spec in specs.items()}
    return [specs[key] for key in TopologicalSorter(read).static_order() if key in specs]


def _folder_of(project: Project, unique_id: str) -> str:
    """Return the layer of a model, by the folder that its file is in; empty for a seed."""
    name = unique_id.rsplit(".", 1)[-1]
    found = sorted((project.root / "models").glob(f"**/{name}.sql"))
    return found[0].relative_to(project.root / "models").parts[0] if found else ""


def _checks(
    project: Project, record: RunRecord, marts: dict[str, dg.AssetKey]
) -> Iterator[dg.AssetCheckResult]:
    """Yield what the gate found in each mart, if it ran; one that only warns has not failed."""
    if not any(step["name"] == "gate" for step in record.steps):
        return
    query = (
        "select table_name, severity, count(*), count(distinct check_id) filter (not has_passed), "
        "sum(broken_count) from quality.quality_checks where build_id = ? group by all"
    )
    with open_warehouse(project) as connection:
        try:
            found = connection.execute(query, [(record.build or {})["build_id"]]).fetchall()
        except duckdb.CatalogException:  # the gate did not come to its suites
            return
    for mart, key in marts.items():
        own = [row for row in found if row[0] == mart]
        if not own:
            continue
        failed = {severity: broken for _, severity, _, broken, _ in own if broken}
        critical = bool(failed.get("critical"))
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=CHECK,
            passed=not failed,
            severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
            metadata={
                "checks": sum(row[2] for row in own),
                "rows that break one": sum(row[4] for row in own),
            },
        )
