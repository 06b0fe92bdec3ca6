"""The backgrounds of the respondents: a block is a random part of the wave's plan.

Age, salary scale and years of service are correlated normal variables; in each background (a printed
domain, or the rest) their ranks are matched with the ranks of the planned values, so that the counts stay
exact and the correlations stay in. Nobody has served longer than since the age of sixteen.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from werkpeil.synthesis.core import BLANK, correlated_normals, take_without_replacement
from werkpeil.synthesis.craft import plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from werkpeil.synthesis.craft.plan import Characteristic, Counts, Floats

YOUNGEST_ENTRY = 16

# Correlations of age, salary scale, years of service and reticence within a domain; assumed.
_CORRELATION = np.array(
    [
        [1.00, 0.15, 0.62, 0.05],
        [0.15, 1.00, 0.10, 0.00],
        [0.62, 0.10, 1.00, 0.05],
        [0.05, 0.00, 0.05, 1.00],
    ]
)
# How much further up managers are on each of them, in standard deviations; assumed.
_MANAGERS_AHEAD = np.array([0.15, 1.0, 0.10, 0.0])

_RETICENCE = 0.8  # correlation of a respondent's missing answers, on the latent scale, is its square
_REFUSES = 0.7  # share of who give no answer that choose 'liever niet'; the others leave it empty
_NO_ORGANISATION = 0.03
_REFUSED_CODE = 9
_REFUSED_ORGANISATION = 99


@dataclass
class Remaining:
    """What of the plan is not made yet.

    Args:
        cells: Respondents per reported domain (6), position (3), register domain (4) and position (2).
        values: Per characteristic: respondents per background and value, the last for no answer.
    """

    cells: Counts
    values: dict[str, Counts]

    @classmethod
    def of(cls, respondents: int) -> Remaining:
        """Return the whole plan of a wave."""
        cells = plan.cells_with_register(respondents)
        sizes = _backgrounds(cells.sum(axis=(1, 2, 3)))
        values = {
            characteristic.column: plan.values_by_background(characteristic, sizes)
            for characteristic in plan.CHARACTERISTICS
        }
        return cls(cells, values)


@dataclass(frozen=True)
class People:
    """The respondents of a block.

    Args:
        domain: Position of the reported domain; 5 for none.
        position: Employee, manager or unknown.
        register_domain: Position of the register's domain.
        register_manager: 0 or 1.
        latent: Age, salary scale, years of service and reticence as standard normal values.
        answers: Columns of the delivery.
    """

    domain: NDArray[np.int64]
    position: NDArray[np.int64]
    register_domain: NDArray[np.int64]
    register_manager: NDArray[np.int64]
    latent: Floats
    answers: dict[str, NDArray[np.generic]]


def make_people(
    random: np.random.Generator, remaining: Remaining, size: int, *, is_reorganised: bool
) -> People:
    """Take `size` respondents from what remains of the plan."""
    flat = remaining.cells.reshape(-1)
    taken = take_without_replacement(random, flat, size)
    kinds = random.permutation(np.repeat(np.arange(taken.size), taken))
    domain, position, register_domain, register_manager = np.unravel_index(kinds, remaining.cells.shape)
    latent = correlated_normals(random, size, _CORRELATION)
    latent += np.outer(position == plan.MANAGER, _MANAGERS_AHEAD)
    people = People(domain, position, register_domain, register_manager, latent, {})
    people.answers.update(
        stratum_domain=(register_domain + 1).astype(np.int16),
        stratum_is_manager=register_manager.astype(np.int16),
        domain=_coded(random, domain + 1, domain == plan.NO_DOMAIN, _REFUSED_CODE),
        is_manager=_coded(random, position, position == plan.NO_POSITION, _REFUSED_CODE),
        organisation=_organisations(random, domain, is_reorganised=is_reorganised),
        **_numbers(random, remaining, people),
    )
    return people


def _backgrounds(by_domain: Counts) -> Counts:
    """Return respondents per background: the printed domains, and all others together."""
    return np.append(by_domain[: plan.REST], by_domain[plan.REST :].sum())


def _coded(
    random: np.random.Generator, codes: NDArray[np.int64], is_missing: NDArray[np.bool_], refused: int
) -> NDArray[np.int16]:
    answers = codes.astype(np.int16)
    refuses = random.random(len(codes)) < _REFUSES
    answers[is_missing & refuses] = refused
    answers[is_missing & ~refuses] = BLANK
    return answers


def _organisations(
    random: np.random.Generator, domain: NDArray[np.int64], *, is_reorganised: bool
) -> NDArray[np.int16]:
    answers = np.zeros(len(domain), dtype=np.int64)
    for position in range(len(plan.DOMAINS) + 1):
        members = np.flatnonzero(domain == position)
        counts = plan.organisations(position, len(members), is_reorganised=is_reorganised)
        answers[members] = random.permutation(np.repeat(np.arange(len(counts)), counts))
    is_missing = random.random(len(domain)) < _NO_ORGANISATION
    return _coded(random, answers, is_missing, _REFUSED_ORGANISATION)


def _numbers(random: np.random.Generator, remaining: Remaining, people: People) -> dict[str, Floats]:
    """Return age, salary scale and years of service, with the codes of who will not say."""
    background = np.minimum(people.domain, plan.REST)
    columns = {
        characteristic.column: np.full(len(background), np.nan) for characteristic in plan.CHARACTERISTICS
    }
    for which in range(plan.REST + 1):
        members = np.flatnonzero(background == which)
        latent = people.latent[members]
        values = {
            characteristic.column: _take_values(random, remaining, characteristic, which, latent[:, 3])
            for characteristic in plan.CHARACTERISTICS
        }
        age = _by_rank(*values["age"], latent[:, 0])
        columns["age"][members] = age
        columns["salary_scale"][members] = _by_rank(*values["salary_scale"], latent[:, 1])
        columns["years_of_service"][members] = _served(
            *values["years_of_service"], latent[:, 2], _filled(random, age)
        )
    for characteristic in plan.CHARACTERISTICS:
        column = columns[characteristic.column]
        refuses = np.isnan(column) & (random.random(len(column)) < _REFUSES)
        column[refuses] = characteristic.refused
    return columns


def _take_values(
    random: np.random.Generator,
    remaining: Remaining,
    characteristic: Characteristic,
    background: int,
    reticence: Floats,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the values of a block's members in ascending order, and who of them gives one."""
    left = remaining.values[characteristic.column][background]
    taken = take_without_replacement(random, left, len(reticence))
    values = np.repeat(characteristic.values, taken[:-1]).astype(float)
    own = random.standard_normal(len(reticence))
    order = np.argsort(_RETICENCE * reticence + np.sqrt(1 - _RETICENCE**2) * own)
    answers = np.zeros(len(reticence), dtype=np.bool_)
    answers[order[: len(values)]] = True
    return values, answers


