"""How the parameters of the synthetic Werkonderzoek were found.

Run as `python -m werkpeil.synthesis.culture.calibration`, it writes `parameters.json`; a wave only
reads that file. Four steps:

1. Shares of the seventeen possible sums of each aspect: the smoothest logarithm with the wanted mean,
   standard deviation and bands (`score_shares`).
2. A correlation matrix of the latent variables, so that the printed betas give the printed adjusted R2, every
   coefficient has the significance it is printed with (which bounds every variance inflation factor, C05),
   and mean scores by kind of intention and by attitude can be as printed (`solve_correlations`).
   Cutting a normal variable weakens its correlations by a factor that is known to first order.
3. What the first order leaves over is taken away by drawing respondents and correcting (`refine`).
4. Coefficients of every outcome, tuned on a large sample of such respondents (`tune_outcomes`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares, minimize
from scipy.stats import norm

from werkpeil.synthesis.core import split_counts, stream
from werkpeil.synthesis.culture import design
from werkpeil.synthesis.culture.outcomes import (
    OF_ATTITUDES,
    KnownKind,
    Sample,
    Staff,
    Wanted,
    attitude,
    because_of_culture,
    draw_disturbances,
    intends_to_leave,
    kind_of_others,
    kinds_of_culture_intenders,
    with_sectors,
)
from werkpeil.synthesis.culture.parameters import (
    FILE,
    FREE_CELLS,
    Parameters,
    beta_id,
    betas,
    printed_stars,
    table_of,
)
from werkpeil.synthesis.culture.people import LATENT, SUMS, People, cuts_of, draw_people
from werkpeil.synthesis.targets import published_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_log = logging.getLogger(__name__)

_SEED = 2022
_ASPECTS = len(design.ASPECTS)
_BELOW = np.tril_indices(len(LATENT), -1)
# Position of the latent variable behind each predictor; hours and full-time share one.
_BEHIND = np.array(
    [LATENT.index("hours_worked" if name == "full_time" else name) for name in design.PREDICTORS]
)
_HOURS, _FULL_TIME = design.PREDICTORS.index("hours_worked"), design.PREDICTORS.index("full_time")

# Critical values of t behind none, *, **, ***; at the sizes of the models the normal ones.
_CRITICAL = np.array([0.0, 1.96, 2.576, 3.291, np.inf])
_STARS = {"none": 0, "*": 1, "**": 2, "***": 3}

# What correlations are expected where nothing printed says otherwise: aspects hang together, hours with
# gender, age with tenure, home working with education. The solution stays as close as it can.
_EXPECTED = {
    ("samenwerkingsgerichtheid", "missiegedrevenheid"): 0.36,
    ("samenwerkingsgerichtheid", "wendbaarheid"): 0.5,
    ("samenwerkingsgerichtheid", "inclusiviteit"): 0.42,
    ("samenwerkingsgerichtheid", "lerend_vermogen"): 0.58,
    ("samenwerkingsgerichtheid", "menselijke_maat"): 0.45,
    ("missiegedrevenheid", "wendbaarheid"): 0.4,
    ("missiegedrevenheid", "inclusiviteit"): 0.3,
    ("missiegedrevenheid", "lerend_vermogen"): 0.4,
    ("missiegedrevenheid", "menselijke_maat"): 0.3,
    ("wendbaarheid", "inclusiviteit"): 0.42,
    ("wendbaarheid", "lerend_vermogen"): 0.6,
    ("wendbaarheid", "menselijke_maat"): 0.45,
    ("inclusiviteit", "lerend_vermogen"): 0.55,
    ("inclusiviteit", "menselijke_maat"): 0.5,
    ("lerend_vermogen", "menselijke_maat"): 0.6,
    ("hours_worked", "permanent_contract"): 0.1,
    ("hours_worked", "share_working_from_home"): 0.12,
    ("hours_worked", "gender_female"): -0.45,
    ("hours_worked", "education_level"): 0.1,
    ("permanent_contract", "age"): 0.35,
    ("permanent_contract", "years_with_employer"): 0.5,
    ("permanent_contract", "education_level"): -0.1,
    ("share_working_from_home", "education_level"): 0.4,
    ("gender_female", "age"): -0.2,
    ("gender_female", "years_with_employer"): -0.12,
    ("age", "years_with_employer"): 0.52,
    ("age", "education_level"): -0.3,
    ("years_with_employer", "education_level"): -0.22,
    ("lerend_vermogen", "share_working_from_home"): 0.12,
    ("inclusiviteit", "share_working_from_home"): 0.1,
    ("menselijke_maat", "share_working_from_home"): 0.1,
    ("samenwerkingsgerichtheid", "share_working_from_home"): 0.08,
}
_TYPE_SHARES = np.array([0.17, 0.17, 0.11, 0.06])
_FREE = np.array([-0.09, -0.045])


def score_shares(mean: float, deviation: float, low: float, high: float) -> Floats:
    """Return the shares of the seventeen sums of an aspect.

    Args:
        mean: Of the mean score, 1 to 5.
        deviation: Its standard deviation.
        low: Share with a score of at most 2.5.
        high: Share with a score above 3.5.
    """
    score = SUMS / 4
    moments = np.stack([np.ones(17), score - mean, (score - mean) ** 2, score <= 2.5, score > 3.5])
    wanted = np.array([1.0, 0.0, deviation**2, low, high])
    bend = np.diff(np.eye(17), 3, axis=0)
    solved = minimize(
        lambda logs: float(((bend @ logs) ** 2).sum()),
        norm.logpdf(score, mean, deviation) + np.log(0.25),
        jac=lambda logs: 2 * bend.T @ (bend @ logs),
        constraints=[
            {
                "type": "eq",
                "fun": lambda logs: moments @ _shares(logs) - wanted,
                "jac": lambda logs: moments * _shares(logs),
            }
        ],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-10},
    )
    shares = _shares(solved.x)
    return np.asarray(shares / shares.sum())


def _shares(logs: Floats) -> Floats:
    # The solver's line search may try logarithms far above 0, which is a share of 1.
    return np.asarray(np.exp(np.minimum(logs, 3.0)))


@dataclass(frozen=True)
class Margins:
    """What cutting the latent variables does to them.

    Args:
        mean: Of each predictor; 14.
        deviation: Standard deviation of each predictor; 14.
        kept: Correlation of each predictor with the latent variable behind it; 14.
        hours_full_time: Correlation of hours and full-time, which share a latent variable.
    """

    mean: Floats
    deviation: Floats
    kept: Floats
    hours_full_time: float


@dataclass(frozen=True)
class Solution:
    """A correlation matrix with what follows from it.

    Args:
        latent: Correlations of the latent variables; 13 x 13.
        observed: Correlations of the predictors; 14 x 14.
        free: Betas of the two impossible cells.
        type_shares: Shares of the four kinds of intention.
        cost: Half the sum of squared residuals.
    """

    latent: Floats
    observed: Floats
    free: Floats
    type_shares: Floats
    cost: float


def _sectors(size: int) -> NDArray[np.int64]:
    """Return sectors in the proportions of the culture module."""
    return np.repeat(np.arange(len(design.SECTORS)), split_counts(design.COMPLETE_BY_SECTOR, size))


def sample_people(correlation: Floats, shares: Floats, size: int, seed: int = _SEED) -> People:
    """Draw respondents as the culture module has them: sectors in its proportions."""
    sectors = _sectors(size)
    shifts = np.array([design.SHIFTS[sector] for sector in design.SECTORS])[sectors]
    return draw_people(
        stream(seed, design.SURVEY, "calibration"), sectors, shifts, correlation, cuts_of(shares)
    )


def margins(shares: Floats, size: int) -> Margins:
    """Measure the margins on respondents with uncorrelated latent variables."""
    latent = np.eye(len(LATENT))
    sectors = _sectors(size)
    shifts = np.array([design.SHIFTS[sector] for sector in design.SECTORS])[sectors]
    drawn = stream(_SEED, design.SURVEY, "calibration").standard_normal((size, len(LATENT)))
    people = draw_people(
        stream(_SEED, design.SURVEY, "calibration"), sectors, shifts, latent, cuts_of(shares)
    )
    values = people.predictors
    kept = np.array([np.corrcoef(values[:, j], drawn[:, _BEHIND[j]])[0, 1] for j in range(values.shape[1])])
    shared = float(np.corrcoef(values[:, _HOURS], values[:, _FULL_TIME])[0, 1])
    return Margins(values.mean(axis=0), values.std(axis=0), kept, shared)


def observed_correlation(latent: Floats, known: Margins) -> Floats:
    """Return the correlations of the predictors that follow, to first order."""
    observed = latent[np.ix_(_BEHIND, _BEHIND)] * np.outer(known.kept, known.kept)
    np.fill_diagonal(observed, 1.0)
    observed[_HOURS, _FULL_TIME] = observed[_FULL_TIME, _HOURS] = known.hours_full_time
    return np.asarray(observed)


class _Problem:
    """Residuals of the correlation problem; unknowns are packed in one vector."""

    def __init__(self, known: Margins) -> None:
        value = published_values(design.SURVEY)
        size = len(LATENT)
        self.known = known
        self.n = np.array([value[f"cul_t{table_of(outcome)}_n__{outcome}"] for outcome in design.OUTCOMES])
        adjusted = np.array(
            [value[f"cul_t{table_of(outcome)}_adjr2__{outcome}"] for outcome in design.OUTCOMES]
        )
        self.r2 = 1 - (1 - adjusted) * (self.n - 15) / (self.n - 1)
        self.lowest, self.highest = _star_bounds()
        self.expected = np.eye(size)
        for (one, other), correlation in _EXPECTED.items():
            i, j = LATENT.index(one), LATENT.index(other)
            self.expected[i, j] = self.expected[j, i] = correlation

    def start(self) -> Floats:
        roots, vectors = np.linalg.eigh(self.expected)
        lower = np.linalg.cholesky(vectors @ np.diag(np.maximum(roots, 0.05)) @ vectors.T)
        lower /= np.diag(lower)[:, None]
        return np.concatenate([lower[_BELOW], _FREE, _logit(_TYPE_SHARES)])

    def unpack(self, unknowns: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        lower = np.eye(len(LATENT))
        free = len(_BELOW[0])
        lower[_BELOW] = unknowns[:free]
        lower /= np.linalg.norm(lower, axis=1, keepdims=True)
        latent = lower @ lower.T
        shares = 1 / (1 + np.exp(-unknowns[free + 2 :]))
        return latent, observed_correlation(latent, self.known), unknowns[free : free + 2], shares

    def residuals(self, unknowns: Floats) -> Floats:
        latent, observed, free, shares = self.unpack(unknowns)
        wanted = betas(free)
        with_outcomes = observed @ wanted
        explained = (wanted * with_outcomes).sum(axis=0)
        inflation = np.diag(np.linalg.inv(observed))
        error = np.sqrt(np.outer(inflation, np.maximum(1 - explained, 0.1) / (self.n - 15)))
        statistic = np.abs(wanted) / error
        return np.concatenate(
            [
                400 * (explained - self.r2),
                10 * _outside(statistic, self.lowest, self.highest).ravel(),
                self._by_type(with_outcomes, shares),
                self._by_attitude(with_outcomes),
                (latent - self.expected)[_BELOW],
                0.3 * (unknowns[-4:] - _logit(_TYPE_SHARES)),
                3 * np.minimum(observed[:_ASPECTS, :_ASPECTS][np.tril_indices(_ASPECTS, -1)] - 0.12, 0),
            ]
        )

    def _by_type(self, with_outcomes: Floats, shares: Floats) -> Floats:
        """Mean scores by kind of intention, section 3.2.3: ranges, and lower the further the move."""
        mean, deviation = self.known.mean[:_ASPECTS, None], self.known.deviation[:_ASPECTS, None]
        scores = mean + deviation * with_outcomes[:_ASPECTS, 1:5] * np.sqrt((1 - shares) / shares)
        low = np.maximum(scores[0], scores[1])
        return 60 * np.concatenate(
            [
                _outside(scores[4, [0, 2, 3]], np.array([3.185, 2.86, 2.76]), np.array([3.22, 2.92, 2.80])),
                _outside(scores[[3, 5]], 3.17, 3.53).ravel(),
                _outside(scores[[0, 1]], 2.05, 2.95).ravel(),
                np.minimum(scores[:, :3] - scores[:, 1:] - 0.03, 0).ravel(),
                np.minimum(scores[2:] - low - 0.05, 0).ravel(),
            ]
        )

    def _by_attitude(self, with_outcomes: Floats) -> Floats:
        """Covariance of aspects and attitudes against what the printed band means imply, section 3.3.1."""
        parts = []
        for position, name in enumerate(design.ATTITUDES):
            counts = split_counts(design.ATTITUDE_SHARES[name], 100_000)
            answers = np.repeat(np.arange(1.0, len(counts) + 1), counts)
            ends = np.cumsum(counts)[np.array(design.BANDS[name]) - 1]
            bands = np.split(answers, ends[:-1])
            shares = np.array([len(band) for band in bands]) / len(answers)
            distance = np.array([band.mean() for band in bands]) - answers.mean()
            within = answers.var() / (shares @ distance**2)
            for aspect, printed in design.BAND_MEANS[name].items():
                between = shares * distance @ np.array(printed)
                needed = with_outcomes[aspect, 5 + position] * self.known.deviation[aspect] * answers.std()
                parts.append(needed / (1 + 0.85 * (within - 1)) - between)
        return 40 * np.array(parts)


def _star_bounds() -> tuple[Floats, Floats]:
    """Return between which values |t| must lie for the printed stars, with some room; 14 x 8 each.

    Where the stars are impossible, lerend_vermogen must be clearly significant (or the claim that it
    prevents nearly every intention would fail) and menselijke_maat just.
    """
    stars = printed_stars()
    level = np.array(
        [
            [_STARS[stars[beta_id(predictor, outcome)]] for outcome in design.OUTCOMES]
            for predictor in design.PREDICTORS
        ]
    )
    lowest, highest = _CRITICAL[level] + 0.07, _CRITICAL[level + 1] - 0.07
    lowest[level == 0] = 0.0
    for cell, bounds in zip(FREE_CELLS, ((3.4, np.inf), (2.05, 2.5)), strict=True):
        lowest[cell], highest[cell] = bounds
    return lowest, highest


def _outside(values: Floats, lowest: Floats | float, highest: Floats | float) -> Floats:
    return np.asarray(np.maximum(values - highest, 0) - np.maximum(lowest - values, 0))


def _logit(shares: Floats) -> Floats:
    return np.asarray(np.log(shares / (1 - shares)))


def solve_correlations(known: Margins, evaluations: int = 200) -> Solution:
    """Find the correlations of the latent variables, the free betas and the shares of the kinds."""
    problem = _Problem(known)
    solved = least_squares(problem.residuals, problem.start(), max_nfev=evaluations)
    latent, observed, free, shares = problem.unpack(solved.x)
    return Solution(latent, observed, free, shares, float(solved.cost))


def refine(solution: Solution, shares: Floats, known: Margins, size: int, rounds: int) -> Floats:
    """Correct latent correlations until drawn respondents have the wanted observed ones."""
    latent = solution.latent.copy()
    single = [j for j in range(len(design.PREDICTORS)) if j != _FULL_TIME]
    strength = np.outer(known.kept[single], known.kept[single])
    for _ in range(rounds):
        people = sample_people(latent, shares, size)
        drawn = np.corrcoef(people.predictors[:, single].T)
        latent += (solution.observed[np.ix_(single, single)] - drawn) / strength
        np.fill_diagonal(latent, 1.0)
        roots, vectors = np.linalg.eigh(latent)
        latent = vectors @ np.diag(np.maximum(roots, 1e-3)) @ vectors.T
        scale = np.sqrt(np.diag(latent))
        latent = latent / np.outer(scale, scale)
    return latent


def tune_outcomes(found: Parameters, size: int, repeats: int) -> Parameters:
    """Tune the coefficients of every outcome, averaged over samples of respondents.

    Args:
        found: Parameters without coefficients.
        size: Respondents of a sample.
        repeats: Number of samples.
    """
    people = sample_people(found.latent_correlation, found.score_shares, size)
    found = replace(found, centre=people.predictors.mean(axis=0), scale=people.predictors.std(axis=0))
    tuned = []
    for repeat in range(repeats):
        people = sample_people(found.latent_correlation, found.score_shares, size, _SEED + repeat)
        sample = Sample((people.predictors - found.centre) / found.scale, people.predictors)
        random = stream(_SEED, design.SURVEY, "calibration of outcomes", block=repeat)
        tuned.append(_tune_once(found, Staff(sample, _sectors(size), draw_disturbances(random, size))))
    general, types, attitudes = (np.mean(values, axis=0) for values in zip(*tuned, strict=True))
    return replace(found, general=general, types=types, attitudes=attitudes)


def _tune_once(found: Parameters, staff: Staff) -> tuple[Floats, Floats, Floats]:
    """Return the coefficients of the general intention, of its kinds and of the attitudes."""
    wanted = betas(found.free_betas)
    general, types = _tune_intentions(found, staff, wanted)
    attitudes = [
        attitude(
            name,
            staff.sample,
            staff.disturbances[:, OF_ATTITUDES + 3 * position :],
            np.zeros((3, len(design.PREDICTORS))),
            Wanted(wanted[:, 5 + position], design.UNFAVOURABLE_MEANS[name]),
        )[1]
        for position, name in enumerate(design.ATTITUDES)
    ]
    return general, types, np.array(attitudes)


def _tune_intentions(found: Parameters, staff: Staff, wanted: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients of the general intention and of its four kinds."""
    rates = design.rates()
    members = np.bincount(staff.sectors, minlength=len(design.SECTORS))
    counts = np.rint(members * rates.intenders / (1 - rates.leavers)).astype(np.int64)
    start = np.zeros(with_sectors(staff).shape[1])
    intends, general = intends_to_leave(staff, counts, start, wanted[:, 0])
    named = np.rint(members * rates.culture_intenders / (1 - rates.leavers)).astype(np.int64)
    culture = because_of_culture(staff, intends, named)
    answers = kinds_of_culture_intenders(staff, culture)
    types = []
    for kind in range(len(design.TYPES)):
        known = KnownKind(float(found.type_shares[kind]), intends, culture, answers[:, kind])
        start = np.zeros(len(design.PREDICTORS))
        types.append(kind_of_others(kind, staff, known, start, wanted[:, 1 + kind])[1])
    return general, np.array(types)


def calibrate(size: int = 100_000, rounds: int = 4, repeats: int = 10, evaluations: int = 200) -> Parameters:
    """Find all parameters.

    Args:
        size: Respondents drawn in each round.
        rounds: Corrections of the latent correlations.
        repeats: Samples that coefficients are averaged over.
        evaluations: Steps of the correlation solver.
    """
    shares = np.array([score_shares(*design.SCORES[aspect]) for aspect in design.ASPECTS])
    known = margins(shares, size)
    solution = solve_correlations(known, evaluations)
    _log.info("correlations: cost %.3f", solution.cost)
    latent = refine(solution, shares, known, size, rounds)
    empty = np.zeros(0)
    found = Parameters(shares, latent, empty, empty, solution.type_shares, solution.free, empty, empty, empty)
    return tune_outcomes(found, size, repeats)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    Path(__file__).with_name(FILE).write_text(calibrate().to_json(), encoding="utf-8")
