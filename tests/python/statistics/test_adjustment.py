"""Adjusted p-values against those that Benjamini and Hochberg published."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from werkpeil.statistics.adjustment import benjamini_hochberg

PUBLISHED = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
PUBLISHED += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]


def test_the_published_values_come_out() -> None:
    expected = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.0638571429, 0.0638571429, 0.0645, 0.0765, 0.486]
    adjusted = benjamini_hochberg(np.array(PUBLISHED))
    np.testing.assert_allclose(adjusted[:10], expected, atol=1e-9)
    assert (adjusted <= 0.05).sum() == 4


def test_what_was_not_tested_does_not_count() -> None:
    with_gap = benjamini_hochberg(np.array([0.01, np.nan, 0.04]))
    np.testing.assert_allclose(with_gap[[0, 2]], [0.02, 0.04])
    assert np.isnan(with_gap[1])
    assert benjamini_hochberg(np.array([])).size == 0
    assert benjamini_hochberg(np.array([np.nan])).size == 1
    assert benjamini_hochberg(np.array([0.2]))[0] == pytest.approx(0.2)


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 1)), min_size=1, max_size=40))
def test_each_family_is_adjusted_as_if_alone(tests: list[tuple[int, float]]) -> None:
    families = np.array([family for family, _ in tests])
    p_values = np.array([p for _, p in tests])
    adjusted = benjamini_hochberg(p_values, families)
    for family in np.unique(families):
        alone = stats.false_discovery_control(p_values[families == family])
        np.testing.assert_allclose(adjusted[families == family], alone, rtol=1e-12)
