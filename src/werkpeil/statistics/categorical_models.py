"""The models of the seeds whose outcome has few answers: logit of two, proportional odds of ordered ones.

They stand beside the linear fits, which treat the outcome's scores as numbers; see
`werkpeil.statistics.cumulative_logit` for the model.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special

from werkpeil.statistics.adjustment import benjamini_hochberg
from werkpeil.statistics.coded import Texts, chunks
from werkpeil.statistics.cumulative_logit import (
    CategoryFit,
    average_marginal_effects,
    fit_categories,
    no_fit,
    scores,
)
from werkpeil.statistics.linearisation import Linearised, ScoreSums, Units, linearise, unit_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from werkpeil.statistics.regression_rows import DistinctRows

LEVEL = 0.95
LOGIT = "logit"
ORDINAL = "ordinal"


def categorical_tables(
    terms: Sequence[str], method: str, rows: DistinctRows | None, strata: pd.DataFrame
) -> pd.DataFrame:
    """Fit a model in both ways.

    Args:
        terms: Names of the p terms.
        method: `logit` or `ordinal`.
        rows: Distinct rows of those who answered outcome and terms; None if nobody answered one of them.
        strata: `int_strata` of the wave.

    Returns:
        One row per kind of standard error and parameter. The terms have positions 1 to p; the constant of a
        logit has 0, and the thresholds of the ordinal model, named by the answers on their two sides, end
        there.
    """
    frames = []
    for kind in ("classical", "design"):
        fit, errors = _fitted(terms, kind, rows, strata)
        n = 0 if rows is None else int(rows.count.sum())
        frame = _parameters(terms, method, fit, errors)
        frames.append(
            frame.assign(
                method=method,
                std_error_type=kind,
                n=n,
                residual_df=n - len(fit.parameters),
                row_count=0 if rows is None else len(rows.y),
                pseudo_r_squared=fit.pseudo_r_squared,
                null_reason=errors.null_reason,
                **_effects(terms, method, kind, fit, errors, rows, frame),
            )
        )
    return pd.concat(frames, ignore_index=True)


def _fitted(
    terms: Sequence[str], kind: str, rows: DistinctRows | None, strata: pd.DataFrame
) -> tuple[CategoryFit, Linearised]:
    """Return the fit and the covariance of its parameters; df is infinite where the errors are classical."""
    if rows is None:
        fit = no_fit("nobody_answered", len(terms))
    else:
        fit = fit_categories(rows.y, rows.x, _weights(rows, kind), int(rows.count.sum()))
    if fit.null_reason is not None or rows is None or kind == "classical":
        return fit, Linearised(fit.bread, np.inf, fit.null_reason)
    sums = ScoreSums(len(fit.parameters))
    clustered = bool(strata["is_clustered"].any())
    weighted = np.flatnonzero(rows.weighted_count > 0)
    for part in chunks(len(weighted)):
        clusters = Texts.of(rows.cluster[weighted[part]]) if clustered else None
        units = Units.of(Texts.of(rows.stratum[weighted[part]]), clusters)
        own = weighted[part][units.order]
        score = np.ascontiguousarray(scores(fit, rows.y[own], rows.x[own]).T)
        if clustered:
            sums.add(unit_scores(score * rows.weight[own], units, rows.weighted_count[own] > 0))
        else:
            sums.add_distinct(
                score, units, rows.weight[own], rows.squared_weight[own], rows.weighted_count[own]
            )
    return fit, linearise(fit.bread, sums, strata)


def _weights(rows: DistinctRows, kind: str) -> NDArray[np.float64]:
    return rows.weight if kind == "design" else rows.count.astype(float)


def _parameters(terms: Sequence[str], method: str, fit: CategoryFit, errors: Linearised) -> pd.DataFrame:
    """Return coefficients in log odds with their tests: thresholds or constant first, then the terms."""
    q = len(fit.parameters) - len(terms)
    edges = [f"{value:g}" for value in fit.categories]
    names = ["one"] if method == LOGIT else [f"{a}|{b}" for a, b in pairwise(edges)]
    b, std_error = fit.parameters.copy(), np.sqrt(np.diag(errors.covariance))
    if method == LOGIT:
        b[:q] *= -1
    if method == ORDINAL and len(names) < q:  # no two answers are known: there is no threshold to show
        b, std_error, q = b[q:], std_error[q:], 0
    p_value = _p_values(b / std_error, errors.df)
    width = _width(errors.df) * std_error
    return pd.DataFrame(
        {
            "term_id": [*names, *terms],
            "position": np.arange(len(b)) - q + 1,
            "b": b,
            "std_error": std_error,
            "statistic": b / std_error,
            "df": np.nan if np.isinf(errors.df) else errors.df,
            "p_value": p_value,
            "q_value": np.concatenate([np.full(q, np.nan), benjamini_hochberg(p_value[q:])]),
            "ci_lower": b - width,
            "ci_upper": b + width,
        }
    )


def _effects(
    terms: Sequence[str],
    method: str,
    kind: str,
    fit: CategoryFit,
    errors: Linearised,
    rows: DistinctRows | None,
    frame: pd.DataFrame,
) -> dict[str, NDArray[np.float64]]:
    """Return the columns of the average marginal effects, in the rows of the terms."""
    found = np.full((2, len(frame)), np.nan)
    if method == LOGIT and rows is not None and fit.null_reason is None:
        weights = _weights(rows, kind)
        found[:, -len(terms) :] = average_marginal_effects(fit, rows.x, weights, errors.covariance)
    effect, std_error = found
    width = _width(errors.df) * std_error
    return {
        "average_marginal_effect": effect,
        "average_marginal_effect_std_error": std_error,
        "average_marginal_effect_p_value": _p_values(effect / std_error, errors.df),
        "average_marginal_effect_ci_lower": effect - width,
        "average_marginal_effect_ci_upper": effect + width,
    }


def _p_values(statistic: NDArray[np.float64], df: float) -> NDArray[np.float64]:
    if not df >= 1:
        return np.full(len(statistic), np.nan)
    return np.asarray(2 * special.stdtr(df, -np.abs(statistic)), dtype=float)


def _width(df: float) -> float:
    return float(special.stdtrit(df, 1 - (1 - LEVEL) / 2)) if df >= 1 else np.nan
