"""The physical floor: DuckDB sums every column that is asked about, or reads a file with its own reader."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import duckdb

from benchmarks.contestants.common import Entry
from benchmarks.questions import ITEMS, MEASURED, OUTCOMES, TERMS

if TYPE_CHECKING:
    from pathlib import Path

SCANNED = {
    "means": MEASURED,
    "cells": tuple(item for items in ITEMS.values() for item in items),
    "regressions": (*OUTCOMES, *TERMS, "weight"),
    "design": (*OUTCOMES, *TERMS, "weight"),
}


def scan(entry: Entry) -> None:
    """Sum the columns of the scored wave that a task is about."""
    sums = ", ".join(f"sum({name})" for name in SCANNED[entry.task])
    file = entry.folder / "project" / "data" / "warehouse.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute(f"set threads = {os.cpu_count()}")
        with entry.stage("answer"):
            connection.execute(f"select {sums} from scored.scored_benchmark").fetchall()


def read(entry: Entry) -> None:
    """Read a delivered file whole: SPSS by pyreadstat, the others by DuckDB into a table in memory."""
    file = entry.folder / f"wave.{entry.task.removeprefix('land_')}"
    with entry.stage("answer"):
        rows = _read(file)
    entry.tell(rows=rows)


def _read(file: Path) -> int:
    if file.suffix == ".sav":
        import pyreadstat  # noqa: PLC0415 - not where only DuckDB reads

        frame, _ = pyreadstat.read_sav(file)
        return len(frame)
    reader = {".csv": "read_csv", ".parquet": "read_parquet"}[file.suffix]
    with duckdb.connect(config={"threads": os.cpu_count() or 1}) as connection:
        connection.execute(f"create table delivered as select * from {reader}('{file}')")
        counted: list[tuple[Any, ...]] = connection.execute("select count(*) from delivered").fetchall()
        return int(counted[0][0])


def main() -> None:
    """Answer what is asked."""
    entry = Entry("duckdb", "pyreadstat")
    if entry.task.startswith("land_"):
        read(entry)
    else:
        scan(entry)
    entry.finish()


if __name__ == "__main__":
    main()
