"""What a block of terms explains beyond the others."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg

from werkpeil.statistics.linearisation import Linearised
from werkpeil.statistics.regression import Fit, Moments, fit_moments
from werkpeil.statistics.regression_blocks import block_test

NAMES = ("y", "a", "b", "c", "d")


def sample(seed: int, n: int = 80, *, offset: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    # Terms that go together, whatever the seed, and never so closely that no model can tell them apart.
    mixed = np.eye(4) + np.triu(rng.uniform(-1, 1, size=(4, 4)), 1)
    x = rng.normal(size=(n, 4)) @ mixed + offset
    return np.column_stack([x @ [0.4, 0.0, -0.3, 0.1] + rng.normal(size=n), x])


def fit_of(values: np.ndarray, terms: tuple[str, ...] = NAMES[1:]) -> Fit:
    means = values.mean(axis=0)
    moments = Moments(NAMES, len(values), float(len(values)), means, (values - means).T @ (values - means))
    return fit_moments(moments, "y", terms)


def classical(fit: Fit) -> Linearised:
    return Linearised(fit.classical_covariance, float(fit.residual_df), fit.null_reason)


@pytest.mark.parametrize("offset", [0.0, 1e4])
@pytest.mark.parametrize("block", [("a",), ("b", "d"), ("a", "b", "c")])
def test_the_partial_f_test_is_that_of_two_nested_models(block: tuple[str, ...], offset: float) -> None:
    values = sample(1, offset=offset)
    fit = fit_of(values)
    whole = sm.OLS(values[:, 0], sm.add_constant(values[:, 1:])).fit()
    kept = [place for place, name in enumerate(NAMES) if place and name not in block]
    smaller = sm.OLS(values[:, 0], sm.add_constant(values[:, kept])).fit()
    f_statistic, p_value, df = whole.compare_f_test(smaller)
    found = block_test(fit, classical(fit), block)
    assert found.r_squared_change == pytest.approx(whole.rsquared - smaller.rsquared, rel=1e-7)
    assert found.adjusted_r_squared_without == pytest.approx(smaller.rsquared_adj, rel=1e-7)
    assert (found.f_statistic, found.p_value) == (
        pytest.approx(f_statistic, rel=1e-7),
        pytest.approx(p_value, rel=1e-6),
    )
    assert (found.df_numerator, found.df_denominator, found.null_reason) == (df, 75, None)


@given(st.integers(0, 10_000))
def test_all_terms_are_the_models_own_test_and_one_term_is_its_own(seed: int) -> None:
    fit = fit_of(sample(seed, n=30))
    every = block_test(fit, classical(fit), NAMES[1:])
    assert every.f_statistic == pytest.approx(fit.f_statistic, rel=1e-7)
    assert every.r_squared_change == pytest.approx(fit.r_squared, rel=1e-7)
    assert every.adjusted_r_squared_without == pytest.approx(0, abs=1e-9)
    for place, name in enumerate(fit.terms[1:], start=1):
        alone = block_test(fit, classical(fit), [name])
        t = fit.b[place] / fit.classical_std_error[place]
        assert alone.f_statistic == pytest.approx(t**2, rel=1e-7)
        assert alone.r_squared_change <= every.r_squared_change + 1e-12


def test_walds_test_uses_the_covariance_that_is_given() -> None:
    fit = fit_of(sample(3))
    spread = np.random.default_rng(0).normal(size=(5, 5))
    errors = Linearised(spread @ spread.T, 12.0)
    found = block_test(fit, errors, ["c", "a"])
    b = fit.b[[3, 1]]
    wald = b @ linalg.inv(errors.covariance[np.ix_([3, 1], [3, 1])]) @ b
    assert found.f_statistic == pytest.approx(wald / 2, rel=1e-9)
    assert found.df_denominator == 12


def test_without_a_fit_or_errors_there_is_a_reason_and_no_number() -> None:
    nothing = fit_of(sample(4, n=3))
    found = block_test(nothing, classical(nothing), ["a", "b"])
    assert found.null_reason == "too_few_respondents"
    assert np.isnan([found.r_squared_change, found.adjusted_r_squared_without, found.f_statistic]).all()

    fit = fit_of(sample(5))
    lonely = Linearised(np.full((5, 5), np.nan), 10.0, "single_unit_stratum")
    found = block_test(fit, lonely, ["a", "b"])
    assert found.null_reason == "single_unit_stratum"
    assert np.isnan([found.f_statistic, found.p_value]).all()
    assert 0 < found.r_squared_change < fit.r_squared


@pytest.mark.parametrize("rank", [0, 1])
def test_fewer_sampling_units_than_terms_cannot_test_them(rank: int) -> None:
    fit = fit_of(sample(6))
    one = np.ones((5, rank))
    found = block_test(fit, Linearised(one @ one.T, 3.0), ["a", "b"])
    assert (found.null_reason, np.isnan(found.p_value)) == ("too_few_respondents", True)
    assert block_test(fit, Linearised(np.eye(5), 0.0), ["a"]).null_reason == "too_few_respondents"


def test_no_variance_left_to_explain_has_no_error() -> None:
    values = sample(7)
    values[:, 0] = values[:, 1] - 2 * values[:, 3]
    fit = fit_of(values)
    assert fit.is_exact
    found = block_test(fit, Linearised(np.full((5, 5), np.nan), 75.0, "exact_fit"), ["a", "c"])
    assert found.null_reason == "exact_fit"
    smaller = sm.OLS(values[:, 0], sm.add_constant(values[:, [2, 4]])).fit()
    assert found.r_squared_change == pytest.approx(1 - smaller.rsquared, rel=1e-9)
