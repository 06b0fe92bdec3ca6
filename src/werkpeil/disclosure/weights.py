"""Weighted shares as relations between counts and sums of weights: what they tell of hidden categories.

A weighted share is a part of a sum of weights. Nobody publishes that sum, but how many people a row has is
known, and between which weights one person's lies: exactly, where all of a group have the same, as in a
stratum by which a survey is weighted. Of two strata together, the count and the weighted share of a category
are two equations for two hidden numbers.
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
class Weighted:
    """Weights of the people of each group.

    Attributes:
        sums: Groups by categories.
        lightest: What a reader knows a person of each group and each rest to weigh at least.
        heaviest: The same, at most.
        everybody: Whether the whole sum of the total is known, as everybody answered.
    """

    sums: NDArray[np.float64]
    lightest: NDArray[np.float64]
    heaviest: NDArray[np.float64]
    everybody: bool


def known_weights(
    groups: Groups, smallest: NDArray[np.float64], largest: NDArray[np.float64], total: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return between which weights those of a person lie, per group and rest, as far as a reader knows.

    Args:
        groups: The groups.
        smallest: Smallest weight in each group.
        largest: Largest weight in each group.
        total: Row of the total, whose ends are published.
    """
    one = np.append(smallest == largest, np.zeros(len(groups.families), dtype=bool))
    ends = [np.append(values, np.zeros(len(groups.families))) for values in (smallest, largest)]
    return np.where(one, ends[0], smallest[total]), np.where(one, ends[1], largest[total])


def weights_table(groups: Groups, grid: Grid, weighted: Weighted, total: int) -> Table:
    """Return a grid with the sums of weights behind it.

    Cells go row by row: categories, their sum, weights of the categories and their sum, what a shown share
    may be off by, above and below, which is nothing, and by what weights lie above the lightest and below
    the heaviest. Weighted shares of a row are one block, which may be hidden; categories stay as they are.

    Args:
        groups: The groups and how they divide each other.
        grid: Categories, with what is hidden of them.
        weighted: The weights.
        total: Row of the total.
    """
    rows, columns = grid.counts.shape
    sums = groups.with_rests(weighted.sums)
    whole = sums.sum(axis=1)
    parts = np.divide(sums, whole[:, None], out=np.zeros_like(sums), where=whole[:, None] > 0)
    light, heavy = weighted.lightest[:, None], weighted.heaviest[:, None]
    counts = np.concatenate(
        [
            grid.counts,
            grid.base[:, None],
            sums,
            whole[:, None],
            np.zeros((rows, 2 * columns)),
            np.maximum(sums - light * grid.counts, 0.0),
            np.maximum(heavy * grid.counts - sums, 0.0),
        ],
        axis=1,
    )
    width = counts.shape[1]
    count_cells, weight_cells = slice(0, columns + 1), slice(columns + 1, 2 * columns + 2)
    off = slice(2 * columns + 2, 4 * columns + 2)
    state = np.full((rows, width), HIDDEN)
    state[:, :columns] = np.where(grid.hidden, HIDDEN, SHOWN)
    state[:, columns] = np.where(grid.base_hidden, HIDDEN, SHOWN)
    if weighted.everybody:
        state[total, weight_cells.stop - 1] = SHOWN
    # The share of a hidden category is hidden, and so is whatever is told of a rest.
    telling = ~grid.hidden
    telling[len(groups.keys) :] = False
    open_ = np.where(telling, FREE, HIDDEN)
    state[:, off] = np.concatenate([open_, open_], axis=1)
    block = np.arange(rows * width).reshape(rows, width)
    first = off.start + np.argmax(telling, axis=1)
    shared = np.where(telling, block[np.arange(rows), first][:, None], block[:, off][:, :columns])
    block[:, off] = np.concatenate([shared, np.where(telling, shared, block[:, off][:, columns:])], axis=1)
    protected = np.zeros((rows, width))
    protected[:, :columns] = grid.width
    upper = np.full((rows, width), np.inf)
    upper[:, :columns] = grid.upper[:, None]
    upper[:, columns] = grid.upper
    cost = np.repeat(np.log2(2.0 + grid.base)[:, None], width, axis=1)
    across = [sparse.kron(groups.relations, np.eye(width)[cells]) for cells in (count_cells, weight_cells)]
    within = _within(parts, weighted.lightest, weighted.heaviest)
    return Table(
        counts=counts.ravel(),
        relations=sparse.vstack([within, *across]).tocsr(),
        upper=upper.ravel(),
        block=block.ravel(),
        cost=cost.ravel(),
        state=state.ravel().astype(np.int8),
        width=protected.ravel(),
    )


def hidden_weights(chosen: NDArray[np.bool_], grid: Grid) -> NDArray[np.bool_]:
    """Return the rows whose weighted shares are hidden, from the blocks that are; rests always are."""
    rows, columns = grid.counts.shape
    off = chosen.reshape(rows, 6 * columns + 2)[:, 2 * columns + 2 : 3 * columns + 2]
    return np.asarray((off & ~grid.hidden).any(axis=1))


def _within(
    parts: NDArray[np.float64], light: NDArray[np.float64], heavy: NDArray[np.float64]
) -> sparse.csr_matrix:
    """Return the relations of the cells of each row, whose products with them are 0.

    Args:
        parts: What each category weighs of its row, rows by categories.
        light: Lightest known weight of a person of each row.
        heavy: Heaviest.
    """
    rows, columns = parts.shape
    width = 6 * columns + 2
    each = np.arange(columns)
    relations = np.zeros((rows, 3 * columns + 2, width))
    counted, weight, whole = each, columns + 1 + each, 2 * columns + 1
    above, below, over, under = (2 * columns + 2 + place * columns + each for place in range(4))
    relations[:, 0, counted], relations[:, 0, columns] = 1.0, -1.0
    relations[:, 1, weight], relations[:, 1, whole] = 1.0, -1.0
    shares, least, most = (2 + place * columns + each for place in range(3))
    relations[:, shares, weight] = 1.0
    relations[:, shares, whole] = -parts
    relations[:, shares, above], relations[:, shares, below] = -1.0, 1.0
    relations[:, least, counted] = -light[:, None]
    relations[:, least, weight], relations[:, least, over] = 1.0, -1.0
    relations[:, most, counted] = heavy[:, None]
    relations[:, most, weight], relations[:, most, under] = -1.0, -1.0
    row, relation, cell = np.nonzero(relations)
    places = (row * relations.shape[1] + relation, row * width + cell)
    shape = (rows * relations.shape[1], rows * width)
    return sparse.csr_matrix((relations[row, relation, cell], places), shape=shape)
