"""A new wave: `werkpeil land` and `werkpeil build` in a copy of a warehouse that stands."""

from __future__ import annotations

import shutil

from benchmarks.contestants.common import Entry
from benchmarks.prepare import project_at
from benchmarks.questions import NAME
from werkpeil.building import build
from werkpeil.landing import land
from werkpeil.warehouse import open_warehouse

ESTIMATES = """
    select 'design', variable_id, cut_id || ' ' || group_id, statistic, estimate, std_error
    from estimates.estimates
    where wave_id = 'new'
"""


def main() -> None:
    """Land the wave and build."""
    entry = Entry("werkpeil", "dbt-core", "dbt-duckdb", "duckdb")
    shutil.copytree(entry.folder / "project", entry.out / "project")
    project = project_at(entry.out)
    with entry.stage("prepare"):
        land(project, entry.folder / "new.parquet", NAME, "new")
    with entry.stage("answer"):
        built = build(project)
    with open_warehouse(project) as connection:
        found = connection.execute(ESTIMATES).fetchall()
    entry.tell(layers=built.layers)
    entry.finish(found)


if __name__ == "__main__":
    main()
