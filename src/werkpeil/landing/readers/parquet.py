"""Read Parquet with DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from werkpeil.errors import InputError
from werkpeil.landing.readers.base import (
    DELIVERED,
    Delivered,
    Source,
    cleaned,
    create_tables,
    number_text,
)
from werkpeil.sql import identifier, literal

if TYPE_CHECKING:
    from werkpeil.landing.header import HeaderMatch

_FLOATING = ("FLOAT", "DOUBLE", "DECIMAL")


def read_parquet(source: Source) -> Delivered:
    """Read a Parquet file into the workspace.

    Raises:
        InputError: if the file is damaged or its columns do not fit the codebook.
    """
    file = f"read_parquet({literal(str(source.path))}, file_row_number => true)"
    try:
        columns = source.connection.execute(f"describe select * from {file}").fetchall()
        names = [column[0] for column in columns if column[0] != "file_row_number"]
        match = source.matcher.match([(name,) for name in names])
        rows = _load(source, file, match, {column[0]: column[1] for column in columns})
    except duckdb.Error as error:  # DuckDB has no class of its own for a damaged file
        if "No space left" in str(error) or isinstance(error, duckdb.OutOfMemoryException):
            raise
        raise InputError(
            f"The Parquet file cannot be read: {str(error).splitlines()[0]}",
            where=source.shown_as,
            hint="ask for the file again.",
        ) from error
    return Delivered(match, rows, "parquet")


def _load(source: Source, file: str, match: HeaderMatch, types: dict[str, Any]) -> int:
    positions = source.wanted(match)
    create_tables(source.connection, positions)
    texts = []
    for position in positions:
        name = match.headers[position].name
        is_floating = str(types[name]).startswith(_FLOATING)
        column = identifier(name)
        text = number_text(column) if is_floating else f"cast({column} as varchar)"
        texts.append(", " + cleaned(text))
    source.connection.execute(
        f"insert into {DELIVERED} select file_row_number + 1{''.join(texts)} from {file}"
        + (f" limit {source.row_limit}" if source.row_limit is not None else "")
    )
    [(rows,)] = source.connection.execute(f"select count(*) from {DELIVERED}").fetchall()
    return int(rows)
