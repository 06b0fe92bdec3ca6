"""The cells that may not be shown; the mathematics is in werkpeil.disclosure."""

from werkpeil.disclosure.decisions import decide_disclosure


def model(dbt, session):
    """Return each hidden cell with its reason."""
    dbt.config(materialized="table", schema="estimates")
    return decide_disclosure(
        dbt.ref("int_answer_cells").df(),
        dbt.ref("int_group_counts").df(),
        dbt.ref("int_groups_nested").df(),
        dbt.ref("cuts").df(),
        dbt.ref("int_variables").df(),
        dbt.ref("int_single_answers").df(),
        dbt.config.get("disclosure"),
    )
