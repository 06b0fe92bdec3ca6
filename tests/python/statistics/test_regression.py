"""Regression from cross-products: NIST's certified values, statsmodels on the rows, identities, edges."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.outliers_influence import variance_inflation_factor

from support.projects import ROOT
from werkpeil.errors import InputError
from werkpeil.statistics.coded import Texts
from werkpeil.statistics.linearisation import ScoreSums, Units, linearise, unit_scores
from werkpeil.statistics.regression import (
    MAXIMUM_CONDITION,
    Fit,
    Moments,
    PatternMoments,
    fit_moments,
    fit_rows,
    lmg_shares,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


def moments_of(
    y: NDArray[np.float64], x: NDArray[np.float64], w: NDArray[np.float64] | None = None
) -> Moments:
    """Return the moments of rows; the outcome is `y`, the terms are `x1`, `x2`, ..."""
    weights = np.ones(len(y)) if w is None else w
    values = np.column_stack([y, x])
    means = weights @ values / weights.sum()
    centred = values - means
    names = ("y", *(f"x{i + 1}" for i in range(x.shape[1])))
    return Moments(names, len(y), float(weights.sum()), means, centred.T @ (centred * weights[:, None]))


def fit_both(y: NDArray[np.float64], x: NDArray[np.float64]) -> tuple[Fit, Fit]:
    """Return the fit from moments and that from the rows, in two batches."""
    moments = moments_of(y, x)
    terms = list(moments.names[1:])
    values = np.column_stack([y, x])
    half = len(y) // 2
    batches = [(y[part], x[part], np.ones(len(y[part]))) for part in (slice(0, half), slice(half, None))]
    rows = fit_rows(batches, terms, shift=values.mean(axis=0), scale=values.std(axis=0))
    return fit_moments(moments, "y", terms), rows


def test_longley_to_nine_digits_from_moments() -> None:
    data = sm.datasets.longley.load_pandas()
    fit = fit_moments(*_longley_arguments(data))
    b = [-3482258.63459582, 15.0618722713733, -0.0358191792925910, -2.02022980381683]
    b += [-1.03322686717359, -0.0511041056535807, 1829.15146461355]
    errors = [890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699]
    errors += [0.214274163161675, 0.226073200069370, 455.478499142212]
    np.testing.assert_allclose(fit.b, b, rtol=1e-9)
    np.testing.assert_allclose(fit.classical_std_error, errors, rtol=1e-9)
    assert fit.r_squared == pytest.approx(0.995479004577296, rel=1e-12)
    assert fit.solver == "moments"


def _longley_arguments(data: object) -> tuple[Moments, str, list[str]]:
    moments = moments_of(data.endog.to_numpy(float), data.exog.to_numpy(float))  # type: ignore[attr-defined] # a Bunch
    return moments, "y", list(moments.names[1:])


def test_norris_to_twelve_digits() -> None:
    found = importlib.util.find_spec("scipy.stats.tests")
    if found is None or found.origin is None:
        pytest.skip("this scipy ships without its tests")
    path = Path(found.origin).parent / "data" / "nist_linregress" / "Norris.dat"
    if not path.exists():
        pytest.skip("this scipy ships without NIST's Norris data")
    rows = [line.split() for line in path.read_text().splitlines()[60:] if line.strip()]
    y, x = np.array(rows, dtype=float).T
    for fit in fit_both(y, x[:, None]):
        np.testing.assert_allclose(fit.b, [-0.262323073774029, 1.00211681802045], rtol=1e-11)
        np.testing.assert_allclose(
            fit.classical_std_error, [0.232818234301152, 0.429796848199937e-03], rtol=1e-9
        )
        assert fit.r_squared == pytest.approx(0.999993745883712, rel=1e-12)


@pytest.mark.parametrize("problem", [1, 2])
def test_wampler_is_refused_by_the_moments_and_solved_from_the_rows(problem: int) -> None:
    base = np.arange(21.0)
    b = np.ones(6) if problem == 1 else 0.1 ** np.arange(6)
    x = np.column_stack([base**power for power in range(1, 6)])
    from_moments, from_rows = fit_both(b[0] + x @ b[1:], x)
    assert from_moments.null_reason == "collinear"
    assert from_moments.condition_number > MAXIMUM_CONDITION
    assert from_rows.solver == "qr"
    np.testing.assert_allclose(from_rows.b, b, rtol=1e-8)


@pytest.mark.parametrize(("problem", "factor"), [(3, 1.0), (4, 100.0), (5, 10000.0)])
def test_wampler_with_errors_has_the_certified_standard_errors(problem: int, factor: float) -> None:
    half = [759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048]
    delta = np.array([*half, 2048, *half[::-1]], dtype=float)
    certified = [2152.32624678170, 2363.55173469681, 779.343524331583, 101.475507550350]
    certified += [5.64566512170752, 0.112324854679312]
    base = np.arange(21.0)
    x = np.column_stack([base**power for power in range(1, 6)])
    _, fit = fit_both(1 + x.sum(axis=1) + factor * delta, x)
    np.testing.assert_allclose(fit.b, np.ones(6), rtol=1e-6 * factor)
    np.testing.assert_allclose(fit.classical_std_error, np.array(certified) * factor, rtol=1e-8)
    assert problem


def test_filip_is_refused_by_the_moments_and_solved_or_refused_from_the_rows() -> None:
    frame = pd.read_csv(ROOT / "tests" / "data" / "nist" / "filip.csv")
    base = frame["x"].to_numpy()
    x = np.column_stack([base**power for power in range(1, 11)])
    from_moments, from_rows = fit_both(frame["y"].to_numpy(), x)
    assert from_moments.null_reason == "collinear"
    if from_rows.null_reason is None:
        assert from_rows.b[0] == pytest.approx(-1467.48961422980, rel=1e-5)
        assert from_rows.b[10] == pytest.approx(-0.402962525080404e-04, rel=1e-5)
    else:
        assert from_rows.null_reason == "collinear"


rng_seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=30)
@given(rng_seeds, st.integers(1, 5), st.booleans())
def test_fits_equal_those_of_statsmodels_on_the_rows(seed: int, p: int, weighted: bool) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    x = rng.normal(size=(n, p)) @ (np.eye(p) + 0.3)
    y = x @ rng.normal(size=p) + rng.normal(size=n) + 3
    w = rng.uniform(0.5, 2, size=n) if weighted else np.ones(n)
    moments = moments_of(y, x, w)
    fit = fit_moments(moments, "y", list(moments.names[1:]))
    reference = sm.WLS(y, sm.add_constant(x), weights=w).fit()
    np.testing.assert_allclose(fit.b, reference.params, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(fit.classical_std_error, reference.bse, rtol=1e-9)
    assert fit.r_squared == pytest.approx(reference.rsquared, rel=1e-9)
    assert fit.adjusted_r_squared == pytest.approx(reference.rsquared_adj, rel=1e-9, abs=1e-12)
    assert fit.f_p_value == pytest.approx(reference.f_pvalue, rel=1e-6, abs=1e-300)
    if p > 1 and not weighted:
        design = sm.add_constant(x)
        expected = [variance_inflation_factor(design, place) for place in range(1, p + 1)]
        np.testing.assert_allclose(fit.vif[1:], expected, rtol=1e-8)


@settings(max_examples=30)
@given(rng_seeds, st.integers(2, 6))
def test_importance_adds_up_to_r_squared_whatever_the_order(seed: int, p: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, p)) @ (np.eye(p) + 0.4)
    y = x @ rng.normal(size=p) + rng.normal(size=60)
    moments = moments_of(y, x)
    terms = list(moments.names[1:])
    fit = fit_moments(moments, "y", terms)
    assert np.nansum(fit.relative_importance) == pytest.approx(fit.r_squared, abs=1e-12)
    mirrored = fit_moments(moments, "y", terms[::-1])
    np.testing.assert_allclose(
        mirrored.relative_importance[1:][::-1], fit.relative_importance[1:], atol=1e-12
    )


def test_importance_of_independent_terms_is_their_squared_correlation() -> None:
    np.testing.assert_allclose(lmg_shares(np.eye(3), np.array([0.5, 0.3, -0.2])), [0.25, 0.09, 0.04])
    with pytest.raises(InputError, match="at most 18"):
        lmg_shares(np.eye(19), np.zeros(19))


@settings(max_examples=30)
@given(rng_seeds, st.booleans())
def test_design_covariance_equals_the_sandwich_over_units(seed: int, clustered: bool) -> None:
    rng = np.random.default_rng(seed)
    n = 60
    x = rng.normal(size=(n, 2))
    w = rng.uniform(0.5, 2, size=n)
    y = x @ [1.0, -0.5] + rng.normal(size=n)
    strata = np.array([f"s{i % 3}" for i in range(n)], dtype=object)
    clusters = np.array([f"c{(i // 3) % 5}" for i in range(n)], dtype=object) if clustered else None
    moments = moments_of(y, x, w)
    fit = fit_moments(moments, "y", ["x1", "x2"])
    design = sm.add_constant(x)
    scores = design * (w * (y - design @ fit.b))[:, None]
    sums = ScoreSums(3)
    for part in (slice(0, 25), slice(25, None)):
        own = Units.of(Texts.of(strata[part]), None if clusters is None else Texts.of(clusters[part]))
        sums.add(unit_scores(scores[part][own.order].T, own, np.ones(len(own.order), dtype=bool)))
    count = 5.0 if clustered else 20.0
    meat = sums.meat(dict.fromkeys(["s0", "s1", "s2"], count), dict.fromkeys(["s0", "s1", "s2"], 0.9))
    assert meat is not None

    units = np.arange(n).astype(str) if clusters is None else strata + clusters
    expected = np.zeros((3, 3))
    for stratum in np.unique(strata):
        inside = strata == stratum
        totals = np.array([scores[inside & (units == unit)].sum(axis=0) for unit in np.unique(units[inside])])
        spread = totals - totals.mean(axis=0)
        expected += 0.9 * count / (count - 1) * spread.T @ spread
    np.testing.assert_allclose(meat, expected, atol=1e-9)
    a = np.linalg.inv(design.T @ (design * w[:, None]))
    table = pd.DataFrame({"stratum_id": ["s0", "s1", "s2"], "unit_count": count, "unsampled_share": 0.9})
    found = linearise(fit.bread, sums, table)
    np.testing.assert_allclose(found.covariance, a @ expected @ a, rtol=1e-7, atol=1e-12)
    assert found.df == (15 if clustered else 60) - 3 - 2


def test_a_stratum_with_one_unit_has_no_design_covariance() -> None:
    sums = ScoreSums(1)
    unit = Units.of(Texts.of(np.array(["a"], dtype=object)))
    sums.add(unit_scores(np.ones((1, 1)), unit, np.array([True])))
    assert sums.meat({"a": 1.0}, {"a": 1.0}) is None


def test_rows_without_weight_are_no_units_and_nobody_adds_nothing() -> None:
    sums = ScoreSums(1)
    units = Units.of(Texts.of(np.array(["b", "a", "b", "a"], dtype=object)))
    assert units.names == (("b", ""), ("a", ""))
    assert units.order.tolist() == [0, 2, 1, 3]
    sums.add(unit_scores(np.array([[2.0, 3.0, 0.0, 0.0]]), units, np.array([True, True, False, False])))
    assert sums.unit_count == 2
    assert sums.totals.keys() == {"b"}
    assert sums.squares["b"] == 13
    nobody = Units.of(Texts.of(np.array([], dtype=object)))
    sums.add(unit_scores(np.zeros((1, 0)), nobody, np.zeros(0, dtype=bool)))
    assert sums.unit_count == 2


EDGES = [
    ("too_few_respondents", np.array([1.0, 2.0, 3.0]), np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 3.0]])),
    ("no_variance", np.arange(8.0), np.column_stack([np.ones(8), np.arange(8.0) % 3])),
    ("no_variance", np.full(8, 4.0), np.column_stack([np.arange(8.0), np.arange(8.0) % 3])),
    ("collinear", np.arange(8.0) % 5, np.column_stack([np.arange(8.0), 2 * np.arange(8.0) + 1])),
]


@pytest.mark.parametrize(("reason", "y", "x"), EDGES)
def test_what_cannot_be_fitted_says_why(reason: str, y: NDArray[np.float64], x: NDArray[np.float64]) -> None:
    moments = moments_of(y, x)
    fit = fit_moments(moments, "y", list(moments.names[1:]))
    assert fit.null_reason == reason
    assert np.isnan(fit.b).all()
    assert fit.n == len(y)


def test_rows_that_are_collinear_or_too_few_are_refused() -> None:
    x = np.column_stack([np.arange(8.0), 2 * np.arange(8.0)])
    ones, shift = np.ones(8), np.zeros(3)
    assert fit_rows(
        [(np.arange(8.0) % 3, x, ones)], ["a", "b"], shift=shift, scale=np.ones(3)
    ).null_reason == ("collinear")
    assert fit_rows([], ["a", "b"], shift=shift, scale=np.ones(3)).null_reason == "too_few_respondents"


def test_moments_of_the_complete_come_from_the_patterns_that_hold_all() -> None:
    cells = pd.DataFrame(
        [
            # (pattern, place a, place b, name b, centre b, sum, weighted sum): two people answered both
            # (x, y) = (1, 2), (3, 5), one answered x = 9 alone; centres 2 and 0.
            ("11", 0, 0, "one", 0.0, 2.0, 3.0),
            ("11", 0, 1, "x", 2.0, 0.0, 1.0),
            ("11", 0, 2, "y", 0.0, 7.0, 12.0),
            ("11", 1, 1, "x", 2.0, 2.0, 3.0),
            ("11", 1, 2, "y", 0.0, 3.0, 8.0),
            ("11", 2, 2, "y", 0.0, 29.0, 54.0),
            ("10", 0, 0, "one", 0.0, 1.0, 1.0),
            ("10", 0, 1, "x", 2.0, 7.0, 7.0),
            ("10", 1, 1, "x", 2.0, 49.0, 49.0),
        ],
        columns=["pattern", "position_a", "position_b", "variable_b", "centre_b", "sum_xy", "sum_wxy"],
    )
    moments = PatternMoments(cells)
    both = moments.complete(["y", "x"], weighted=False)
    assert both.n == 2
    np.testing.assert_allclose(both.means, [3.5, 2.0])
    np.testing.assert_allclose(both.products, [[4.5, 3.0], [3.0, 2.0]])
    weighted = moments.complete(["x"], weighted=True)
    assert (weighted.n, weighted.size) == (3, 4.0)
    np.testing.assert_allclose(weighted.means, [4.0])
    nobody = moments.complete(["x", "z"], weighted=False)
    assert nobody.n == 0
    assert fit_moments(nobody, "x", ["z"]).null_reason == "nobody_answered"
