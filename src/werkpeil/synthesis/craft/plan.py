"""How many respondents of each kind a wave of the craftsmanship study has: tables 3 and 4.

Table 3 gives respondents by the domain and the position that they report; table 4 gives, per reported
domain, age, salary scale and years of service in bands with their means. Both are printed as counts, so a
wave of the published size has exactly these, and a wave of another size has them in proportion. Where the
print contradicts itself the plan follows the reading that the rest of the print supports (`CORRECTED`,
`DERIVED`). What table 4 does not show is the rest: who chose 'Anders' or no domain.

Not printed and assumed: how the register's domain and position differ from the reported ones, the
distribution inside the bands, and who works at which organisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from werkpeil.synthesis.core import split_counts
from werkpeil.synthesis.targets import published_values

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

PUBLISHED_RESPONDENTS = 3724

# Reported domains in the order of their codes (1 to 5); the last one here has no domain.
DOMAINS = ("beleid", "inspectie", "uitvoering", "bedrijfsvoering", "anders")
NO_DOMAIN = len(DOMAINS)
PRINTED_DOMAINS = 4  # table 4 has a column for the first four
REST = 4  # position of all others among the backgrounds

EMPLOYEE, MANAGER, NO_POSITION = 0, 1, 2

# V07: the print has 53 (5.0%) of 694; 35 is 5.0%, and only with it does the column fit its own percentages.
CORRECTED = {"cra_t4_tenure_26_30_inspectie_n": 35.0}

# V06: the printed mean of all years of service, 13.0, lies below what the bands allow (14.5). The
# midpoints of the bands, which give the means of the domains within 0.1, give this instead.
DERIVED = {"cra_t4_mean_tenure_totaal": 16.7}

# V02, V04: 42 respondents lack a domain or a position: 23 of them are in the four domains, by the
# difference of the tables. The 19 others are divided here.
_ANDERS_WITHOUT_POSITION = 7
_WITHOUT_DOMAIN = 12

# V30: the register knows four domains. Shares of the register's domain (columns) by reported domain
# (rows); assumed, with most of those who chose 'Anders' in the register's largest domain.
_REGISTER_DOMAIN = np.array(
    [
        [0.90, 0.02, 0.04, 0.04],
        [0.02, 0.92, 0.05, 0.01],
        [0.02, 0.04, 0.91, 0.03],
        [0.05, 0.02, 0.07, 0.86],
        [0.16, 0.12, 0.42, 0.30],
        [0.20, 0.20, 0.35, 0.25],
    ]
)
# Share of managers in the register among who say that they are none, that they are one, who say nothing.
_REGISTER_MANAGER = np.array([0.015, 0.93, 0.2])


@dataclass(frozen=True)
class Characteristic:
    """A number that table 4 shows in bands.

    Args:
        column: Column of the codebook.
        measure: What its mean is called in the published results.
        bands: Band ids with first and last whole value.
        shape: Relative weight of each value in its band before the mean is fitted.
        refused: Code of who will not say.
    """

    column: str
    measure: str
    bands: tuple[tuple[str, int, int], ...]
    shape: dict[str, tuple[float, ...]]
    refused: float

    @property
    def values(self) -> NDArray[np.int64]:
        """All values, ascending."""
        return np.concatenate([np.arange(first, last + 1) for _, first, last in self.bands])


# V09: the labels of the first two bands of age are as printed (up to 30, and 31 to 35). Up to 25 and 26 to
# 35 would fit the means better, and cannot be proved.
AGE = Characteristic(
    "age",
    "mean_age",
    (
        ("age_le_30", 19, 30),
        ("age_31_35", 31, 35),
        ("age_36_45", 36, 45),
        ("age_46_55", 46, 55),
        ("age_ge_56", 56, 69),
    ),
    {
        "age_le_30": (1, 1, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11),
        "age_ge_56": (10, 10, 10, 10, 10, 10, 9.5, 9, 8.5, 7, 4.5, 1.2, 0.4, 0.2),
    },
    999.0,
)
SALARY = Characteristic(
    "salary_scale",
    "mean_salary_scale",
    (("scale_le_9", 3, 9), ("scale_10_13", 10, 13), ("scale_14_19", 14, 19)),
    {
        "scale_le_9": (1, 2, 4, 6, 10, 14, 13),
        "scale_10_13": (9, 14, 15, 11),
        "scale_14_19": (12, 7, 4, 2, 1, 0.4),
    },
    99.0,
)
TENURE = Characteristic(
    "years_of_service",
    "mean_years_of_service",
    (
        ("tenure_le_5", 0, 5),
        ("tenure_6_10", 6, 10),
        ("tenure_11_15", 11, 15),
        ("tenure_16_20", 16, 20),
        ("tenure_21_25", 21, 25),
        ("tenure_26_30", 26, 30),
        ("tenure_31_35", 31, 35),
        ("tenure_36_40", 36, 40),
        ("tenure_ge_41", 41, 49),
    ),
    {
        "tenure_le_5": (3, 6, 6, 5, 5, 4),
        "tenure_ge_41": (10, 9, 8, 6, 4, 2, 1, 0.4, 0.2),
    },
    99.0,
)
CHARACTERISTICS = (AGE, SALARY, TENURE)
_PRINTED_AS = {"age": "age", "salary_scale": "scale", "years_of_service": "tenure"}

# Organisations by reported domain: relative numbers, assumed. Columns follow the codes 1 to 14: AZ,
# Belastingdienst, BZK, BZ, DJI, EZK, FIN, JenV, LNV, OCW, IenW, RWS, SZW, VWS.
_ORGANISATIONS = np.array(
    [
        [2, 2, 14, 10, 1, 13, 8, 12, 8, 9, 8, 2, 10, 11],
        [0, 22, 2, 0, 3, 5, 2, 8, 20, 6, 14, 0, 14, 12],
        [0, 26, 5, 2, 16, 6, 2, 12, 6, 6, 2, 20, 2, 2],
        [2, 14, 20, 5, 9, 6, 4, 10, 5, 5, 5, 12, 5, 5],
        [1, 14, 8, 5, 12, 6, 4, 14, 6, 6, 4, 12, 6, 6],
        [1, 10, 10, 5, 10, 6, 4, 12, 6, 6, 6, 10, 6, 6],
    ],
    dtype=float,
)
EZK, EZ, KGG = 6, 15, 16
_EZ_SHARE = 0.55  # of who worked at EZK, after it was divided


@cache
def printed() -> dict[str, float]:
    """Return the published numbers with the corrections that the model follows."""
    return {**published_values("per"), **CORRECTED, **DERIVED}


def reported_cells(respondents: int) -> Counts:
    """Return respondents by reported domain (6, the last without one) and position (3).

    At the published size these are the counts of table 3, and its margins those of table 4.
    """
    values = printed()
    cells = np.zeros((len(DOMAINS) + 1, 3))
    for position, domain in enumerate(DOMAINS):
        cells[position, EMPLOYEE] = values[f"cra_t3_response_{domain}_employee"]
        cells[position, MANAGER] = values[f"cra_t3_response_{domain}_manager"]
    for position, domain in enumerate(DOMAINS[:PRINTED_DOMAINS]):
        cells[position, NO_POSITION] = values[f"cra_t4_n_{domain}_n"] - cells[position].sum()
    cells[REST, NO_POSITION] = _ANDERS_WITHOUT_POSITION
    cells[NO_DOMAIN, NO_POSITION] = _WITHOUT_DOMAIN
    return split_counts(cells.ravel(), respondents).reshape(cells.shape)


def cells_with_register(respondents: int) -> Counts:
    """Return respondents by reported domain (6), position (3), register domain (4) and position (2)."""
    reported = reported_cells(respondents)
    cells = np.zeros((*reported.shape, 4, 2), dtype=np.int64)
    for (domain, position), count in np.ndenumerate(reported):
        is_manager = _REGISTER_MANAGER[position]
        shares = np.outer(_REGISTER_DOMAIN[domain], [1 - is_manager, is_manager])
        cells[domain, position] = split_counts(shares.ravel(), int(count)).reshape(shares.shape)
    return cells


def values_by_background(characteristic: Characteristic, respondents: Counts) -> Counts:
    """Return how many respondents have each value, and how many give none.

    Args:
        characteristic: Age, salary scale or years of service.
        respondents: Number per background (the four printed domains and the rest).

    Returns:
        One row per background; one column per value, ascending, and a last one for no answer.
    """
    bands, means = _bands(characteristic), _means(characteristic)
    counts = np.zeros((len(respondents), len(characteristic.values) + 1), dtype=np.int64)
    for background, size in enumerate(respondents):
        if size == 0:
            continue
        in_bands = split_counts(bands[background], int(size))
        shares = _within_bands(characteristic, bands[background, :-1], means[background])
        parts = [split_counts(part, int(n)) for part, n in zip(shares, in_bands, strict=False)]
        counts[background] = np.concatenate([*parts, in_bands[-1:]])
    return counts


def _bands(characteristic: Characteristic) -> Floats:
    """Return the printed counts: one row per background, one column per band and one for no answer."""
    values = printed()
    ids = [band for band, _, _ in characteristic.bands]
    columns = (*DOMAINS[:PRINTED_DOMAINS], "totaal")
    counts = np.array([[values[f"cra_t4_{band}_{domain}_n"] for band in ids] for domain in columns])
    sizes = np.array([values[f"cra_t4_n_{domain}_n"] for domain in columns])
    table = np.column_stack([counts, sizes - counts.sum(axis=1)])
    table[REST] -= table[:PRINTED_DOMAINS].sum(axis=0)
    return table


def _means(characteristic: Characteristic) -> Floats:
    """Return the printed mean of each background; the rest's follows from the total."""
    values = printed()
    name = _PRINTED_AS[characteristic.column]
    columns = (*DOMAINS[:PRINTED_DOMAINS], "totaal")
    means = np.array([values[f"cra_t4_mean_{name}_{domain}"] for domain in columns])
    valid = _bands(characteristic)[:, :-1].sum(axis=1)
    known = (means[:PRINTED_DOMAINS] * valid[:PRINTED_DOMAINS]).sum()
    means[REST] = (means[REST] * valid.sum() - known) / valid[REST]
    return means


