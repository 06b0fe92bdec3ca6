"""Reliability of scales from the cross-products of their items.

Sources: Cronbach (1951), Psychometrika 16, 297-334; the pairwise form, the item-rest correlations and the
standardised alpha are those of R's `psych::alpha`. The interval of alpha is that of Feldt (1965),
Psychometrika 30, 357-370. Omega is McDonald's (1999, Test Theory, chapter 6) for one factor, fitted by
minimum residuals (Harman and Jones 1966, Psychometrika 31, 351-368).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from scipy import optimize, stats

from werkpeil.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Deletion = Literal["listwise", "pairwise"]

LEVEL = 0.95
MINIMUM_ITEMS_OF_A_FACTOR = 3
OMEGA_METHOD = "minres_one_factor"

TEXTS = ["survey_id", "wave_id", "scale_id", "item_id", "omega_method", "alpha_null_reason"]
TEXTS += ["alpha_weighted_null_reason", "omega_null_reason", "null_reason", "weighted_null_reason"]
WHOLES = ["n", "n_complete", "item_count"]
NUMBERS = ["alpha_pairwise", "alpha_listwise", "alpha_listwise_ci_lower", "alpha_listwise_ci_upper"]
NUMBERS += ["alpha_pairwise_weighted", "alpha_listwise_weighted", "alpha_standardised"]
NUMBERS += ["mean_item_correlation", "omega", "item_rest_correlation", "item_rest_correlation_weighted"]
NUMBERS += ["alpha_if_dropped", "alpha_if_dropped_weighted", "loading"]


@dataclass(frozen=True)
class ItemSums:
    """Sums of the k items of one scale per pattern of answered items.

    Attributes:
        items: Names of the items that anybody answered, in their order.
        answered: Whether the pattern holds an answer to the item, shape (patterns, k).
        products: Cross-products, shape (patterns, k + 1, k + 1); place 0 is the constant.
        weighted: The same with weights.
    """

    items: list[str]
    answered: NDArray[np.float64]
    products: NDArray[np.float64]
    weighted: NDArray[np.float64]

    @property
    def counts(self) -> NDArray[np.float64]:
        """Respondents per pattern."""
        return self.products[:, 0, 0]


@dataclass(frozen=True)
class OneFactor:
    """One factor behind the items.

    Attributes:
        loadings: Correlations of the items with the factor, shape (k,), NaN where there is no solution.
        omega: Share of the variance of the items' sum that the factor explains.
        null_reason: Why there is no solution: `too_few_items`, `no_correlations`, `not_converged`,
            `improper_solution` (an item would have a negative variance of its own) or None.
    """

    loadings: NDArray[np.float64]
    omega: float
    null_reason: str | None = None


def scale_reliabilities(moments: pd.DataFrame) -> pd.DataFrame:
    """Return the reliability of every scale of every wave, and what each item does for it.

    Args:
        moments: Rows of `cells_moments` whose moment set is a scale.

    Returns:
        Per survey, wave and scale one row without `item_id`, which holds the numbers of the scale, and one
        row per item that anybody answered. Numbers of the scale are NaN in the rows of items and the other
        way round; `n` is those who answered any item, or the item.
    """
    rows: list[dict[str, Any]] = []
    for (survey_id, wave_id, scale_id), cells in moments.groupby(
        ["survey_id", "wave_id", "moment_set"], sort=True
    ):
        keys = {"survey_id": survey_id, "wave_id": wave_id, "scale_id": scale_id}
        rows += [keys | row for row in _scale_rows(item_sums(cells))]
    frame = pd.DataFrame(rows, columns=[*TEXTS, *WHOLES, *NUMBERS])
    # Named types, because an empty frame would otherwise reach the database without any.
    types = (
        dict.fromkeys(TEXTS, "string") | dict.fromkeys(WHOLES, "Int64") | dict.fromkeys(NUMBERS, "float64")
    )
    return frame.astype(types)


def item_sums(moments: pd.DataFrame) -> ItemSums:
    """Arrange the cross-products of one moment set by pattern.

    Args:
        moments: Rows of `cells_moments` of one survey, wave and moment set.

    Returns:
        The sums, without the items that nobody answered.

    Raises:
        InputError: if the rows belong to more than one moment set.
    """
    sets = moments[["survey_id", "wave_id", "moment_set"]].drop_duplicates()
    if len(sets) > 1:
        raise InputError("Covariances are of one moment set at a time.", where=", ".join(sets["moment_set"]))
    items = _items(moments)
    rank = {0: 0} | {place: order for order, place in enumerate(items, start=1)}
    codes, patterns = pd.factorize(moments["pattern"].astype(str))
    a = moments["position_a"].map(rank).to_numpy(dtype=int)
    b = moments["position_b"].map(rank).to_numpy(dtype=int)
    shape = (len(patterns), len(rank), len(rank))
    sums = []
    for column in ("sum_xy", "sum_wxy"):
        values = np.zeros(shape)
        values[codes, a, b] = values[codes, b, a] = moments[column].to_numpy(dtype=float)
        sums.append(values)
    answered = np.array([[pattern[place - 1] == "1" for place in items] for pattern in patterns], dtype=float)
    return ItemSums(list(items.values()), answered.reshape(len(patterns), len(items)), *sums)


def item_covariances(
    moments: pd.DataFrame, *, deletion: Deletion = "pairwise", weighted: bool = False
) -> tuple[list[str], NDArray[np.float64]]:
    """Return the covariance matrix of the items of one moment set.

    A covariance of items a and b rests on those who answered both (pairwise) or on those who answered
    every item that anybody answered (listwise); its divisor is n - 1, or W (n - 1) / n with weights.

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
    sums = item_sums(moments)
    return sums.items, _covariances(sums, deletion, weighted=weighted)


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