def _by_rank(values: Floats, answers: NDArray[np.bool_], latent: Floats) -> Floats:
    """Give the ascending values to who answers, in the order of their latent values."""
    given = np.full(len(answers), np.nan)
    members = np.flatnonzero(answers)
    given[members[np.argsort(latent[members], kind="stable")]] = values
    return given


def _filled(random: np.random.Generator, age: Floats) -> Floats:
    """Return ages with one for who does not tell it, drawn from those who do."""
    known = age[~np.isnan(age)]
    if len(known) == 0:
        return np.full(len(age), np.inf)
    return np.where(np.isnan(age), random.choice(known, len(age)), age)


def _served(values: Floats, answers: NDArray[np.bool_], latent: Floats, age: Floats) -> Floats:
    """Give years of service by rank, but no more than an age allows.

    From the longest service down, each value goes to whoever has the highest latent value among
    those old enough for it who have none yet.
    """
    given = np.full(len(answers), np.nan)
    members = np.flatnonzero(answers)
    oldest_first = members[np.argsort(-age[members], kind="stable")]
    waiting: list[tuple[float, int]] = []
    arrived = 0
    for value in values[::-1]:
        while arrived < len(oldest_first) and age[oldest_first[arrived]] - YOUNGEST_ENTRY >= value:
            member = int(oldest_first[arrived])
            heapq.heappush(waiting, (-latent[member], member))
            arrived += 1
        if waiting:
            given[heapq.heappop(waiting)[1]] = value
        else:  # a small wave may plan more service than its ages allow: the oldest left serves that long
            member = int(oldest_first[arrived])
            given[member] = max(age[member] - YOUNGEST_ENTRY, 0)
            arrived += 1
    return given