def _within_bands(characteristic: Characteristic, bands: Floats, mean: float) -> list[Floats]:
    """Return the distribution in each band, tilted so that all together have the mean.

    The weight of value x is its shape times exp(tilt * x), with one tilt for all bands.
    """
    blocks = [np.arange(first, last + 1, dtype=float) for _, first, last in characteristic.bands]
    shapes = [
        np.array(characteristic.shape.get(band, (1.0,) * len(block)), dtype=float)
        for (band, _, _), block in zip(characteristic.bands, blocks, strict=True)
    ]

    def tilted(tilt: float) -> list[Floats]:
        parts = []
        for block, shape in zip(blocks, shapes, strict=True):
            weights = shape * np.exp(tilt * (block - block.mean()))
            parts.append(weights / weights.sum())
        return parts

    def mean_at(tilt: float) -> float:
        of_bands = [float(block @ part) for block, part in zip(blocks, tilted(tilt), strict=True)]
        return float(np.average(of_bands, weights=bands))

    low, high = -2.0, 2.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mean_at(middle) < mean else (low, middle)
    return tilted((low + high) / 2)


def organisations(domain: int, respondents: int, *, is_reorganised: bool) -> Counts:
    """Return how many respondents of a domain work at each organisation, by code from 0 to 16.

    Args:
        domain: Position of the reported domain.
        respondents: How many name their organisation.
        is_reorganised: Whether EZK was divided into EZ and KGG.
    """
    weights = np.zeros(KGG + 1)
    weights[1 : 1 + _ORGANISATIONS.shape[1]] = _ORGANISATIONS[domain]
    if is_reorganised:
        weights[EZ], weights[KGG] = weights[EZK] * _EZ_SHARE, weights[EZK] * (1 - _EZ_SHARE)
        weights[EZK] = 0
    return split_counts(weights, respondents)
