"""Read Parquet with DuckDB, from the delivered file itself each time that it is asked: nothing is copied."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import duckdb

from werkpeil.errors import InputError
from werkpeil.files import DEFECTS
from werkpeil.landing.readers.base import (
    DELIVERED,
    DOUBLE,
    WHOLE_TYPES,
    Delivered,
    Source,
    cleaned,
    create_malformed,
    number_text,
)
from werkpeil.sql import identifier, literal

if TYPE_CHECKING:
    from werkpeil.landing.header import HeaderMatch

# As doubles, numbers of these would be others than they are as texts.
_ROUNDED = ("FLOAT", "DECIMAL")


def read_parquet(source: Source) -> Delivered:
    """Show a Parquet file in the workspace.

    Raises:
        InputError: if the file is damaged or its columns do not fit the codebook.
    """
    file = f"read_parquet({literal(str(source.path))}, file_row_number => true)"
    try:
        columns = source.connection.execute(f"describe select * from {file}").fetchall()
        names = [column[0] for column in columns if column[0] != "file_row_number"]
        match = source.matcher.match([(name,) for name in names])
        rows = _show(source, file, match, {column[0]: str(column[1]) for column in columns})
        groups = f"select max(row_group_num_rows) from parquet_metadata({literal(str(source.path))})"
        [(together,)] = source.connection.execute(groups).fetchall()
    except duckdb.Error as error:
        raise _told(error, source.shown_as) from error
    told = partial(_told, shown_as=source.shown_as)
    return Delivered(match, rows, "parquet", rows_together=int(together or 0), told=told)


def _show(source: Source, file: str, match: HeaderMatch, types: dict[str, str]) -> int:
    """Create the view of the file; return its number of rows."""
    columns = []
    for position in source.wanted(match):
        name = match.headers[position].name
        columns.append(f", {_value(identifier(name), types[name])} as c{position}")
    limit = "" if source.row_limit is None else f"where file_row_number < {source.row_limit}"
    source.connection.execute(
        f"create view {DELIVERED} as "
        f"select file_row_number + 1 as row_number{''.join(columns)} from {file} {limit}"
    )
    create_malformed(source.connection)
    [(rows,)] = source.connection.execute(f"select count(*) from {DELIVERED}").fetchall()
    return int(rows)


def _value(column: str, kind: str) -> str:
    if kind == DOUBLE or kind in WHOLE_TYPES:
        return column
    return cleaned(number_text(column) if kind.startswith(_ROUNDED) else f"cast({column} as varchar)")


def _told(error: Exception, shown_as: str) -> Exception:
    """Return what an error while the file is read means: DuckDB has no class of its own for a damaged one."""
    if "No space left" in str(error) or isinstance(error, (*DEFECTS, duckdb.OutOfMemoryException)):
        return error
    return InputError(
        f"The Parquet file cannot be read: {str(error).splitlines()[0]}",
        where=shown_as,
        hint="ask for the file again.",
    )
