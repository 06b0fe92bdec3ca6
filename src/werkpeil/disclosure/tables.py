"""The tables of a wave as relations between counts, ready for suppression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from werkpeil.disclosure.suppression import FREE, HIDDEN, SHOWN, Table

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from numpy.typing import NDArray

    from werkpeil.disclosure.groups import Groups


@dataclass(frozen=True)
class Grid:
    """People per group or rest (rows) and category (columns), with the sum of each row.

    Attributes:
        counts: Rows by categories.
        base: Sum of each row.
        width: Interval that must remain of each category, rows by categories; 0 without protection.
        base_width: The same of the sums.
        hidden: Which categories are hidden already.
        base_hidden: Which sums are hidden already; all others are shown.
        fixed: Which categories are shown and must be.
        cost: Information lost by hiding a category.
        upper: Most that a reader knows of each row; infinite where nothing is known.
        whole_rows: Whether the categories of a row are hidden together.
    """

    counts: NDArray[np.float64]
    base: NDArray[np.float64]
    width: NDArray[np.float64]
    base_width: NDArray[np.float64]
    hidden: NDArray[np.bool_]
    base_hidden: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    cost: NDArray[np.float64]
    upper: NDArray[np.float64]
    whole_rows: bool = False


def grid_table(groups: Groups, grid: Grid) -> Table:
    """Return a grid as a table: cells row by row, the sum of the row last in it.

    Blocks are numbered like cells; with `whole_rows`, the categories of a row are in the block of its first.
    """
    rows, columns = grid.counts.shape
    of_row = np.append(-np.ones(columns), 1.0)[None, :]
    relations = sparse.kron(groups.relations, sparse.identity(columns + 1))
    if columns:
        relations = sparse.vstack([sparse.kron(sparse.identity(rows), of_row), relations])
    state = np.where(grid.hidden, HIDDEN, np.where(grid.fixed, SHOWN, FREE))
    base_state = np.where(grid.base_hidden, HIDDEN, SHOWN)
    block = np.arange(rows * (columns + 1)).reshape(rows, columns + 1)
    cost = _beside(grid.cost, np.ones(rows))
    if grid.whole_rows and columns:
        block[:, :columns] = block[:, :1]
        cost[:, 0] = grid.cost.sum(axis=1)
    return Table(
        counts=_beside(grid.counts, grid.base).ravel(),
        relations=relations.tocsr(),
        upper=_beside(np.repeat(grid.upper[:, None], columns, 1), grid.upper).ravel(),
        block=block.ravel(),
        cost=cost.ravel(),
        state=_beside(state, base_state).ravel().astype(np.int8),
        width=_beside(grid.width, grid.base_width).ravel(),
    )


def _beside(cells: NDArray[np.float64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([cells, sums[:, None]], axis=1)


def join_tables(
    tables: Sequence[Table], names: Sequence[Sequence[Hashable]], settled: Mapping[Hashable, int]
) -> tuple[Table, NDArray[np.int64]]:
    """Return several tables as one, cells of the same name being one cell.

    Args:
        tables: Tables whose blocks are single cells.
        names: A name per cell, per table; the same people have the same name.
        settled: States of names that are decided elsewhere. Of the others, what one table hides is hidden,
            and what one table must show and none hides is shown.

    Returns:
        The joined table, and for each cell of the tables in turn its cell in it.
    """
    numbers: dict[Hashable, int] = {}
    merged = np.array([numbers.setdefault(name, len(numbers)) for part in names for name in part])
    count = len(numbers)
    to_merged = sparse.csr_matrix(
        (np.ones(len(merged)), (np.arange(len(merged)), merged)), (len(merged), count)
    )
    relations = sparse.csr_matrix(
        sparse.block_diag([table.relations for table in tables]).tocsr() @ to_merged
    )
    relations.eliminate_zeros()

    def together(function: np.ufunc, start: float, values: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        joined = np.full(count, start, dtype=float)
        function.at(joined, merged, np.concatenate(values).astype(float))
        return joined

    states = [table.state[table.block].astype(float) for table in tables]
    highest, lowest = together(np.maximum, 0, states), together(np.minimum, 2, states)
    state = np.where(highest == HIDDEN, HIDDEN, np.where(lowest == SHOWN, SHOWN, FREE)).astype(np.int8)
    for name, decided in settled.items():
        if name in numbers:
            state[numbers[name]] = decided
    return Table(
        counts=together(np.maximum, 0, [table.counts for table in tables]),
        relations=relations,
        upper=together(np.minimum, np.inf, [table.upper for table in tables]),
        block=np.arange(count),
        cost=together(np.maximum, 0, [table.cost[table.block] for table in tables]),
        state=state,
        width=together(np.maximum, 0, [table.width for table in tables]),
    ), merged
