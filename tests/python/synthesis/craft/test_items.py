"""Rounding with two totals, and shares that can be printed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from werkpeil.synthesis.craft import items, plan


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 60), min_size=5, max_size=5), min_size=3, max_size=3), st.integers(0, 99)
)
def test_controlled_rounding_keeps_both_totals(cells, seed):
    exact = np.array(cells, dtype=float)
    counts = exact.astype(np.int64)
    # An expectation that is near the counts and does not sum to their totals.
    expected = np.clip(exact + np.random.default_rng(seed).uniform(-0.9, 0.9, exact.shape), 0, None)
    rounded = items.controlled_rounding(expected, counts.sum(axis=1), counts.sum(axis=0))
    assert rounded.sum(axis=1).tolist() == counts.sum(axis=1).tolist()
    assert rounded.sum(axis=0).tolist() == counts.sum(axis=0).tolist()
    assert np.all(rounded >= 0)


def test_a_printed_share_gets_a_base_in_which_it_is_possible():
    change = items._change_that_fits(600, 0.138, 30)
    base = 600 + change
    assert any(round(1000 * count / base) == 138 for count in range(base))
    assert abs(change) <= 15


def test_shares_per_domain_are_those_of_the_plan():
    wanted = items.item_plan(("q12_10",), is_changed=False)
    sizes = np.full((5, 3), 200_000)
    shares = items._cumulative_shares(wanted, np.repeat(sizes[:, :, None], len(wanted.ids), axis=2))
    top = 1 - shares.mean(axis=1)[..., 2]
    printed_total = wanted.ids.index("q14_8")
    others = [position for position in range(len(wanted.ids)) if position != printed_total]
    assert np.allclose(top.T[others], wanted.top[others], atol=1e-6)
    assert abs(top[:, printed_total].mean() - 0.128) < 1e-6


def test_means_follow_the_tilt_inside_the_bands():
    sizes = plan.reported_cells(plan.PUBLISHED_RESPONDENTS).sum(axis=1)
    backgrounds = np.append(sizes[:4], sizes[4:].sum())
    for characteristic in plan.CHARACTERISTICS:
        counts = plan.values_by_background(characteristic, backgrounds)
        means = counts[:, :-1] @ characteristic.values / counts[:, :-1].sum(axis=1)
        assert np.allclose(means, plan._means(characteristic), atol=0.05)
        assert counts.sum(axis=1).tolist() == backgrounds.tolist()
