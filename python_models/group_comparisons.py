"""Tests between the groups of each cut; the mathematics is in werkpeil.statistics.group_comparisons."""

from werkpeil.statistics.group_comparisons import compare_groups


def model(dbt, session):
    """Return every pair of groups, and all groups of a cut together, under three tests."""
    dbt.config(materialized="table", schema="estimates")
    return compare_groups(
        dbt.ref("int_answers_summed").df(),
        dbt.ref("int_compared_groups").df(),
        dbt.ref("int_variables").df(),
        dbt.ref("int_strata").df(),
    )
