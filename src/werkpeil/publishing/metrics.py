"""Metrics of a release: their definitions, and the tables of saved queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkpeil.publishing.catalog import Meaning
from werkpeil.semantic.definitions import define, store
from werkpeil.semantic.saved import described_columns, grain_of, write_saved_queries

if TYPE_CHECKING:
    from werkpeil.project import Project


def add_metrics(project: Project, connection: Any) -> dict[str, Meaning]:
    """Write into a release what its metrics are, and the tables of saved queries.

    Args:
        project: The project, whose last build the release is of.
        connection: A connection whose current database is the release, with its tables in it.

    Returns:
        What the tables of saved queries mean, by name; none where the build defines no metrics.
    """
    definitions = define(project, connection)
    if definitions is None:
        return {}
    store(connection, definitions)
    return {
        query.name: Meaning(
            grain=grain_of(query),
            tests=[("not_null", name, {}) for name in grain_of(query)],
            description=query.description,
            columns=dict(described_columns(definitions, query)),
        )
        for query in write_saved_queries(connection, definitions)
    }
