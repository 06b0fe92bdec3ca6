"""Linear regression from cross-products, with classical standard errors.

The normal equations are solved on the correlation scale, after the products were centred on the means, so
that units and offsets cost no digits. Where the predictors are nearly collinear the products do not hold
enough digits and the fit is made from the rows by an orthogonal reduction, and says so.

Source of the shares of R squared: Lindeman, Merenda and Gold (1980); Groemping (2006), J. Stat. Softw. 17(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import linalg, special

from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

# Above it the products keep too few digits. The design allows 1e8; NIST's Wampler data (2.7e6) lose nine
# digits there where terms differ in size, so the line is drawn earlier. Survey data stay below 1e3.
MAXIMUM_CONDITION = 1e6
# Share of variance below which what a model leaves is rounding.
EXACT = 1e-12
# 2^p models are fitted for the decomposition of R squared.
MAXIMUM_LMG_TERMS = 18


@dataclass(frozen=True)
class Moments:
    """Cross-products of some variables over the people who answered all of them.

    Attributes:
        names: The variables, k of them; the constant `one` is not among them.
        n: Unweighted respondents.
        size: Sum of weights (n without weights).
        means: Shape (k,), in the variables' units.
        products: Centred cross-products `sum w (x - mean)(y - mean)`, shape (k, k).
    """

    names: tuple[str, ...]
    n: int
    size: float
    means: NDArray[np.float64]
    products: NDArray[np.float64]

    def of(self, names: Sequence[str]) -> Moments:
        """Return the moments of some of the variables, over the same people."""
        places = [self.names.index(name) for name in names]
        return Moments(
            tuple(names), self.n, self.size, self.means[places], self.products[np.ix_(places, places)]
        )


@dataclass(frozen=True)
class Fit:
    """A fitted model; the constant comes first, then the p terms.

    Attributes:
        terms: Names, shape (p + 1,), `one` first.
        b: Coefficients, units of the outcome per unit of the term.
        beta: Standardised coefficients; NaN for the constant.
        classical_covariance: Of `b`, under independent errors of equal variance, shape (p + 1, p + 1).
        bread: Inverse of the weighted cross-products of the design, shape (p + 1, p + 1).
        vif: Variance inflation factors; NaN for the constant.
        relative_importance: LMG shares, adding up to R squared; NaN for the constant.
        r_squared: Share of the outcome's variance that is explained, 0 to 1.
        adjusted_r_squared: The same, corrected for the number of terms.
        condition_number: Of the correlation matrix of the terms; infinite where one has no variance.
        n: Unweighted respondents.
        residual_df: n less the number of coefficients.
        f_statistic: Test of all terms together.
        f_p_value: Its p-value.
        solver: `moments` or `qr`.
        null_reason: Why there are no coefficients: `nobody_answered`, `too_few_respondents`, `zero_weight`,
            `no_variance`, `collinear`; None where there are.
    """

    terms: tuple[str, ...]
    b: NDArray[np.float64]
    beta: NDArray[np.float64]
    classical_covariance: NDArray[np.float64]
    bread: NDArray[np.float64]
    vif: NDArray[np.float64]
    relative_importance: NDArray[np.float64]
    r_squared: float
    adjusted_r_squared: float
    condition_number: float
    n: int
    residual_df: int
    f_statistic: float
    f_p_value: float
    solver: str
    null_reason: str | None = None

    @property
    def classical_std_error(self) -> NDArray[np.float64]:
        """Standard errors of `b` under independent errors of equal variance, shape (p + 1,)."""
        return np.asarray(np.sqrt(np.diag(self.classical_covariance)), dtype=float)

    @property
    def is_exact(self) -> bool:
        """Whether nothing is left to explain, so that an error would be rounding and no error."""
        return self.r_squared > 1 - EXACT


@dataclass
class Reduction:
    """Rows reduced to a triangle, batch by batch; k variables, the outcome first.

    Attributes:
        shift: Taken off the variables before the reduction, shape (k,).
        scale: By which they are then divided, shape (k,), positive.
        triangle: Of the constant, the terms and the outcome in this order, shape (k + 1, k + 1) in the end.
        n: Rows.
        size: Sum of weights.
        totals: Weighted sums of the shifted and scaled variables, outcome first, shape (k,).
    """

    shift: NDArray[np.float64]
    scale: NDArray[np.float64]
    n: int = 0
    size: float = 0.0

    def __post_init__(self) -> None:
        k = len(self.shift)
        self.triangle = np.zeros((0, k + 1))
        self.totals = np.zeros(k)

    def add(self, y: NDArray[np.float64], x: NDArray[np.float64], w: NDArray[np.float64]) -> None:
        """Add rows: outcome (m,), terms (m, k - 1), weights (m,)."""
        block = (np.column_stack([y, x]) - self.shift) / self.scale
        self.n, self.size = self.n + len(w), self.size + float(w.sum())
        self.totals += w @ block
        rows = np.column_stack([np.ones(len(w)), block[:, 1:], block[:, 0]]) * np.sqrt(w)[:, None]
        stacked = np.vstack([self.triangle, rows])
        self.triangle = linalg.qr(stacked, mode="r", check_finite=False)[0][: len(self.shift) + 1]


def places_of(cells: pd.DataFrame) -> dict[str, int]:
    """Return the place in the pattern of every variable that anybody answered.

    Args:
        cells: Rows of `cells_moments` of one survey, wave and moment set.
    """
    is_total = (cells["position_a"] == 0) & (cells["position_b"] > 0)
    named = cells.loc[is_total, ["variable_b", "position_b"]].drop_duplicates()
    return {str(name): int(place) for name, place in named.itertuples(index=False)}


class PatternMoments:
    """Cross-products of a wave per pattern of answered variables, ready to be added up over patterns."""

    def __init__(self, cells: pd.DataFrame) -> None:
        """Take the rows of `regression_moments` of one survey and wave."""
        self._places = places_of(cells)
        a, b = (cells[f"position_{side}"].to_numpy(dtype=int) for side in ("a", "b"))
        self._v = int(max(a.max(initial=0), b.max(initial=0)))
        self._places_of_sums = np.minimum(a, b) * (self._v + 1) + np.maximum(a, b)
        self._sums = {
            weighted: cells["sum_wxy" if weighted else "sum_xy"].to_numpy(dtype=float)
            for weighted in (False, True)
        }
        self._codes, patterns = pd.factorize(cells["pattern"])
        letters = [[letter == "1" for letter in str(pattern)] for pattern in patterns]
        self._answered = np.array(letters, dtype=bool).reshape(len(patterns), -1)
        totals = cells[a == 0].drop_duplicates("position_b")
        self._centres = dict(
            zip(totals["position_b"].astype(int), totals["centre_b"].astype(float), strict=True)
        )

    def complete(self, variables: Sequence[str], *, weighted: bool) -> Moments:
        """Return the moments of the people who answered all of some variables.

        Args:
            variables: Which variables, k of them.
            weighted: Use the weights.

        Returns:
            Their moments; with n = 0 and NaN everywhere if nobody answered them all. A variable that nobody
            answered is not among the cells at all.
        """
        k = len(variables)
        nothing = np.full(k, np.nan), np.full((k, k), np.nan)
        if not self._places.keys() >= set(variables):
            return Moments(tuple(variables), 0, 0.0, *nothing)
        places = [self._places[name] for name in variables]
        chosen = np.all(self._answered[:, [place - 1 for place in places]], axis=1)[self._codes]
        n = round(self._sums[False][chosen & (self._places_of_sums == 0)].sum())
        sums = self._added(chosen, weighted=weighted)
        sums = (np.triu(sums) + np.triu(sums, 1).T)[np.ix_([0, *places], [0, *places])]
        size = float(sums[0, 0])
        if n == 0 or not size > 0:
            return Moments(tuple(variables), n, 0.0, *nothing)
        offsets = sums[0, 1:] / size
        products = sums[1:, 1:] - size * np.outer(offsets, offsets)
        means = offsets + np.array([self._centres[place] for place in places])
        return Moments(tuple(variables), n, size, means, products)

    def _added(self, chosen: NDArray[np.bool_], *, weighted: bool) -> NDArray[np.float64]:
        size = self._v + 1
        sums = np.bincount(self._places_of_sums[chosen], self._sums[weighted][chosen], size * size)
        return sums.astype(float).reshape(size, size)


def fit_moments(moments: Moments, outcome: str, terms: Sequence[str], *, importance: bool = True) -> Fit:
    """Fit a linear model from moments.

    Args:
        moments: Moments that hold the outcome and the terms, of the people complete on all of them.
        outcome: Name of the outcome.
        terms: Names of the p terms.
        importance: Whether to decompose R squared (2^p models).

    Returns:
        The fit. With a condition number above 1e6 its `null_reason` is `collinear`: the products do not
        hold enough digits, and `fit_rows` must be used.
    """
    chosen = moments.of([outcome, *terms])
    p = len(terms)
    if chosen.n < p + 2:
        return _no_fit(terms, chosen.n, "too_few_respondents" if chosen.n else "nobody_answered")
    if not chosen.size > 0:
        return _no_fit(terms, chosen.n, "zero_weight")
    scatter = np.diag(chosen.products)
    if not np.all(scatter > 1e-12 * np.maximum(1.0, chosen.size * np.square(chosen.means))):
        return _no_fit(terms, chosen.n, "no_variance")
    scale = np.sqrt(scatter)
    correlations = chosen.products / np.outer(scale, scale)
    among, with_outcome = correlations[1:, 1:], correlations[1:, 0]
    condition = float(np.linalg.cond(among)) if p else 1.0
    if not condition < MAXIMUM_CONDITION:
        return _no_fit(terms, chosen.n, "collinear", condition)
    inverse = linalg.inv(among)
    beta = linalg.solve(among, with_outcome, assume_a="pos")
    r_squared = float(np.clip(beta @ with_outcome, 0.0, 1.0))
    shares = lmg_shares(among, with_outcome) if importance and p <= MAXIMUM_LMG_TERMS else np.full(p, np.nan)
    return _assemble(chosen, beta, inverse, r_squared, condition, shares, solver="moments")


def fit_rows(
    batches: Iterable[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]],
    terms: Sequence[str],
    *,
    shift: NDArray[np.float64],
    scale: NDArray[np.float64],
) -> Fit:
    """Fit a linear model from the rows by orthogonal reduction, in bounded memory.

    Args:
        batches: Triples of outcome (m,), terms (m, p) and weights (m,), complete and finite.
        terms: Names of the p terms.
        shift: Taken off outcome and terms before the reduction, shape (p + 1,), outcome first.
        scale: By which they are then divided, same shape, positive.

    Returns:
        The fit, with `solver` = `qr`; its `null_reason` is `collinear` where even the rows do not
        tell the terms apart.
    """
    reduction = Reduction(shift, scale)
    for y, x, w in batches:
        reduction.add(y, x, w)
    if reduction.n < len(terms) + 2:
        return _no_fit(terms, reduction.n, "too_few_respondents")
    diagonal = np.abs(np.diag(reduction.triangle))[:-1]
    if diagonal.min() <= np.finfo(float).eps * diagonal.max() * 10:
        return _no_fit(terms, reduction.n, "collinear", np.inf)
    return _from_reduction(terms, reduction)


def lmg_shares(among: NDArray[np.float64], with_outcome: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each term's share of R squared, averaged over all orders of entry.

    Args:
        among: Correlations of the p terms, shape (p, p).
        with_outcome: Their correlations with the outcome, shape (p,).

    Returns:
        Shares, shape (p,), that add up to R squared.

    Raises:
        InputError: if there are more than 18 terms (2^18 models).
    """
    p = len(with_outcome)
    if p > MAXIMUM_LMG_TERMS:
        raise InputError(f"R squared is decomposed for at most {MAXIMUM_LMG_TERMS} terms, not {p}.")
    explained, sizes = np.zeros(1), np.zeros(1, dtype=int)
    # What is left of the terms and the outcome within each set of the terms before: one term after the other
    # is swept out of a copy of all, so that a set is the binary number of its place.
    left = np.block([[among, with_outcome[:, None]], [with_outcome[None, :], np.ones((1, 1))]])[None]
    for _ in range(p):
        pivot, row, rest = left[:, 0, 0], left[:, 0, 1:], left[:, 1:, 1:]
        scaled = row / pivot[:, None]
        explained = np.concatenate([explained, explained + row[:, -1] * scaled[:, -1]])
        sizes = np.concatenate([sizes, sizes + 1])
        left = np.concatenate([rest, rest - row[:, :, None] * scaled[:, None, :]])
    share = np.zeros(p)
    weight = np.array([factorial(k) * factorial(p - 1 - k) / factorial(p) for k in range(p)])
    for j in range(p):
        without, with_term = np.moveaxis(explained.reshape(-1, 2, 1 << j), 1, 0)
        share[j] = np.sum(weight[sizes.reshape(-1, 2, 1 << j)[:, 0]] * (with_term - without))
    return share


