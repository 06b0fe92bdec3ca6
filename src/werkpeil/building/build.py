"""One build: codebooks checked, deliveries shown in `raw`, dbt run and tested, the outcome told."""

from __future__ import annotations

import logging
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from werkpeil.building.state import forget_state, inputs_digest, read_state, write_state
from werkpeil.codebook import load_codebook
from werkpeil.codebook.check import require_consistent
from werkpeil.errors import CheckFailedError, InputError, OutsideError
from werkpeil.landing import current_deliveries, sync_raw
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkpeil.project import Project

logger = logging.getLogger(__name__)


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
    """

    status: str
    build_id: str
    models: int
    checks: int
    seconds: float
    tables: dict[str, int] = field(default_factory=dict)


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
    with _only_build(project):
        for survey_id in project.surveys:
            require_consistent(load_codebook(project, survey_id))
        deliveries = [
            f"{delivery.survey_id} {delivery.wave_id} {delivery.delivery_id}"
            for delivery in current_deliveries(project)
        ]
        digest = inputs_digest(project, deliveries)
        last = read_state(project)
        if not full_refresh and last.get("inputs") == digest and project.warehouse.exists():
            return BuildResult(status="up_to_date", seconds=time.monotonic() - started, **last["built"])

        forget_state(project)
        with open_warehouse(project, read_only=False) as connection:
            sync_raw(project, connection)
        outcome = _run_dbt(project, full_refresh=full_refresh, on_progress=on_progress)
        _require_success(project, outcome)
        built = {
            "models": sum(1 for result in outcome.results if not _is_check(result)),
            "checks": sum(1 for result in outcome.results if _is_check(result)),
            **_describe_marts(project),
        }
        write_state(project, {"inputs": digest, "built": built})
        return BuildResult(status="built", seconds=time.monotonic() - started, **built)


@dataclass
class _Outcome:
    results: list[Any]
    exception: BaseException | None
    messages: list[str]


@contextmanager
def _only_build(project: Project) -> Iterator[None]:
    try:
        project.data.mkdir(parents=True, exist_ok=True)
        with FileLock(project.data / ".build.lock", timeout=0):
            yield
    except Timeout as error:
        raise OutsideError(
            "Another build is running.",
            where=str(project.data),
            hint="wait until it has finished and repeat.",
        ) from error
    except PermissionError as error:
        raise OutsideError(
            "The data folder cannot be written.",
            where=str(project.data),
            hint="check its permissions.",
        ) from error


def _run_dbt(
    project: Project,
    *,
    full_refresh: bool,
    on_progress: Callable[[str, int, int], None] | None,
) -> _Outcome:
    # dbt takes seconds to import; commands that do not build should not wait for it.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    messages: list[str] = []
    counted = {"done": 0, "total": 0}

    def watch(event: Any) -> None:
        name = event.info.name
        if name == "ConcurrencyLine":
            counted["total"] = event.data.node_count
        elif name == "NodeFinished" and on_progress:
            counted["done"] += 1
            on_progress(event.data.node_info.node_name, counted["done"], counted["total"])
        elif event.info.level in {"error", "warn"}:
            messages.append(event.info.msg)

    arguments = ["build", "--quiet", "--project-dir", str(project.root), "--profiles-dir"]
    arguments += [str(project.root), "--log-path", str(project.logs), "--log-level-file", "info"]
    arguments += ["--target-path", str(project.data / "target"), "--no-use-colors"]
    arguments += ["--full-refresh"] if full_refresh else []
    with _environment(WERKPEIL_WAREHOUSE=str(project.warehouse), DBT_SEND_ANONYMOUS_USAGE_STATS="0"):
        try:
            answer = dbtRunner(callbacks=[watch]).invoke(arguments)
        finally:
            DuckDBConnectionManager.close_all_connections()
    results = getattr(answer.result, "results", None) or []
    return _Outcome(results=list(results), exception=answer.exception, messages=messages)


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _is_check(result: Any) -> bool:
    return str(result.node.resource_type) in {"test", "unit_test"}


def _require_success(project: Project, outcome: _Outcome) -> None:
    log = project.logs / "dbt.log"
    if outcome.exception is not None:
        raise InputError(
            f"The project cannot be built: {_first_lines(str(outcome.exception))}",
            where=str(log),
            hint="the message names the file; correct it and build again.",
        )
    failed = [result for result in outcome.results if str(result.status) in {"error", "fail"}]
    errors = [result for result in failed if str(result.status) == "error"]
    if errors:
        _raise_model_errors(errors, str(log))
    if failed:
        lines = [_told_check(result) for result in failed[:10]]
        more = f"\n  and {len(failed) - 10} more" if len(failed) > 10 else ""
        raise CheckFailedError(
            f"{len(failed)} checks failed:\n" + "\n".join(lines) + more,
            where=str(log),
            hint="the rows each check found: run its query, which stands in the file named with it.",
        )
    if not outcome.results:
        raise InputError("dbt built nothing: " + " ".join(outcome.messages[:3]), where=str(log))


def _raise_model_errors(errors: list[Any], log: str) -> None:
    told = "\n".join(
        f"  {result.node.name} ({result.node.original_file_path}): {_first_lines(str(result.message))}"
        for result in errors[:5]
    )
    outside = ("No space left", "Permission denied", "Could not set lock", "Out of Memory")
    kind = OutsideError if any(sign in told for sign in outside) else InputError
    raise kind(f"{len(errors)} models could not be built:\n{told}", where=log)


def _told_check(result: Any) -> str:
    attached = getattr(result.node, "attached_node", None) or ""
    table = attached.rsplit(".", 1)[-1]
    place = f" on {table}" if table else ""
    return f"  {result.node.name}{place}: {result.failures} rows ({result.node.compiled_path})"


def _first_lines(text: str, count: int = 4) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[:count])


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
