"""Weights of the surveys that bring none; the mathematics is in werkpeil.statistics.weighting."""

from werkpeil.statistics.fingerprints import built_waves
from werkpeil.statistics.weighting import weigh_waves


def model(dbt, session):
    """Return the weight of each class of the waves that must be weighed, and their margins."""
    dbt.config(materialized="incremental", schema="scored")
    dbt.config(incremental_strategy="by_wave", unique_key=["survey_id", "wave_id"])
    return weigh_waves(
        dbt.ref("scored_weighting_classes").df(),
        dbt.ref("int_weightings").df(),
        dbt.ref("strata").df(),
        dbt.ref("samples").df(),
        dbt.ref("margins").df(),
        built_waves(dbt, session),
    )
