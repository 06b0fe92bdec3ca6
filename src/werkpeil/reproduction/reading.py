"""Reads what was reproduced from a warehouse or a release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkpeil.audit.findings import Text
from werkpeil.errors import InputError
from werkpeil.sql import identifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Row = dict[str, Any]

# Dimensions with the labels of a survey, and the column of their codes.
LABELLED = {"dim_items": "item_id", "dim_scales": "scale_id", "dim_groups": "group_id"}


@dataclass(frozen=True)
class Reproduction:
    """What was reproduced of all reports.

    Args:
        results: Rows of `reproduction_results`, in the order of the reports; `suppression_reason` says why
            what was computed is hidden, null where nothing is.
        claims: Rows of `reproduction_claims`, likewise.
        labels: Labels of variables and groups, by survey and code.
        is_internal: Whether small groups are not hidden.
    """

    results: Sequence[Row]
    claims: Sequence[Row]
    labels: Mapping[tuple[str, str], Text]
    is_internal: bool


def read_reproduction(connection: Any, schema: str) -> Reproduction:
    """Read both tables.

    Args:
        connection: To a warehouse or a release, of DuckDB.
        schema: `marts` or `published`.

    Raises:
        InputError: if they are not there.
    """
    tables = {"reproduction_results": "result_id", "reproduction_claims": "claim_id"}
    there = connection.execute(
        "select table_name from information_schema.tables where table_schema = ?", [schema]
    ).fetchall()
    for table in tables:
        if (table,) not in there:
            raise InputError(
                "What was reproduced is not there.",
                where=f"{schema}.{table}",
                hint="run `werkpeil build` and publish, or add --internal to read the warehouse itself.",
            )
    results, claims = (_rows(connection, schema, table, key) for table, key in tables.items())
    return Reproduction(results, claims, _labels(connection, schema), is_internal=schema == "marts")


def _labels(connection: Any, schema: str) -> dict[tuple[str, str], Text]:
    """Read the labels of what a printed number can be about; a variable before a group of the same code."""
    found: dict[tuple[str, str], Text] = {}
    for table, code in LABELLED.items():
        rows = connection.execute(
            f"select survey_id, {code}, label_nl, label_en from {identifier(schema)}.{table} order by all"
        ).fetchall()
        for survey_id, value, label_nl, label_en in rows:
            found.setdefault((survey_id, value), Text(label_nl, label_en))
    return found


def _rows(connection: Any, schema: str, table: str, key: str) -> list[Row]:
    answer = connection.execute(
        f"select * from {identifier(schema)}.{identifier(table)} order by study_id, line, {identifier(key)}"
    )
    names = [column[0] for column in answer.description]
    shown: Row = {"suppression_reason": None}
    return [shown | dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def verdict_of(row: Row) -> str:
    """Return the verdict on a printed number; `hidden` where it would tell what is hidden."""
    return "hidden" if row["suppression_reason"] else str(row["verdict"])
