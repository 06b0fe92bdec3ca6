"""Covariances and alpha from cross-products, against numpy on the rows."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from werkpeil.errors import InputError
from werkpeil.statistics.reliability import cronbach_alpha, item_covariances

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
    complete = answers[~np.isnan(answers).any(axis=1)]
    items, covariance = item_covariances(moments_of(answers, np.ones(len(answers))), deletion="listwise")
    if len(complete) < 2:
        assert np.isnan(covariance).all()
    else:
        assert len(items) <= answers.shape[1]
        kept = [int(item[1:]) - 1 for item in items]
        expected = np.cov(complete[:, kept], rowvar=False).reshape(len(kept), len(kept))
        np.testing.assert_allclose(covariance, expected, atol=1e-12)


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
