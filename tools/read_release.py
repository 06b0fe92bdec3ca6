"""One reader of a DuckDB release: connects, asks, closes, until its input ends; then tells what it met.

    python tools/read_release.py data/published/current.duckdb QUERY < /dev/null

The query answers with rows, builds seen and one build. The last line of the output is JSON. It is a process
apart and imports nothing but DuckDB, because a BI server is one too.
"""

from __future__ import annotations

import json
import select
import sys
import time

import duckdb

SECONDS_AT_MOST = 1800


def read(path: str, query: str) -> dict[str, object]:
    """Ask again and again; return times in milliseconds, mixed answers, errors and builds."""
    milliseconds: list[float] = []
    errors: list[str] = []
    builds: set[str] = set()
    mixed = 0
    until = time.monotonic() + SECONDS_AT_MOST
    while time.monotonic() < until:
        began = time.perf_counter()
        try:
            with duckdb.connect(path, read_only=True, config={"threads": 1}) as connection:
                _, seen, build_id = connection.execute(query).fetchall()[0]
        except duckdb.Error as error:
            errors.append(str(error))
        else:
            milliseconds.append(1000 * (time.perf_counter() - began))
            mixed += seen != 1
            builds.add(str(build_id))
        if len(milliseconds) + len(errors) == 1:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
        if select.select([sys.stdin], [], [], 0)[0]:
            break
    return {"milliseconds": milliseconds, "mixed": mixed, "errors": errors, "builds": sorted(builds)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(read(sys.argv[1], sys.argv[2])) + "\n")
