"""What the suites found, kept per build in schema `quality` of the warehouse, which the build makes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.quality.results import CheckResult

CHECKS = ["build_id", "check_id", "table_name", "column_name", "about", "severity", "survey_id", "wave_id"]
CHECKS += ["row_count", "broken_count", "has_passed", "error", "checked_at"]
ROWS = ["build_id", "check_id", "position", "row_json"]


def keep_results(connection: Any, build_id: str, results: Sequence[CheckResult]) -> None:
    """Keep the results of a build, in place of earlier ones of the same build, in one transaction.

    A check with nothing to look at, or that could not be run, has one row without a wave.

    Args:
        connection: An open, writable connection to the warehouse.
        build_id: The build that was checked.
        results: What its checks found.
    """
    tables = {
        "quality_checks": pd.DataFrame(
            [row for result in results for row in _rows(build_id, result)], columns=CHECKS
        ),
        "quality_broken_rows": pd.DataFrame(
            [
                (build_id, result.check.check_id, position, json.dumps(row, default=str, ensure_ascii=False))
                for result in results
                for position, row in enumerate(result.broken_rows, start=1)
            ],
            columns=ROWS,
        ),
    }
    connection.execute("begin")
    try:
        for table, rows in tables.items():
            connection.execute(f"delete from quality.{table} where build_id = ?", [build_id])
            connection.register("found", rows)
            connection.execute(f"insert into quality.{table} by name select * from found")
            connection.unregister("found")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _rows(build_id: str, result: CheckResult) -> list[tuple[Any, ...]]:
    check = result.check
    what = (build_id, check.check_id, check.mart, check.column, check.about, check.severity)
    checked_at = datetime.now(UTC).replace(tzinfo=None)
    found: list[tuple[Any, ...]] = [
        (wave.survey_id, wave.wave_id, wave.row_count, wave.broken_count, wave.broken_count == 0)
        for wave in result.waves
    ]
    nothing = [(None, None, 0, 0, result.passed)]
    return [(*what, *counts, result.error, checked_at) for counts in found or nothing]
