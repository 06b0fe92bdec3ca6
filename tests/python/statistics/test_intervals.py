"""Intervals against R's survey package, their edges, and properties."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from werkpeil.statistics.intervals import (
    COLUMNS,
    KEYS,
    estimate_intervals,
    korn_graubard_interval,
    logit_interval,
    t_interval,
)

# survey 4.x, apistrat with fpc: svyciprop(~sch.wide) on the full design, 197 degrees of freedom.
SHARE, STD_ERROR, DF, N = 0.8279480114, 0.02434478011, 197, 200

shares = st.floats(0.001, 0.999)
errors = st.floats(0.0005, 0.2)
degrees = st.integers(1, 5000)


def test_logit_interval_equals_that_of_svyciprop() -> None:
    lower, upper = logit_interval([SHARE], [STD_ERROR], [DF])
    assert lower[0] == pytest.approx(0.7745396544, abs=1e-9)
    assert upper[0] == pytest.approx(0.8708148545, abs=1e-9)


def test_korn_graubard_interval_equals_that_of_svyciprop() -> None:
    lower, upper = korn_graubard_interval([SHARE], [STD_ERROR], [N], [N], [DF])
    assert lower[0] == pytest.approx(0.7741713286, abs=1e-9)
    assert upper[0] == pytest.approx(0.8734315926, abs=1e-9)


def test_korn_graubard_without_a_design_is_clopper_pearson() -> None:
    n, positive = 40, 6
    p = positive / n
    lower, upper = korn_graubard_interval([p], [np.sqrt(p * (1 - p) / n)], [n], [n], [n - 1])
    exact = stats.binomtest(positive, n).proportion_ci(0.95, method="exact")
    assert lower[0] == pytest.approx(exact.low, abs=1e-12)
    assert upper[0] == pytest.approx(exact.high, abs=1e-12)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_korn_graubard_at_the_ends_rests_on_the_weights_alone(share: float) -> None:
    lower, upper = korn_graubard_interval([share], [np.nan], [30], [30.0], [29])
    exact = stats.binomtest(int(30 * share), 30).proportion_ci(0.95, method="exact")
    assert (lower[0], upper[0]) == pytest.approx((exact.low, exact.high), abs=1e-12)


@given(shares, errors, degrees)
def test_intervals_of_shares_hold_the_share_and_stay_within_0_and_1(
    share: float, std_error: float, df: int
) -> None:
    for lower, upper in (
        logit_interval([share], [std_error], [df]),
        korn_graubard_interval([share], [std_error], [df + 1], [df + 1], [df]),
    ):
        assert 0 <= lower[0] <= share <= upper[0] <= 1


@given(shares, errors, degrees)
def test_the_interval_of_the_complement_is_the_complement_of_the_interval(
    share: float, std_error: float, df: int
) -> None:
    lower, upper = logit_interval([share], [std_error], [df])
    mirrored_lower, mirrored_upper = logit_interval([1 - share], [std_error], [df])
    assert mirrored_lower[0] == pytest.approx(1 - upper[0], abs=1e-9)
    assert mirrored_upper[0] == pytest.approx(1 - lower[0], abs=1e-9)


@given(st.floats(-1e3, 1e3), st.floats(1e-6, 1e3), degrees)
def test_fewer_degrees_of_freedom_give_a_wider_interval_of_a_mean(
    mean: float, std_error: float, df: int
) -> None:
    lower, upper = t_interval([mean, mean], [std_error, std_error], [df, df + 1])
    assert upper[0] - lower[0] >= upper[1] - lower[1]


EDGES = [
    # statistic, estimate, std_error, n, df, reason -> method
    ("mean", 3.2, 0.1, 50, 49, None, "t"),
    ("mean", 4.0, np.nan, 20, 19, "no_variance", None),
    ("mean", 4.0, np.nan, 1, 0, "one_respondent", None),
    ("mean", np.nan, np.nan, 3, 2, "zero_weight", None),
    ("positive_share", 0.4, 0.05, 50, 49, None, "logit"),
    ("positive_share", 0.0, np.nan, 50, 49, "no_variance", "korn_graubard"),
    # Every stratum agrees within itself, or the whole population answered.
    ("positive_share", 0.5, np.nan, 50, 48, "no_variance", None),
    ("positive_share", 1.0, np.nan, 1, 0, "one_respondent", None),
    ("positive_share", 0.5, np.nan, 9, 8, "single_unit_stratum", None),
    ("positive_share", np.nan, np.nan, 3, 2, "zero_weight", None),
]


@pytest.mark.parametrize(("statistic", "estimate", "std_error", "n", "df", "reason", "method"), EDGES)
def test_every_edge_has_a_defined_interval_or_none(
    statistic: str, estimate: float, std_error: float, n: int, df: int, reason: str | None, method: str | None
) -> None:
    row = dict.fromkeys(KEYS, "x") | {
        "statistic": statistic,
        "estimate": estimate,
        "std_error": std_error,
        "n": n,
        "n_kish": float(n),
        "degrees_of_freedom": df,
        "null_reason": reason,
        "fingerprint": "f",
    }
    result = estimate_intervals(pd.DataFrame([row])).iloc[0]
    assert (None if pd.isna(result["interval_method"]) else result["interval_method"]) == method
    assert np.isnan(result["ci_lower"]) == (method is None)
    assert np.isnan(result["ci_upper"]) == (method is None)


def test_no_estimates_give_no_intervals() -> None:
    columns = [
        *KEYS,
        "estimate",
        "std_error",
        "n",
        "n_kish",
        "degrees_of_freedom",
        "null_reason",
        "fingerprint",
    ]
    result = estimate_intervals(pd.DataFrame(columns=columns))
    assert result.empty
    assert list(result.columns) == COLUMNS
    assert {str(result[column].dtype) for column in [*KEYS, "interval_method", "fingerprint"]} == {"string"}


def test_only_waves_that_changed_have_new_intervals() -> None:
    row = {
        "survey_id": "s",
        "cut_id": "total",
        "group_id": "total",
        "variable_id": "q",
        "statistic": "mean",
        "estimate": 3.0,
        "std_error": 0.1,
        "n": 40,
        "n_kish": 40.0,
        "degrees_of_freedom": 39,
        "null_reason": None,
    }
    estimates = pd.DataFrame([row | {"wave_id": wave, "fingerprint": "f"} for wave in ("1", "2", "3")])
    first = estimate_intervals(estimates)
    assert list(first["wave_id"]) == ["1", "2", "3"]
    built = first[["survey_id", "wave_id", "fingerprint"]].iloc[:2]
    assert estimate_intervals(estimates, built).equals(first.iloc[2:])
    changed = estimates.assign(fingerprint=["f", "g", "f"])
    assert list(estimate_intervals(changed, first[built.columns])["wave_id"]) == ["2"]
