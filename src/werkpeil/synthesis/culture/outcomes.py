"""Outcomes of the synthetic Werkonderzoek: attitudes, turnover intentions, and why.

Every outcome is an ordered probit on the fourteen predictors, with exact counts (`splits`). Attitudes are
answered in stages: first whether the answer is unfavourable, then whether it is favourable or neutral,
then how much; each stage has its own coefficients, because the printed mean scores of the three bands
do not lie on one line. Where coefficients are tuned, the sums they have to give follow from the published
standardised betas and from the correlations of the predictors in the sample at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from werkpeil.synthesis.core import split_counts
from werkpeil.synthesis.culture import design
from werkpeil.synthesis.culture.raking import rake
from werkpeil.synthesis.culture.splits import Part, assign, regression_metric, tune, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

# Of the covariance that categories within a band would add if scores rose evenly with the answer, the
# part that is kept: what the printed band means leave room for.
_EVENNESS = 0.85


@dataclass(frozen=True)
class Wanted:
    """What an outcome must give in a sample.

    Args:
        betas: Standardised coefficients; 14.
        unfavourable: Mean scores of aspects of who answers unfavourably, by position of the aspect; in the
            units of the score.
    """

    betas: Floats
    unfavourable: dict[int, float]


@dataclass(frozen=True)
class Sample:
    """Predictors of the respondents who answer, standardised twice.

    Args:
        rows: Standardised with the constants of the model, as the coefficients need them.
        raw: In the units of the delivery.
    """

    rows: Floats
    raw: Floats

    def covariances(self, betas: Floats, deviation: float) -> Floats:
        """Return the covariances with `rows` of an outcome with these betas and standard deviation."""
        correlation = np.corrcoef(self.rows.T)
        covariances: Floats = deviation * self.rows.std(axis=0) * (correlation @ betas)
        return covariances

    def sums(self, betas: Floats, values: Floats) -> Floats:
        """Return the `sum y z` that gives an outcome with these values (in any order) its betas."""
        size = len(self.rows)
        wanted: Floats = size * (
            self.covariances(betas, float(values.std())) + values.mean() * self.rows.mean(axis=0)
        )
        return wanted


def attitude(
    name: str, sample: Sample, disturbances: Floats, start: Floats, wanted: Wanted | None
) -> tuple[Floats, Floats]:
    """Return the answers to an attitude question, and the coefficients of its three stages.

    Args:
        name: One of `design.ATTITUDES`.
        sample: The respondents.
        disturbances: Three per respondent, one for each stage.
        start: Coefficients, 3 x 14.
        wanted: What the sample must give; None to follow the coefficients.
    """
    counts = split_counts(design.ATTITUDE_SHARES[name], len(sample.rows))
    bands = _bands(name, counts)
    found = start.copy()
    means = band_targets(name, sample, wanted, counts) if wanted else None
    everyone = np.arange(len(sample.rows))
    unfavourable = bands[0].counts.sum()
    part = whole(len(everyone), len(everyone) - unfavourable)
    total = sample.rows.sum(axis=0)
    target = None if means is None else total - unfavourable * means[0]
    rest, found[0] = _stage(sample.rows, disturbances[:, 0], part, target, start[0])
    others = np.flatnonzero(rest == 1)
    part = whole(len(others), int(bands[2].counts.sum()))
    target = None if means is None else bands[2].counts.sum() * means[2]
    favourable, found[1] = _stage(sample.rows[others], disturbances[others, 1], part, target, start[1])
    band = rest.copy()
    band[others] += favourable
    parts = [
        Part(np.flatnonzero(band == number), bands[number].counts, bands[number].values)
        for number in (0, 1, 2)
    ]
    target = None
    if wanted:
        values = np.repeat(np.arange(1.0, len(counts) + 1), counts)
        target = sample.sums(wanted.betas, values)
    if target is None:
        return assign(sample.rows @ start[2] + disturbances[:, 2], parts), found
    metric = regression_metric(sample.rows, len(design.PREDICTORS))
    found[2], answers = tune(sample.rows, disturbances[:, 2], parts, target, start[2], metric=metric)
    return answers, found


def _stage(
    rows: Floats,
    disturbance: Floats,
    part: Part,
    target: Floats | None,
    start: Floats,
) -> tuple[Floats, Floats]:
    if target is None:
        return assign(rows @ start + disturbance, [part]), start
    coefficients, answers = tune(rows, disturbance, [part], target, start)
    return answers, coefficients


def _bands(name: str, counts: NDArray[np.int64]) -> list[Part]:
    ends = (0, *design.BANDS[name])
    values = np.arange(1.0, len(counts) + 1)
    return [Part(np.arange(0), counts[first:last], values[first:last]) for first, last in pairwise(ends)]


def band_targets(name: str, sample: Sample, wanted: Wanted, counts: Integers) -> Floats:
    """Return the mean of each predictor in each band; 3 x 14, in the units of `sample.rows`.

    Two conditions hold for every predictor: the bands average to its mean, and their covariance with the
    answer is the part that the betas leave for differences between bands. A wanted mean in the unfavourable
    band then fixes the two others; predictors without one lie on a line.
    """
    bands = _bands(name, counts)
    shares = np.array([part.counts.sum() for part in bands]) / counts.sum()
    answers = np.repeat(np.arange(1.0, len(counts) + 1), counts)
    middle = np.array([part.values @ part.counts / max(part.counts.sum(), 1) for part in bands])
    distance = middle - answers.mean()
    between = float(shares @ distance**2)
    share_between = 1 / (1 + _EVENNESS * (answers.var() / between - 1))
    covariance = share_between * sample.covariances(wanted.betas, float(answers.std()))
    means = np.outer(distance, covariance / between)
    conditions = np.stack([shares, shares * distance])
    for position, score in wanted.unfavourable.items():
        own = sample.raw[:, position]
        means[0, position] = (score - own.mean()) * sample.rows[:, position].std() / own.std()
        rest = np.array([0.0, covariance[position]]) - conditions[:, 0] * means[0, position]
        means[1:, position] = np.linalg.solve(conditions[:, 1:], rest)
    shifted: Floats = means + sample.rows.mean(axis=0)
    return shifted


# --- Turnover intentions ------------------------------------------------------------------------


@dataclass(frozen=True)
class Staff:
    """Respondents who are still with their employer.

    Args:
        sample: Their predictors.
        sectors: Position of their sector.
        disturbances: Of every outcome, as `draw_disturbances` gives them.
    """

    sample: Sample
    sectors: Integers
    disturbances: Floats

    def part(self, rows: Integers) -> Staff:
        """Return some of them."""
        return Staff(
            Sample(self.sample.rows[rows], self.sample.raw[rows]),
            self.sectors[rows],
            self.disturbances[rows],
        )


# Columns of the disturbances.
OF_GENERAL, OF_CULTURE, OF_TYPES, OF_ATTITUDES = 0, 1, 2, 6
_COLUMNS = 15
# What a respondent's disturbances share: who likes the employer for reasons outside culture likes it in
# every question, and leaves less.
_SHARED = np.array([-0.35, 0.0, -0.2, -0.35, -0.35, -0.35] + [0.6] * 9)


def draw_disturbances(random: np.random.Generator, size: int) -> Floats:
    """Return standard normal disturbances of every outcome, correlated within a respondent."""
    own = np.sqrt(1 - _SHARED**2) * random.standard_normal((size, _COLUMNS))
    drawn: Floats = np.outer(random.standard_normal(size), _SHARED) + own
    return drawn


def with_sectors(staff: Staff) -> Floats:
    """Return standardised predictors followed by sector dummies, the last sector left out."""
    dummies = staff.sectors[:, None] == np.arange(len(design.SECTORS) - 1)
    return np.column_stack([staff.sample.rows, dummies])


def intends_to_leave(
    staff: Staff, by_sector: Integers, start: Floats, betas: Floats | None
) -> tuple[Floats, Floats]:
    """Return who intends to leave, and the coefficients.

    Args:
        staff: Who answers.
        by_sector: How many say yes per sector; only nearly so where betas are wanted, because
            predictors differ between sectors as well.
        start: Coefficients, 14 and one per sector but the last.
        betas: Wanted standardised coefficients; None to follow `start` and the counts.
    """
    rows, disturbance = with_sectors(staff), staff.disturbances[:, OF_GENERAL]
    index = rows @ start + disturbance
    if betas is None:
        parts = []
        for sector, chosen in enumerate(by_sector):
            members = np.flatnonzero(staff.sectors == sector)
            parts.append(_choose(members, int(chosen)))
        return assign(index, parts), start
    part = whole(len(index), int(by_sector.sum()))
    sums = staff.sample.sums(betas, np.repeat(part.values, part.counts))
    target = np.concatenate([sums, by_sector[:-1].astype(float)])
    metric = regression_metric(rows, len(design.PREDICTORS))
    coefficients, answers = tune(rows, disturbance, [part], target, start, metric=metric)
    return answers, coefficients


def because_of_culture(staff: Staff, intends: Floats, by_sector: Integers) -> NDArray[np.bool_]:
    """Return who names culture: those who intend to leave and see least of the aspects, mostly."""
    index = -0.35 * staff.sample.rows[:, : len(design.ASPECTS)].mean(axis=1)
    index = index + staff.disturbances[:, OF_CULTURE]
    named = np.zeros(len(index), dtype=bool)
    for sector, chosen in enumerate(by_sector):
        members = np.flatnonzero((staff.sectors == sector) & (intends == 1))
        named[members[np.argsort(-index[members], kind="stable")[:chosen]]] = True
    return named


def kinds_of_culture_intenders(staff: Staff, culture: NDArray[np.bool_]) -> Floats:
    """Return the four kinds of move of who leaves because of culture, as table 2 has them; n x 4.

    Among these few the kinds do not depend on the predictors; among all others they do.
    """
    shares = design.rates().types
    kinds = np.zeros((len(culture), len(design.TYPES)))
    for sector in range(len(design.SECTORS)):
        members = np.flatnonzero(culture & (staff.sectors == sector))
        if len(members):
            index = staff.disturbances[members, OF_TYPES : OF_TYPES + len(design.TYPES)]
            kinds[members] = _kinds_that_can_be_weighted(index, shares[sector])
    return kinds


def _kinds_that_can_be_weighted(index: Floats, shares: Floats) -> Floats:
    """Return kinds by rank of the index, in a combination that some weights give the shares.

    Among a dozen people not every combination allows it; the kinds are shifted against each other until
    one does.
    """
    size = len(index)
    parts = [whole(size, round(share * size)) for share in shares]
    ranked = np.column_stack([assign(index[:, kind], [part]) for kind, part in enumerate(parts)])
    for shift in range(size):
        kinds = np.column_stack([np.roll(ranked[:, kind], kind * shift) for kind in range(len(shares))])
        if size >= _MANY or _can_be_weighted(kinds, shares):
            return kinds
    return ranked


def _can_be_weighted(kinds: Floats, shares: Floats) -> bool:
    """Return whether moderate weights give every kind its share."""
    found = rake(np.ones(len(kinds)), kinds, shares)
    off = np.abs(found @ kinds / found.sum() - shares).max()
    return bool(off < _CLOSE and found.max() < _MODERATE and found.min() > 1 / _MODERATE)


# With so many people almost every combination can be weighted; with fewer, how close and how unequal.
_MANY, _CLOSE, _MODERATE = 30, 1e-4, 2.5


def kind_of_others(
    kind: int, staff: Staff, known: KnownKind, coefficients: Floats, betas: Floats | None
) -> tuple[Floats, Floats]:
    """Return who intends one kind of move, those who leave because of culture included.

    Args:
        kind: Position in `design.TYPES`.
        staff: Who answers.
        known: What is decided already.
        coefficients: Coefficients of the kind; 14.
        betas: Wanted standardised coefficients; None to follow `coefficients`.
    """
    answers = known.answers.copy()
    others = np.flatnonzero(~known.culture)
    offset = design.TYPE_GIVEN_INTENTION[design.TYPES[kind]] * (known.intends[others] == 1)
    disturbance = staff.disturbances[others, OF_TYPES + kind]
    rows = staff.sample.rows[others]
    everyone = round(known.share * len(answers))
    part = whole(len(others), min(max(everyone - int(answers.sum()), 0), len(others)))
    if betas is None:
        answers[others] = assign(rows @ coefficients + offset + disturbance, [part])
        return answers, coefficients
    all_values = np.repeat([0.0, 1.0], [len(answers) - everyone, everyone])
    target = staff.sample.sums(betas, all_values) - staff.sample.rows.T @ answers
    metric = regression_metric(staff.sample.rows, len(design.PREDICTORS))
    found, answers[others] = tune(
        rows, disturbance, [part], target, coefficients, offset=offset, metric=metric
    )
    return answers, found


@dataclass(frozen=True)
class KnownKind:
    """What is decided before the others answer about a kind of move.

    Args:
        share: Share of all who intend it.
        intends: 1 for who intends to leave.
        culture: Who does because of culture.
        answers: Their answers; 0 for all others.
    """

    share: float
    intends: Floats
    culture: NDArray[np.bool_]
    answers: Floats


def _choose(members: Integers, chosen: int) -> Part:
    chosen = min(chosen, len(members))
    return Part(members, np.array([len(members) - chosen, chosen]), np.array([0.0, 1.0]))
