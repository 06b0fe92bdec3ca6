"""The reports of the seeds: their printed numbers in the form, so that there is no second copy of them."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pandas as pd

from werkpeil.audit.check import audit
from werkpeil.audit.reading import make_tables
from werkpeil.audit.writing import COLUMNS, finding_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from werkpeil.audit.tables import Tables

# How the seeds say that a number is meant, and how the form does. A range of the text names two numbers.
_READINGS = {"range_low": "eq", "range_high": "eq", "approx_lt": "approx"}
_RANGES = {"score_1_5": ("1", "5"), "score_1_10": ("1", "10")}
_WORDS = re.compile(r"[A-Za-z]")


def published_numbers(results: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return rows of the form `numbers.csv` from rows of the seed `published_results`, as texts."""
    rows = []
    for result in results:
        lowest, highest = _RANGES.get(result["unit"], ("", "")) if result["statistic"] == "mean" else ("", "")
        rows.append(
            {
                "number_id": result["result_id"],
                "table": result["table_id"],
                "row": result["row_id"],
                "column": result["column_id"],
                "statistic": result["statistic"],
                "printed": result["published_text"],
                "value": result["value"] if _WORDS.search(result["published_text"]) else "",
                "reading": _READINGS.get(result["comparator"], result["comparator"]),
                "lowest": lowest,
                "highest": highest,
                "note": result["note"],
            }
        )
    return rows


def published_relations(
    results: Iterable[Mapping[str, str]], relations: Iterable[Mapping[str, str]]
) -> list[dict[str, str]]:
    """Return rows of the form `relations.csv`: those of the seed, and one for each repeated number."""
    repeated = [
        {"relation": "restates", "whole": result["result_id"], "parts": result["restates"]}
        for result in results
        if result["restates"]
    ]
    return [
        {name: value for name, value in row.items() if name != "study_id"} for row in relations
    ] + repeated


def published_tables(
    study_id: str, results: Iterable[Mapping[str, str]], relations: Iterable[Mapping[str, str]]
) -> Tables:
    """Return the tables of one study from rows of both seeds, as texts.

    Raises:
        InputError: if a row of a seed cannot be used.
    """
    own = [result for result in results if result["study_id"] == study_id]
    related = [relation for relation in relations if relation["study_id"] == study_id]
    names = (f"published_results of {study_id}", f"published_relations of {study_id}")
    return make_tables(published_numbers(own), published_relations(own, related), title=study_id, names=names)


def read_published(seeds: Path) -> dict[str, Tables]:
    """Return the tables of every study from the files of both seeds; none if a project has no such seeds."""
    results, relations = (seeds / f"{name}.csv" for name in ("published_results", "published_relations"))
    if not results.is_file() or not relations.is_file():
        return {}
    rows, related = _read(results), _read(relations)
    return {
        study: published_tables(study, rows, related) for study in dict.fromkeys(r["study_id"] for r in rows)
    }


def find_inconsistencies(results: pd.DataFrame, relations: pd.DataFrame) -> pd.DataFrame:
    """Return what cannot be right in the reports of the seeds.

    Args:
        results: The seed `published_results`.
        relations: The seed `published_relations`.

    Returns:
        One row per finding, with the columns of `werkpeil.audit.writing` and its position in the list.
    """
    rows = _texts(results)
    related = _texts(relations)
    found = [
        {"position": position} | finding_row(finding, study)
        for study in dict.fromkeys(row["study_id"] for row in rows)
        for position, finding in enumerate(audit(published_tables(study, rows, related)), start=1)
    ]
    # Named types, because an empty frame would otherwise reach the database without any.
    numeric = {"position": "int64", "expected_low": "float64", "expected_high": "float64"}
    types = dict.fromkeys(COLUMNS, "string") | numeric
    return pd.DataFrame(found, columns=list(types)).astype(types)


def _texts(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Rows of a seed as texts; numbers that a seed types come back as they were written, but for zeros."""
    return [
        {str(name): "" if pd.isna(value) else str(value) for name, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
