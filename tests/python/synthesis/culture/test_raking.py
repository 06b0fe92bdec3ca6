"""Weights that give overlapping groups their shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from werkpeil.synthesis.culture.raking import rake


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(60, 200))
def test_groups_get_their_shares_and_the_total_stays(seed, size):
    random = np.random.default_rng(seed)
    groups = (random.random((size, 3)) < (0.3, 0.5, 0.6)).astype(float)
    weights = random.uniform(0.5, 1.5, size)
    shares = np.array([0.25, 0.45, 0.65])
    found = rake(weights, groups, shares)
    assert found.min() > 0
    assert found.sum() == pytest.approx(weights.sum())
    assert found @ groups / found.sum() == pytest.approx(shares, abs=1e-4)


def test_one_group_by_hand():
    found = rake(np.ones(4), np.array([[1], [0], [0], [0]]), np.array([0.4]))
    assert found == pytest.approx([1.6, 0.8, 0.8, 0.8])


def test_a_group_of_nobody_or_everybody_is_left_out():
    groups = np.array([[0, 1], [0, 1], [0, 1]])
    assert rake(np.ones(3), groups, np.array([0.3, 0.5])).tolist() == [1, 1, 1]
