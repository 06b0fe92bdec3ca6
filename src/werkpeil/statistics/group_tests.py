"""Tests between the groups of a cut, from sums per group and sampling unit.

Three tests stand beside each other. `pooled` and `welch` count everybody once, as if drawn at random; for
more than two groups they are the analysis of variance and Welch's (1951, Biometrika 38, 330-336). `design`
is weighted and linearised under strata, clusters and finite populations, with the covariance of the two
group means: the test of R's `survey::svyttest`. For more than two groups it is Wald's test of equal means,
with an F distribution (`regTermTest`), and for shares the second-order test of Rao and Scott (1984, Annals
of Statistics 12, 46-60), as `svychisq`. Effect sizes are those of Cohen (1988, Statistical Power Analysis).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TESTS = ("pooled", "welch", "design")
# Sums of squares below this share of what they are the difference of are rounding, not variance.
ROUNDING = 1e-12
# Numbers in one array of a block; longer lists of variables are taken in parts.
BLOCK = 2_000_000

SUMS = ["n", "n_weighted", "sum_y", "sum_y2", "sum_w", "sum_wy", "sum_wy2", "sum_w2", "sum_w2y", "sum_w2y2"]


@dataclass(frozen=True)
class Design:
    """The sampling units of a wave as far as its answers need them.

    Attributes:
        membership: Which stratum each of the u units is in, shape (u, s). Without clusters, the
            respondents of a stratum are one column of sums.
        clustered: Whether a unit is one sampled cluster rather than many respondents, shape (u,).
        unit_count: Sampled units per stratum, those without an answer included, shape (s,).
        unsampled: `1 - f` per stratum, 1 without a finite population correction, shape (s,).
    """

    membership: Floats
    clustered: NDArray[np.bool_]
    unit_count: Floats
    unsampled: Floats

    @cached_property
    def factor(self) -> Floats:
        """What a stratum's squares are multiplied by, `(1 - f) m / (m - 1)`; 0 for a single unit."""
        m = self.unit_count
        return np.where(m > 1, self.unsampled * m / np.maximum(m - 1, 1), 0.0)

    def covariance(self, totals: Floats, squares: Floats) -> tuple[Floats, Floats]:
        """Return the covariance of totals over the sample, by linearisation.

        Args:
            totals: Sum of the residuals of each group per unit, shape (v, g, u).
            squares: Sum of the squared residuals of respondents, used where there are no clusters; shape
                (v, g, u), as nobody is in two groups.

        Returns:
            The covariance, shape (v, g, g), and the squares it is the difference of, shape (v, g).
        """
        factor = self.membership @ self.factor
        by_cluster = totals * np.sqrt(factor * self.clustered)
        by_person = np.einsum("vgu,u->vg", squares, factor * ~self.clustered)
        by_stratum = (totals @ self.membership) * np.sqrt(self.factor / self.unit_count)
        gross = by_cluster @ by_cluster.transpose(0, 2, 1)
        places = np.arange(totals.shape[1])
        gross[:, places, places] += by_person
        net = gross - by_stratum @ by_stratum.transpose(0, 2, 1)
        return net, np.einsum("vgg->vg", gross)

    def degrees_of_freedom(self, counts: Floats) -> Floats:
        """Return units less strata, of those with answers.

        Args:
            counts: Respondents with weight per unit, shape (..., u).
        """
        units = np.where(self.clustered, counts > 0, counts).sum(axis=-1)
        return np.asarray(units - ((counts @ self.membership) > 0).sum(axis=-1), dtype=float)

    def has_single_unit(self, counts: Floats) -> NDArray[np.bool_]:
        """Whether answers come from a stratum of one sampled unit, whose variance nobody knows."""
        return np.asarray((((counts @ self.membership) > 0) & (self.unit_count < 2)).any(axis=-1))


