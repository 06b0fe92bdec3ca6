"""The published numbers that models are calibrated to, and the choices that are this project's own."""

from __future__ import annotations

import csv
from importlib import resources


def target_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of `targets/<name>.csv` as texts."""
    file = resources.files(__name__) / f"{name}.csv"
    with file.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def published_values(survey_id: str) -> dict[str, float]:
    """Return the published numbers of a survey as printed, by result id."""
    return {row["result_id"]: float(row["value"]) for row in target_rows(survey_id)}
