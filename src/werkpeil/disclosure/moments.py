"""Means and deviations as relations between counts: what they tell of categories that are hidden.

A mean and a deviation of an unweighted number of people are a sum of scores and one of squares. Where those
of a total and of all shown groups are known, so are those of the hidden groups together, and few tables of
answers fit a number of people, their scores and their squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from werkpeil.disclosure.suppression import FREE, HIDDEN, SHOWN, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from werkpeil.disclosure.groups import Groups
    from werkpeil.disclosure.tables import Grid


@dataclass(frozen=True)
class Scored:
    """People per group and score; an answer that is a band has several scores.

    Attributes:
        scores: Score of each answer.
        categories: The category that each answer belongs to, as a column of the grid.
        counts: Groups by answers.
    """

    scores: NDArray[np.float64]
    categories: NDArray[np.int64]
    counts: NDArray[np.float64]


def moments_table(groups: Groups, grid: Grid, scored: Scored) -> Table:
    """Return a grid with the sums of scores and squares of each row.

    Cells go row by row: answers, which nobody publishes, categories, their sum, and the sums of scores and
    of squares, which are one block. These may be hidden, and are where a category is, and in all rests.

    Args:
        groups: The groups and how they divide each other.
        grid: Categories with what is hidden of them, which stays as it is.
        scored: The answers.
    """
    rows, columns = grid.counts.shape
    counts = groups.with_rests(scored.counts)
    answers = counts.shape[1]
    # Counted from the lowest score: sums tell the same, and none is below zero.
    scores = scored.scores - scored.scores.min()
    moments = np.stack([counts @ scores, counts @ scores**2], axis=1)
    of_category = np.zeros((columns, answers))
    of_category[scored.categories, np.arange(answers)] = 1.0
    of_row = np.block(
        [
            [of_category, -np.eye(columns), np.zeros((columns, 3))],
            [np.ones((1, answers)), np.zeros((1, columns)), np.array([[-1.0, 0.0, 0.0]])],
            [
                np.stack([scores, scores**2]),
                np.zeros((2, columns + 1)),
                -np.eye(2),
            ],
        ]
    )
    width = answers + columns + 3
    only_answers = sparse.csr_matrix(
        (np.ones(answers), (np.arange(answers), np.arange(answers))), (answers, width)
    )
    hidden = grid.hidden.any(axis=1) | grid.base_hidden
    hidden[len(groups.keys) :] = True
    state = np.full((rows, width), HIDDEN)
    state[:, answers:-3] = np.where(grid.hidden, HIDDEN, SHOWN)
    state[:, -3] = np.where(grid.base_hidden, HIDDEN, SHOWN)
    state[:, -2:] = np.where(hidden, HIDDEN, FREE)[:, None]
    block = np.arange(rows * width).reshape(rows, width)
    block[:, -1] = block[:, -2]
    protected = np.zeros((rows, width))
    protected[:, answers:-3] = grid.width
    upper = np.repeat(grid.upper[:, None], width, axis=1)
    upper[:, -2:] = np.inf
    cost = np.repeat(np.log2(2.0 + grid.base)[:, None], width, axis=1)
    return Table(
        counts=np.concatenate([counts, grid.counts, grid.base[:, None], moments], axis=1).ravel(),
        relations=sparse.vstack(
            [sparse.kron(sparse.identity(rows), of_row), sparse.kron(groups.relations, only_answers)]
        ).tocsr(),
        upper=upper.ravel(),
        block=block.ravel(),
        cost=cost.ravel(),
        state=state.ravel().astype(np.int8),
        width=protected.ravel(),
    )


def hidden_moments(chosen: NDArray[np.bool_], grid: Grid) -> NDArray[np.bool_]:
    """Return the rows whose sums of scores are hidden, from the blocks that are."""
    return chosen.reshape(len(grid.base), -1)[:, -2]
