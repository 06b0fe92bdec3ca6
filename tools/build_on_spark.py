"""Build a small survey on DuckDB and on Spark of one's own, and compare every published table.

    make spark                # on loopback; a quarter of an hour on two cores
    make spark ON=local       # on Spark in one process, without a cluster
    make spark KILL=1         # a worker is killed in the middle of the build

The survey is the culture study's, made up: strata, weights, flows, regressions and two waves. The cluster
builds twice, for a second build replaces waves instead of making tables: the later wave is landed anew, and
only it is scanned. Exit 0: every table is equal. 1: one is not. 3: something could not be started.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import loopback_spark
from compare_engines import RELATIVE, Compared, compare_tables

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "python"))
from support.projects import keep_cuts, make_project, without_checks
from werkpeil.landing import land
from werkpeil.spark.session import close_sessions, session_at
from werkpeil.synthesis import synthesise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from werkpeil.project import Project

SURVEY = "werkonderzoek"
WAVES = ("2022", "2024")
RESPONDENTS = 1500
# What one flow between sectors needs.
CUTS, FLOWS = {"sector", "left_employer", "sector*left_employer"}, frozenset({"left"})
SCHEMA = "published"
# Above so many respondents a query runs for longer than it takes to compile.
SMALL = 100_000
# Seconds that a build may take: so many, and one more for each thousand respondents of a wave.
SECONDS_TO_BUILD = 1800
# A worker is killed when the cells are being counted: the only scans of respondents.
KILLED = "worker-1"
KILL_AT = "cells_answers"
CLUSTER, LOCAL = "cluster", "local"
EXIT_DIFFERENT = 1
EXIT_OUTSIDE = 3


@dataclass(frozen=True)
class Outcome:
    """How builds on two engines went.

    Args:
        seconds: Wall time of each build, the last of them on DuckDB, and what it built.
        tables: How the published tables of the last build on each Spark came out beside DuckDB's.
    """

    seconds: tuple[tuple[str, float], ...]
    tables: tuple[tuple[str, Compared], ...]


def run(
    folder: Path,
    *,
    respondents: int = RESPONDENTS,
    on: Sequence[str] = (CLUSTER, LOCAL),
    kill: bool = False,
    quick: bool = False,
) -> Outcome:
    """Build on both engines and compare.

    Args:
        folder: An empty folder for the project.
        respondents: Of each wave.
        on: Which Spark: a cluster of two workers, one process, or both.
        kill: Whether a worker is killed in the middle of the first build on the cluster; no other follows.
        quick: Whether dbt's tests of the tables, and most cuts, are left out.

    Raises:
        RuntimeError: if Spark or a build fails; the message says what it said.
    """
    project = make_project(folder, bundled=(SURVEY,))
    if quick:
        keep_cuts(without_checks(project), SURVEY, CUTS, FLOWS)
    for wave in WAVES:
        _land(project, folder, wave, respondents, seed=1)
    is_small, limit = respondents <= SMALL, SECONDS_TO_BUILD + respondents // 1000
    memory = 1 if is_small else 3
    seconds, found = [], {}
    if CLUSTER in on:
        with loopback_spark.serve(memory=memory, small=is_small) as spark:
            if kill:
                threading.Thread(target=_kill_when, args=(project, spark, limit), daemon=True).start()
            seconds.append(("Spark", _build(project, "spark", spark.remote, limit)))
            if kill and spark.processes[KILLED].poll() is None:
                raise RuntimeError(f"The build was over before {KILLED} was killed.")
            if not kill:
                _land(project, folder, WAVES[-1], respondents, seed=2)
                again = _build(project, "spark", spark.remote, limit)
                seconds.append(("Spark again, with a wave replaced", again))
            found[CLUSTER] = _on_spark(spark.remote)
    if LOCAL in on:
        with loopback_spark.serve(memory=memory, small=is_small, cluster=False) as spark:
            seconds.append(("Spark in one process", _build(project, "spark", spark.remote, limit)))
            found[LOCAL] = _on_spark(spark.remote)
    seconds.append(("DuckDB", _build(project, "duckdb", None, limit)))
    own = _on_duckdb(project)
    compared = ((which, table) for which, there in found.items() for table in _compared(own, there))
    return Outcome(tuple(seconds), tuple(compared))


def _land(project: Project, folder: Path, wave: str, respondents: int, *, seed: int) -> None:
    file = folder / f"{SURVEY}-{wave}-{seed}.parquet"
    synthesise(project, SURVEY, wave, seed=seed, out=file, respondents=respondents)
    land(project, file, SURVEY, wave, replace=seed > 1)


def _build(project: Project, target: str, remote: str | None, limit: float) -> float:
    """Build as a user does, in a process of its own; return how many seconds it took."""
    started = time.monotonic()
    command = [Path(sys.executable).parent / "werkpeil", "build", "--target", target]
    environment = os.environ | {"WERKPEIL_PROJECT": str(project.root)}
    if remote:
        environment["WERKPEIL_SPARK"] = remote
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command, env=environment, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"{target}: werkpeil build took more than {limit} s and was ended") from error
    if done.returncode:
        raise RuntimeError(
            f"{target}: werkpeil build ended with {done.returncode}\n{done.stdout}{done.stderr}"
        )
    return time.monotonic() - started


def _on_spark(remote: str) -> dict[str, pa.Table]:
    """Return the rows of every published table, by its name."""
    spark = session_at(remote)
    try:
        names = [row.tableName for row in spark.sql(f"show tables in {SCHEMA}").collect()]
        return {name: spark.table(f"{SCHEMA}.{name}").toArrow() for name in names}
    finally:
        close_sessions()


def _on_duckdb(project: Project) -> dict[str, pa.Table]:
    """Return the rows of every published table, by its name."""
    with duckdb.connect(str(project.warehouse), read_only=True) as warehouse:
        found = warehouse.execute(
            "select table_name from information_schema.tables where table_schema = ?", [SCHEMA]
        )
        names = [name for (name,) in found.fetchall()]
        return {name: warehouse.sql(f"select * from {SCHEMA}.{name}").to_arrow_table() for name in names}


def _compared(here: dict[str, pa.Table], there: dict[str, pa.Table]) -> Iterator[Compared]:
    """Yield every table of either engine, in order of their names."""
    for name in sorted(here.keys() | there.keys()):
        if name in here and name in there:
            yield compare_tables(name, here[name], there[name])
        else:
            yield Compared(name, 0, 0.0, (f"only on {'DuckDB' if name in here else 'Spark'}",))


def _kill_when(project: Project, spark: loopback_spark.Spark, limit: float) -> None:
    """Kill a worker as soon as dbt says that it began with the cells."""
    log = project.logs / "dbt.log"
    until = time.monotonic() + limit
    while time.monotonic() < until:
        text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
        _, is_spark, since = text.rpartition("target='spark'")
        if is_spark and f"START sql incremental model cells.{KILL_AT}" in since:
            time.sleep(1)
            spark.kill(KILLED)
            return
        time.sleep(0.2)


def report(outcome: Outcome) -> str:
    """Return one table of the outcome."""
    lines = [f"{'published table':42} {'on':8} {'rows':>7} {'largest difference':>19}  outcome"]
    for which, table in outcome.tables:
        told = "; ".join(table.differences) or "equal"
        lines.append(f"{table.table:42} {which:8} {table.rows:7} {table.largest:19.1e}  {told}")
    lines.append(
        f"{len(outcome.tables)} tables: integers, texts and nulls exactly, fractions to {RELATIVE:.0e} of "
        "themselves, differences to that of their standard errors."
    )
    lines.append(
        "Builds: " + "; ".join(f"{what}, {seconds:.0f} s" for what, seconds in outcome.seconds) + "."
    )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, compare and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--respondents", type=int, default=RESPONDENTS)
    parser.add_argument(
        "--on", choices=[CLUSTER, LOCAL], help="a cluster of two workers, or one process; both unless said"
    )
    parser.add_argument("--kill", action="store_true", help="kill a worker in the middle of the build")
    parser.add_argument(
        "--quick", action="store_true", help="leave out dbt's tests of the tables, and most cuts"
    )
    chosen = parser.parse_args(arguments)
    on = (chosen.on,) if chosen.on else (CLUSTER, LOCAL)
    if chosen.kill:  # there is no worker but in a cluster
        on = (CLUSTER,)
    reason = loopback_spark.why_not()
    if reason:
        sys.stderr.write(f"Spark cannot be started here: {reason}\n")
        return EXIT_OUTSIDE
    # Told to end, it stops the cluster first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_OUTSIDE))
    with tempfile.TemporaryDirectory(prefix="werkpeil-engines-") as folder:
        try:
            outcome = run(
                Path(folder),
                respondents=chosen.respondents,
                on=on,
                kill=chosen.kill,
                quick=chosen.quick,
            )
        except RuntimeError as error:
            sys.stderr.write(f"{error}\n")
            return EXIT_OUTSIDE
    sys.stdout.write(report(outcome) + "\n")
    return EXIT_DIFFERENT if any(table.differences for _, table in outcome.tables) else 0


if __name__ == "__main__":
    sys.exit(main())
