"""Covariances and alpha from cross-products, against numpy on the rows."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from support.projects import SURVEYS
from werkpeil.errors import InputError
from werkpeil.statistics.reliability import (
    alpha_interval,
    alphas_if_dropped,
    correlations_of,
    cronbach_alpha,
    item_covariances,
    item_rest_correlations,
    one_factor,
    scale_reliabilities,
)

CENTRE = 3.0


def moments_of(answers: NDArray[np.float64], weights: NDArray[np.float64]) -> pd.DataFrame:
    """Cross-products by pattern of rows of answers (NaN = missing), as cells_moments holds them."""
    present = ~np.isnan(answers)
    centred = np.where(present, np.nan_to_num(answers) - CENTRE, 0.0)
    patterns = ["".join("1" if one else "0" for one in row) for row in present]
    values = np.column_stack([np.ones(len(answers)), centred])
    rows = []
    for pattern in sorted(set(patterns)):
        chosen = np.array([p == pattern for p in patterns])
        x, w = values[chosen], weights[chosen]
        answered = [0, *(place for place, bit in enumerate(pattern, start=1) if bit == "1")]
        rows += [
            {
                "survey_id": "s",
                "wave_id": "w",
                "moment_set": "m",
                "pattern": pattern,
                "position_a": a,
                "position_b": b,
                "variable_a": f"q{a}" if a else "one",
                "variable_b": f"q{b}" if b else "one",
                "sum_xy": float((x[:, a] * x[:, b]).sum()),
                "sum_wxy": float((w * x[:, a] * x[:, b]).sum()),
            }
            for a, b in itertools.combinations_with_replacement(answered, 2)
        ]
    return pd.DataFrame(rows)


matrices = arrays(
    float,
    st.tuples(st.integers(4, 30), st.integers(2, 5)),
    elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, np.nan]),
)


@given(matrices)
def test_pairwise_covariances_equal_those_of_the_rows(answers: NDArray[np.float64]) -> None:
    items, covariance = item_covariances(moments_of(answers, np.ones(len(answers))))
    frame = pd.DataFrame(answers, columns=[f"q{i + 1}" for i in range(answers.shape[1])])
    expected = frame.cov(min_periods=2).loc[items, items].to_numpy()
    np.testing.assert_allclose(covariance, expected, atol=1e-12)


@given(matrices)
def test_listwise_covariances_rest_on_complete_rows(answers: NDArray[np.float64]) -> None:
    asked = answers[:, ~np.isnan(answers).all(axis=0)]
    complete = asked[~np.isnan(asked).any(axis=1)]
    items, covariance = item_covariances(moments_of(answers, np.ones(len(answers))), deletion="listwise")
    if len(complete) < 2:
        assert np.isnan(covariance).all()
    else:
        expected = np.cov(complete, rowvar=False).reshape(len(items), len(items))
        np.testing.assert_allclose(covariance, expected, atol=1e-12)


@given(matrices, st.integers(0, 2**32 - 1), st.sampled_from(["pairwise", "listwise"]), st.booleans())
def test_cells_of_a_partition_add_to_the_whole_in_any_order(
    answers: NDArray[np.float64], seed: int, deletion: str, weighted: bool
) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.25, 4, len(answers))
    order, part_of = rng.permutation(len(answers)), rng.integers(0, 3, len(answers))
    parts = [
        moments_of(answers[order][part_of == part], weights[order][part_of == part])
        for part in np.unique(part_of)
    ]
    keys = ["survey_id", "wave_id", "moment_set", "pattern"]
    keys += ["position_a", "position_b", "variable_a", "variable_b"]
    added = pd.concat(parts).groupby(keys, as_index=False)[["sum_xy", "sum_wxy"]].sum()
    whole = moments_of(answers, weights)
    items, covariance = item_covariances(added, deletion=deletion, weighted=weighted)
    expected_items, expected = item_covariances(whole, deletion=deletion, weighted=weighted)
    assert items == expected_items
    np.testing.assert_allclose(covariance, expected, atol=1e-10)


def test_a_weight_of_two_equals_two_respondents() -> None:
    answers = np.array([[1.0, 2.0], [4.0, 5.0], [3.0, 3.0], [2.0, 4.0]])
    weights = np.array([2.0, 1.0, 2.0, 1.0])
    doubled = np.repeat(answers, weights.astype(int), axis=0)
    _, weighted = item_covariances(moments_of(answers, weights), weighted=True)
    _, replicated = item_covariances(moments_of(doubled, np.ones(len(doubled))))
    n, size = len(answers), weights.sum()
    # Only the divisor differs: W (n - 1) / n with weights, W - 1 with replicated rows.
    np.testing.assert_allclose(weighted * (size * (n - 1) / n), replicated * (size - 1), atol=1e-12)


def test_alpha_of_identical_items_is_one() -> None:
    answers = np.repeat(np.array([[1.0], [3.0], [4.0], [5.0]]), 4, axis=1)
    _, covariance = item_covariances(moments_of(answers, np.ones(4)))
    assert cronbach_alpha(covariance) == pytest.approx(1.0)


def test_alpha_of_the_textbook_example() -> None:
    # R's attitude data give .8431; here a three-item example that can be checked by hand:
    # variances 1, 1, 1 and covariances .5: 3/2 * (1 - 3 / 6) = .75.
    covariance = np.full((3, 3), 0.5) + np.eye(3) * 0.5
    assert cronbach_alpha(covariance) == pytest.approx(0.75)


@pytest.mark.parametrize(
    "covariance", [np.zeros((3, 3)), np.ones((1, 1)), np.full((2, 2), np.nan), np.zeros((0, 0))]
)
def test_alpha_is_undefined_without_variance_or_items(covariance: NDArray[np.float64]) -> None:
    assert np.isnan(cronbach_alpha(covariance))


def test_moments_of_two_scales_are_refused() -> None:
    answers = np.array([[1.0, 2.0], [4.0, 5.0]])
    moments = moments_of(answers, np.ones(2))
    both = pd.concat([moments, moments.assign(moment_set="other")])
    with pytest.raises(InputError, match="one moment set at a time"):
        item_covariances(both)


# The supervisors of Chatterjee and Price, R's data `attitude`: 7 items of 30 departments, item by item.
ATTITUDE = (
    "43 63 71 61 81 43 58 71 72 67 64 67 69 68 77 81 74 65 65 50 50 64 53 40 63 66 78 48 85 82 51 64 "
    "70 63 78 55 67 75 82 61 53 60 62 83 77 90 85 60 70 58 40 61 66 37 54 77 75 57 85 82 30 51 68 45 "
    "56 49 42 50 72 45 53 47 57 83 54 50 64 65 46 68 33 52 52 42 42 66 58 44 71 39 39 54 69 47 66 44 "
    "56 55 67 47 58 39 42 45 72 72 69 75 57 54 34 62 50 58 48 63 74 45 71 59 61 63 76 54 71 54 66 70 "
    "71 62 58 59 55 59 79 60 79 55 75 64 43 66 63 50 66 88 80 51 77 64 92 73 86 84 83 49 68 66 83 80 "
    "67 74 63 77 77 54 79 80 85 78 64 80 80 57 75 76 78 83 74 78 45 47 48 35 47 34 35 41 31 41 34 41 "
    "25 35 46 36 63 60 46 52 33 41 37 49 33 72 49 38 55 39 "
)

# Real Statistics' example, 10 items of 15 people, and pingouin's set of 11 items with gaps.
EXAMPLE = (
    "357261426544564 243452345432553 465363545653655 135354335422245 456242571355323 514245226533321 "
    "123242125324213 453663242132442 356675463743463 255352352214554 "
)
GAPS = (
    "11111111111 11111111010 .011.111100 11101101100 11111000100 01.01111000 11110010000 11111000000 "
    "01011000010 10010100.00 11100000000 10010000000 "
)


def digits(text: str) -> NDArray[np.float64]:
    """Rows of single digits, a dot for a missing answer."""
    return np.array([[np.nan if one == "." else float(one) for one in row] for row in text.split()])


def row_of(answers: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> Any:
    """The row of the scale."""
    frame = scale_reliabilities(moments_of(answers, np.ones(len(answers)) if weights is None else weights))
    return frame[frame["item_id"].isna()].iloc[0]


def test_alpha_of_attitude_is_that_of_psych() -> None:
    answers = np.array([float(one) for one in ATTITUDE.split()]).reshape(7, 30).T
    row = row_of(answers)
    assert row["alpha_pairwise"] == pytest.approx(0.8431427696, rel=1e-9)
    assert row["alpha_standardised"] == pytest.approx(0.839083803, rel=1e-9)


def test_alpha_and_its_interval_are_those_of_real_statistics() -> None:
    row = row_of(digits(EXAMPLE).T)
    assert row["alpha_pairwise"] == pytest.approx(0.5917188485995826, rel=1e-12)
    assert row["alpha_listwise_ci_lower"] == pytest.approx(0.195, abs=5e-4)
    assert row["alpha_listwise_ci_upper"] == pytest.approx(0.840, abs=5e-4)


def test_alpha_with_gaps_is_that_of_pingouin_either_way() -> None:
    row = row_of(digits(GAPS))
    assert row["alpha_pairwise"] == pytest.approx(0.732660835, rel=1e-8)
    assert row["alpha_listwise"] == pytest.approx(0.801694915, rel=1e-8)
    assert row["n"] == 12
    assert row["n_complete"] < row["n"]


def test_alpha_of_two_weighted_numbers_is_that_of_r_survey() -> None:
    schools = pd.read_csv(SURVEYS / "apistrat" / "apistrat.csv")
    moments = moments_of(schools[["api99", "api00"]].to_numpy(float), schools["pw"].to_numpy(float))
    _, covariance = item_covariances(moments, weighted=True)
    assert cronbach_alpha(covariance) == pytest.approx(0.987366823, rel=1e-9)


def test_item_rest_correlations_are_those_of_the_rows() -> None:
    answers = digits(EXAMPLE).T
    covariance = np.cov(answers, rowvar=False)
    found = item_rest_correlations(covariance)
    dropped = alphas_if_dropped(covariance)
    for item in range(answers.shape[1]):
        others = np.delete(answers, item, axis=1)
        assert found[item] == pytest.approx(np.corrcoef(answers[:, item], others.sum(axis=1))[0, 1])
        assert dropped[item] == pytest.approx(cronbach_alpha(np.cov(others, rowvar=False)))


def test_a_factor_behind_the_items_is_found_again() -> None:
    loadings = np.array([0.4, 0.5, 0.6, 0.7, 0.8])
    correlations = np.outer(loadings, loadings)
    np.fill_diagonal(correlations, 1.0)
    found = one_factor(correlations)
    np.testing.assert_allclose(found.loadings, loadings, atol=1e-8)
    # (3.0)^2 / (3.0^2 + 5 - 1.9) by hand.
    assert found.omega == pytest.approx(9 / (9 + 5 - 1.9))


ATTITUDE_LOADINGS = [
    0.7577722249,
    0.8338271617,
    0.6034272763,
    0.7887270563,
    0.8411193771,
    0.2844648071,
    0.4910468649,
]


def test_loadings_of_attitude_are_those_of_psych() -> None:
    # fa(r, fm = "minres") on the correlations of attitude, of psych in R.
    answers = np.array([float(one) for one in ATTITUDE.split()]).reshape(7, 30).T
    correlations = np.corrcoef(answers, rowvar=False)
    found = one_factor(correlations)
    np.testing.assert_allclose(found.loadings, ATTITUDE_LOADINGS, atol=1e-6)


def test_omega_needs_three_items_and_a_proper_solution() -> None:
    assert one_factor(np.array([[1.0, 0.5], [0.5, 1.0]])).null_reason == "too_few_items"
    # r12 r13 / r23 = .81 / .2 > 1: the first item would correlate above 1 with the factor.
    improper = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, 0.2], [0.9, 0.2, 1.0]])
    assert one_factor(improper).null_reason == "improper_solution"
    assert np.isnan(one_factor(improper).omega)
    assert one_factor(np.full((3, 3), np.nan)).null_reason == "no_correlations"


def test_perfectly_correlated_items_are_perfectly_reliable() -> None:
    row = row_of(np.repeat(np.array([[1.0], [3.0], [4.0], [5.0]]), 3, axis=1))
    assert row["alpha_pairwise"] == pytest.approx(1.0)
    assert row["omega"] == pytest.approx(1.0)
    assert row["mean_item_correlation"] == pytest.approx(1.0)


NOBODY = np.full((3, 3), np.nan)
EDGES = [
    ("nobody", NOBODY, "nobody_answered", "nobody_answered", 0),
    ("one item", np.array([[1.0, np.nan], [4.0, np.nan]]), "one_item", "too_few_items", 1),
    ("two items", np.array([[1.0, 2.0], [4.0, 3.0], [2.0, 2.0]]), None, "too_few_items", 2),
    ("no variance", np.full((4, 3), 2.0), "no_variance", "no_correlations", 3),
    ("one person", np.array([[1.0, 2.0, 3.0]]), "too_few_respondents", "no_correlations", 3),
]


@pytest.mark.parametrize(
    ("answers", "reason", "omega_reason", "count"), [e[1:] for e in EDGES], ids=[e[0] for e in EDGES]
)
def test_what_is_undefined_has_a_reason(
    answers: NDArray[np.float64], reason: str | None, omega_reason: str, count: int
) -> None:
    row = row_of(answers)
    assert row["item_count"] == count
    assert pd.isna(row["alpha_pairwise"]) == (reason is not None)
    assert (None if pd.isna(row["alpha_null_reason"]) else row["alpha_null_reason"]) == reason
    assert np.isnan(row["omega"])
    assert row["omega_null_reason"] == omega_reason


def test_weights_of_zero_leave_the_unweighted_numbers() -> None:
    answers = digits(EXAMPLE).T
    row = row_of(answers, np.zeros(len(answers)))
    assert row["alpha_pairwise"] == pytest.approx(0.5917188485995826)
    assert np.isnan(row["alpha_pairwise_weighted"])
    assert row["alpha_weighted_null_reason"] == "too_few_respondents"


def test_an_item_without_variance_has_a_reason_of_its_own() -> None:
    answers = np.array([[1.0, 2.0, 3.0], [4.0, 2.0, 4.0], [5.0, 2.0, 4.0]])
    frame = scale_reliabilities(moments_of(answers, np.ones(3))).set_index("item_id")
    assert frame.loc["q2", "null_reason"] == "no_variance"
    assert np.isnan(frame.loc["q2", "item_rest_correlation"])
    assert pd.isna(frame.loc["q1", "null_reason"])


def test_no_scales_give_no_rows_but_their_columns() -> None:
    frame = scale_reliabilities(moments_of(np.array([[1.0, 2.0]]), np.ones(1)).iloc[:0])
    assert len(frame) == 0
    assert {"alpha_pairwise", "omega", "item_rest_correlation"} <= set(frame.columns)


def test_intervals_of_alpha_need_two_respondents() -> None:
    assert np.isnan(alpha_interval(0.5, 1, 3)).all()
    lower, upper = alpha_interval(0.5, 100, 3)
    assert lower < 0.5 < upper


def test_correlations_of_an_item_without_variance_are_unknown() -> None:
    found = correlations_of(np.array([[1.0, 0.0], [0.0, 0.0]]))
    assert found[0, 0] == 1.0
    assert np.isnan(found[1]).all()
