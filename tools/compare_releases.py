"""Compare two releases, table by table and value by value, and say where they differ.

    .venv/bin/python tools/compare_releases.py data/published/current.duckdb restored/published/current.duckdb

Two builds of the same landing zone and the same project hold the same numbers to the last bit. What tells of
the build itself does not count: its id, and when the gate looked at it. Exit 0: the same. 1: they differ.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SCHEMA = "published"
# Columns that tell of the build and of nothing in it.
OF_THE_BUILD = frozenset({"build_id", "checked_at"})


def differences(first: Path, second: Path) -> list[str]:
    """Return where two releases differ, one line per table; empty if they hold the same.

    Args:
        first: File of a release.
        second: File of another one.
    """
    connection = duckdb.connect()
    try:
        for name, path in {"first": first, "second": second}.items():
            connection.execute(f"attach {_literal(str(path.resolve(strict=True)))} as {name} (read_only)")
        return list(_differences(connection))
    finally:
        connection.close()


def _differences(connection: Any) -> Iterator[str]:
    columns = {name: _columns(connection, name) for name in ("first", "second")}
    for table in sorted(columns["first"].keys() | columns["second"].keys()):
        own = [columns[name].get(table) for name in ("first", "second")]
        if own[0] != own[1]:
            yield f"{table}: other columns, {own[0] or 'none'} and {own[1] or 'none'}"
            continue
        compared = [_as_bits(name, kind) for name, kind in own[0] or [] if name not in OF_THE_BUILD]
        selected = ", ".join(compared) or "1"
        rows = [
            f"select {selected} from {name}.{SCHEMA}.{_identifier(table)}" for name in ("first", "second")
        ]
        only = [
            connection.execute(f"select count(*) from ({one} except all {other})").fetchall()[0][0]
            for one, other in (rows, rows[::-1])
        ]
        if any(only):
            yield f"{table}: {only[0]} rows of the first and {only[1]} of the second have no equal"


def _columns(connection: Any, name: str) -> dict[str, list[tuple[str, str]]]:
    found = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where database_name = ? and schema_name = ? order by table_name, column_index",
        [name, SCHEMA],
    ).fetchall()
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in found:
        tables.setdefault(table, []).append((column, kind))
    return tables


def _as_bits(column: str, kind: str) -> str:
    """Return a column so that equal means equal to the last bit: 0 and -0 are not."""
    named = _identifier(column)
    return f"[{named}, 1 / {named}]" if kind in {"DOUBLE", "FLOAT"} else named


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    files = parser.parse_args(arguments)
    found = differences(files.first, files.second)
    for line in found:
        sys.stdout.write(f"{line}\n")
    if not found:
        sys.stdout.write("The releases hold the same.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
