"""What tests look at, and do, behind the warehouse's back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from werkpeil.landing import current_deliveries
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project


def contents(project: Project, table: str, wave: str) -> list[Any]:
    """Return every row of a wave in a table, ordered."""
    with open_warehouse(project) as connection:
        return connection.execute(f"select * from {table} where wave_id = '{wave}' order by all").fetchall()


def empty_landed_wave(project: Project, survey: str, wave: str) -> Path:
    """Take the rows out of a landed wave behind the warehouse's back; return the file."""
    delivery = next(d for d in current_deliveries(project) if (d.survey_id, d.wave_id) == (survey, wave))
    path = project.landing / survey / wave / delivery.delivery_id / "responses.parquet"
    draft = path.with_suffix(".draft")
    connection = duckdb.connect()
    connection.execute(f"copy (select * from '{path}' limit 0) to '{draft}' (format parquet)").fetchall()
    connection.close()
    draft.replace(path)
    return path
