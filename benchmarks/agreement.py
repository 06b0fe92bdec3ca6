"""How far the answers of two contestants lie apart."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

Key = tuple[str, str, str, str]
Answers = dict[Key, tuple[float, float]]


@dataclass(frozen=True)
class Agreement:
    """What a comparison found.

    Attributes:
        compared: Numbers that both gave.
        absent: Numbers of ours, of the kinds that the other gave any of, that it lacks.
        estimate: Largest difference of an estimate, relative to ours or, where that is more, to our standard
            error (a coefficient may well be 0); NaN where there is nothing to compare.
        std_error: Largest relative difference of a standard error; NaN where the other gave none.
    """

    compared: int
    absent: int
    estimate: float
    std_error: float


def read_answers(file: Path) -> Answers:
    """Return the estimates and standard errors of a file by kind, variable, group and statistic."""
    with file.open(encoding="utf-8", newline="") as stream:
        return {
            (row["kind"], row["variable"], row["group"], row["statistic"]): (
                _number(row["estimate"]),
                _number(row["std_error"]),
            )
            for row in csv.DictReader(stream)
        }


def compare(ours: Answers, theirs: Answers) -> Agreement:
    """Compare another contestant's answers with ours."""
    kinds = {key[0] for key in theirs}
    wanted = [key for key in ours if key[0] in kinds]
    both = [key for key in wanted if key in theirs]
    estimates, errors = [], []
    for key in both:
        (estimate, error), (other, other_error) = ours[key], theirs[key]
        scale = max(abs(estimate), 0.0 if math.isnan(error) else error)
        estimates.append(_apart(estimate, other, scale))
        if not math.isnan(other_error):
            errors.append(_apart(error, other_error, error))
    return Agreement(len(both), len(wanted) - len(both), _largest(estimates), _largest(errors))


def _apart(ours: float, theirs: float, scale: float) -> float:
    """Return the relative difference; infinite where one of the two is no number."""
    if math.isnan(ours) and math.isnan(theirs):
        return 0.0
    if not (math.isfinite(ours) and math.isfinite(theirs)):
        return math.inf
    if ours == theirs:
        return 0.0
    return abs(ours - theirs) / scale if scale > 0 else math.inf


def _largest(values: list[float]) -> float:
    return max(values) if values else math.nan


def _number(text: str) -> float:
    return float(text) if text not in {"", "NA", "NaN"} else math.nan
