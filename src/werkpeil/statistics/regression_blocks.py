"""What a block of terms explains beyond the others: its share of R squared, and the test that it has none.

Both follow from the fit of the whole model; none is fitted without the block. With `b` the block's
coefficients and `A` their part of the inverse cross-products, leaving the block out adds `b' A^-1 b` to the
residual sum of squares (Searle 1971, Linear Models, 3.6). With `V` their part of a covariance,
`b' V^-1 b / k` is Wald's F: with the classical covariance the partial F test, with that of the design the
test of `regTermTest` in R's `survey`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg, special

from werkpeil.statistics.regression import adjust_r_squared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.statistics.linearisation import Linearised
    from werkpeil.statistics.regression import Fit


@dataclass(frozen=True)
class BlockTest:
    """What some terms of a model explain together, beyond the others.

    Attributes:
        r_squared_change: R squared less that of the model without them, 0 to 1; NaN without a fit.
        adjusted_r_squared_without: Adjusted R squared of the model without them; NaN without a fit.
        f_statistic: Wald's F of the hypothesis that all their coefficients are 0; NaN without errors.
        df_numerator: Number of terms.
        df_denominator: Degrees of freedom of the errors.
        p_value: Its p-value.
        null_reason: Why there is no test: that of the errors, or `too_few_respondents` where they have no
            degrees of freedom or fewer sampling units than terms; None where there is one.
    """

    r_squared_change: float
    adjusted_r_squared_without: float
    f_statistic: float
    df_numerator: int
    df_denominator: float
    p_value: float
    null_reason: str | None


def block_test(fit: Fit, errors: Linearised, names: Sequence[str]) -> BlockTest:
    """Return what a block of terms explains beyond the others.

    Args:
        fit: The fit of the whole model.
        errors: The covariance of its coefficients.
        names: The block's terms, k of them, all among those of the fit.
    """
    places = [fit.terms.index(name) for name in names]
    k = len(places)
    untested = BlockTest(*_explained(fit, places), np.nan, k, np.nan, np.nan, errors.null_reason)
    if errors.null_reason is not None:
        return untested
    covariance = errors.covariance[np.ix_(places, places)]
    scale = np.sqrt(np.diag(covariance))
    too_few = replace(untested, null_reason="too_few_respondents")
    if errors.df < 1 or not np.all(scale > 0):
        return too_few
    standard = covariance / np.outer(scale, scale)
    if np.linalg.matrix_rank(standard, hermitian=True) < k:
        return too_few
    ratio = fit.b[places] / scale
    f_statistic = float(ratio @ linalg.solve(standard, ratio, assume_a="pos")) / k
    p_value = float(special.fdtrc(k, errors.df, np.maximum(f_statistic, 0.0)))
    return replace(untested, f_statistic=f_statistic, df_denominator=float(errors.df), p_value=p_value)


def _explained(fit: Fit, places: Sequence[int]) -> tuple[float, float]:
    """Return the loss of R squared without some terms, and the adjusted R squared that is left."""
    if fit.null_reason is not None:
        return np.nan, np.nan
    # The inverse cross-products of standardised variables have the inflation factors on their diagonal.
    scale = np.sqrt(fit.vif[places] / np.diag(fit.bread)[places])
    inverse = fit.bread[np.ix_(places, places)] * np.outer(scale, scale)
    beta = fit.beta[places]
    change = float(np.clip(beta @ linalg.solve(inverse, beta, assume_a="pos"), 0.0, fit.r_squared))
    return change, adjust_r_squared(fit.r_squared - change, fit.n, fit.residual_df + len(places))
