"""What readers notice while releases are published: errors, mixed builds and waiting times.

    .venv/bin/python tools/readers_while_publishing.py --publishes 20 --readers 16

Makes a project with a few tables in a temporary folder, publishes one build after another to DuckDB and to
a PostgreSQL server of its own on loopback, and lets readers query all the while. Each query joins two
tables and asks which builds it sees: more than one is a failure. Readers of the DuckDB release are
processes that connect anew for each query, as a BI server does; those of PostgreSQL are threads with a
connection each, over TLS. It ends by itself and exits 1 if any reader met an error or two builds at once.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "python")]

import loopback_postgres  # noqa: E402 - found by the line above

from support.releases import empty_project, make_ready  # noqa: E402 - found by the line above
from werkpeil.publishing import publish  # noqa: E402 - after the others, in their order
from werkpeil.publishing.postgres import publish_to_postgres  # noqa: E402 - after the others, in their order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopback_postgres import Server

    from werkpeil.project import Project

QUERY = """
    select
        count(*),
        count(distinct builds.build_id),
        min(builds.build_id)
    from (
        select build_id from published.shares
        union all
        select build_id from published.labels
        union all
        select shares.build_id
        from published.shares as shares
        inner join published.labels as labels on shares.n = length(labels.label)
    ) as builds
"""
ROWS = 500
SECONDS_AT_MOST = 1800


@dataclass
class Readings:
    """What readers of one kind met.

    Attributes:
        milliseconds: How long each query took, connecting included where the reader connects.
        mixed: Queries that saw two builds, or none.
        errors: What failed, in words.
        builds: Builds that were seen.
    """

    milliseconds: list[float] = field(default_factory=list)
    mixed: int = 0
    errors: list[str] = field(default_factory=list)
    builds: set[str] = field(default_factory=set)

    def note(self, began: float, row: Sequence[Any]) -> None:
        """Take up one answer."""
        self.milliseconds.append(1000 * (time.perf_counter() - began))
        self.mixed += row[1] != 1
        self.builds.add(str(row[2]))

    def add(self, other: Readings) -> None:
        """Take up what another reader met."""
        self.milliseconds += other.milliseconds
        self.mixed += other.mixed
        self.errors += other.errors
        self.builds |= other.builds

    def told(self, name: str) -> str:
        """Return one line of a report."""
        times = sorted(self.milliseconds) or [0.0]
        p95 = statistics.quantiles(times, n=20)[18] if len(times) > 1 else times[0]
        return (
            f"{name:<12} {len(self.milliseconds):>8,} queries, {len(self.errors)} errors, "
            f"{self.mixed} mixed, {len(self.builds)} builds seen; "
            f"p50 {statistics.median(times):.1f} ms, p95 {p95:.1f} ms, max {times[-1]:,.0f} ms"
        )


def measure(*, publishes: int, readers: int, programs: Path | None, folder: Path) -> dict[str, Readings]:
    """Publish again and again while readers read.

    Args:
        publishes: How many builds.
        readers: How many readers of each kind.
        programs: The PostgreSQL server's programs; None leaves that part out.
        folder: An empty folder.
    """
    project = empty_project(folder)
    with ExitStack() as stack:
        server = stack.enter_context(loopback_postgres.serve(programs)) if programs else None
        if server:
            environment = server.environment("werkpeil_publisher")
            stack.enter_context(mock.patch.dict(os.environ, environment))
        _publish(project, server, 0)
        processes = [_start_reader(project.published / "current.duckdb") for _ in range(readers)]
        results = {"DuckDB": Readings()}
        stop, threads = threading.Event(), []
        if server:
            results["PostgreSQL"] = Readings()
            threads = [
                threading.Thread(target=_read_postgres, args=(server, stop, results["PostgreSQL"]))
                for _ in range(readers)
            ]
        for process in processes:
            _await_ready(process)
        for thread in threads:
            thread.start()
        try:
            for number in range(1, publishes + 1):
                _publish(project, server, number)
        finally:
            stop.set()
            for process in processes:
                results["DuckDB"].add(_stop_reader(process))
            for thread in threads:
                thread.join(60)
    return results


def _start_reader(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "tools" / "read_release.py"), str(path), QUERY]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own


def _await_ready(process: subprocess.Popen[str]) -> None:
    if process.stdout is None or process.stdout.readline() != "ready\n":
        raise RuntimeError("a reader of the DuckDB release did not start")


def _stop_reader(process: subprocess.Popen[str]) -> Readings:
    output, _ = process.communicate("stop\n", timeout=60)
    told = json.loads(output.splitlines()[-1])
    return Readings(told["milliseconds"], told["mixed"], told["errors"], set(told["builds"]))


def _publish(project: Project, server: Server | None, number: int) -> None:
    make_ready(project, f"20260101T{number:06d}Z-00000000", rows=ROWS)
    publish(project)
    if server:
        publish_to_postgres(project)


def _read_postgres(server: Server, stop: Any, total: Readings) -> None:
    """Ask over one connection until told to stop."""
    readings, until = Readings(), time.monotonic() + SECONDS_AT_MOST
    try:
        with server.connect("werkpeil_reader") as connection:
            while not stop.is_set() and time.monotonic() < until:
                began = time.perf_counter()
                readings.note(began, connection.execute(QUERY).fetchall()[0])
    except Exception as error:  # noqa: BLE001 - whatever a reader meets is what is measured
        readings.errors.append(str(error))
    total.add(readings)


def main() -> int:
    """Measure and report; return 1 if any reader met what it should not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--publishes", type=int, default=20)
    parser.add_argument("--readers", type=int, default=16, help="readers of each kind")
    arguments = parser.parse_args()
    programs = loopback_postgres.find_programs()
    if programs is None:
        print("No PostgreSQL server is installed here; only the DuckDB release is measured.")  # noqa: T201 - a script
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="werkpeil-readers-") as folder:
        results = measure(
            publishes=arguments.publishes,
            readers=arguments.readers,
            programs=programs,
            folder=Path(folder),
        )
    print(  # noqa: T201 - a script
        f"{arguments.publishes} publishes, {arguments.readers} readers of each kind, "
        f"{time.monotonic() - began:.0f} s"
    )
    for name, readings in results.items():
        print(readings.told(name))  # noqa: T201 - a script
        for error in readings.errors[:3]:
            print(f"  {error}")  # noqa: T201 - a script
    return int(any(readings.errors or readings.mixed for readings in results.values()))


if __name__ == "__main__":
    sys.exit(main())
