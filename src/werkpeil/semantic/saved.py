"""Saved queries of the semantic layer as tables of a release, computed once when it is made.

dbt Core does nothing with their exports. PostgreSQL gets these tables with all others of the release, so both
hold the same rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkpeil.semantic.definitions import TOLD, is_label, short
from werkpeil.semantic.engine import Compiler
from werkpeil.semantic.query import named_columns
from werkpeil.sql import identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkpeil.semantic.definitions import Definitions, SavedQuery


def write_saved_queries(connection: Any, definitions: Definitions) -> list[SavedQuery]:
    """Make the table of each saved query in the current database of a connection; return the queries."""
    if not definitions.saved_queries:
        return []
    compiler = Compiler(definitions)
    for query in definitions.saved_queries:
        connection.execute(f"create table published.{identifier(query.name)} as {saved_sql(compiler, query)}")
    return list(definitions.saved_queries)


def saved_sql(compiler: Compiler, query: SavedQuery) -> str:
    """Return a saved query with its columns as those of a mart: keys, labels, numbers, provenance."""
    first = [name for name in query.group_by if short(name) not in TOLD]
    columns = [*first, *query.metrics, *(name for name in query.group_by if short(name) in TOLD)]
    compiled = compiler.sql(query.metrics, query.group_by)
    order = ", ".join(identifier(name) for name in grain_of(query))
    selected = ", ".join(identifier(short(name)) for name in columns)
    named = named_columns(compiled, query.group_by, query.metrics)
    return f"select {selected}\nfrom (\n{named}\n) as named\norder by {order}"


def grain_of(query: SavedQuery) -> list[str]:
    """Return the columns that tell a row of the table from all others: its dimensions but for labels."""
    names = map(short, query.group_by)
    return [name for name in names if not is_label(name)]


def described_columns(definitions: Definitions, query: SavedQuery) -> Iterator[tuple[str, str]]:
    """Yield the table's columns with what they mean."""
    for name in (*map(short, query.group_by), *query.metrics):
        yield name, definitions.meanings.get(name, "")