def adjust_r_squared(r_squared: float, n: int, residual_df: int) -> float:
    """Return R squared corrected for the number of terms; NaN where no degrees of freedom are left.

    Args:
        r_squared: Share of the outcome's variance that is explained.
        n: Unweighted respondents.
        residual_df: n less the number of coefficients.
    """
    return 1 - (1 - r_squared) * (n - 1) / residual_df if residual_df > 0 else np.nan


def _assemble(
    moments: Moments,
    beta: NDArray[np.float64],
    inverse: NDArray[np.float64],
    r_squared: float,
    condition: float,
    shares: NDArray[np.float64],
    *,
    solver: str,
) -> Fit:
    """Turn a solution on the correlation scale into coefficients, errors and tests."""
    p = len(beta)
    scale = np.sqrt(np.diag(moments.products))
    b = beta * scale[0] / scale[1:]
    means = moments.means
    constant = means[0] - means[1:] @ b
    bread = np.zeros((p + 1, p + 1))
    bread[1:, 1:] = inverse / np.outer(scale[1:], scale[1:])
    bread[0, 1:] = bread[1:, 0] = -bread[1:, 1:] @ means[1:]
    bread[0, 0] = 1 / moments.size - means[1:] @ bread[0, 1:]
    df = moments.n - p - 1
    residual = float(moments.products[0, 0]) * (1 - r_squared)
    variance = residual / df if df > 0 else np.nan
    f_statistic, f_p_value = _f_test(r_squared, p, df)
    return Fit(
        terms=("one", *moments.names[1:]),
        b=np.concatenate([[constant], b]),
        beta=np.concatenate([[np.nan], beta]),
        classical_covariance=variance * bread,
        bread=bread,
        vif=np.concatenate([[np.nan], np.diag(inverse)]),
        relative_importance=np.concatenate([[np.nan], shares]),
        r_squared=r_squared,
        adjusted_r_squared=adjust_r_squared(r_squared, moments.n, df),
        condition_number=condition,
        n=moments.n,
        residual_df=df,
        f_statistic=f_statistic,
        f_p_value=f_p_value,
        solver=solver,
    )


