"""Confidence intervals of all estimates; the mathematics is in werkpeil.statistics.intervals."""

from werkpeil.statistics.fingerprints import built_waves
from werkpeil.statistics.intervals import estimate_intervals


def model(dbt, session):
    """Return one interval per estimate, of the waves that changed."""
    dbt.config(materialized="incremental", schema="estimates", on_schema_change="sync_all_columns")
    dbt.config(incremental_strategy="by_wave", unique_key=["survey_id", "wave_id"])
    return estimate_intervals(dbt.ref("estimates").df(), built_waves(dbt, session))
