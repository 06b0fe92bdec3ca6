"""What cannot be right in the reports of the seeds; the mathematics is in werkpeil.audit."""

from werkpeil.audit.published import find_inconsistencies


def model(dbt, session):
    """Return every rule that printed numbers break, with its arithmetic."""
    dbt.config(materialized="table", schema="estimates")
    return find_inconsistencies(dbt.ref("published_results").df(), dbt.ref("published_relations").df())
