"""dbt's own time: as many empty models as the demo has, built by the same call with the same settings."""

from __future__ import annotations

from benchmarks.contestants.common import Entry
from werkpeil.building.dbt import run_dbt
from werkpeil.project import Project

PROJECT = "empty_models"


def main(project: str = PROJECT) -> None:
    """Build nothing, in many models."""
    entry = Entry("dbt-core", "dbt-duckdb", "duckdb")
    with entry.stage("answer"):
        outcome = run_dbt(Project(root=entry.folder / project, data=entry.out / "data"), ["build"])
    if not outcome.is_success:
        raise RuntimeError(str(outcome.exception or outcome.messages))
    entry.tell(models=len(outcome.results) - outcome.checks, checks=outcome.checks)
    entry.finish()


if __name__ == "__main__":
    main()
