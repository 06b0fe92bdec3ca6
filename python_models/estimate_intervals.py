"""Confidence intervals of all estimates; the mathematics is in werkpeil.statistics.intervals."""

from werkpeil.statistics.intervals import estimate_intervals


def model(dbt, session):
    """Return one interval per estimate."""
    dbt.config(materialized="table", schema="estimates")
    return estimate_intervals(dbt.ref("estimates").df())