def alpha_interval(alpha: float, n: int, item_count: int, level: float = LEVEL) -> tuple[float, float]:
    """Return Feldt's interval of alpha from n complete answers.

    Args:
        alpha: Cronbach's alpha.
        n: Respondents who answered every item.
        item_count: Number of items.
        level: Coverage, between 0 and 1.

    Returns:
        Lower and upper bound; NaN for fewer than two respondents or items.
    """
    if n < 2 or item_count < 2:
        return float("nan"), float("nan")
    df = (n - 1, (n - 1) * (item_count - 1))
    tail = (1 - level) / 2
    upper, lower = (1 - (1 - alpha) * float(stats.f.isf(p, *df)) for p in (1 - tail, tail))
    return lower, upper


def item_rest_correlations(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation of each item with the sum of the others, shape (k,).

    Args:
        covariance: Covariances of the items, shape (k, k).

    Returns:
        Correlations; NaN where the item or the others do not vary, or where there are no others.
    """
    variances = np.diag(covariance)
    with_rest = covariance.sum(axis=1) - variances
    rest = covariance.sum() - 2 * with_rest - variances
    scale = variances * np.where(len(covariance) > 1, rest, np.nan)
    return np.asarray(with_rest / np.sqrt(np.where(scale > 0, scale, np.nan)), dtype=float)


def alphas_if_dropped(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return alpha of the other items for each item, shape (k,); NaN where fewer than two are left."""
    return np.array(
        [
            cronbach_alpha(np.delete(np.delete(covariance, item, 0), item, 1))
            for item in range(len(covariance))
        ]
    )


def correlations_of(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlations that belong to covariances, shape (k, k); NaN for items without variance."""
    variances = np.diag(covariance)
    scale = np.sqrt(np.where(variances > 0, variances, np.nan))
    return np.asarray(covariance / np.outer(scale, scale), dtype=float)


def one_factor(correlations: NDArray[np.float64]) -> OneFactor:
    """Fit one factor to correlations by minimum residuals, and give McDonald's omega.

    The squared differences between the correlations off the diagonal and `l_i l_j` are as small as can be;
    omega is `(sum l)^2 / ((sum l)^2 + sum(1 - l^2))`.

    Args:
        correlations: Correlations of k items, shape (k, k), keyed in one direction.

    Returns:
        Loadings and omega, or the reason why there are none.
    """
    k = len(correlations)
    nothing = np.full(k, np.nan)
    if k < MINIMUM_ITEMS_OF_A_FACTOR:
        return OneFactor(nothing, float("nan"), "too_few_items")
    if not np.isfinite(correlations).all():
        return OneFactor(nothing, float("nan"), "no_correlations")
    rows, columns = np.triu_indices(k, 1)
    targets = correlations[rows, columns]

    def residuals(loadings: NDArray[np.float64]) -> Any:
        return targets - loadings[rows] * loadings[columns]

    def slopes(loadings: NDArray[np.float64]) -> Any:
        slope = np.zeros((len(rows), k))
        places = np.arange(len(rows))
        slope[places, rows] = -loadings[columns]
        slope[places, columns] = -loadings[rows]
        return slope

    values, vectors = np.linalg.eigh(correlations)
    start = vectors[:, -1] * np.sqrt(max(values[-1], 0.0)) * 0.9
    found = optimize.least_squares(residuals, start, slopes, xtol=1e-15, ftol=1e-15, gtol=1e-13)
    loadings = found.x if found.x.sum() >= 0 else -found.x
    if not found.success:
        return OneFactor(nothing, float("nan"), "not_converged")
    if np.abs(loadings).max() > 1 + 1e-8:
        return OneFactor(nothing, float("nan"), "improper_solution")
    common = float(loadings.sum()) ** 2
    return OneFactor(loadings, common / (common + float(np.sum(1 - np.square(loadings)))))


def _items(moments: pd.DataFrame) -> dict[int, str]:
    """Names of the items by their place in the pattern."""
    named = moments.loc[moments["position_b"] > 0, ["position_b", "variable_b"]].drop_duplicates()
    return {int(place): str(name) for place, name in sorted(named.itertuples(index=False))}


def _covariances(sums: ItemSums, deletion: Deletion, *, weighted: bool) -> NDArray[np.float64]:
    present = sums.answered
    if deletion == "listwise":
        present = np.repeat(present.all(axis=1, keepdims=True), present.shape[1], axis=1).astype(float)
    values = sums.weighted if weighted else sums.products
    n = np.einsum("pa,pb,p->ab", present, present, sums.counts)
    size = np.einsum("pa,pb,p->ab", present, present, values[:, 0, 0])
    totals = np.einsum("pa,pb,pa->ab", present, present, values[:, 0, 1:])
    products = np.einsum("pa,pb,pab->ab", present, present, values[:, 1:, 1:])
    known = (n >= 2) & (size > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        centred = products - totals * totals.T / size
        covariance = centred / (size * (n - 1) / n)
    return np.where(known, covariance, np.nan)


def _scale_rows(sums: ItemSums) -> list[dict[str, Any]]:
    """Return the row of the scale and those of its items."""
    plain = _covariances(sums, "pairwise", weighted=False)
    complete = _covariances(sums, "listwise", weighted=False)
    weighted = _covariances(sums, "pairwise", weighted=True)
    complete_weighted = _covariances(sums, "listwise", weighted=True)
    correlations = correlations_of(plain)
    factor = one_factor(correlations)
    n_complete = int(sums.counts[sums.answered.all(axis=1)].sum()) if sums.items else 0
    item_count = len(sums.items)
    listwise = cronbach_alpha(complete)
    lower, upper = alpha_interval(listwise, n_complete, item_count)
    scale = {
        "n": int(sums.counts[sums.answered.any(axis=1)].sum()),
        "n_complete": n_complete,
        "item_count": item_count,
        "alpha_pairwise": cronbach_alpha(plain),
        "alpha_listwise": listwise,
        "alpha_listwise_ci_lower": lower,
        "alpha_listwise_ci_upper": upper,
        "alpha_pairwise_weighted": cronbach_alpha(weighted),
        "alpha_listwise_weighted": cronbach_alpha(complete_weighted),
        "alpha_standardised": cronbach_alpha(correlations),
        "mean_item_correlation": _mean_off_diagonal(correlations),
        "omega": factor.omega,
        "omega_method": OMEGA_METHOD if factor.null_reason is None else None,
        "alpha_null_reason": _reason(plain, item_count),
        "alpha_weighted_null_reason": _reason(weighted, item_count),
        "omega_null_reason": factor.null_reason if item_count else "nobody_answered",
    }
    return [scale, *_item_rows(sums, plain, weighted, factor)]


def _item_rows(
    sums: ItemSums, plain: NDArray[np.float64], weighted: NDArray[np.float64], factor: OneFactor
) -> list[dict[str, Any]]:
    counts = sums.counts @ sums.answered
    columns = {
        "item_rest_correlation": item_rest_correlations(plain),
        "item_rest_correlation_weighted": item_rest_correlations(weighted),
        "alpha_if_dropped": alphas_if_dropped(plain),
        "alpha_if_dropped_weighted": alphas_if_dropped(weighted),
        "loading": factor.loadings,
    }
    return [
        {
            "item_id": item,
            "n": int(counts[place]),
            "null_reason": _item_reason(plain, place),
            "weighted_null_reason": _item_reason(weighted, place),
        }
        | {name: values[place] for name, values in columns.items()}
        for place, item in enumerate(sums.items)
    ]


def _reason(covariance: NDArray[np.float64], item_count: int) -> str | None:
    """Why alpha is not defined."""
    if item_count < 2:
        return "one_item" if item_count else "nobody_answered"
    if not np.isfinite(covariance).all():
        return "too_few_respondents"
    return None if covariance.sum() > 0 else "no_variance"


def _item_reason(covariance: NDArray[np.float64], item: int) -> str | None:
    """Why the correlation of an item with the others is not defined."""
    reason = _reason(covariance, len(covariance))
    if reason in {"one_item", "too_few_respondents"}:
        return reason
    return None if np.isfinite(item_rest_correlations(covariance)[item]) else "no_variance"


def _mean_off_diagonal(correlations: NDArray[np.float64]) -> float:
    k = len(correlations)
    if k < 2:
        return float("nan")
    return float(correlations[~np.eye(k, dtype=bool)].mean())
