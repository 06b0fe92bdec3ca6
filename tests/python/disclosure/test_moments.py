"""Sums of scores and squares beside counts, on a table small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from werkpeil.disclosure.groups import TOTAL, find_groups
from werkpeil.disclosure.moments import Scored, hidden_moments, moments_table
from werkpeil.disclosure.suppression import Reader, complete
from werkpeil.disclosure.tables import Grid

GROUPS = find_groups({TOTAL: 100, ("g", "a"): 40, ("g", "b"): 60}, {"g": ("g",)}, [])
# Answers 1, 2 (negative) and 5 (positive) per group.
ANSWERS = np.array([[3.0, 0.0, 97.0], [3.0, 0.0, 37.0], [0.0, 0.0, 60.0]])
SCORED = Scored(np.array([1.0, 2.0, 5.0]), np.array([0, 0, 1]), ANSWERS)


def grid(hidden: list[list[bool]]) -> Grid:
    """Total, both groups and nobody in neither of them: negative and positive."""
    counts = GROUPS.with_rests(ANSWERS @ np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    base = counts.sum(axis=1)
    nothing = np.zeros(4, dtype=bool)
    width = np.where(np.array(hidden), 10.0, 0.0)
    return Grid(
        counts=counts,
        base=base,
        width=width,
        base_width=np.zeros(4),
        hidden=np.array(hidden),
        base_hidden=nothing,
        fixed=np.zeros((4, 2), dtype=bool),
        cost=np.ones((4, 2)),
        upper=base,
    )


def test_the_truth_fits_every_relation() -> None:
    table = moments_table(GROUPS, grid([[False] * 2] * 4), SCORED)
    assert np.abs(table.relations @ table.counts).max() == 0
    sums = table.counts.reshape(4, -1)[:, -2:]
    assert sums.tolist() == [[388, 1552], [148, 592], [240, 960], [0, 0]]


def test_scores_below_zero_tell_the_same() -> None:
    below = replace(SCORED, scores=SCORED.scores - 3)
    one, other = (moments_table(GROUPS, grid([[True] * 2] * 4), scored) for scored in (SCORED, below))
    assert other.counts.tolist() == one.counts.tolist()
    assert (other.relations != one.relations).nnz == 0


def test_sums_of_hidden_groups_tell_until_a_mean_is_hidden() -> None:
    """All that are negative gave a 1: the squares of both groups together say so, and how many they are."""
    of_groups = grid([[True, True], [True, True], [True, True], [False, False]])
    table = moments_table(GROUPS, of_groups, SCORED)
    hidden, exposed = complete(table, rounds=0)
    assert hidden_moments(hidden, of_groups).tolist() == [True, True, True, True]
    # In a total of which everything is hidden nothing tells: with its mean shown, the number follows.
    assert not exposed.any()
    shown = hidden.copy()
    shown[table.block.reshape(4, -1)[0, -2]] = False
    told = {cell for cell, _ in Reader(table).narrow_cells(shown[: len(table.state)])}
    assert told
