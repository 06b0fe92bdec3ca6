"""The numbers of a page as files: CSV for spreadsheets, JSON with what each column means."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from werkpeil.publishing.catalog import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.site.reading import Row, Source


class Numbers:
    """The files of numbers of a site, by their names.

    A file holds rows of one published table as they stand there, hidden numbers empty.
    """

    def __init__(self, source: Source) -> None:
        self._build_id = source.build_id
        self._meanings = _meanings(source)
        self.files: dict[str, str] = {}

    def add(self, name: str, table: str, rows: Sequence[Row]) -> str:
        """Keep rows of a table as CSV and JSON; return the name without its endings.

        Args:
            name: Below the root of the site, without an ending: `data/per/q08_1`.
            table: The published table that they are of.
            rows: The rows, all with the same columns.
        """
        columns = list(rows[0]) if rows else []
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([row[column] for column in columns] for row in rows)
        self.files[f"{name}.csv"] = text.getvalue()
        meanings = self._meanings.get(table, {})
        content: dict[str, Any] = {
            "table": f"{SCHEMA}.{table}",
            "build_id": self._build_id,
            "columns": {column: meanings.get(column, "") for column in columns},
            "rows": [[row[column] for column in columns] for row in rows],
        }
        self.files[f"{name}.json"] = json.dumps(
            content, ensure_ascii=False, default=str, separators=(",", ":")
        )
        return name


def _meanings(source: Source) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in source.rows(
        "select table_name, column_name, comment from duckdb_columns() "
        "where schema_name = ? and comment is not null",
        SCHEMA,
    ):
        found.setdefault(row["table_name"], {})[row["column_name"]] = row["comment"]
    return found
