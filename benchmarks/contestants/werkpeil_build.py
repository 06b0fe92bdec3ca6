"""`werkpeil build`: landed waves into no warehouse, with all checks."""

from __future__ import annotations

from benchmarks.contestants.common import Entry
from benchmarks.prepare import project_at
from werkpeil.building import build


def main() -> None:
    """Build what has landed."""
    entry = Entry("werkpeil", "dbt-core", "dbt-duckdb", "duckdb")
    project = project_at(entry.folder, entry.out / "data")
    project.data.mkdir()
    (project.data / "landing").symlink_to(entry.folder / "project" / "data" / "landing")
    with entry.stage("answer"):
        built = build(project)
    entry.tell(models=built.models, checks=built.checks, layers=built.layers)
    entry.finish()


if __name__ == "__main__":
    main()
