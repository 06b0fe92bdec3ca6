"""Covariance of estimated coefficients under a sampling design, by linearisation.

Source: Binder (1983), International Statistical Review 51, 279-292.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from werkpeil.statistics.coded import Texts

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from werkpeil.statistics.additive import Sums


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


@dataclass(frozen=True)
class Units:
    """Where the m rows of each sampling unit stand once they are put in order, of g units.

    Without clusters each row is a unit, and what stands together are the rows of a stratum.

    Attributes:
        order: Puts the rows in order, shape (m,).
        starts: Where the rows of each begin, shape (g,).
        names: Stratum and cluster of each; the cluster is empty where there are none.
    """

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    names: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, strata: Texts, clusters: Texts | None = None) -> Units:
        """Find the units of rows whose strata, and clusters if there are any, are known."""
        others = clusters or Texts.alike(len(strata.codes))
        size = len(others.names)
        codes = strata.codes.astype(np.int64) * size + others.codes
        # numpy puts short whole numbers in order by counting.
        order = np.argsort(codes.astype(np.min_scalar_type(len(strata.names) * size)), kind="stable")
        sorted_codes = codes[order]
        starts = np.flatnonzero(np.diff(sorted_codes, prepend=-1))
        pairs = (divmod(int(code), size) for code in sorted_codes[starts])
        return cls(order, starts, tuple((strata.names[a], others.names[b]) for a, b in pairs))

    def slices(self) -> list[slice]:
        """Return the rows of each, in order."""
        edges = [*self.starts.tolist(), len(self.order)]
        return [slice(start, end) for start, end in pairwise(edges)]


def unit_scores(scores: NDArray[np.float64], units: Units, counted: NDArray[np.bool_]) -> Sums:
    """Return what a batch of scores adds, by unit: sum, sum of outer products where each row is a unit, rows.

    Args:
        scores: Shape (k, m), in the order of the units.
        units: Of the batch.
        counted: Which rows carry weight, shape (m,); the others are no units of the model's sample, and their
            scores are 0.
    """
    counts = np.add.reduceat(counted, units.starts, dtype=np.int64).tolist() if len(counted) else []
    found: Sums = {}
    for name, chosen, count in zip(units.names, units.slices(), counts, strict=True):
        if count:
            own = scores[:, chosen]
            found[name] = (own.sum(axis=1), np.zeros((0, 0)) if name[1] else own @ own.T, count)
    return found


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

    def add(self, scores: Sums) -> None:
        """Add what `unit_scores` returns."""
        for (stratum, cluster), (total, square, count) in scores.items():
            self._add_total(stratum, total)
            if cluster:
                key = (stratum, cluster)
                self.clusters[key] = self.clusters.get(key, np.zeros(self.k)) + total
            else:
                self._add_square(stratum, square, count)

    def add_distinct(
        self,
        scores: NDArray[np.float64],
        units: Units,
        weights: NDArray[np.float64],
        squared_weights: NDArray[np.float64],
        counts: NDArray[np.int64],
    ) -> None:
        """Add what many respondents of an unclustered design have in common.

        Args:
            scores: Scores of distinct rows for a weight of 1, shape (k, m), in the order of the units.
            units: Of those rows.
            weights: Sum of the weights of the respondents behind each, shape (m,), in the same order.
            squared_weights: Sum of their squared weights, shape (m,).
            counts: How many of them carry weight, shape (m,).
        """
        for (stratum, _), chosen in zip(units.names, units.slices(), strict=True):
            own = scores[:, chosen]
            self._add_total(stratum, own @ weights[chosen])
            square = own @ (own * squared_weights[chosen]).T
            self._add_square(stratum, square, int(counts[chosen].sum()))

    def _add_total(self, stratum: str, total: NDArray[np.float64]) -> None:
        self.totals[stratum] = self.totals.get(stratum, np.zeros(self.k)) + total

    def _add_square(self, stratum: str, square: NDArray[np.float64], count: int) -> None:
        self.squares[stratum] = self.squares.get(stratum, np.zeros((self.k, self.k))) + square
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
