"""Logit and proportional odds from distinct rows: oracles, statsmodels on the rows, identities, edges."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.miscmodels.ordinal_model import OrderedModel

from werkpeil.statistics.categorical_models import categorical_tables
from werkpeil.statistics.coded import CodedMatrix
from werkpeil.statistics.cumulative_logit import average_marginal_effects, fit_categories, scores
from werkpeil.statistics.regression_rows import DistinctRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

rng_seeds = st.integers(0, 2**32 - 1)


def made_up(seed: int, *, categories: int, n: int = 300) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return an outcome of some categories and three terms, one of them 0/1 and one far from 0."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(size=n), rng.normal(100, 5, n), rng.uniform(size=n) < 0.4]).astype(float)
    latent = x @ [0.6, 0.05, -0.4] + rng.logistic(size=n)
    cuts = np.quantile(latent, np.linspace(0, 1, categories + 1)[1:-1])
    return np.digitize(latent, cuts).astype(float), x


def test_spector_and_mazzeo_as_in_statsmodels() -> None:
    data = sm.datasets.spector.load_pandas()
    y, x = data.endog.to_numpy(float), data.exog[["GPA", "TUCE", "PSI"]].to_numpy(float)
    ones = np.ones(len(y))
    fit = fit_categories(y, x, ones, len(y))
    np.testing.assert_allclose(fit.parameters[1:], [2.82611259, 0.09515766, 2.37868766], atol=5e-9)
    assert -fit.parameters[0] == pytest.approx(-13.02134686, abs=5e-9)
    effects, errors = average_marginal_effects(fit, x, ones, fit.bread)
    np.testing.assert_allclose(effects, [0.36258083, 0.01220841, 0.3051777], atol=5e-9)
    np.testing.assert_allclose(errors, [0.10944115, 0.01779416, 0.09237957], atol=5e-9)


@settings(max_examples=15)
@given(rng_seeds)
def test_logit_with_weights_equals_statsmodels_on_the_rows(seed: int) -> None:
    y, x = made_up(seed, categories=2)
    w = np.random.default_rng(seed).uniform(0.2, 3, len(y))
    fit = fit_categories(y, x, w, len(y))
    family = sm.families.Binomial()
    reference = sm.GLM(y, sm.add_constant(x), family=family, freq_weights=w).fit(tol=1e-14, maxiter=100)
    np.testing.assert_allclose(fit.parameters[1:], reference.params[1:], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.bread))[1:], reference.bse[1:], rtol=1e-7)
    assert fit.pseudo_r_squared == pytest.approx(1 - reference.llf / reference.llnull, rel=1e-8)
    np.testing.assert_allclose(w @ scores(fit, y, x), np.zeros(4), atol=1e-6)


@settings(max_examples=8)
@given(rng_seeds, st.integers(3, 6))
def test_ordinal_equals_statsmodels_on_the_rows(seed: int, categories: int) -> None:
    y, x = made_up(seed, categories=categories)
    x[:, 1] -= 100  # statsmodels' search does not like terms far from 0
    fit = fit_categories(y, x, np.ones(len(y)), len(y))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = OrderedModel(y, x, distr="logit").fit(method="bfgs", disp=0, gtol=1e-9, maxiter=1000)
    k = categories - 1
    np.testing.assert_allclose(fit.parameters[k:], reference.params[:3], rtol=1e-4, atol=1e-5)
    thresholds = reference.model.transform_threshold_params(reference.params)[1:-1]
    np.testing.assert_allclose(fit.parameters[:k], thresholds, rtol=1e-4, atol=1e-5)
    # Its second derivatives are numerical.
    np.testing.assert_allclose(np.sqrt(np.diag(fit.bread))[k:], reference.bse[:3], rtol=1e-3)
    assert fit.log_likelihood == pytest.approx(reference.llf, rel=1e-10)
    assert fit.log_likelihood >= reference.llf - 1e-9


@settings(max_examples=10)
@given(rng_seeds, st.integers(2, 5))
def test_the_covariance_is_that_of_numerical_derivatives(seed: int, categories: int) -> None:
    y, x = made_up(seed, categories=categories, n=120)
    fit = fit_categories(y, x, np.ones(len(y)), len(y))
    numerical = np.zeros_like(fit.bread)
    for j, parameter in enumerate(fit.parameters):
        step = 1e-6 * max(1.0, abs(parameter))
        moved = []
        for sign in (1, -1):
            parameters = fit.parameters.copy()
            parameters[j] += sign * step
            other = type(fit)(fit.categories, parameters, fit.bread)
            moved.append(scores(other, y, x).sum(axis=0))
        numerical[:, j] = (moved[0] - moved[1]) / (2 * step)
    np.testing.assert_allclose(-numerical @ fit.bread, np.eye(len(fit.parameters)), atol=1e-3)


@settings(max_examples=15)
@given(rng_seeds, st.integers(2, 5))
def test_equal_rows_may_be_taken_together_and_in_any_order(seed: int, categories: int) -> None:
    y, x = made_up(seed, categories=categories, n=80)
    counts = np.random.default_rng(seed).integers(1, 4, len(y))
    whole = fit_categories(np.repeat(y, counts), np.repeat(x, counts, axis=0), np.ones(counts.sum()), 1000)
    order = np.random.default_rng(seed + 1).permutation(len(y))
    distinct = fit_categories(y[order], x[order], counts[order].astype(float), 1000)
    np.testing.assert_allclose(distinct.parameters, whole.parameters, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(distinct.bread, whole.bread, rtol=1e-6)


def test_two_categories_of_any_code_are_a_logit() -> None:
    y, x = made_up(1, categories=2)
    ones = np.ones(len(y))
    np.testing.assert_allclose(
        fit_categories(y, x, ones, len(y)).parameters, fit_categories(2 * y + 1, x, ones, len(y)).parameters
    )


FEW = np.column_stack([np.tile([0.0, 1.0, 2.0], 4), np.repeat([0.0, 1.0], 6)])
NOISE = np.array([0.0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1])
EDGES = [
    ("nobody_answered", NOISE[:0], FEW[:0], 1.0),
    ("too_few_respondents", NOISE[:3], FEW[:3], 1.0),
    ("zero_weight", NOISE, FEW, 0.0),
    ("no_variance", np.ones(12), FEW, 1.0),
    ("no_variance", NOISE, FEW * [1, 0], 1.0),
    ("collinear", NOISE, np.column_stack([FEW[:, 0], 2 * FEW[:, 0] + 1]), 1.0),
    ("separated", (FEW[:, 0] > 0).astype(float), FEW, 1.0),
    # Nobody with the second term says yes: its log odds have no end, though the others' have.
    ("separated", np.where(FEW[:, 1] == 1, 0, NOISE), FEW, 1.0),
    ("separated", FEW[:, 0], FEW, 1.0),
]


CASES = [("ordinal", *edge) for edge in EDGES]
CASES += [("logit", *edge) for edge in EDGES if len(np.unique(edge[1])) <= 2]


@pytest.mark.parametrize(("method", "reason", "y", "x", "weight"), CASES)
def test_what_cannot_be_fitted_says_why_and_warns_of_nothing(
    method: str, reason: str, y: NDArray[np.float64], x: NDArray[np.float64], weight: float
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = fit_categories(y, x, np.full(len(y), weight), len(y))
        table = categorical_tables(["a", "b"], method, rows_of(y, x, weight), strata_of(float(len(y))))
    assert fit.null_reason == reason
    assert np.isnan(fit.parameters).all()
    design = table[table["std_error_type"] == "design"]
    assert set(design["null_reason"]) == {reason}
    assert set(design["term_id"]) >= {"a", "b"}
    for column in ("b", "std_error", "p_value", "average_marginal_effect", "pseudo_r_squared"):
        assert design[column].isna().all()


def rows_of(y: NDArray[np.float64], x: NDArray[np.float64], weight: float = 1.0) -> DistinctRows:
    ones = np.ones(len(y), dtype=np.int64)
    strata = np.array(["s"] * len(y), dtype=object)
    weights = np.full(len(y), weight)
    return DistinctRows(y, CodedMatrix.of(x), strata, strata, ones, ones * (weight > 0), weights, weights**2)


def strata_of(units: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"stratum_id": ["s"], "is_clustered": False, "unit_count": units, "unsampled_share": 1.0}
    )


def test_a_rare_but_possible_answer_is_fitted_all_the_same() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(4000, 2))
    y = (rng.uniform(size=4000) < 1 / (1 + np.exp(6.5 - 1.5 * x[:, 0]))).astype(float)
    assert 3 < y.sum() < 40
    fit = fit_categories(y, x, np.ones(4000), 4000)
    assert fit.null_reason is None
    reference = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial()).fit(tol=1e-14, maxiter=100)
    np.testing.assert_allclose(fit.parameters[1:], reference.params[1:], rtol=1e-7)


def test_one_unit_in_a_stratum_leaves_coefficients_without_errors() -> None:
    table = categorical_tables(["a", "b"], "logit", rows_of(NOISE, FEW), strata_of(1.0))
    design = table[table["std_error_type"] == "design"]
    assert set(design["null_reason"]) == {"single_unit_stratum"}
    assert design["b"].notna().all()
    assert design["std_error"].isna().all()
    assert design["average_marginal_effect_std_error"].isna().all()
    assert design.loc[design["position"] > 0, "average_marginal_effect"].notna().all()
