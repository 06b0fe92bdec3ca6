"""Complementary suppression: what else must be hidden so that nothing hidden can be worked out.

The problem is that of cell suppression (Fischetti and Salazar-González 2001): counts that obey linear
relations, of which some must be protected. A reader who knows every shown count and every relation can
bound a hidden count by two linear programmes. Least information is lost by the cheapest set of further
blocks that leaves each protected count an interval wide enough. It is found by cuts: a master problem
chooses blocks, the reader's programmes say what is still too narrow, and their dual solutions are
inequalities that the next choice must meet. HiGHS solves both.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import highspy
import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from werkpeil.disclosure.solver import TOLERANCE, quiet_solver, set_matrix, simplex_solver, solve_from_last
from werkpeil.disclosure.widths import narrow_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Mask = NDArray[np.bool_]

SHOWN, FREE, HIDDEN = 0, 1, 2
# How long the search goes on: rounds of cuts, nodes of the tree and relative gap of the master problem. They
# bound work, not time, so that a build hides the same cells on any machine.
ROUNDS = 6
NODES = 5
GAP = 0.01
CORNERS = 6


@dataclass(frozen=True)
class Table:
    """Counts that obey linear relations.

    Attributes:
        counts: True counts, one per cell.
        relations: Matrix of relations by cells; its product with any possible counts is 0.
        upper: Most that a reader knows a cell can hold; infinite where nothing is known.
        block: Block of each cell; the cells of a block are hidden together.
        cost: Information lost by hiding a block, per block.
        state: `SHOWN` (never hidden), `FREE` or `HIDDEN` (already), per block.
        width: Least width of the interval that must remain of a cell, 0 for cells without protection.
    """

    counts: Numbers
    relations: sparse.csr_matrix
    upper: Numbers
    block: NDArray[np.int64]
    cost: Numbers
    state: NDArray[np.int8]
    width: Numbers


def complete(table: Table, rounds: int = ROUNDS, *, gives_up: bool = False) -> tuple[Mask, Mask]:
    """Hide what else must be hidden.

    Args:
        table: The counts, and what is hidden already.
        rounds: How often the search for the cheapest choice may be told what is too narrow; none is a choice
            by worth per cost.
        gives_up: Whether to stop, without a search, where even hiding all is not enough.

    Returns:
        Which blocks are hidden, and which cells are narrower than they must be even so: those that what is
        `SHOWN` gives away, if any.
    """
    hidden = table.state == HIDDEN
    exposed = np.zeros(len(table.counts), dtype=bool)
    parts = _parts(table)
    if gives_up:
        for part in parts:
            exposed[part.cells] = _narrow(part.table, part.table.state != SHOWN)
        if exposed.any():
            return np.asarray(table.state != SHOWN), exposed
    for part in parts:
        chosen, narrow = _complete_part(part.table, rounds)
        hidden[part.blocks[chosen]] = True
        exposed[part.cells[narrow]] = True
    return hidden, exposed


def _narrow(part: Table, hidden: Mask) -> Mask:
    """Return which cells are narrower than they must be."""
    unknown = np.flatnonzero(hidden[part.block])
    narrow = part.width > 0
    narrow[unknown] = narrow_cells(
        sparse.csr_matrix(part.relations[:, unknown]),
        -part.counts[unknown],
        np.maximum(part.upper - part.counts, 0.0)[unknown],
        part.width[unknown],
    )
    return narrow


@dataclass(frozen=True)
class _Part:
    table: Table
    cells: NDArray[np.int64]
    blocks: NDArray[np.int64]


def _parts(table: Table) -> list[_Part]:
    """Divide a table into parts that share no unknown; those without protected cells are left out."""
    unknown = np.flatnonzero(table.state[table.block] != SHOWN)
    if not len(unknown) or not (table.width[unknown] > 0).any():
        return []
    matrix = sparse.csr_matrix(table.relations[:, unknown])
    matrix = matrix[np.diff(matrix.indptr) > 0]
    blocks = table.block[unknown]
    by_block = sparse.csr_matrix((np.ones(len(unknown)), (blocks, np.arange(len(unknown)))))
    links = sparse.vstack([abs(matrix), by_block]).tocsr()
    graph = sparse.bmat([[None, links], [links.T, None]])
    labels = connected_components(graph, directed=False)[1]
    row_labels, labels = labels[: matrix.shape[0]], labels[links.shape[0] :]
    parts = []
    for label in np.unique(labels[table.width[unknown] > 0]):
        inside = labels == label
        cells = unknown[inside]
        own, block = np.unique(table.block[cells], return_inverse=True)
        part = Table(
            counts=table.counts[cells],
            relations=sparse.csr_matrix(matrix[row_labels == label][:, np.flatnonzero(inside)]),
            upper=table.upper[cells],
            block=block,
            cost=table.cost[own],
            state=table.state[own],
            width=table.width[cells],
        )
        parts.append(_Part(part, cells, own))
    return parts


def _complete_part(part: Table, rounds: int) -> tuple[Mask, list[int]]:
    hidden = part.state == HIDDEN
    if not rounds:
        narrow = _narrow(part, hidden)
        if not narrow.any():
            return hidden, []
        part = replace(part, width=np.where(narrow, part.width, 0.0))
    reader = Reader(part)
    cuts, bounds = _company(part) if rounds else ([], [])
    for _ in range(rounds):
        chosen = _choose(part, cuts, bounds)
        if chosen is None:
            break
        hidden = chosen
        found = reader.narrow_cells(hidden)
        if not found:
            return hidden, []
        cuts += [cut for _, cut in found]
        bounds += [1.0] * len(found)
    return _hide_more(part, reader, hidden)


def _company(part: Table) -> tuple[list[Numbers], list[float]]:
    """Return what holds of every sufficient choice, to begin the search near its end.

    In each relation of a protected cell, what can fall when the cell rises must hold what its interval lacks.
    A further cell that is alone in a relation follows from it and protects nothing.
    """
    cuts, bounds = [], []
    relations = sparse.csr_matrix(part.relations)
    for start, stop in itertools.pairwise(relations.indptr):
        members, signs = relations.indices[start:stop], relations.data[start:stop]
        blocks = part.block[members]
        if len(np.unique(blocks)) < len(blocks):
            continue
        for place, cell in enumerate(members):
            cut = np.zeros(len(part.cost))
            if part.width[cell] > 0:
                lacking = max(part.width[cell] - part.counts[cell], 1.0)
                falls = np.minimum(part.counts[members] / lacking, 1.0)
                can_only_rise = part.counts[cell] >= part.width[cell]
                cut[blocks] = np.where((signs == signs[place]) & ~can_only_rise, falls, 1.0)
                cut[blocks[place]] = 0.0
                bounds.append(1.0)
            elif part.state[blocks[place]] == FREE:
                cut[blocks] = 1.0
                cut[blocks[place]] = -1.0
                bounds.append(0.0)
            else:
                continue
            cuts.append(cut)
    return cuts, bounds


def _hide_more(part: Table, reader: Reader, hidden: Mask) -> tuple[Mask, list[int]]:
    """Protect without a search: hide more and more of what widens the intervals that are too narrow."""
    while found := reader.narrow_cells(hidden):
        grown = hidden.copy()
        for _, cut in found:
            worth = np.where((part.state == FREE) & ~hidden, cut, 0.0)
            order = np.argsort(-worth / part.cost)
            reached = np.cumsum(worth[order]) + cut[hidden].sum()
            needed = order[: 1 + int(np.searchsorted(reached, 1.0 - TOLERANCE))]
            grown[needed[worth[needed] > TOLERANCE]] = True
        if (grown == hidden).all():
            break
        hidden = grown
    return hidden, [cell for cell, _ in found]


def _choose(part: Table, cuts: list[Numbers], bounds: list[float]) -> Mask | None:
    """Return the cheapest blocks whose sum reaches the bound in each cut, or none if no choice does."""
    solver = quiet_solver()
    solver.setOptionValue("mip_max_nodes", NODES)
    solver.setOptionValue("mip_rel_gap", GAP)
    # It looks for a first choice where there always is one, for most of the time that the search takes.
    solver.setOptionValue("mip_heuristic_run_feasibility_jump", False)  # noqa: FBT003 - highspy gives it no name
    count = len(part.cost)
    problem = highspy.HighsLp()
    problem.num_col_, problem.num_row_ = count, len(cuts)
    problem.col_cost_ = part.cost
    problem.col_lower_, problem.col_upper_ = (part.state == HIDDEN).astype(float), np.ones(count)
    problem.integrality_ = [highspy.HighsVarType.kInteger] * count
    problem.row_lower_ = np.array(bounds) - TOLERANCE
    problem.row_upper_ = np.full(len(cuts), highspy.kHighsInf)
    set_matrix(problem, sparse.csc_matrix(np.vstack(cuts)))
    solver.passModel(problem)
    solver.run()
    solution = solver.getSolution()
    if not solution.value_valid:
        return None
    return np.asarray(np.array(solution.col_value) > 0.5)


class Reader:
    """Somebody who knows the relations and every shown count, and asks what the hidden ones can be."""

    def __init__(self, part: Table) -> None:
        """Set up the programme of all cells; what is hidden is told to each question."""
        self._part = part
        self._places = np.arange(len(part.counts), dtype=np.int32)
        self._solver = simplex_solver()
        problem = highspy.HighsLp()
        problem.num_col_, problem.num_row_ = len(part.counts), part.relations.shape[0]
        problem.col_cost_ = np.zeros(len(part.counts))
        problem.col_lower_, problem.col_upper_ = part.counts, part.counts
        # What cells outside the part contribute to a relation is known: it is what is lacking to 0.
        totals = part.relations @ part.counts
        problem.row_lower_, problem.row_upper_ = totals, totals
        set_matrix(problem, sparse.csc_matrix(part.relations))
        self._solver.passModel(problem)

    def narrow_cells(self, hidden: Mask) -> list[tuple[int, Numbers]]:
        """Return the protected cells that can be narrowed too far.

        Args:
            hidden: Which blocks are hidden.

        Returns:
            Each cell with its cut: a number per block, such that the blocks of every sufficient choice have a
            sum of at least 1.
        """
        part = self._part
        unknown = hidden[part.block]
        upper = np.where(np.isfinite(part.upper), np.maximum(part.upper, part.counts), highspy.kHighsInf)
        self._solver.changeColsBounds(
            len(part.counts),
            self._places,
            np.where(unknown, 0.0, part.counts),
            np.where(unknown, upper, part.counts),
        )
        self._lowest, self._highest = part.counts.copy(), part.counts.copy()
        self._wander()
        found = []
        for cell in self._open():
            if self._is_narrow(cell):
                rise = self._push([cell], [1.0])
                if self._is_narrow(cell):
                    fall = self._push([cell], [-1.0])
                    if self._is_narrow(cell):
                        found.append((int(cell), self._cut(cell, rise, fall)))
        return found

    def _open(self) -> NDArray[np.int64]:
        return np.flatnonzero(self._highest - self._lowest < self._part.width - TOLERANCE)

    def _is_narrow(self, cell: int) -> bool:
        return bool(self._highest[cell] - self._lowest[cell] < self._part.width[cell] - TOLERANCE)

    def _wander(self) -> None:
        """Look at a few corners of what is possible, which settle most cells at once."""
        generator = np.random.default_rng(len(self._places))
        for _ in range(CORNERS):
            cells = self._open()
            if len(cells) < CORNERS:
                return
            weights = generator.uniform(0.5, 1.0, len(cells)) * generator.choice([-1, 1], len(cells))
            self._push(list(cells), list(weights))

    def _push(self, cells: Sequence[int], weights: Sequence[float]) -> Numbers:
        """Maximise a weighted sum of cells; return how much each cell's change would add to it at most.

        With multipliers v of the relations A, a sum with weights e grows by at most (e - A'v) times the
        change of each cell.
        """
        for cell, weight in zip(cells, weights, strict=True):
            self._solver.changeColCost(int(cell), -float(weight))
        status = solve_from_last(self._solver)
        solution = self._solver.getSolution()
        for cell in cells:
            self._solver.changeColCost(int(cell), 0.0)
        if status == highspy.HighsModelStatus.kOptimal:
            values = np.array(solution.col_value)
            self._lowest = np.minimum(self._lowest, values)
            self._highest = np.maximum(self._highest, values)
            return -np.array(solution.col_dual)
        if status not in (
            highspy.HighsModelStatus.kUnbounded,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        ):
            raise RuntimeError(f"HiGHS could not bound a hidden count: {status}")
        if len(cells) == 1:
            self._highest[cells[0]] = np.inf
        return np.zeros(len(self._places))

    def _cut(self, cell: int, rise: Numbers, fall: Numbers) -> Numbers:
        """Turn the two programmes of a cell into an inequality on blocks.

        A cell can change only if it is hidden: up to its upper bound, down to nobody.
        """
        part = self._part
        needed = part.width[cell]
        room = np.where(np.isfinite(part.upper), np.maximum(part.upper - part.counts, 0), needed)
        per_cell = np.zeros(len(part.counts))
        for reduced in (rise, fall):
            per_cell += np.where(reduced > TOLERANCE, reduced * room, 0.0)
            per_cell += np.where(reduced < -TOLERANCE, -reduced * part.counts, 0.0)
        per_block = np.bincount(part.block, weights=per_cell, minlength=len(part.cost))
        return np.asarray(np.minimum(per_block / needed, 1.0))
