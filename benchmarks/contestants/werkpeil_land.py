"""`werkpeil land`: a delivery read, checked, pseudonymised and written to an empty landing zone."""

from __future__ import annotations

from benchmarks.contestants.common import Entry
from benchmarks.prepare import project_at
from benchmarks.questions import WIDE
from werkpeil.landing import land


def main() -> None:
    """Land the file."""
    entry = Entry("werkpeil", "duckdb", "pyreadstat")
    project = project_at(entry.folder, entry.out / "data")
    with entry.stage("answer"):
        file = entry.folder / f"wave.{entry.task.removeprefix('land_')}"
        result = land(project, file, WIDE, "1")
    entry.tell(rows=result.rows_accepted)
    entry.finish()


if __name__ == "__main__":
    main()
