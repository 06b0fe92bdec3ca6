"""Readers of the published tables in PostgreSQL: what they wait for, and what they wait for `select 1`."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
from inspect import cleandoc
from typing import TYPE_CHECKING
from unittest import mock

import loopback_postgres

from benchmarks.contestants.common import Entry
from benchmarks.prepare import project_at
from werkpeil.publishing import publish
from werkpeil.publishing.postgres import publish_to_postgres
from werkpeil.quality.gate import run_gate

if TYPE_CHECKING:
    from pathlib import Path

    from loopback_postgres import Server

READERS = 16
SECONDS = 10
# What a page of a dashboard asks for.
QUERIES = {
    "an item by sector": """
        \\set scale random(1, 6)
        \\set place random(1, 4)
        select group_id, n, mean, mean_std_error, positive_share, neutral_share, negative_share
        from published.item_shares
        where
            survey_id = 'benchmark' and wave_id = '01' and cut_id = 'sector'
            and item_id = 'scale_' || chr(96 + :scale) || '_' || :place;
    """,
    "all scales by sector": """
        select scale_id, group_id, n, mean, std_error, agree_share
        from published.scale_scores
        where survey_id = 'benchmark' and wave_id = '01' and cut_id = 'sector';
    """,
    "a regression": """
        \\set model random(1, 8)
        select term_id, b, beta, std_error, p_value
        from published.regression_coefficients
        where
            survey_id = 'benchmark' and wave_id = '01' and model_id = 'outcome_' || :model
            and std_error_type = 'design';
    """,
}


def ask(programs: Path, server: Server, out: Path, queries: dict[str, str]) -> dict[str, dict[str, float]]:
    """Let 16 readers ask some queries in turn for ten seconds; return milliseconds per query."""
    out.mkdir()
    words = [programs / "pgbench", "--no-vacuum", "--client", str(READERS), "--jobs", str(os.cpu_count())]
    words += ["--time", str(SECONDS), "--log", "--log-prefix", str(out / "log")]
    for number, query in enumerate(queries.values()):
        (out / f"{number}.sql").write_text(cleandoc(query) + "\n", encoding="utf-8")
        words += ["--file", str(out / f"{number}.sql")]
    environment = os.environ | server.environment("werkpeil_reader")
    told = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if told.returncode:
        raise RuntimeError(told.stderr)
    waits: dict[int, list[float]] = {}
    for log in out.glob("log*"):
        for line in log.read_text(encoding="ascii").splitlines():
            _, _, microseconds, script, *_ = line.split()
            waits.setdefault(int(script), []).append(int(microseconds) / 1000)
    waits[-1] = [wait for found in list(waits.values()) for wait in found]
    names = dict(enumerate(queries)) | {-1: "all"}
    return {names[script]: _quantiles(found) for script, found in waits.items()}


def _quantiles(waits: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(waits, n=100)
    return {"queries": len(waits), "p50": cuts[49], "p95": cuts[94], "p99": cuts[98]}


def main() -> None:
    """Publish to a server of one's own and let readers ask."""
    entry = Entry("werkpeil", "psycopg")
    programs = loopback_postgres.find_programs()
    if programs is None or not (programs / "pgbench").exists():
        raise RuntimeError(
            "there is no PostgreSQL server with pgbench here (Debian: apt-get install postgresql)"
        )
    shutil.copytree(entry.folder / "project", entry.out / "project")
    project = project_at(entry.out)
    with loopback_postgres.serve(programs) as server:
        with mock.patch.dict(os.environ, server.environment("werkpeil_publisher")):
            run_gate(project)
            publish(project)
            publish_to_postgres(project)
        nothing = ask(programs, server, entry.out / "nothing", {"select 1": "select 1;"})
        with entry.stage("answer"):
            marts = ask(programs, server, entry.out / "marts", QUERIES)
    entry.tell(postgres=server.version, nothing=nothing["all"], marts=marts)
    entry.finish()


if __name__ == "__main__":
    main()
