"""Show the landing zone as schema `raw` of the warehouse; it holds nothing of its own."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from werkpeil.codebook import codebook_path, load_codebook
from werkpeil.landing import zone
from werkpeil.landing.rows import KEYS, TYPES, kind_of, stored_columns
from werkpeil.sql import identifier, literal, literals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from werkpeil.codebook.model import Codebook
    from werkpeil.landing.zone import Delivery
    from werkpeil.project import Project

SCHEMA = "raw"
REGISTER = "landing_register"

_KEY_TYPES = dict.fromkeys(KEYS, "varchar") | {"row_number": "bigint"}
_REJECTED_TYPES = {
    "row_number": "bigint",
    "rule": "varchar",
    "detail": "varchar",
    "row_json": "varchar",
}
_INVALID_TYPES = {
    "row_number": "bigint",
    "column_name": "varchar",
    "delivered_value": "varchar",
    "rule": "varchar",
}
_REGISTER_TYPES = {
    "file_bytes": "bigint",
    "rows_read": "bigint",
    "rows_accepted": "bigint",
    "rows_rejected": "bigint",
    "rows_forgotten": "bigint",
    "landed_at": "timestamp",
    "retired_at": "timestamp",
}
_AS_JSON = frozenset({"rejected_by_rule", "invalid_answers", "ignored_columns"})


def sync_raw(project: Project, connection: Any) -> None:
    """Create schema `raw` anew from the landing zone alone, in one transaction.

    It holds a view of the current responses per survey, the register of all deliveries, and the
    rejected rows and invalid answers of the current ones. A survey of which nothing has landed
    has an empty view with the right columns; retired waves are in the register alone.

    Args:
        project: Whose landing zone.
        connection: An open, writable DuckDB connection to the warehouse.

    Raises:
        InputError: if a codebook cannot be read.
        OutsideError: if the landing zone is damaged.
    """
    current = zone.current_deliveries(project)
    held = [delivery for delivery in current if delivery.retired_at is None]
    surveys = dict.fromkeys([*project.surveys, *(delivery.survey_id for delivery in current)])
    connection.execute("begin transaction")
    try:
        connection.execute(f"drop schema if exists {SCHEMA} cascade")
        connection.execute(f"create schema {SCHEMA}")
        for survey_id in surveys:
            landed = [delivery for delivery in held if delivery.survey_id == survey_id]
            _create_responses_view(project, connection, survey_id, landed)
        _create_register(connection, zone.all_deliveries(project), current)
        _create_detail_view(connection, zone.REJECTED_ROWS, _REJECTED_TYPES, held)
        _create_detail_view(connection, zone.INVALID_ANSWERS, _INVALID_TYPES, held)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _create_responses_view(
    project: Project, connection: Any, survey_id: str, landed: Sequence[Delivery]
) -> None:
    """Create a survey's view, its columns and types those of the codebook as it is now."""
    if not codebook_path(project, survey_id).is_file():
        return  # landed once, and no survey of this project any more
    types = response_types(load_codebook(project, survey_id))
    files = [str(delivery.responses) for delivery in landed]
    _create_view(connection, survey_id, types, files)


def response_types(codebook: Codebook) -> dict[str, str]:
    """Return the columns of a survey's responses with the types that they have in DuckDB."""
    return _KEY_TYPES | {column.name: TYPES[kind_of(column)] for column in stored_columns(codebook)}


def _create_view(connection: Any, name: str, types: dict[str, str], files: Sequence[str]) -> None:
    view = f"{SCHEMA}.{identifier(name)}"
    if not files:
        columns = ", ".join(f"cast(null as {t}) as {identifier(c)}" for c, t in types.items())
        connection.execute(f"create view {view} as select {columns} where false")
        return
    source = f"read_parquet([{literals(list(files))}], union_by_name => true)"
    stored = connection.execute(f"describe select * from {source}").fetchall()
    stored_types = {column[0]: str(column[1]).lower() for column in stored}
    columns = ", ".join(_view_column(c, t, stored_types.get(c)) for c, t in types.items())
    connection.execute(f"create view {view} as select {columns} from {source}")


def _view_column(name: str, wanted: str, stored: str | None) -> str:
    column = identifier(name)
    if stored == wanted:
        return column
    return f"cast({column if stored else 'null'} as {wanted}) as {column}"


def _create_detail_view(
    connection: Any, file_name: str, types: dict[str, str], current: Iterable[Delivery]
) -> None:
    """Create a view over one file of every current delivery, the delivery's ids in front."""
    parts = [
        f"select {literal(delivery.survey_id)} as survey_id, "
        f"{literal(delivery.wave_id)} as wave_id, {literal(delivery.delivery_id)} as delivery_id, "
        f"* from read_parquet({literal(str(delivery.folder / file_name))})"
        for delivery in current
    ]
    ids = dict.fromkeys(("survey_id", "wave_id", "delivery_id"), "varchar")
    empty = ", ".join(f"cast(null as {t}) as {identifier(c)}" for c, t in (ids | types).items())
    query = " union all ".join([*parts, f"select {empty} where false"])
    view = f"{SCHEMA}.{identifier(file_name.removesuffix('.parquet'))}"
    connection.execute(f"create view {view} as {query}")


def _create_register(connection: Any, deliveries: Sequence[Delivery], current: Sequence[Delivery]) -> None:
    columns = ", ".join(f"{identifier(name)} {kind}" for name, kind in register_types().items())
    table = f"{SCHEMA}.{REGISTER}"
    connection.execute(f"create table {table} ({columns})")
    rows = register_rows(deliveries, current)
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into {table} values ({marks})", rows)


def register_types() -> dict[str, str]:
    """Return the columns of the register of deliveries with the types that they have in DuckDB."""
    names = [field.name for field in fields(zone.Delivery) if field.name != "folder"]
    return {name: _REGISTER_TYPES.get(name, "varchar") for name in names} | {"is_current": "boolean"}


def register_rows(deliveries: Sequence[Delivery], current: Sequence[Delivery]) -> list[list[object]]:
    """Return the rows of the register, in the order of its columns."""
    now = {delivery.folder for delivery in current}
    return [[*_told(delivery), delivery.folder in now] for delivery in deliveries]


def _told(delivery: Delivery) -> list[object]:
    return [
        json.dumps(value, ensure_ascii=False) if name in _AS_JSON else value
        for name, value in delivery.register_entry().items()
    ]