@dataclass(frozen=True)
class Block:
    """Sums of v variables by g groups of one cut and u sampling units; see `SUMS` for the names.

    Attributes:
        variables: Their names, in the order of the first axis.
        groups: Names of the groups, in the order of the second.
        measure: `mean` or `positive_share`.
        centre: What was taken off the answers, shape (v,).
        units: Sums per unit, by name, each of shape (v, g, u).
        design: The units.
    """

    variables: list[str]
    groups: list[str]
    measure: str
    centre: Floats
    units: dict[str, Floats]
    design: Design

    @cached_property
    def total(self) -> dict[str, Floats]:
        """Sums per group, each of shape (v, g)."""
        return {name: values.sum(axis=2) for name, values in self.units.items()}

    @cached_property
    def n(self) -> Floats:
        """Unweighted respondents, shape (v, g)."""
        return self.total["n"]

    @cached_property
    def plain_mean(self) -> Floats:
        """Unweighted means less the centre, shape (v, g); NaN for nobody."""
        return self.total["sum_y"] / _positive(self.n)

    @cached_property
    def plain_squares(self) -> Floats:
        """Unweighted sums of squares within groups, shape (v, g); rounding counts as 0."""
        return _spread(self.total["sum_y2"], self.total["sum_y"] * self.plain_mean)

    @cached_property
    def mean(self) -> Floats:
        """Weighted means less the centre, shape (v, g); NaN without weight."""
        return self.total["sum_wy"] / _positive(self.total["sum_w"])

    @cached_property
    def squares(self) -> Floats:
        """Weighted sums of squares within groups, scaled to n respondents, shape (v, g)."""
        spread = _spread(self.total["sum_wy2"], self.total["sum_wy"] * self.mean)
        return spread / _positive(self.total["sum_w"]) * self.total["n_weighted"]

    @cached_property
    def covariance(self) -> tuple[Floats, Floats]:
        """Covariance of the weighted means, (v, g, g), and the squares it is the difference of, (v, g)."""
        d = np.nan_to_num(self.mean)[:, :, None]
        units = self.units
        totals = _residual(units["sum_wy"], d * units["sum_w"])
        squares = _spread(units["sum_w2y2"] + d * d * units["sum_w2"], 2 * d * units["sum_w2y"])
        net, gross = self.design.covariance(totals, np.maximum(squares, 0.0))
        weight = _positive(self.total["sum_w"])
        return net / (weight[:, :, None] * weight[:, None, :]), gross / np.square(weight)


@dataclass
class Result:
    """What a test found, arrays of one shape; `reason` holds None where there is a p-value."""

    method: str
    estimate_a: Floats
    estimate_b: Floats
    std_error: Floats
    statistic: Floats
    df_numerator: Floats
    df: Floats
    effect_size: Floats
    n_a: Floats
    n_b: Floats
    reason: NDArray[np.object_]


