"""Show the landing zone as schema `raw` on Spark: views over the same Parquet files that DuckDB reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from werkpeil.codebook import load_codebook
from werkpeil.landing import zone
from werkpeil.landing.raw import REGISTER, SCHEMA, register_rows, register_types, response_types
from werkpeil.spark.relations import insert_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.landing.zone import Delivery
    from werkpeil.project import Project

_TYPES = {"varchar": "string", "integer": "int", "boolean": "boolean"}


def sync_raw(project: Project, spark: Any) -> None:
    """Create what the models read of schema `raw` anew: a view per survey, and the register of deliveries.

    Args:
        project: Whose landing zone; every worker must see it under the same path.
        spark: The session.

    Raises:
        InputError: if a codebook cannot be read.
        OutsideError: if the landing zone is damaged.
    """
    current = zone.current_deliveries(project)
    held = [delivery for delivery in current if delivery.retired_at is None]
    spark.sql(f"create schema if not exists {SCHEMA}").collect()
    for survey_id in project.surveys:
        types = response_types(load_codebook(project, survey_id))
        landed = [delivery for delivery in held if delivery.survey_id == survey_id]
        spark.sql(f"create or replace view {SCHEMA}.{survey_id} as {_responses(types, landed)}").collect()
    rows = register_rows(zone.all_deliveries(project), current)
    _write_texts(spark, f"{SCHEMA}.{REGISTER}", register_types(), rows)


def _responses(types: dict[str, str], landed: Sequence[Delivery]) -> str:
    """Return the query of a survey's responses, its columns and types those of the codebook as it is now."""
    if not landed:
        return f"select {_columns(types, set())} where false"
    parts = [
        f"select {_columns(types, set(pq.read_schema(delivery.responses).names))} "
        f"from parquet.`{delivery.responses.as_posix().replace('`', '``')}`"
        for delivery in landed
    ]
    return " union all ".join(parts)


def _columns(types: dict[str, str], stored: set[str]) -> str:
    return ", ".join(
        f"cast({name if name in stored else 'null'} as {_TYPES.get(kind, kind)}) as {name}"
        for name, kind in types.items()
    )


def _write_texts(spark: Any, table: str, types: dict[str, str], rows: Sequence[Sequence[object]]) -> None:
    kinds = {name: _TYPES.get(kind, kind) for name, kind in types.items()}
    columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    spark.sql(f"drop table if exists {table}").collect()
    spark.sql(f"create table {table} ({columns}) using parquet").collect()
    if rows:
        values = {name: [row[place] for row in rows] for place, name in enumerate(types)}
        insert_texts(spark, table, values, list(kinds.values()))
