"""Ordinal answers that depend on known predictors, with exact counts and chosen cross-products.

The model of an answer is an ordered probit: an index `Z b + e`, cut into categories. In place of fixed
cut points the categories take fixed counts by rank, so that margins are exact in every block of
respondents. In place of coefficients the sums `sum_i y_i Z_i` can be prescribed: `tune` finds the `b` that
gives them for the predictors and disturbances at hand, by Newton steps with the expected derivative.
Each step moves whole respondents across a cut, which is noise to it; so the last distance is covered by
letting pairs of respondents close to a cut change places (`polish`). Because ordinary least squares sees
nothing of `y` but these sums and its variance, a tuned answer has the regression coefficients that were
asked for, whatever the sample of predictors.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

# Newton steps: the sums jump by single respondents, so they soon stop getting closer.
STEPS = 8
# Respondents on each side of a cut who may change places, and how many pairs do so at most.
NEAR = 150
PAIRS = 200
# Linear algebra differs in its last digits between machines and numbers of threads; the bytes of a wave must
# not, so choices are made on rounded numbers.
DECIMALS = 6


@dataclass(frozen=True)
class Part:
    """Respondents whose index is cut together.

    Args:
        rows: Positions of the respondents.
        counts: How many fall in each category, from the lowest index upwards.
        values: The value of each category.
    """

    rows: Integers
    counts: Integers
    values: Floats


def whole(size: int, chosen: int) -> Part:
    """Return the part of a yes-or-no answer: the `chosen` highest of `size` say yes (1)."""
    return Part(np.arange(size), np.array([size - chosen, chosen]), np.array([0.0, 1.0]))


def assign(index: Floats, parts: Sequence[Part]) -> Floats:
    """Return the value of each respondent: by rank of the index within the part.

    Args:
        index: One per respondent.
        parts: Parts that hold every respondent once.
    """
    values = np.empty(len(index))
    for part in parts:
        order = np.argsort(index[part.rows], kind="stable")
        values[part.rows[order]] = np.repeat(part.values, part.counts)
    return values


def tune(
    predictors: Floats,
    disturbance: Floats,
    parts: Sequence[Part],
    target: Floats,
    start: Floats,
    *,
    offset: Floats | float = 0.0,
    metric: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Find coefficients that give prescribed cross-products.

    Args:
        predictors: Z, one row per respondent, columns of about unit size.
        disturbance: e, standard normal, one per respondent.
        parts: How the index is cut.
        target: The wanted `Z' y`, one per column.
        start: First coefficients.
        offset: What the index has besides, one per respondent.
        metric: A square matrix that the last distance is multiplied by before it is measured, such as
            `regression_metric`; None to measure it in the cross-products, as means of groups need it.

    Returns:
        The coefficients that came closest, and the values they give.
    """
    coefficients, best = start.copy(), start
    closest, answers = np.inf, assign(predictors @ start + offset + disturbance, parts)
    for _ in range(STEPS):
        fitted = predictors @ coefficients + offset
        values = assign(fitted + disturbance, parts)
        short = target - predictors.T @ values
        distance = round(float(np.abs(short).max()), DECIMALS)
        if distance < closest:
            closest, best, answers = distance, coefficients.copy(), values
        slope = _expected_slope(predictors, fitted, disturbance, parts)
        step = np.linalg.solve(slope, short)
        # A start far off may ask for a step beyond the reach of a linear approximation.
        step = step * min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-12))
        coefficients = np.asarray(np.round(coefficients + step, DECIMALS), dtype=np.float64)
    seen = predictors
    if metric is not None:
        seen, target = predictors @ metric, metric @ target
    polish(seen, predictors @ best + offset + disturbance, parts, target, answers)
    return best, answers


def regression_metric(predictors: Floats, width: int) -> Floats:
    """Return the matrix that turns cross-products into what a regression makes of them.

    Args:
        predictors: Z, one row per respondent.
        width: How many columns, the first ones, are in the regression; others stay cross-products.
    """
    metric = np.eye(predictors.shape[1])
    metric[:width, :width] = np.linalg.inv(np.cov(predictors[:, :width].T, bias=True))
    return metric


def polish(predictors: Floats, index: Floats, parts: Sequence[Part], target: Floats, answers: Floats) -> None:
    """Let respondents close to a cut change places while that brings the cross-products closer.

    Args:
        predictors: Z, one row per respondent.
        index: What the answers were cut from.
        parts: How it was cut.
        target: The wanted `Z' y`.
        answers: The values; changed in place.
    """
    short = target - predictors.T @ answers
    for part in parts:
        for low, high in pairwise(part.values):
            rows = part.rows
            below, above = rows[answers[rows] == low], rows[answers[rows] == high]
            below = below[np.argsort(-index[below], kind="stable")[:NEAR]]
            above = above[np.argsort(index[above], kind="stable")[:NEAR]]
            if len(below) and len(above):
                short = _swap(predictors, answers, short, below, above)


def _swap(predictors: Floats, answers: Floats, short: Floats, below: Integers, above: Integers) -> Floats:
    """Swap pairs across one cut, best first; returns what is still short."""
    low, high = answers[below[0]], answers[above[0]]
    rise = high - low
    lower, upper = predictors[below], predictors[above]
    squares = (lower**2).sum(axis=1)[:, None] + (upper**2).sum(axis=1)[None, :] - 2 * lower @ upper.T
    cost = rise**2 * squares
    for _ in range(min(PAIRS, len(below), len(above))):
        gain = 2 * rise * ((lower @ short)[:, None] - (upper @ short)[None, :]) - cost
        i, j = np.unravel_index(int(np.round(gain, DECIMALS).argmax()), gain.shape)
        if gain[i, j] <= 0:
            break
        answers[below[i]], answers[above[j]] = high, low
        short = short - rise * (lower[i] - upper[j])
        cost[i, :] = cost[:, j] = np.inf  # each respondent moves once
    return short


def _expected_slope(predictors: Floats, fitted: Floats, disturbance: Floats, parts: Sequence[Part]) -> Floats:
    """Return the derivative of `Z' y` to the coefficients, with the disturbance averaged out.

    Moving the coefficients moves respondents across a cut point in proportion to the density of the
    disturbance there; the cut point follows, because counts are fixed, which centres the predictors.
    """
    width = predictors.shape[1]
    slope = 1e-9 * len(predictors) * np.eye(width)  # a constant column must not make it singular
    for part in parts:
        index = np.sort(fitted[part.rows] + disturbance[part.rows])
        ends = np.cumsum(part.counts)[:-1]
        rows = predictors[part.rows]
        for place, rise in zip(ends, np.diff(part.values), strict=True):
            if 0 < place < len(index):
                density = norm.pdf(0.5 * (index[place - 1] + index[place]) - fitted[part.rows])
                centred = rows - (density @ rows) / max(float(density.sum()), 1e-300)
                slope += rise * (centred * density[:, None]).T @ centred
    return slope
