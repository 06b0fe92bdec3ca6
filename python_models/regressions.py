"""The regression models of all waves; the mathematics is in werkpeil.statistics.regression_models."""

from werkpeil.statistics.fingerprints import built_waves
from werkpeil.statistics.regression_models import fit_models


def model(dbt, session):
    """Return the coefficients of the waves that must be fitted, classical and design-based."""
    dbt.config(materialized="incremental", incremental_strategy="by_wave", unique_key=["survey_id", "wave_id"])
    return fit_models(
        dbt.ref("regression_moments"),
        dbt.ref("int_regression_models").df(),
        dbt.ref("regression_terms").df(),
        dbt.ref("term_blocks").df(),
        dbt.ref("int_strata").df(),
        dbt.ref("scored_regression_rows"),
        built_waves(dbt, session),
        waves=dbt.ref("cells_waves").df(),
    )
