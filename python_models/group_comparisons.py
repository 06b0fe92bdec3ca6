"""Tests between the groups of each cut; the mathematics is in werkpeil.statistics.group_comparisons."""

from werkpeil.statistics.fingerprints import built_waves
from werkpeil.statistics.group_comparisons import compare_groups


def model(dbt, session):
    """Return each pair of groups, and all groups of a cut together, of the waves that changed."""
    dbt.config(materialized="incremental", schema="estimates", on_schema_change="sync_all_columns")
    dbt.config(incremental_strategy="by_wave", unique_key=["survey_id", "wave_id"])
    return compare_groups(
        dbt.ref("int_answers_summed"),
        dbt.ref("int_compared_groups").df(),
        dbt.ref("int_variables").df(),
        dbt.ref("int_strata").df(),
        built_waves(dbt, session),
    )
