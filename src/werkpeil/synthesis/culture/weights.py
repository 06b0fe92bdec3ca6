"""Weights of the synthetic Werkonderzoek.

The printed shares of tables 1 and 2 cannot be counts of 343 people (C06), so they are weighted figures.
A weight here is what a post-stratification would have made it: it varies with age and gender, and within
each sector it is raked so that leavers, intenders, destinations and kinds of moves have the printed
shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from werkpeil.synthesis.culture import design
from werkpeil.synthesis.culture.raking import rake

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# Young people answer less often; what remains differs by chance.
_BY_AGE = ((30, 1.25), (40, 1.1), (50, 1.0), (60, 0.93), (200, 0.9))
_OF_MEN = 1.04
_SPREAD = 0.12
_DECIMALS = 4
_LOWEST = 0.05


@dataclass(frozen=True)
class Known:
    """What the weights depend on, one value per respondent.

    Args:
        sectors: Position of the sector.
        left: Who has left.
        culture_left: Who has left because of culture.
        destinations: Position of the destination, of who has left.
        intends: Who intends to leave.
        culture_intends: Who intends to leave because of culture.
        kinds: Which kinds of move each intends; n x 4.
        age: In years.
        female: 1 for women.
    """

    sectors: Integers
    left: Flags
    culture_left: Flags
    destinations: Integers
    intends: Flags
    culture_intends: Flags
    kinds: Floats
    age: Floats
    female: Floats


def weights(random: np.random.Generator, known: Known, population: Floats) -> Floats:
    """Return the weight of each respondent; on average 1, four decimals.

    Args:
        random: The stream.
        known: The respondents.
        population: What share of the population each sector is.
    """
    size = len(known.sectors)
    drawn: Floats = np.exp(_SPREAD * random.standard_normal(size))
    bands = np.searchsorted([band for band, _ in _BY_AGE[:-1]], known.age)
    drawn = drawn * np.array([factor for _, factor in _BY_AGE])[bands]
    drawn *= np.where(known.female == 1, 1.0, _OF_MEN)
    # People who moved to the same sector count alike: two destinations that tie in print must tie in sum.
    drawn[known.culture_left] = 1.0
    present = np.bincount(known.sectors, minlength=len(population)) > 0
    totals = size * population * present / max(float(population[present].sum()), 1e-12)
    for sector in np.flatnonzero(present):
        rows = np.flatnonzero(known.sectors == sector)
        _weight_sector(drawn, known, rows, int(sector), float(totals[sector]))
    return np.asarray(np.round(np.maximum(drawn, _LOWEST), _DECIMALS), dtype=np.float64)


def _weight_sector(drawn: Floats, known: Known, rows: Integers, sector: int, total: float) -> None:
    rates = design.rates()
    leavers, intenders = rates.leavers[sector], rates.intenders[sector]
    of_culture, planned = rates.culture_leavers[sector], rates.culture_intenders[sector]
    left, culture_left = known.left[rows], known.culture_left[rows]
    intends, culture = known.intends[rows], known.culture_intends[rows]
    cells = [
        (left & ~culture_left, leavers - of_culture),
        (intends & ~culture, intenders - planned),
        (culture, planned),
        (~left & ~intends, 1 - leavers - intenders),
    ]
    cells += [
        (culture_left & (known.destinations[rows] == destination), of_culture * share)
        for destination, share in enumerate(rates.destinations[sector])
        if share > 0
    ]
    # In a wave too small for every kind of respondent the others stand in for those that are absent.
    covered = sum(share for members, share in cells if members.any())
    for members, share in cells:
        if members.any():
            _scale(drawn, rows[members], total * share / covered)
    if culture.any():
        few = rows[culture]
        drawn[few] = rake(drawn[few], known.kinds[few], rates.types[sector])


def _scale(drawn: Floats, rows: Integers, total: float) -> None:
    drawn[rows] *= total / drawn[rows].sum()
