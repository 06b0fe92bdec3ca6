"""Raking: weights that give several overlapping groups their shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROUNDS = 60


def rake(weights: Floats, groups: Floats, shares: Floats) -> Floats:
    """Return weights under which each group has its share of the total, by iterative proportional fitting.

    Groups may overlap. If no weights give all shares, the last round's are returned; groups that are
    empty or hold everybody are left out.

    Args:
        weights: To start from, one per respondent.
        groups: 1 for members; respondents x groups.
        shares: Wanted share of each group.

    Returns:
        Weights with the same total.
    """
    found = weights.copy()
    total = float(weights.sum())
    inside = groups == 1
    usable = np.flatnonzero(inside.any(axis=0) & ~inside.all(axis=0))
    for _ in range(ROUNDS):
        for group in usable:
            members, share = inside[:, group], shares[group]
            found[members] *= total * share / found[members].sum()
            found[~members] *= total * (1 - share) / found[~members].sum()
    return found
