"""Tests of the changes between waves; the mathematics is in werkpeil.statistics.wave_changes."""

from werkpeil.statistics.wave_changes import compare_waves


def model(dbt, session):
    """Return every change between a wave and the last one before it in which the variable was asked."""
    dbt.config(materialized="table", schema="estimates")
    return compare_waves(dbt.ref("int_wave_changes").df(), dbt.ref("int_overlap_summed").df())
