"""What the reports say in words, asked of numbers; the predicates are asked by werkpeil.reproduction."""

from werkpeil.reproduction.claims import ask_claims


def model(dbt, session):
    """Return every statement with its answers, once for each number that it reads."""
    dbt.config(materialized="table", schema="estimates")
    return ask_claims(
        dbt.ref("published_claims").df(),
        dbt.ref("claim_predicates").df(),
        dbt.ref("published_results").df(),
        dbt.ref("int_published_cells").df(),
        dbt.ref("int_computed_values").df(),
    )
