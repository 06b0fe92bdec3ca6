"""Reliability of scales from the cross-products of their items.

Source: Cronbach (1951), Psychometrika 16, 297-334; the pairwise form is that of R's `psych::alpha`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from werkpeil.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Deletion = Literal["listwise", "pairwise"]


def item_covariances(
    moments: pd.DataFrame, *, deletion: Deletion = "pairwise", weighted: bool = False
) -> tuple[list[str], NDArray[np.float64]]:
    """Return the covariance matrix of the items of one moment set.

    A covariance of items a and b rests on those who answered both (pairwise) or on those who answered
    every item (listwise); its divisor is n - 1, or W (n - 1) / n with weights.

    Args:
        moments: Rows of `cells_moments` of one survey, wave and moment set.
        deletion: Whose answers count.
        weighted: Use the weighted cross-products.

    Returns:
        Item names in their order (k of them) and the matrix, shape (k, k), in squared units of the
        items' scores. Entries on which fewer than two people bear are NaN; an item that nobody
        answered is left out.

    Raises:
        InputError: if the rows belong to more than one moment set.
    """
    sets = moments[["survey_id", "wave_id", "moment_set"]].drop_duplicates()
    if len(sets) > 1:
        raise InputError("Covariances are of one moment set at a time.", where=", ".join(sets["moment_set"]))
    items = _items(moments)
    value = "sum_wxy" if weighted else "sum_xy"
    matrix = np.full((len(items), len(items)), np.nan)
    for row, a in enumerate(items):
        for column, b in enumerate(items):
            if a <= b:
                matrix[row, column] = _covariance(moments, a, b, deletion, value)
                matrix[column, row] = matrix[row, column]
    return list(items.values()), matrix


def cronbach_alpha(covariance: NDArray[np.float64]) -> float:
    """Return Cronbach's alpha, `k / (k - 1) * (1 - trace(C) / sum(C))`.

    Args:
        covariance: Covariances of the items, shape (k, k), all keyed in one direction.

    Returns:
        Alpha, at most 1; NaN for fewer than two items or a total without variance.
    """
    k = len(covariance)
    total = float(covariance.sum())
    if k < 2 or not total > 0:
        return float("nan")
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total)


def _items(moments: pd.DataFrame) -> dict[int, str]:
    """Names of the items by their place in the pattern."""
    named = moments.loc[moments["position_b"] > 0, ["position_b", "variable_b"]].drop_duplicates()
    return {int(place): str(name) for place, name in sorted(named.itertuples(index=False))}


def _covariance(moments: pd.DataFrame, a: int, b: int, deletion: Deletion, value: str) -> float:
    patterns = moments["pattern"].astype(str)
    if deletion == "listwise":
        complete = ~patterns.str.contains("0")
    else:
        complete = (patterns.str[a - 1] == "1") & (patterns.str[b - 1] == "1")
    rows = moments[complete]

    def total(first: int, second: int, column: str = value) -> float:
        found = (rows["position_a"] == min(first, second)) & (rows["position_b"] == max(first, second))
        return float(rows.loc[found, column].sum())

    n = total(0, 0, "sum_xy")
    size = total(0, 0)
    if n < 2 or not size > 0:
        return float("nan")
    centred = total(a, b) - total(0, a) * total(0, b) / size
    return centred / (size * (n - 1) / n)
