"""Sums of weights beside counts, on a table small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from werkpeil.disclosure.groups import TOTAL, find_groups
from werkpeil.disclosure.suppression import Reader, complete
from werkpeil.disclosure.tables import Grid
from werkpeil.disclosure.weights import Weighted, hidden_weights, known_weights, weights_table

# Two strata of which all people weigh the same make up everybody: 3 of 40 and 20 of 60 said no.
GROUPS = find_groups({TOTAL: 100, ("g", "a"): 40, ("g", "b"): 60}, {"g": ("g",)}, [])
COUNTS = np.array([[23.0, 77.0], [3.0, 37.0], [20.0, 40.0]])


def grid() -> Grid:
    """Of the total everything is shown, of both groups nothing but their size."""
    counts = GROUPS.with_rests(COUNTS)
    base = counts.sum(axis=1)
    hidden = np.array([[False] * 2, [True] * 2, [True] * 2, [False] * 2])
    return Grid(
        counts=counts,
        base=base,
        width=np.where(hidden, 10.0, 0.0),
        base_width=np.zeros(4),
        hidden=hidden,
        base_hidden=np.zeros(4, dtype=bool),
        fixed=np.zeros((4, 2), dtype=bool),
        cost=np.ones((4, 2)),
        upper=base,
    )


def weighted(smallest: list[float], largest: list[float]) -> Weighted:
    """The weights of both groups in the middle of what they can be."""
    middle = (np.array(smallest) + np.array(largest))[1:] / 2
    sums = COUNTS[1:] * middle[:, None]
    lightest, heaviest = known_weights(GROUPS, np.array(smallest), np.array(largest), 0)
    return Weighted(np.vstack([sums.sum(axis=0), sums]), lightest, heaviest, everybody=True)


def test_the_truth_fits_every_relation() -> None:
    table = weights_table(GROUPS, grid(), weighted([1, 4, 1], [4, 4, 1]), 0)
    assert np.abs(table.relations @ table.counts).max() == pytest.approx(0, abs=1e-9)
    assert table.counts.min() >= 0


def test_only_one_weight_in_a_group_is_known_of_each_of_its_people() -> None:
    lightest, heaviest = known_weights(GROUPS, np.array([1.0, 4.0, 1.0]), np.array([4.0, 4.0, 2.0]), 0)
    assert lightest.tolist() == [1, 4, 1, 1]
    assert heaviest.tolist() == [4, 4, 4, 4]


def test_a_weighted_share_of_two_strata_and_the_count_tell_both_until_it_is_hidden() -> None:
    """3 + 20 said no, with weights 4 x 3 + 1 x 20: two equations, two numbers."""
    table = weights_table(GROUPS, grid(), weighted([1, 4, 1], [4, 4, 1]), 0)
    told = {cell for cell, _ in Reader(table).narrow_cells(table.state == 2)}
    assert len(told) == 4
    chosen, exposed = complete(table, rounds=0)
    assert not exposed.any()
    assert hidden_weights(chosen, grid())[:3].tolist() == [True, False, False]


def test_weights_of_which_little_is_known_tell_nothing() -> None:
    table = weights_table(GROUPS, grid(), weighted([0.1, 0.1, 0.1], [9, 9, 9]), 0)
    chosen, exposed = complete(table, rounds=0)
    assert not exposed.any()
    assert not hidden_weights(chosen, grid())[:3].any()
