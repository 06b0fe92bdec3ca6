"""The cells that may not be shown; the mathematics is in werkpeil.disclosure."""

from werkpeil.disclosure.decisions import Inputs, decide_disclosure
from werkpeil.statistics.fingerprints import built_waves


def model(dbt, session):
    """Return each hidden cell with its reason, of the waves that must be searched."""
    dbt.config(materialized="incremental", schema="estimates", on_schema_change="sync_all_columns")
    dbt.config(incremental_strategy="by_wave", unique_key=["survey_id", "wave_id"])
    inputs = Inputs(
        dbt.ref("int_answer_cells").df(),
        dbt.ref("int_group_counts").df(),
        dbt.ref("int_groups_nested").df(),
        dbt.ref("cuts").df(),
        dbt.ref("int_variables").df(),
        dbt.ref("int_single_answers").df(),
    )
    return decide_disclosure(inputs, dbt.config.get("disclosure"), built_waves(dbt, session))
