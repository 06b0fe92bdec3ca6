"""Covariance of estimated coefficients under a sampling design, by linearisation.

Source: Binder (1983), International Statistical Review 51, 279-292.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Linearised:
    """A covariance under the design.

    Attributes:
        covariance: Of the coefficients, shape (k, k); NaN where there is none.
        df: Degrees of freedom: sampling units less strata, less the coefficients but one, as in svyglm of R.
        null_reason: Why there is none: `single_unit_stratum`, `too_few_respondents`, `no_variance`, or None.
    """

    covariance: NDArray[np.float64]
    df: float
    null_reason: str | None = None


@dataclass
class ScoreSums:
    """Sums of the estimating function per sampling unit, from which the design-based covariance follows.

    The score of a respondent is the derivative of the weighted (pseudo-)log-likelihood: for a linear model
    `w e x`, with e the residual and x the terms with the constant. Under an unclustered design each
    respondent is a unit; otherwise scores are added up per cluster first.

    Attributes:
        k: Number of coefficients.
        totals: Sum of scores per stratum.
        squares: Sum of outer products of the units' scores per stratum (unclustered designs).
        clusters: Sum of scores per stratum and cluster (clustered designs).
        respondents: Rows added (unclustered designs).
    """

    k: int
    totals: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    squares: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    clusters: dict[tuple[str, str], NDArray[np.float64]] = field(default_factory=dict)
    respondents: int = 0

    @property
    def unit_count(self) -> int:
        """Sampling units with scores: clusters, or respondents where there are none."""
        return len(self.clusters) or self.respondents

    def add(
        self,
        scores: NDArray[np.float64],
        strata: NDArray[np.object_],
        clusters: NDArray[np.object_] | None,
        counted: NDArray[np.bool_] | None = None,
    ) -> None:
        """Add a batch of scores, shape (m, k), with the stratum and cluster of each row.

        `counted` marks the rows that carry weight; the others are no units of the model's sample.
        """
        if counted is not None:
            scores, strata = scores[counted], strata[counted]
            clusters = None if clusters is None else clusters[counted]
        zero = np.zeros(self.k)
        for stratum, chosen in _apart(strata):
            rows = scores[chosen]
            self.totals[stratum] = self.totals.get(stratum, zero) + rows.sum(axis=0)
            if clusters is None:
                self._add_squares(stratum, rows, rows, len(rows))
                continue
            for cluster, members in _apart(clusters[chosen]):
                key = (str(stratum), str(cluster))
                self.clusters[key] = self.clusters.get(key, zero) + rows[members].sum(axis=0)

    def add_distinct(
        self,
        scores: NDArray[np.float64],
        strata: NDArray[np.object_],
        weights: NDArray[np.float64],
        squared_weights: NDArray[np.float64],
        counts: NDArray[np.int64],
    ) -> None:
        """Add what many respondents of an unclustered design have in common.

        Args:
            scores: Scores of distinct rows for a weight of 1, shape (m, k).
            strata: Stratum of each, shape (m,).
            weights: Sum of the weights of the respondents behind it, shape (m,).
            squared_weights: Sum of their squared weights, shape (m,).
            counts: How many of them carry weight, shape (m,).
        """
        for stratum, chosen in _apart(strata):
            rows = scores[chosen]
            total = self.totals.get(stratum, np.zeros(self.k))
            self.totals[stratum] = total + weights[chosen] @ rows
            self._add_squares(stratum, rows, rows * squared_weights[chosen, None], int(counts[chosen].sum()))

    def _add_squares(
        self, stratum: str, left: NDArray[np.float64], right: NDArray[np.float64], count: int
    ) -> None:
        square = self.squares.get(stratum, np.zeros((self.k, self.k)))
        self.squares[stratum] = square + left.T @ right
        self.respondents += count

    def meat(
        self, unit_counts: dict[str, float], unsampled_shares: dict[str, float]
    ) -> NDArray[np.float64] | None:
        """Return the estimated covariance of the total score, shape (k, k).

        Args:
            unit_counts: Sampling units per stratum, those outside the model's sample included.
            unsampled_shares: `1 - f` per stratum, 1 without a finite population correction.

        Returns:
            The covariance, or None if a stratum with scores has only one unit.
        """
        squares = dict(self.squares)
        for (stratum, _), total in self.clusters.items():
            square = squares.get(stratum, np.zeros((self.k, self.k)))
            squares[stratum] = square + np.outer(total, total)
        result = np.zeros((self.k, self.k))
        for stratum, total in self.totals.items():
            m = unit_counts[stratum]
            if m < 2:
                return None
            spread = squares[stratum] - np.outer(total, total) / m
            result += unsampled_shares[stratum] * m / (m - 1) * spread
        return result


def _apart(names: NDArray[np.object_]) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Yield each name with the places where it stands, in their order."""
    codes, different = pd.factorize(names)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(different)))
    yield from zip(different, np.split(order, ends)[:-1], strict=True)


def linearise(bread: NDArray[np.float64], sums: ScoreSums, strata: pd.DataFrame) -> Linearised:
    """Return the linearised covariance `A^-1 G A^-1`.

    Args:
        bread: A^-1, inverse of minus the derivative of the total score, shape (k, k).
        sums: Scores of the model's sample.
        strata: `int_strata` of the wave: units and unsampled share per stratum.
    """
    nothing = np.full_like(bread, np.nan)
    units = dict(zip(strata["stratum_id"], strata["unit_count"].astype(float), strict=True))
    unsampled = dict(zip(strata["stratum_id"], strata["unsampled_share"].astype(float), strict=True))
    meat = sums.meat(units, unsampled)
    if meat is None:
        return Linearised(nothing, np.nan, "single_unit_stratum")
    df = float(sums.unit_count - len(sums.totals) - (sums.k - 1))
    covariance = bread @ meat @ bread
    if df < 1:
        return Linearised(nothing, df, "too_few_respondents")
    if not np.all(np.diag(covariance) > 0):
        return Linearised(nothing, df, "no_variance")
    return Linearised(covariance, df)
