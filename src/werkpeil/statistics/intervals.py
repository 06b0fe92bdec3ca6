"""Confidence intervals of estimates under a complex design.

Sources: Korn and Graubard (1998), Survey Methodology 24, 193-201, for shares near 0 and 1; the logit
interval as in R's `survey::svyciprop`, whose results are the oracles of the tests.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special, stats

from werkpeil.statistics import fingerprints

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95

WAVE = ["survey_id", "wave_id"]
KEYS = [*WAVE, "cut_id", "group_id", "variable_id", "statistic"]
COLUMNS = [*KEYS, "ci_lower", "ci_upper", "interval_method", "fingerprint"]

Bounds = tuple["NDArray[np.float64]", "NDArray[np.float64]"]


def t_interval(estimate: ArrayLike, std_error: ArrayLike, df: ArrayLike, level: float = LEVEL) -> Bounds:
    """Return the symmetric interval of a mean, `estimate -+ t(df) * std_error`.

    Args:
        estimate: Means, shape (k,), in the units of the variable.
        std_error: Their standard errors, shape (k,), same units.
        df: Degrees of freedom of the design, shape (k,). Below 1 the bounds are NaN.
        level: Coverage, between 0 and 1.

    Returns:
        Lower and upper bounds, each of shape (k,).
    """
    centre = np.asarray(estimate, dtype=float)
    width = _t_quantile(df, level) * np.asarray(std_error, dtype=float)
    return centre - width, centre + width


def logit_interval(share: ArrayLike, std_error: ArrayLike, df: ArrayLike, level: float = LEVEL) -> Bounds:
    """Return the interval of a share, symmetric on the logit scale and so within 0 and 1.

    Args:
        share: Shares, shape (k,), between 0 and 1. At 0 and 1 the bounds are NaN.
        std_error: Their standard errors, shape (k,).
        df: Degrees of freedom of the design, shape (k,).
        level: Coverage, between 0 and 1.

    Returns:
        Lower and upper bounds, each of shape (k,), between 0 and 1.
    """
    p = np.asarray(share, dtype=float)
    inside = (p > 0) & (p < 1)
    q = np.where(inside, p, np.nan)
    centre = np.log(q / (1 - q))
    width = _t_quantile(df, level) * np.asarray(std_error, dtype=float) / (q * (1 - q))
    return _inverse_logit(centre - width), _inverse_logit(centre + width)


def korn_graubard_interval(
    share: ArrayLike,
    std_error: ArrayLike,
    n: ArrayLike,
    n_kish: ArrayLike,
    df: ArrayLike,
    level: float = LEVEL,
) -> Bounds:
    """Return the Clopper-Pearson interval of a share at the design's effective sample size.

    The effective size is `p (1 - p) / se^2`, corrected for the degrees of freedom by the squared
    ratio of the t quantiles at n - 1 and at df. Where everybody or nobody answered so, the
    standard error says nothing and the size is that of the unequal weights alone (Kish).

    Args:
        share: Shares, shape (k,), between 0 and 1.
        std_error: Their standard errors, shape (k,); may be NaN at shares of 0 and 1.
        n: Unweighted respondents, shape (k,).
        n_kish: Squared sum of weights over sum of squared weights, shape (k,).
        df: Degrees of freedom of the design, shape (k,).
        level: Coverage, between 0 and 1.

    Returns:
        Lower and upper bounds, each of shape (k,), between 0 and 1.
    """
    p = np.asarray(share, dtype=float)
    size = np.asarray(n, dtype=float)
    inside = (p > 0) & (p < 1)
    variance = np.where(inside, np.square(np.asarray(std_error, dtype=float)), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        correction = np.square(_t_quantile(size - 1, level) / _t_quantile(df, level))
        effective = np.where(inside, p * (1 - p) / variance, np.asarray(n_kish, dtype=float))
        effective = effective * correction
    tail = (1 - level) / 2
    # The beta distribution is not defined where a shape is 0; the bound is then the end itself.
    lower = np.where(p <= 0, 0.0, stats.beta.ppf(tail, effective * p, effective * (1 - p) + 1))
    upper = np.where(p >= 1, 1.0, stats.beta.ppf(1 - tail, effective * p + 1, effective * (1 - p)))
    undefined = ~np.isfinite(effective)
    return np.where(undefined, np.nan, lower), np.where(undefined, np.nan, upper)


def estimate_intervals(estimates: pd.DataFrame, built: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the 95 % interval of every estimate, in waves that changed.

    Means get the t interval; shares the logit interval, and the Korn-Graubard interval where everybody or
    nobody answered so. An estimate whose standard error is unknown for another reason (one respondent,
    a stratum with one unit) has no interval.

    Args:
        estimates: The table `estimates`: the key columns, estimate, std_error, n, n_kish,
            degrees_of_freedom, null_reason and the fingerprint of the wave.
        built: survey_id, wave_id and fingerprint of the waves that have their intervals already, or None.

    Returns:
        One row per row of `estimates`: the keys, `ci_lower`, `ci_upper` (NaN where there is no
        interval), `interval_method` (`t`, `logit`, `korn_graubard` or None), and the fingerprint of all that
        the rows of a wave follow from.
    """
    follows = {
        digest: fingerprints.of_frames(f"{_code()} {digest}", [])
        for digest in estimates["fingerprint"].unique()
    }
    estimates = estimates.assign(fingerprint=estimates["fingerprint"].map(follows))
    if built is not None:
        known = pd.MultiIndex.from_frame(built[[*WAVE, "fingerprint"]])
        estimates = estimates[~pd.MultiIndex.from_frame(estimates[[*WAVE, "fingerprint"]]).isin(known)]
    estimate = estimates["estimate"].to_numpy(dtype=float)
    std_error = estimates["std_error"].to_numpy(dtype=float)
    df = estimates["degrees_of_freedom"].to_numpy(dtype=float)
    n = estimates["n"].to_numpy(dtype=float)
    n_kish = estimates["n_kish"].to_numpy(dtype=float)
    is_mean = (estimates["statistic"] == "mean").to_numpy(dtype=bool)
    has_error = np.isfinite(std_error) & (df >= 1)
    # A share that does not vary inside its strata may lie anywhere; only at an end does it have an interval.
    at_the_end = (estimates["null_reason"] == "no_variance").to_numpy(dtype=bool) & (df >= 1)
    at_the_end &= (estimate <= 0) | (estimate >= 1)

    chosen = [
        ("t", is_mean & has_error, t_interval(estimate, std_error, df)),
        ("logit", ~is_mean & has_error, logit_interval(estimate, std_error, df)),
        (
            "korn_graubard",
            ~is_mean & at_the_end,
            korn_graubard_interval(estimate, std_error, n, n_kish, df),
        ),
    ]
    result = estimates[[*KEYS, "fingerprint"]].copy()
    lower = np.full(len(estimates), np.nan)
    upper = np.full(len(estimates), np.nan)
    method = np.full(len(estimates), None, dtype=object)
    for name, rows, (low, high) in chosen:
        lower[rows], upper[rows], method[rows] = low[rows], high[rows], name
    result = result.assign(ci_lower=lower, ci_upper=upper, interval_method=method)[COLUMNS]
    # Named types, because an empty frame would otherwise reach the database without any.
    return result.astype(dict.fromkeys([*KEYS, "interval_method", "fingerprint"], "string"))


@cache
def _code() -> str:
    """Return a digest of what computes: this module and what it computes with."""
    return fingerprints.of_code([Path(__file__)], *(version(name) for name in ("numpy", "scipy")))


def _t_quantile(df: ArrayLike, level: float) -> NDArray[np.float64]:
    degrees = np.asarray(df, dtype=float)
    valid = np.where(degrees >= 1, degrees, np.nan)
    return np.asarray(stats.t.ppf(1 - (1 - level) / 2, valid), dtype=float)


def _inverse_logit(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(special.expit(x), dtype=float)