def _from_reduction(terms: Sequence[str], reduction: Reduction) -> Fit:
    """Turn an orthogonal reduction of shifted and scaled rows into coefficients, errors and tests."""
    p, shift, scale, triangle = len(terms), reduction.shift, reduction.scale, reduction.triangle
    scaled = linalg.solve_triangular(triangle[:-1, :-1], triangle[:-1, -1])
    root = linalg.solve_triangular(triangle[:-1, :-1], np.eye(p + 1))
    inverse = root @ root.T
    residual = float(np.square(triangle[-1, -1]))
    b = scaled[1:] * scale[0] / scale[1:]
    constant = scaled[0] * scale[0] + shift[0] - shift[1:] @ b
    # z = T x, with x the terms in their own units, constant included.
    transform = np.diag(np.concatenate([[1.0], 1 / scale[1:]]))
    transform[1:, 0] = -shift[1:] / scale[1:]
    bread = transform.T @ inverse @ transform
    scatter = np.sum(np.square(triangle), axis=0)
    means = reduction.totals / reduction.size
    centred = scatter[1:] - reduction.size * np.square(np.concatenate([means[1:], means[:1]]))
    r_squared = float(1 - residual / centred[-1]) if centred[-1] > 0 else np.nan
    df = reduction.n - p - 1
    variance = residual * scale[0] ** 2 / df if df > 0 else np.nan
    f_statistic, f_p_value = _f_test(r_squared, p, df)
    spread = np.sqrt(np.maximum(centred[:-1], 0.0))
    return Fit(
        terms=("one", *terms),
        b=np.concatenate([[constant], b]),
        beta=np.concatenate([[np.nan], scaled[1:] * spread / np.sqrt(centred[-1])]),
        classical_covariance=variance * bread,
        bread=bread,
        vif=np.concatenate([[np.nan], np.diag(inverse)[1:] * centred[:-1]]),
        relative_importance=np.full(p + 1, np.nan),
        r_squared=r_squared,
        adjusted_r_squared=adjust_r_squared(r_squared, reduction.n, df),
        condition_number=float(np.linalg.cond(triangle[:-1, :-1]) ** 2),
        n=reduction.n,
        residual_df=df,
        f_statistic=f_statistic,
        f_p_value=f_p_value,
        solver="qr",
    )


def _f_test(r_squared: float, p: int, df: int) -> tuple[float, float]:
    if p == 0 or df <= 0 or not r_squared < 1:
        return float("nan"), float("nan")
    statistic = (r_squared / p) / ((1 - r_squared) / df)
    return statistic, float(special.fdtrc(p, df, statistic))


def _no_fit(terms: Sequence[str], n: int, reason: str, condition: float = np.nan) -> Fit:
    k = len(terms) + 1
    empty = np.full(k, np.nan)
    return Fit(
        terms=("one", *terms),
        b=empty,
        beta=empty,
        classical_covariance=np.full((k, k), np.nan),
        bread=np.full((k, k), np.nan),
        vif=empty,
        relative_importance=empty,
        r_squared=np.nan,
        adjusted_r_squared=np.nan,
        condition_number=condition,
        n=n,
        residual_df=n - k,
        f_statistic=np.nan,
        f_p_value=np.nan,
        solver="none",
        null_reason=reason,
    )
