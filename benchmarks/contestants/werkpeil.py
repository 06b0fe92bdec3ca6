"""Werkpeil without dbt around it.

The SQL that dbt made of its models, in a bare DuckDB on all cores, and the functions that its Python models
call. It counts more than is asked: 46 variables, the whole and five cuts, every kind of missing answer.
"""

from __future__ import annotations

import json
import os
from typing import Any

import duckdb
import yaml

from benchmarks.contestants.common import Entry
from benchmarks.questions import MEASURED, OUTCOMES, STATISTICS, TERMS
from werkpeil.statistics.regression import Fit, complete_moments, fit_moments
from werkpeil.statistics.regression_models import Specification, design_errors

WHOLE = "select * from {} where survey_id = 'benchmark' and wave_id = '1'"
ESTIMATES = f"""
    select 'design', variable_id, replace(group_id, 'benchmark_sector_', ''), statistic, estimate, std_error
    from estimates.estimates
    where
        cut_id = 'sector'
        and variable_id in ({", ".join(f"'{name}'" for name in MEASURED)})
        and statistic in ({", ".join(f"'{name}'" for name in STATISTICS)})
"""


def create(connection: Any, model: dict[str, Any]) -> None:
    """Create a model's table or view from the SQL that dbt made of it."""
    kind = "view" if model["view"] else "table"
    connection.execute(f"create or replace {kind} {model['relation']} as ({model['sql']})")


def means(entry: Entry, connection: Any, models: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Score the wave, count its cells, estimate all that a build estimates; return what was asked."""
    for model in models:
        if model["layer"] in {"scored", "cells", "estimates"}:
            with entry.stage("prepare" if model["layer"] == "scored" else "answer"):
                create(connection, model)
    with entry.stage("answer"):
        return connection.execute(ESTIMATES).fetchall()


def regressions(entry: Entry, connection: Any, sql: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Score the wave, sum its cross-products, fit eight models; with errors of the design if asked."""
    with entry.stage("prepare"):
        create(connection, next(model for model in sql["models"] if model["name"] == "scored_benchmark"))
    with entry.stage("answer"):
        moments = connection.execute(sql["moments_of_regressions"]).df()
        fits = {}
        for outcome in OUTCOMES:
            for weighted in (True, False):
                chosen = complete_moments(moments, [outcome, *TERMS], weighted=weighted)
                fits[outcome, weighted] = fit_moments(chosen, outcome, TERMS, importance=False)
        if entry.task == "regressions":
            return [
                row
                for (outcome, weighted), fit in fits.items()
                for row in _rows("classical" if weighted else "unweighted", outcome, fit)
            ]
        asked = [Specification(outcome, outcome, TERMS) for outcome in OUTCOMES]
        strata = connection.execute(WHOLE.format("estimates.int_strata")).df()
        rows = connection.sql(WHOLE.format("scored.scored_regression_rows"))
        designed = {(outcome, "design"): fits[outcome, True] for outcome in OUTCOMES}
        errors = design_errors(moments, asked, designed, strata, lambda: rows.to_arrow_reader(65536))
        return [
            (*row[:-1], error)
            for outcome in OUTCOMES
            for row, error in zip(
                _rows("design", outcome, fits[outcome, True]),
                errors[outcome].covariance.diagonal() ** 0.5,
                strict=True,
            )
        ]


def _rows(kind: str, outcome: str, fit: Fit) -> list[tuple[Any, ...]]:
    told = zip(fit.terms, fit.b, fit.classical_std_error, strict=True)
    return [(kind, outcome, "", term, b, error) for term, b, error in told]


def main() -> None:
    """Answer what is asked."""
    entry = Entry("werkpeil", "duckdb", "numpy", "scipy")
    sql = json.loads((entry.folder / "sql.json").read_text(encoding="utf-8"))
    project = entry.folder / "project"
    profile = yaml.safe_load((project / "profiles.yml").read_text(encoding="utf-8"))["werkpeil"]["outputs"]
    size = profile["duckdb"]["config_options"]["perfect_ht_threshold"]
    with duckdb.connect(
        str(project / "data" / "warehouse.duckdb"), config={"perfect_ht_threshold": size}
    ) as connection:
        connection.execute(f"set threads = {os.cpu_count()}")
        found: list[tuple[Any, ...]] = []
        if entry.task == "means":
            found = means(entry, connection, sql["models"])
        elif entry.task == "cells":
            with entry.stage("answer"):
                connection.execute(f"create or replace temp table cells as ({sql['cells_of_items']})")
        else:
            found = regressions(entry, connection, sql)
    entry.finish(found)


if __name__ == "__main__":
    main()
