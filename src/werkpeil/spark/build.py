"""One build on Spark: the same project, landing zone and models as on DuckDB."""

from __future__ import annotations

import os
import socket
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkpeil.building.build import BuildResult
from werkpeil.building.dbt import COMMAND, require_success, run_dbt, target_folder
from werkpeil.building.lock import only_one
from werkpeil.building.retention import retired_deliveries
from werkpeil.codebook import load_codebook
from werkpeil.codebook.check import require_consistent
from werkpeil.errors import InputError, OutsideError
from werkpeil.spark.raw import sync_raw
from werkpeil.spark.session import close_sessions, session_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkpeil.project import Project

TARGET = "spark"
ADDRESS = "WERKPEIL_SPARK"
DEFAULT_ADDRESS = "sc://127.0.0.1:15002"
DEFAULT_PORT = 15002
SECONDS_TO_ANSWER = 5
GUIDE = "docs/how-to/spark.md"


def build_on_spark(
    project: Project,
    *,
    full_refresh: bool = False,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> BuildResult:
    """Build the tables of a project on the Spark Connect server that `WERKPEIL_SPARK` names.

    Waves that were not landed anew are not scanned again. Nothing of DuckDB's warehouse is touched.

    Raises:
        InputError: the extra is not installed, a codebook contradicts itself, a model cannot be built, or a
            wave was retired, whose numbers DuckDB's warehouse alone holds.
        CheckFailedError: a check found rows that must not be.
        OutsideError: Spark does not answer, or another build runs.
    """
    started = time.monotonic()
    remote = require_spark()
    with only_one(project):
        for survey_id in project.surveys:
            require_consistent(load_codebook(project, survey_id))
        _require_no_retired(project)
        spark = session_at(remote)
        try:
            sync_raw(project, spark)
            command = [*COMMAND, "--target", TARGET, *(["--full-refresh"] if full_refresh else [])]
            outcome = run_dbt(
                project, command, target=target_folder(project, TARGET), on_progress=on_progress
            )
            require_success(project, outcome, lambda query: _rows(spark, query))
            return BuildResult(
                status="built",
                models=len(outcome.results) - outcome.checks,
                checks=outcome.checks,
                seconds=time.monotonic() - started,
                layers=outcome.seconds_by_layer,
                **_describe_marts(spark),
            )
        finally:
            close_sessions()


def require_spark() -> str:
    """Return the address of a Spark Connect server that answers.

    Raises:
        InputError: the extra is not installed, or the address has another form.
        OutsideError: nothing answers there.
    """
    missing = [name for name in ("pyspark", "dbt.adapters.spark") if find_spec(name) is None]
    if missing:
        raise InputError(
            f"Building on Spark needs {' and '.join(missing)}, and they are not installed.",
            hint=f"install Werkpeil with its extra `spark`; {GUIDE} says how.",
        )
    remote = os.environ.get(ADDRESS) or DEFAULT_ADDRESS
    try:
        parts = urlsplit(remote)
        host, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme != "sc":
        raise InputError(
            f"'{remote}' is no address of a Spark Connect server.",
            where=f"the environment variable {ADDRESS}",
            hint=f"write it as {DEFAULT_ADDRESS}.",
        )
    try:
        socket.create_connection((host, port), timeout=SECONDS_TO_ANSWER).close()
    except OSError as error:
        raise OutsideError(
            f"No Spark Connect server answers: {error}.",
            where=remote,
            hint=f"start it, or name another in {ADDRESS}; {GUIDE} says how.",
        ) from error
    return remote


def _require_no_retired(project: Project) -> None:
    retired = [f"{wave.survey_id} {wave.wave_id}" for wave in retired_deliveries(project)]
    if retired:
        raise InputError(
            "The rows of retired waves are gone, and their numbers are in DuckDB's warehouse alone.",
            where=", ".join(retired),
            hint="build on DuckDB; to do without those waves, remove their folders from the landing zone.",
        )


def _rows(spark: Any, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    frame = spark.sql(query)
    return list(frame.columns), [tuple(row) for row in frame.collect()]


def _describe_marts(spark: Any) -> dict[str, Any]:
    names = sorted(row.tableName for row in spark.sql("show tables in marts").collect())
    counts = " union all ".join(f"select '{name}' as name, count(*) as n from marts.{name}" for name in names)
    tables = {row.name: int(row.n) for row in spark.sql(f"{counts} order by name").collect()}
    [(build_id,)] = spark.sql("select max(build_id) from marts.dim_surveys").collect()
    return {"build_id": str(build_id), "tables": tables}
