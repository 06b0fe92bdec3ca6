"""Werkpeil without dbt around it.

The SQL that dbt made of its models, in a bare DuckDB on all cores, and the functions that its Python models
call. It counts more than is asked: 46 variables, the whole and five cuts, every kind of missing answer.

A wave is scored once, whatever is asked of it afterwards: `werkpeil_scored` starts from there.
"""

from __future__ import annotations

import json
import os
from typing import Any

import duckdb
import yaml

from benchmarks.contestants.common import Entry
from benchmarks.questions import MEASURED, OUTCOMES, STATISTICS, TERMS
from werkpeil.statistics.regression import Fit, PatternMoments, fit_moments
from werkpeil.statistics.regression_models import Specification, design_errors
from werkpeil.statistics.regression_moments import sum_waves
from werkpeil.statistics.regression_rows import Reader, WaveRows

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
    """Count the cells of the wave, estimate all that a build estimates; return what was asked."""
    with entry.stage("answer"):
        for model in models:
            if model["layer"] in {"cells", "estimates"}:
                create(connection, model)
        return connection.execute(ESTIMATES).fetchall()


def regressions(entry: Entry, connection: Any) -> list[tuple[Any, ...]]:
    """Sum the cross-products of the wave, fit eight models; with errors of the design if asked."""
    with entry.stage("answer"):
        rows = connection.table("scored.scored_regression_rows")
        variables = connection.table("estimates.int_regression_variables").df()
        cells = sum_waves(rows, connection.table("cells.cells_profiles"), variables, None)
        moments, fits = PatternMoments(cells), {}
        for outcome in OUTCOMES:
            for weighted in (True, False):
                chosen = moments.complete([outcome, *TERMS], weighted=weighted)
                fits[outcome, weighted] = fit_moments(chosen, outcome, TERMS, importance=False)
        if entry.task == "regressions":
            return [
                row
                for (outcome, weighted), fit in fits.items()
                for row in _rows("classical" if weighted else "unweighted", outcome, fit)
            ]
        asked = [Specification(outcome, outcome, TERMS) for outcome in OUTCOMES]
        strata = connection.execute(WHOLE.format("estimates.int_strata")).df()
        designed = {(outcome, "design"): fits[outcome, True] for outcome in OUTCOMES}
        wave = WaveRows(rows, "benchmark", "1", len(variables))
        errors = design_errors(Reader(cells), asked, designed, strata, wave)
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


def main(*, scored: bool = False) -> None:
    """Answer what is asked; of a wave that is scored already, or score it first."""
    entry = Entry("werkpeil", "duckdb", "numpy", "scipy")
    sql = json.loads((entry.folder / "sql.json").read_text(encoding="utf-8"))
    project = entry.folder / "project"
    profile = yaml.safe_load((project / "profiles.yml").read_text(encoding="utf-8"))["werkpeil"]["outputs"]
    size = profile["duckdb"]["config_options"]["perfect_ht_threshold"]
    with duckdb.connect(
        str(project / "data" / "warehouse.duckdb"), config={"perfect_ht_threshold": size}
    ) as connection:
        streams = scored and entry.task in {"regressions", "design"}
        connection.execute(f"set threads = {1 if streams else os.cpu_count()}")
        if streams:
            # Python multiplies what DuckDB reads; pages that DuckDB keeps would not be read again.
            connection.execute("set memory_limit = '48MB'")
        found: list[tuple[Any, ...]] = []
        if not scored and entry.task != "cells":
            with entry.stage("prepare"):
                create(
                    connection, next(model for model in sql["models"] if model["name"] == "scored_benchmark")
                )
        if entry.task == "means":
            found = means(entry, connection, sql["models"])
        elif entry.task == "cells":
            with entry.stage("answer"):
                connection.execute(f"create or replace temp table cells as ({sql['cells_of_items']})")
        else:
            found = regressions(entry, connection)
    entry.finish(found)


if __name__ == "__main__":
    main()
