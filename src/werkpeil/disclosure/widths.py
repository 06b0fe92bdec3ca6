"""Which hidden counts are wide enough, asked for many at once and of a programme made small.

Most protected counts are: each is asked for only where nothing settled it before. What a reader can move
obeys the relations as what is there does, so the programme is about moves: how far each unknown cell can go
from its true count. Relations that tie two cells make them one, cells that are in one relation only and need
no protection turn it into an inequality, and known cells are gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy
import numpy as np
from scipy import sparse

from werkpeil.disclosure.solver import TOLERANCE, set_matrix, simplex_solver, solve_from_last

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Mask = NDArray[np.bool_]

# Programmes in which all cells that are still narrow are moved together, before each is moved alone.
TOGETHER = 6
# What is left of a sum of products that cancel; solvers take less for nothing too.
DUST = 1e-9


@dataclass(frozen=True)
class Moves:
    """Moves that are possible: `least <= relations @ move <= most`, each between `down` and `up`.

    Attributes:
        relations: Relations by moves.
        least: Least of each relation.
        most: Most of each relation.
        down: Lowest of each move, 0 or less.
        up: Highest of each move, 0 or more.
        place: Move that each cell goes with.
        scale: How far it goes with one unit of that; 0 where it cannot.
    """

    relations: sparse.csr_matrix
    least: Numbers
    most: Numbers
    down: Numbers
    up: Numbers
    place: NDArray[np.int64]
    scale: Numbers


def narrow_cells(relations: sparse.csr_matrix, down: Numbers, up: Numbers, width: Numbers) -> Mask:
    """Return which cells cannot move as widely as they must.

    Args:
        relations: Relations by unknown cells; their product with any possible moves is 0.
        down: How far each cell can go down by itself, as a number of 0 or less.
        up: How far it can go up by itself; infinite where nothing is known.
        width: Least width of what a cell can move through; 0 for cells without protection.
    """
    moves = possible_moves(relations, down, up, width > 0)
    able = np.flatnonzero((width > 0) & (moves.scale != 0))
    needed = np.zeros(len(moves.down))
    np.maximum.at(needed, moves.place[able], width[able] / np.abs(moves.scale[able]))
    reached = _Spread(moves, needed).widths()
    return np.asarray((width > 0) & (np.abs(moves.scale) * reached[moves.place] < width - TOLERANCE))


def possible_moves(relations: sparse.csr_matrix, down: Numbers, up: Numbers, protected: Mask) -> Moves:
    """Return what can move, in as few moves and relations as simple steps find; arguments as above."""
    count = len(down)
    place, scale = np.arange(count), np.ones(count)
    down, up = down.copy(), up.copy()
    matrix = sparse.csr_matrix(relations)
    while True:
        target, factor = _follow(matrix)
        gone = np.flatnonzero((factor != 1.0) | (target != np.arange(count)))
        if not len(gone):
            break
        tied = gone[factor[gone] != 0]
        ends = np.sort([down[tied] / factor[tied], up[tied] / factor[tied]], axis=0)
        np.maximum.at(down, target[tied], ends[0])
        np.minimum.at(up, target[tied], ends[1])
        place, scale = target[place], scale * factor[place]
        steps = sparse.csr_matrix((factor, (np.arange(count), target)), shape=(count, count))
        matrix = _without_dust(matrix @ steps)
    needed = np.zeros(count, dtype=bool)
    needed[place[protected]] = True
    nothing = np.zeros(matrix.shape[0])
    return _inequalities(Moves(matrix, nothing, nothing, down, up, place, scale), needed)


def _follow(matrix: sparse.csr_matrix) -> tuple[NDArray[np.int64], Numbers]:
    """Return which move each goes with and how far.

    One that is alone in a relation goes nowhere, one with a single other goes with that.
    """
    count = matrix.shape[1]
    target, factor = np.arange(count), np.ones(count)
    entries = np.diff(matrix.indptr)
    alone = matrix.indices[matrix.indptr[:-1][entries == 1]]
    if len(alone):
        factor[alone] = 0.0
        return target, factor
    starts = matrix.indptr[:-1][entries == 2]
    if not len(starts):
        return target, factor
    pairs = np.stack([matrix.indices[starts], matrix.indices[starts + 1]])
    values = np.stack([matrix.data[starts], matrix.data[starts + 1]])
    # The one in fewer such relations goes with the other, which goes nowhere meanwhile.
    rank = np.bincount(pairs.ravel(), minlength=count) * count + np.arange(count)
    first = rank[pairs[0]] < rank[pairs[1]]
    gone, kept = np.where(first, pairs, pairs[::-1])
    ratio = np.where(first, -values[1] / values[0], -values[0] / values[1])
    usable = ~np.isin(kept, gone)
    gone, once = np.unique(gone[usable], return_index=True)
    target[gone], factor[gone] = kept[usable][once], ratio[usable][once]
    return target, factor


def _inequalities(moves: Moves, needed: Mask) -> Moves:
    """Turn moves in one relation that nobody needs into its bounds, relations of one move into its."""
    matrix, least, most = moves.relations, moves.least, moves.most
    down, up = moves.down.copy(), moves.up.copy()
    while True:
        by_move = matrix.tocsc()
        entries = np.diff(by_move.indptr)
        spare = np.flatnonzero((entries == 1) & ~needed)
        if len(spare):
            rows, values = by_move.indices[by_move.indptr[spare]], by_move.data[by_move.indptr[spare]]
            ends = np.sort([-values * down[spare], -values * up[spare]], axis=0)
            least, most = least.copy(), most.copy()
            np.add.at(least, rows, ends[0])
            np.add.at(most, rows, ends[1])
            keep = np.ones(len(down))
            keep[spare] = 0.0
            matrix = _without_dust(matrix @ sparse.diags(keep))
        entries = np.diff(matrix.indptr)
        single = entries == 1
        if single.any():
            starts = matrix.indptr[:-1][single]
            columns, values = matrix.indices[starts], matrix.data[starts]
            ends = np.sort([least[single] / values, most[single] / values], axis=0)
            np.maximum.at(down, columns, ends[0])
            np.minimum.at(up, columns, ends[1])
        kept = (entries > 1) & ~(np.isneginf(least) & np.isposinf(most))
        if not len(spare) and kept.all():
            return Moves(matrix, least, most, down, up, moves.place, moves.scale)
        matrix, least, most = matrix[kept], least[kept], most[kept]


def _without_dust(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Leave out what is nothing but rounding."""
    found = sparse.csr_matrix(matrix)
    found.sum_duplicates()
    found.data[np.abs(found.data) < DUST] = 0.0
    found.eliminate_zeros()
    return found


