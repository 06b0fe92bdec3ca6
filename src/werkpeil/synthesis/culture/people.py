"""Respondents of the synthetic Werkonderzoek before any outcome: culture scores, items, background.

Thirteen correlated normal variables per respondent: six culture aspects and seven background variables.
Each aspect is cut into the seventeen possible sums of four five-point items; the items then follow from
the sum alone, as in a partial credit model, where the sum is sufficient for the latent variable. The
background variables are cut or transformed into hours, contract, home working, gender, age, tenure and
education.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from werkpeil.synthesis.core import cut_points, ordinal
from werkpeil.synthesis.culture import design

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

LATENT = (
    *design.ASPECTS,
    "hours_worked",
    "permanent_contract",
    "share_working_from_home",
    "gender_female",
    "age",
    "years_with_employer",
    "education_level",
)
SUMS = np.arange(4, 21)  # sums of four items of 1 to 5

# Items of an aspect differ in how easily they are agreed with, and agree with each other more or less:
# these two settings put the scales' reliabilities between about .75 and .90.
_EASE = (0.5, 0.15, -0.2, -0.45)
_AGREEMENT = {
    "samenwerkingsgerichtheid": 1.2,
    "missiegedrevenheid": 1.0,
    "wendbaarheid": 1.3,
    "inclusiviteit": 1.4,
    "lerend_vermogen": 1.2,
    "menselijke_maat": 1.7,
}
_HOME = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
_HOME_SHARES = (0.17, 0.06, 0.12, 0.10, 0.14, 0.13, 0.11, 0.06, 0.07, 0.02, 0.02)
_TENURE_MEAN, _TENURE_MAX = 12.5, 45
_ROWS_PER_VARIABLE = 10


@dataclass(frozen=True)
class People:
    """Respondents with every predictor known.

    Args:
        sums: Sum of the four items per aspect, each scored upwards; respondents x 6.
        predictors: The fourteen predictors in the units of the delivery, aspects as mean scores.
    """

    sums: Integers
    predictors: Floats


def cuts_of(score_shares: Floats) -> Floats:
    """Return where the latent aspects are cut into sums with these shares; 6 x 16."""
    return np.array([cut_points(row) for row in score_shares])


def normal_scores(latent: Floats, strata: Integers) -> Floats:
    """Return the ranks of latent variables within strata, as normal quantiles.

    The margins of every stratum are then those of the model, without sampling error, and the
    dependence between the variables is kept.
    """
    scores = np.empty_like(latent)
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        ranks = np.argsort(np.argsort(latent[rows], axis=0, kind="stable"), axis=0, kind="stable")
        scores[rows] = norm.ppf((ranks + 0.5) / len(rows))
    return scores


def balanced_normals(random: np.random.Generator, strata: Integers, correlation: Floats) -> Floats:
    """Return normal variables whose correlations are exact within every stratum that is large enough.

    Sampling error of the correlations is taken out before the variables are used, where there are at
    least ten respondents per variable; small strata keep theirs.
    """
    width = len(correlation)
    drawn = random.standard_normal((len(strata), width))
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        if len(rows) >= _ROWS_PER_VARIABLE * width:
            own = drawn[rows] - drawn[rows].mean(axis=0)
            factor = np.linalg.cholesky(np.cov(own.T, bias=True))
            drawn[rows] = np.linalg.solve(factor, own.T).T
    balanced: Floats = drawn @ np.linalg.cholesky(correlation).T
    return balanced


def draw_people(
    random: np.random.Generator,
    strata: Integers,
    shifts: Floats,
    correlation: Floats,
    cuts: Floats,
) -> People:
    """Draw respondents.

    Args:
        random: The stream.
        strata: Within which margins are exact; one number per respondent.
        shifts: What to add to each latent aspect; respondents x 6.
        correlation: Of the latent variables, 13 x 13.
        cuts: Where each latent aspect is cut into sums; 6 x 16.
    """
    latent = normal_scores(balanced_normals(random, strata, correlation), strata)
    sums = np.column_stack(
        [
            ordinal(latent[:, aspect] + shifts[:, aspect], cuts[aspect], first_code=int(SUMS[0]))
            for aspect in range(len(design.ASPECTS))
        ]
    ).astype(np.int64)
    return People(sums, np.column_stack([sums / 4, _background(latent[:, len(design.ASPECTS) :])]))


def _background(latent: Floats) -> Floats:
    """Return the eight controls of 7 latent variables, in the order of `design.CONTROLS`."""
    hours = np.array(design.HOURS)[ordinal(latent[:, 0], cut_points(design.HOURS_SHARES), first_code=0)]
    permanent = latent[:, 1] > norm.ppf(1 - design.PERMANENT_SHARE)
    home = np.array(_HOME)[ordinal(latent[:, 2], cut_points(_HOME_SHARES), first_code=0)]
    female = latent[:, 3] > norm.ppf(1 - design.FEMALE_SHARE)
    age = np.clip(np.rint(design.AGE_MEAN + design.AGE_SD * latent[:, 4]), *design.AGE_RANGE)
    tenure = np.minimum(np.rint(-_TENURE_MEAN * norm.logsf(latent[:, 5])), _TENURE_MAX)
    tenure = np.minimum(tenure, age - design.EARLIEST_START)
    education = ordinal(latent[:, 6], cut_points(design.EDUCATION_SHARES))
    full_time = hours >= design.FULL_TIME_HOURS
    return np.column_stack([hours, full_time, permanent, home, female, age, tenure, education]).astype(float)


@cache
def _patterns(aspect: str) -> tuple[tuple[NDArray[np.int16], Floats], ...]:
    """Return, for every sum, the answers to four items that give it and their cumulative shares."""
    answers = np.array(list(product(range(1, 6), repeat=4)), dtype=np.int16)
    weight = np.exp(answers @ np.array(_EASE) - _AGREEMENT[aspect] * ((answers - 3.0) ** 2).sum(axis=1))
    found = []
    for total in SUMS:
        of_sum = answers.sum(axis=1) == total
        shares = np.cumsum(weight[of_sum])
        found.append((answers[of_sum], shares / shares[-1]))
    return tuple(found)


def draw_items(random: np.random.Generator, sums: Integers) -> dict[str, NDArray[np.int16]]:
    """Return the answers to the items, scored upwards, one array per item.

    Args:
        random: The stream.
        sums: Sum of the four items per aspect; respondents x 6.
    """
    items: dict[str, NDArray[np.int16]] = {}
    for position, aspect in enumerate(design.ASPECTS):
        uniform = random.random(len(sums))
        answers = np.empty((len(sums), 4), dtype=np.int16)
        for total, (patterns, shares) in zip(SUMS, _patterns(aspect), strict=True):
            rows = np.flatnonzero(sums[:, position] == total)
            answers[rows] = patterns[np.searchsorted(shares, uniform[rows])]
        items.update({item: answers[:, number] for number, item in enumerate(design.ITEMS[aspect])})
    return items
