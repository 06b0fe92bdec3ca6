"""Complementary suppression on tables small enough to work out by hand, and against trying every choice."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from werkpeil.disclosure.suppression import FREE, HIDDEN, SHOWN, Reader, Table, complete

if TYPE_CHECKING:
    from numpy.typing import NDArray


def two_way(counts: list[list[int]], width: float = 10.0, minimum: int = 10) -> Table:
    """A table of rows and columns with shown margins; counts of 1 to 9 are hidden and protected."""
    inner = np.array(counts, dtype=float)
    rows, columns = inner.shape
    cells = rows * columns
    relations = np.zeros((rows + columns, cells + rows + columns))
    for row in range(rows):
        relations[row, row * columns : (row + 1) * columns] = -1
        relations[row, cells + row] = 1
    for column in range(columns):
        relations[rows + column, column:cells:columns] = -1
        relations[rows + column, cells + rows + column] = 1
    every = np.concatenate([inner.ravel(), inner.sum(axis=1), inner.sum(axis=0)])
    small = np.append((inner.ravel() > 0) & (inner.ravel() < minimum), np.zeros(rows + columns, dtype=bool))
    state = np.where(small, HIDDEN, FREE)
    state[cells:] = SHOWN
    return Table(
        counts=every,
        relations=sparse.csr_matrix(relations),
        upper=np.full(len(every), np.inf),
        block=np.arange(len(every)),
        cost=np.log2(2.0 + every),
        state=state.astype(np.int8),
        width=np.where(small, width, 0.0),
    )


def hidden_cells(table: Table, shape: tuple[int, int]) -> NDArray[np.bool_]:
    hidden, exposed = complete(table)
    assert not exposed.any()
    return hidden[: shape[0] * shape[1]].reshape(shape)


def test_a_single_small_cell_takes_the_cheapest_rectangle() -> None:
    hidden = hidden_cells(two_way([[5, 40, 90], [30, 20, 80], [70, 60, 50]]), (3, 3))
    assert hidden.tolist() == [[True, True, False], [True, True, False], [False, False, False]]


def test_a_rectangle_of_few_people_is_no_protection() -> None:
    """A cell of 2 beside cells of 3 could only lie within 0 to 5: more must be hidden."""
    hidden = hidden_cells(two_way([[2, 3, 50], [3, 4, 60], [70, 80, 90]]), (3, 3))
    assert hidden[:2, :2].all()
    assert hidden.sum() > 4


def test_nothing_small_hides_nothing() -> None:
    assert not hidden_cells(two_way([[50, 60], [70, 80]]), (2, 2)).any()


def test_what_the_shown_gives_away_is_told() -> None:
    """One row: its only other cell may not be hidden, so the sum gives the small cell away."""
    table = two_way([[5, 40]])
    state = table.state.copy()
    state[1] = SHOWN
    _, exposed = complete(Table(**{**vars(table), "state": state}))
    assert exposed.tolist() == [True, False, False, False, False]


@pytest.mark.parametrize("rounds", [0, 3])
@settings(max_examples=40, deadline=None)
@given(counts=st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=3, max_size=4))
def test_each_small_count_keeps_its_interval(rounds: int, counts: list[list[int]]) -> None:
    table = two_way(counts)
    hidden, exposed = complete(table, rounds)
    assert (hidden >= (table.state == HIDDEN)).all()
    assert not hidden[table.state == SHOWN].any()
    narrow = {cell for cell, _ in Reader(table).narrow_cells(hidden)}
    assert narrow == set(np.flatnonzero(exposed))
    if exposed.any():
        everything = table.state != SHOWN
        assert narrow <= {cell for cell, _ in Reader(table).narrow_cells(everything)}


@settings(max_examples=15, deadline=None, derandomize=True)
@given(counts=st.lists(st.lists(st.integers(1, 40), min_size=3, max_size=3), min_size=3, max_size=3))
def test_the_choice_is_nearly_the_cheapest_of_all(counts: list[list[int]]) -> None:
    table = two_way(counts)
    hidden, exposed = complete(table)
    free = np.flatnonzero(table.state == FREE)
    best = np.inf
    reader = Reader(table)
    for size in range(len(free) + 1):
        for more in itertools.combinations(free, size):
            tried = table.state == HIDDEN
            tried[list(more)] = True
            cost = table.cost[tried].sum()
            if cost < best and not reader.narrow_cells(tried):
                best = cost
    assert np.isinf(best) == exposed.any()
    if np.isfinite(best):
        assert best - 1e-9 <= table.cost[hidden].sum() <= 1.35 * best
