"""Reliability of all scales; the mathematics is in werkpeil.statistics.reliability."""

from werkpeil.statistics.reliability import scale_reliabilities


def model(dbt, session):
    """Return the numbers of each scale and of its items."""
    dbt.config(materialized="table", schema="estimates")
    return scale_reliabilities(dbt.ref("cells_moments").df())
