"""Cross-products of the variables of all regressions; the mathematics is in werkpeil.statistics.regression_moments."""

from werkpeil.statistics.fingerprints import built_waves
from werkpeil.statistics.regression_moments import sum_waves


def model(dbt, session):
    """Return the cross-products of the waves whose respondents or variables changed."""
    dbt.config(materialized="incremental", incremental_strategy="by_wave", unique_key=["survey_id", "wave_id"])
    return sum_waves(
        dbt.ref("scored_regression_rows"),
        dbt.ref("cells_profiles"),
        dbt.ref("int_regression_variables").df(),
        built_waves(dbt, session),
    )
