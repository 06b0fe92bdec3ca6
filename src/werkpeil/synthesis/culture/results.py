"""The exhibits of the culture study, computed from the respondents of a wave.

An independent small implementation in numpy: the calibration report must not depend on the warehouse, nor
the warehouse on it. Shares and mean scores are weighted, regressions are ordinary least squares without
weights, as the report has to be read (C06; it mentions neither).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student

from werkpeil.synthesis.culture import design

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from werkpeil.synthesis.core import Batch

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_MINIMUM_ITEMS = 3
_LEVELS = (0.001, 0.01, 0.05)
_STARS = ("***", "**", "*", "none")
_HIGHEST = {
    "employer_recommendation": 10,
    "destination_sector": len(design.DESTINATIONS),
    "hours_worked": 60,
    "share_working_from_home": 100,
    "age": 80,
    "years_with_employer": 60,
    "gender_female": 2,
}
_FROM_ZERO = frozenset(
    {design.GENERAL, *design.TYPES, "turnover_intention_because_of_culture", "exit_motive_culture"}
)


@dataclass(frozen=True)
class Fit:
    """A regression as tables 3 and 4 print it.

    Args:
        n: Respondents.
        betas: Standardised coefficients; 14.
        p_values: Of the coefficients.
        adjusted_r2: Adjusted R2.
        inflation: Variance inflation factors; 14.
        errors: Standard errors of the betas; 14.
    """

    n: int
    betas: Floats
    p_values: Floats
    adjusted_r2: float
    inflation: Floats
    errors: Floats

    def stars(self, predictor: int) -> str:
        """Return the stars of a coefficient: `none`, `*`, `**` or `***`."""
        return _STARS[int(np.searchsorted(_LEVELS, self.p_values[predictor]))]


class Results:
    """Results of a wave.

    Args:
        answers: Delivered columns of all respondents.
        weighted: Whether shares and means are weighted.
    """

    def __init__(self, answers: Batch, *, weighted: bool = True) -> None:
        self.answers = answers
        size = len(answers["sector"])
        self.weights: Floats = answers["weight"].astype(float) if weighted else np.ones(size)
        self.sectors = answers["sector"].astype(int) - 1
        self.left: Flags = np.asarray(answers["left_employer"] == 1)

    def valid(self, name: str) -> Floats:
        """Return the valid answers to a question, NaN for everything else."""
        values = self.answers[name].astype(float)
        highest = _HIGHEST.get(name, 5)
        lowest = 0 if name in _FROM_ZERO or name in design.CONTROLS else 1
        known: Floats = np.where((values >= lowest) & (values <= highest), values, np.nan)
        return known - 1 if name == "gender_female" else known

    @cached_property
    def scores(self) -> Floats:
        """Mean scores of the aspects; respondents x 6, NaN with fewer than three valid items."""
        columns = []
        for aspect in design.ASPECTS:
            items = [self.valid(item) for item in design.ITEMS[aspect]]
            scored = np.column_stack(
                [
                    6 - x if item in design.REVERSED else x
                    for item, x in zip(design.ITEMS[aspect], items, strict=True)
                ]
            )
            count = (~np.isnan(scored)).sum(axis=1)
            total = np.nansum(scored, axis=1)
            columns.append(np.where(count >= _MINIMUM_ITEMS, total / np.maximum(count, 1), np.nan))
        return np.asarray(np.column_stack(columns), dtype=np.float64)

    @cached_property
    def predictors(self) -> Floats:
        """The fourteen predictors; NaN where missing."""
        return np.column_stack([self.scores, *[self.valid(name) for name in design.CONTROLS]])

    def share(self, chosen: Flags, base: Flags) -> float:
        """Return the share of `chosen` in `base`; NaN where nobody is in the base."""
        total = float(self.weights[base].sum())
        return float(self.weights[base & chosen].sum()) / total if total > 0 else float("nan")

    def mean_score(self, aspect: int, base: Flags) -> float:
        """Return the mean score of an aspect in a group."""
        known = base & ~np.isnan(self.scores[:, aspect])
        total = float(self.weights[known].sum())
        return float(self.weights[known] @ self.scores[known, aspect]) / total if total > 0 else float("nan")

    def band_shares(self, aspect: int, base: Flags) -> tuple[float, float, float]:
        """Return the shares that disagree, are neutral and agree (figure 1): cut at 2.5 and 3.5."""
        score: Floats = self.scores[:, aspect]
        known = base & ~np.isnan(score)
        return (
            self.share(np.asarray(score <= 2.5), known),
            self.share(np.asarray((score > 2.5) & (score <= 3.5)), known),
            self.share(np.asarray(score > 3.5), known),
        )

    def in_sector(self, sector: int) -> Flags:
        """Return who belongs to a sector."""
        return np.asarray(self.sectors == sector)

    def in_band(self, attitude: str, band: int) -> Flags:
        """Return who is in a band of an attitude: 0 unfavourable, 1 neutral, 2 favourable."""
        ends = (0, *design.BANDS[attitude])
        answers = self.valid(attitude)
        return np.asarray((answers > ends[band]) & (answers <= ends[band + 1]))

    @cached_property
    def everyone(self) -> Flags:
        """Return all respondents."""
        return np.ones(len(self.sectors), dtype=bool)

    @cached_property
    def fits(self) -> dict[str, Fit]:
        """The eight regressions, by outcome."""
        return {outcome: fit(self.predictors, self.valid(outcome)) for outcome in design.OUTCOMES}


def fit(predictors: Floats, outcome: Floats) -> Fit:
    """Return a regression with standardised coefficients on who has everything.

    Args:
        predictors: One row per respondent; NaN where missing.
        outcome: One value per respondent; NaN where missing.
    """
    complete = ~np.isnan(outcome) & ~np.isnan(predictors).any(axis=1)
    size, width = int(complete.sum()), predictors.shape[1]
    together = np.column_stack([predictors[complete], outcome[complete]])
    correlation: Floats = np.asarray(np.corrcoef(together, rowvar=False), dtype=np.float64)
    inverse = np.linalg.inv(correlation[:-1, :-1])
    betas = inverse @ correlation[:-1, -1]
    explained = float(betas @ correlation[:-1, -1])
    freedom = size - width - 1
    errors = np.sqrt((1 - explained) / freedom * np.diag(inverse))
    p_values = 2 * student.sf(np.abs(betas / errors), freedom)
    adjusted = 1 - (1 - explained) * (size - 1) / freedom
    return Fit(size, betas, p_values, adjusted, np.diag(inverse), errors)