def blocks(rows: pd.DataFrame, groups: list[str], strata: pd.DataFrame, measure: str) -> Iterator[Block]:
    """Arrange the sums of one wave, cut and measure in arrays, some variables at a time.

    Args:
        rows: Rows of `int_answers_summed` of one survey, wave, cut and measure.
        groups: Names of the groups, in their order.
        strata: `int_strata` of the survey and wave.
        measure: `mean` or `positive_share`.

    Yields:
        Blocks that together hold every variable of the rows.
    """
    units = rows[["stratum_id", "cluster_id"]].drop_duplicates().sort_values(["stratum_id", "cluster_id"])
    design = _design(units, strata)
    place = {key: at for at, key in enumerate(units.itertuples(index=False, name=None))}
    unit = np.array([place[key] for key in zip(rows["stratum_id"], rows["cluster_id"], strict=True)])
    group = rows["group_id"].map({name: at for at, name in enumerate(groups)}).to_numpy(dtype=int)
    codes, names = pd.factorize(rows["variable_id"].astype(str), sort=True)
    values = {name: rows[name].to_numpy(dtype=float) for name in [*SUMS, "centre"]}
    step = max(1, BLOCK // (len(groups) * len(units)))
    for first in range(0, len(names), step):
        chosen = (codes >= first) & (codes < first + step)
        at = (codes[chosen] - first, group[chosen], unit[chosen])
        count = min(step, len(names) - first)
        arrays = {}
        for name in SUMS:
            arrays[name] = np.zeros((count, len(groups), len(units)))
            arrays[name][at] = values[name][chosen]
        centre = np.zeros(count)
        centre[at[0]] = values["centre"][chosen]
        yield Block([str(n) for n in names[first : first + step]], groups, measure, centre, arrays, design)


def compare_pairs(block: Block, a: NDArray[np.int64], b: NDArray[np.int64], test: str) -> Result:
    """Test the difference of pairs of groups.

    Args:
        block: The sums.
        a: Places of the first groups, shape (p,).
        b: Places of the second groups, shape (p,).
        test: `pooled`, `welch` or `design`.

    Returns:
        Results of shape (v, p), estimates in units of the variable.
    """
    weighted = test == "design"
    n = block.total["n_weighted"] if weighted else block.n
    mean = block.mean if weighted else block.plain_mean
    squares = block.squares if weighted else block.plain_squares
    n_a, n_b = n[:, a], n[:, b]
    common = (squares[:, a] + squares[:, b]) / _positive(n_a + n_b - 2)
    if test == "pooled":
        variance = common * (1 / _positive(n_a) + 1 / _positive(n_b))
        df = n_a + n_b - 2
    elif test == "welch":
        variance, df = _welch(squares[:, a], n_a, squares[:, b], n_b)
    else:
        variance, df = _design_variance(block, a, b)
    reason = _pair_reasons(block, a, b, variance, df, weighted=weighted)
    centre = block.centre[:, None]
    difference = mean[:, a] - mean[:, b]
    std_error = np.sqrt(np.where(reason == None, variance, np.nan))  # noqa: E711 - elementwise
    if block.measure == "mean":
        effect = difference / np.sqrt(_positive(common))
    else:
        effect = _angle(mean[:, a]) - _angle(mean[:, b])
    return Result(
        method=f"{test}_t",
        estimate_a=mean[:, a] + centre,
        estimate_b=mean[:, b] + centre,
        std_error=std_error,
        statistic=difference / std_error,
        df_numerator=np.full(difference.shape, np.nan),
        df=df,
        effect_size=effect,
        n_a=block.n[:, a],
        n_b=block.n[:, b],
        reason=reason,
    )


def compare_all(block: Block, test: str) -> Result:
    """Test whether all groups of at least two people are alike.

    Args:
        block: The sums.
        test: `pooled` (analysis of variance), `welch` or `design` (Wald; Rao-Scott for shares).

    Returns:
        Results of shape (v,); `n_b` holds the number of groups compared, the effect size is eta squared.
    """
    weighted = test == "design"
    n = block.total["n_weighted"] if weighted else block.n
    mean = np.nan_to_num(block.mean if weighted else block.plain_mean)
    squares = np.nan_to_num(block.squares if weighted else block.plain_squares)
    valid = n >= 2
    size = np.where(valid, block.total["sum_w"] if weighted else n, 0.0)
    grand = (size * mean).sum(axis=1) / _positive(size.sum(axis=1))
    between = (size * np.square(mean - grand[:, None])).sum(axis=1)
    # Means that agree to rounding do not differ; of answers that all agree nothing else is left.
    gross = (size * np.square(mean)).sum(axis=1)
    between = np.where(between > np.square(ROUNDING) * gross, between, 0.0)
    scale = np.where(n > 0, size / _positive(n), 0.0)
    within = (np.where(valid, squares, 0.0) * scale).sum(axis=1)
    reason = np.full(len(mean), None, dtype=object)
    if test == "pooled":
        method, (statistic, df1, df2) = "anova", _anova(between, within, n, valid)
    elif test == "welch":
        method, (statistic, df1, df2) = "welch_anova", _welch_anova(mean, squares, n, valid)
    else:
        method = "wald_f" if block.measure == "mean" else "rao_scott_f"
        statistic, df1, df2 = _design_omnibus(block, valid)
        reason[_any_unit(block, valid)] = "single_unit_stratum"
    count = valid.sum(axis=1)
    _fill(reason, within <= ROUNDING * (between + within), "no_variance")
    _fill(reason, df2 <= 0, "too_few_respondents")
    _fill(reason, ~np.isfinite(statistic), "no_variance")
    reason[count < 2] = "one_group"
    nothing = np.full(len(mean), np.nan)
    known = reason == None  # noqa: E711 - elementwise
    return Result(
        method=method,
        estimate_a=nothing,
        estimate_b=nothing,
        std_error=nothing,
        statistic=np.where(known, statistic, np.nan),
        df_numerator=np.where(known, df1, np.nan),
        df=np.where(known, df2, np.nan),
        effect_size=np.where(count > 1, between / _positive(between + within), np.nan),
        n_a=np.where(valid, block.n, 0.0).sum(axis=1),
        n_b=count.astype(float),
        reason=reason,
    )


def _welch(squares_a: Floats, n_a: Floats, squares_b: Floats, n_b: Floats) -> tuple[Floats, Floats]:
    a = squares_a / _positive(n_a - 1) / _positive(n_a)
    b = squares_b / _positive(n_b - 1) / _positive(n_b)
    parts = np.square(a) / _positive(n_a - 1) + np.square(b) / _positive(n_b - 1)
    return a + b, np.square(a + b) / _positive(parts)


def _design_variance(block: Block, a: NDArray[np.int64], b: NDArray[np.int64]) -> tuple[Floats, Floats]:
    net, gross = block.covariance
    variance = net[:, a, a] + net[:, b, b] - 2 * net[:, a, b]
    variance = np.where(variance > ROUNDING * (gross[:, a] + gross[:, b]), variance, 0.0)
    counts = block.units["n_weighted"]
    df = np.column_stack(
        [block.design.degrees_of_freedom(counts[:, i] + counts[:, j]) - 1 for i, j in zip(a, b, strict=True)]
    )
    return variance, df


def _pair_reasons(
    block: Block,
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    variance: Floats,
    df: Floats,
    *,
    weighted: bool,
) -> NDArray[np.object_]:
    """Why there is no test; the first that holds."""
    reason = np.full(variance.shape, None, dtype=object)
    fewest = np.minimum(block.n[:, a], block.n[:, b])
    reason[fewest == 0] = "empty_group"
    if weighted:
        lightest = np.minimum(block.total["sum_w"][:, a], block.total["sum_w"][:, b])
        _fill(reason, ~(lightest > 0), "zero_weight")
        fewest = np.minimum(block.total["n_weighted"][:, a], block.total["n_weighted"][:, b])
    _fill(reason, fewest == 1, "one_respondent")
    if weighted:
        single = block.design.has_single_unit(block.units["n_weighted"])
        _fill(reason, single[:, a] | single[:, b], "single_unit_stratum")
    _fill(reason, df <= 0, "too_few_respondents")
    _fill(reason, ~(variance > 0), "no_variance")
    return reason


def _anova(
    between: Floats, within: Floats, n: Floats, valid: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    df1 = valid.sum(axis=1) - 1.0
    df2 = np.where(valid, n - 1, 0).sum(axis=1)
    return (between / _positive(df1)) / _positive(within / _positive(df2)), df1, df2


def _welch_anova(
    mean: Floats, squares: Floats, n: Floats, valid: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    precision = np.where(valid, n * (n - 1) / _positive(squares), 0.0)
    total = precision.sum(axis=1)
    share = precision / _positive(total)[:, None]
    grand = (share * mean).sum(axis=1)
    k = valid.sum(axis=1).astype(float)
    between = (precision * np.square(mean - grand[:, None])).sum(axis=1) / _positive(k - 1)
    unevenness = np.where(valid, np.square(1 - share) / _positive(n - 1), 0.0).sum(axis=1)
    scale = 1 + 2 * (k - 2) / _positive(np.square(k) - 1) * unevenness
    return between / scale, k - 1, (np.square(k) - 1) / _positive(3 * unevenness)


def _design_omnibus(block: Block, valid: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Wald's or Rao and Scott's test, of all variables that have the same groups at a time."""
    statistic, df1, df2 = (np.full(len(valid), np.nan) for _ in range(3))
    test = _wald if block.measure == "mean" else _rao_scott
    patterns, codes = np.unique(valid, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        groups = np.flatnonzero(pattern)
        if len(groups) > 1:
            rows = np.flatnonzero(codes.reshape(-1) == number)
            statistic[rows], df1[rows], df2[rows] = test(block, rows, groups)
    return statistic, df1, df2


def _wald(block: Block, rows: NDArray[np.int64], groups: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    k = len(groups)
    net, gross = (part[rows] for part in block.covariance)
    chosen = net[:, groups[:, None], groups[None, :]]
    contrast = np.column_stack([-np.ones(k - 1), np.eye(k - 1)])
    differences = block.mean[rows][:, groups] @ contrast.T
    covariance = contrast @ chosen @ contrast.T
    floor = ROUNDING * (gross[:, groups[:1]] + gross[:, groups[1:]])
    varies = (np.einsum("vgg->vg", covariance) > floor).all(axis=1)
    solved, solvable = _solve(covariance, differences[:, :, None], varies)
    statistic = np.einsum("vg,vg->v", differences, solved[:, :, 0]) / (k - 1)
    df = _freedom(block, rows, groups) - (k - 1)
    return np.where(solvable, statistic, np.nan), np.full(len(rows), k - 1.0), df


def _rao_scott(
    block: Block, rows: NDArray[np.int64], groups: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """Pearson's statistic of the table of groups by answer, over the mean of its design effects."""
    k = len(groups)
    units = {name: values[rows][:, groups] for name, values in block.units.items()}
    totals = np.concatenate([units["sum_wy"], units["sum_w"] - units["sum_wy"]], axis=1)
    squares = np.concatenate([units["sum_w2y"], units["sum_w2"] - units["sum_w2y"]], axis=1)
    weight = totals.sum(axis=(1, 2))
    share = totals.sum(axis=2) / weight[:, None]
    net = _share_covariance(block.design, totals, squares, share) / np.square(weight)[:, None, None]
    by_answer, by_group = share.reshape(-1, 2, k).sum(axis=2), share.reshape(-1, 2, k).sum(axis=1)
    expected = (by_answer[:, :, None] * by_group[:, None, :]).reshape(-1, 2 * k)
    pearson = (np.square(share - expected) / _positive(expected)).sum(axis=1)
    contrast = _interactions(k)
    inverse = np.where(share > 0, 1 / np.where(share > 0, share, 1.0), 0.0)
    plain = contrast.T @ (inverse[:, :, None] * contrast)
    scaled = inverse[:, :, None] * contrast
    effects, solvable = _solve(plain, scaled.transpose(0, 2, 1) @ net @ scaled, np.isfinite(pearson))
    trace = np.einsum("vgg->v", effects)
    df1 = np.square(trace) / _positive(np.einsum("vgh,vhg->v", effects, effects))
    statistic = np.where(solvable, pearson / _positive(trace), np.nan)
    return statistic, df1, df1 * _freedom(block, rows, groups)


def _share_covariance(design: Design, totals: Floats, squares: Floats, share: Floats) -> Floats:
    """Covariance of the weighted totals of cells less their shares of the whole, shape (v, c, c)."""
    residuals = totals - share[:, :, None] * totals.sum(axis=1, keepdims=True)
    net, _ = design.covariance(residuals, np.zeros_like(squares))
    by_person = np.einsum("vcu,u->vc", squares, (design.membership @ design.factor) * ~design.clustered)
    whole = by_person.sum(axis=1)[:, None, None]
    cross = share[:, :, None] * by_person[:, None, :]
    net += share[:, :, None] * share[:, None, :] * whole - cross - cross.transpose(0, 2, 1)
    places = np.arange(share.shape[1])
    net[:, places, places] += by_person
    return net


def _interactions(k: int) -> Floats:
    """Contrasts of the table of 2 answers by k groups that its margins leave free, shape (2 k, k - 1)."""
    answer, group = np.divmod(np.arange(2 * k), k)
    inner = np.eye(k)[group][:, 1:]
    margins = np.column_stack([np.ones(2 * k), answer, inner])
    both = inner * answer[:, None]
    return np.asarray(both - margins @ np.linalg.lstsq(margins, both, rcond=None)[0])


def _solve(matrices: Floats, right: Floats, wanted: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """Solve those systems that can be solved; the others give NaN."""
    size = matrices.shape[1]
    safe = np.where(wanted[:, None, None] & np.isfinite(matrices), matrices, np.eye(size))
    scale = np.sqrt(np.maximum(np.einsum("vgg->vg", safe), np.finfo(float).tiny))
    scaled = safe / (scale[:, :, None] * scale[:, None, :])
    solvable = wanted & (np.linalg.cond(scaled) < 1 / ROUNDING)
    scaled = np.where(solvable[:, None, None], scaled, np.eye(size))
    solved = np.linalg.solve(scaled, right / scale[:, :, None]) / scale[:, :, None]
    return np.where(solvable[:, None, None], solved, np.nan), solvable


def _freedom(block: Block, rows: NDArray[np.int64], groups: NDArray[np.int64]) -> Floats:
    return block.design.degrees_of_freedom(block.units["n_weighted"][rows][:, groups].sum(axis=1))


def _any_unit(block: Block, valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    counts = (block.units["n_weighted"] * valid[:, :, None]).sum(axis=1)
    return block.design.has_single_unit(counts)


def _design(units: pd.DataFrame, strata: pd.DataFrame) -> Design:
    known = strata.assign(stratum_id=strata["stratum_id"].astype(str)).set_index("stratum_id")
    names = sorted(set(units["stratum_id"].astype(str)))
    own = known.loc[names]
    membership = (units["stratum_id"].astype(str).to_numpy()[:, None] == np.array(names)[None, :]).astype(
        float
    )
    clustered = membership @ own["is_clustered"].to_numpy(dtype=float) > 0
    return Design(
        membership,
        clustered,
        own["unit_count"].to_numpy(dtype=float),
        own["unsampled_share"].to_numpy(dtype=float),
    )


def _positive(values: Floats) -> Floats:
    """Return the values as divisors: NaN where they are not positive."""
    return np.where(values > 0, values, np.nan)


def _spread(squares: Floats, explained: Floats) -> Floats:
    """Return a difference of sums of squares; rounding counts as 0."""
    rest = squares - explained
    return np.where(rest > ROUNDING * squares, rest, np.where(np.isnan(rest), np.nan, 0.0))


def _residual(total: Floats, expected: Floats) -> Floats:
    """Return a difference of sums of either sign; rounding counts as 0."""
    rest = total - expected
    return np.where(np.abs(rest) <= ROUNDING * (np.abs(total) + np.abs(expected)), 0.0, rest)


def _angle(share: Floats) -> Floats:
    """Return Cohen's transformation of a share."""
    return np.asarray(2 * np.arcsin(np.sqrt(np.clip(share, 0.0, 1.0))), dtype=float)


def _fill(reason: NDArray[np.object_], where: NDArray[np.bool_], text: str) -> None:
    reason[where & (reason == None)] = text  # noqa: E711 - elementwise
