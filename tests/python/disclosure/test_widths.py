"""Cells asked for together, of a programme made small, against each alone in the whole programme (scipy)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from werkpeil.disclosure.widths import narrow_cells, possible_moves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


def widest(relations: Numbers, down: Numbers, up: Numbers, cell: int) -> float:
    """Return how widely a cell can move, by two programmes."""
    ends = []
    for sign in (1.0, -1.0):
        cost = np.zeros(len(down))
        cost[cell] = -sign
        found = linprog(
            cost,
            A_eq=relations if len(relations) else None,
            b_eq=np.zeros(len(relations)) if len(relations) else None,
            bounds=np.stack([down, up], axis=1),
        )
        ends.append(np.inf if found.status == 3 else -found.fun)
    return float(sum(ends))


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**6), cells=st.integers(2, 12), rows=st.integers(0, 8))
def test_cells_are_as_wide_as_each_alone(seed: int, cells: int, rows: int) -> None:
    generator = np.random.default_rng(seed)
    # Relations of one, two and more cells, some of them the same, as shares and sums make them.
    relations = np.zeros((rows, cells))
    for row in relations:
        members = generator.choice(cells, min(int(generator.integers(1, 5)), cells), replace=False)
        row[members] = generator.choice([-1.0, 1.0, 0.25, -3.0], len(members))
    down = -generator.choice([0.0, 1.0, 4.0, 9.0], cells)
    up = generator.choice([0.0, 2.0, 8.0, np.inf], cells)
    width = generator.choice([0.0, 0.0, 3.0, 10.0], cells)
    told = narrow_cells(sparse.csr_matrix(relations), down, up, width)
    for cell in range(cells):
        reach = widest(relations, down, up, cell)
        # A cell that is as wide as it must be but for rounding may be told or not.
        if width[cell] == 0:
            assert not told[cell]
        elif abs(reach - width[cell]) > 1e-4:
            assert told[cell] == (reach < width[cell])


@pytest.mark.parametrize(
    ("relations", "down", "up", "width", "narrow"),
    [
        pytest.param([], [-3.0], [np.inf], [10.0], [False], id="in no relation"),
        pytest.param([], [-3.0], [6.0], [10.0], [True], id="in no relation, bounded"),
        pytest.param([], [0.0], [0.0], [1.0], [True], id="cannot move"),
        pytest.param([], [0.0], [0.0], [0.0], [False], id="needs nothing"),
        pytest.param([[2.0]], [-9.0], [np.inf], [1.0], [True], id="alone in a relation"),
        pytest.param([[1.0, -1.0]], [-9.0, -4.0], [np.inf, 5.0], [9.0, 9.5], [False, True], id="go together"),
        pytest.param([[1.0, -0.5]], [-9.0, -4.0], [9.0, 4.0], [4.0, 8.0], [False, False], id="half as far"),
        pytest.param(
            [[1.0, -1.0], [1.0, -2.0]], [-9.0] * 2, [9.0] * 2, [1.0, 0.0], [True, False], id="two ratios"
        ),
        pytest.param(
            [[1.0, -1.0], [1.0, -1.0]], [-9.0] * 2, [9.0] * 2, [18.0, 0.0], [False, False], id="one twice"
        ),
        pytest.param(
            [[1.0, 1.0, 1.0]], [-9.0, -2.0, 0.0], [9.0] * 3, [11.0, 0.0, 0.0], [False] * 3, id="two others"
        ),
        pytest.param(
            [[1.0, 1.0, 1.0]],
            [-9.0, -2.0, 0.0],
            [9.0] * 3,
            [11.5, 0.0, 0.0],
            [True, False, False],
            id="too few",
        ),
    ],
)
def test_edges(
    relations: list[list[float]], down: list[float], up: list[float], width: list[float], narrow: list[bool]
) -> None:
    matrix = sparse.csr_matrix(np.array(relations).reshape(len(relations), len(down)))
    found = narrow_cells(matrix, np.array(down), np.array(up), np.array(width))
    assert list(found) == narrow


def test_ties_and_spare_cells_leave_the_programme() -> None:
    """Of a row with a shown share of a quarter and two slacks, one move is left and no relation."""
    # weight of the category, weight of the row, slack above, slack below
    relations = sparse.csr_matrix(
        np.array([[1.0, -0.25, 0.0, 0.0], [1.0, 0.0, -1.0, 0.0], [1.0, 0.0, 0.0, 1.0]])
    )
    down, up = np.array([-9.0, -40.0, -2.0, -1.0]), np.full(4, np.inf)
    moves = possible_moves(relations, down, up, np.array([True, False, False, False]))
    assert moves.relations.shape[0] == 0
    kept = moves.place[0]
    assert moves.place[1] == kept
    assert moves.scale[0] * moves.down[kept] == pytest.approx(-2.0)
    assert moves.scale[0] * moves.up[kept] == pytest.approx(1.0)