class _Spread:
    """How widely moves can go, up to what is needed of each.

    Each needed move is four columns: up and down, each up to what is needed and beyond. Only the first
    counts, so a programme gains by moving many far enough and nothing by moving one further.
    """

    def __init__(self, moves: Moves, needed: Numbers) -> None:
        matrix = moves.relations.tocsc()
        self._count = len(moves.down)
        self._cells = np.flatnonzero(needed > 0)
        self._needed = needed[self._cells]
        others = np.flatnonzero((np.diff(matrix.indptr) > 0) & (needed == 0))
        own = matrix[:, self._cells]
        up, down = moves.up[self._cells], -moves.down[self._cells]
        near = [np.minimum(self._needed, up), np.minimum(self._needed, down)]
        problem = highspy.HighsLp()
        columns = sparse.hstack([own, own, -own, -own, matrix[:, others]]).tocsc()
        problem.num_col_, problem.num_row_ = columns.shape[1], columns.shape[0]
        problem.col_cost_ = np.zeros(columns.shape[1])
        nothing = np.zeros(4 * len(self._cells))
        problem.col_lower_ = np.concatenate([nothing, moves.down[others]])
        problem.col_upper_ = np.concatenate(
            [near[0], up - near[0], near[1], down - near[1], moves.up[others]]
        )
        problem.row_lower_, problem.row_upper_ = moves.least, moves.most
        set_matrix(problem, columns)
        self._solver = simplex_solver()
        self._solver.passModel(problem)
        self._places = np.arange(4 * len(self._cells), dtype=np.int32)
        self._lowest, self._highest = np.zeros(len(self._cells)), np.zeros(len(self._cells))

    def widths(self) -> Numbers:
        """Return how widely each move was seen to go; at least as far as it can, where that is not enough."""
        generator = np.random.default_rng(len(self._cells))
        for _ in range(TOGETHER):
            open_ = self._open()
            if len(open_) < TOGETHER:
                break
            directions = np.zeros(len(self._cells))
            directions[open_] = generator.choice([-1.0, 1.0], len(open_))
            self._move(directions)
        for cell in self._open():
            for direction in (1.0, -1.0):
                if self._highest[cell] - self._lowest[cell] < self._needed[cell] - TOLERANCE:
                    directions = np.zeros(len(self._cells))
                    directions[cell] = direction
                    self._move(directions)
        found = np.zeros(self._count)
        found[self._cells] = self._highest - self._lowest
        return found

    def _open(self) -> NDArray[np.int64]:
        return np.flatnonzero(self._highest - self._lowest < self._needed - TOLERANCE)

    def _move(self, directions: Numbers) -> None:
        """Move some up or down as far as needed, all together."""
        up, down = np.maximum(directions, 0), np.maximum(-directions, 0)
        costs = np.concatenate([down - up, down, up - down, up])
        self._solver.changeColsCost(len(self._places), self._places, costs)
        status = solve_from_last(self._solver)
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"HiGHS could not move hidden counts: {status}")
        values = np.array(self._solver.getSolution().col_value)[: len(self._places)].reshape(4, -1)
        reached = values[0] + values[1] - values[2] - values[3]
        self._lowest = np.minimum(self._lowest, reached)
        self._highest = np.maximum(self._highest, reached)
