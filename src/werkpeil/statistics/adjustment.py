"""p-values adjusted for the number of tests in a family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def benjamini_hochberg(
    p_values: NDArray[np.float64], families: NDArray[np.integer[Any]] | None = None
) -> NDArray[np.float64]:
    """Return p-values adjusted within their family; NaN stays NaN and does not count.

    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.

    Args:
        p_values: Shape (k,), NaN where there is no test.
        families: Number of the family of each, shape (k,); all are one family by default.

    Returns:
        Adjusted p-values, shape (k,), at most 1.
    """
    p = np.asarray(p_values, dtype=float)
    family = np.zeros(len(p), dtype=np.int64) if families is None else np.asarray(families)
    adjusted = np.full(len(p), np.nan)
    tested = np.flatnonzero(np.isfinite(p))
    order = tested[np.lexsort((p[tested], family[tested]))]
    bounds = np.flatnonzero(np.diff(family[order])) + 1
    for rows in np.split(order, bounds):
        scaled = p[rows] * len(rows) / np.arange(1, len(rows) + 1)
        adjusted[rows] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted
