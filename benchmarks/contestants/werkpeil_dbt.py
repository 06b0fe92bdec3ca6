"""Werkpeil as it runs: dbt, in process, with two models at a time and one core per query.

Its regressions do more than is asked: classical and design-based errors, what each term explains (2^14 models
per fit) and a proportional odds model per outcome.
"""

from __future__ import annotations

from typing import Any

from benchmarks.contestants.common import Entry
from benchmarks.contestants.werkpeil import ESTIMATES
from benchmarks.prepare import project_at
from werkpeil.building.dbt import run_dbt
from werkpeil.warehouse import open_warehouse

SELECTED = {
    # What lies between the scored wave and the estimates; seeds stand already.
    "means": ["scored_benchmark+,+path:models/estimates/estimates.sql"],
    "design": ["scored_benchmark", "regression_moments", "regressions"],
}
REGRESSIONS = """
    select 'design', model_id, '', term_id, b, std_error
    from estimates.regressions
    where std_error_type = 'design' and method = 'linear'
"""


def busy_seconds(results: list[Any]) -> float:
    """Return how long at least one model was executed."""
    spans = sorted(
        (step.started_at, step.completed_at)
        for result in results
        for step in result.timing
        if step.name == "execute"
    )
    total, until = 0.0, None
    for began, ended in spans:
        if until is None or began > until:
            total += (ended - began).total_seconds()
        elif ended > until:
            total += (ended - until).total_seconds()
        until = ended if until is None else max(until, ended)
    return total


def main() -> None:
    """Answer what is asked."""
    entry = Entry("werkpeil", "dbt-core", "dbt-duckdb", "duckdb")
    project = project_at(entry.folder)
    with entry.stage("answer"):
        outcome = run_dbt(project, ["run", "--full-refresh", "--select", *SELECTED[entry.task]])
        if not outcome.is_success:
            raise RuntimeError(str(outcome.exception or outcome.messages))
        with open_warehouse(project) as connection:
            found = connection.execute(ESTIMATES if entry.task == "means" else REGRESSIONS).fetchall()
    seconds = {str(result.node.name): round(result.execution_time, 3) for result in outcome.results}
    entry.tell(busy=busy_seconds(outcome.results), nodes=seconds)
    entry.finish(found)


if __name__ == "__main__":
    main()
