"""HiGHS, silent and with one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy

if TYPE_CHECKING:
    from scipy import sparse

DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4
# What is nearer than this is equal: people, or parts of what a choice must reach.
TOLERANCE = 1e-6


class _QuietSolver(highspy.Highs):
    """HiGHS, silent from the start: it prints who made it when its callbacks are first enabled."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the name is highspy's
        """Enable callbacks without a word."""
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]  # highspy has no type there


def quiet_solver() -> highspy.Highs:
    """Return a solver of mixed problems."""
    solver: highspy.Highs = _QuietSolver()  # type: ignore[no-untyped-call]  # nor there
    solver.setOptionValue("threads", 1)
    return solver


def simplex_solver() -> highspy.Highs:
    """Return a solver that keeps its basis from one objective to the next."""
    solver = quiet_solver()
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("solver", "simplex")
    solver.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
    return solver


def set_matrix(problem: highspy.HighsLp, matrix: sparse.csc_matrix) -> None:
    """Give a problem its rows."""
    problem.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    problem.a_matrix_.start_ = matrix.indptr
    problem.a_matrix_.index_ = matrix.indices
    problem.a_matrix_.value_ = matrix.data


def solve_from_last(solver: highspy.Highs) -> highspy.HighsModelStatus:
    """Solve from the last basis; where that goes astray, anew and by the dual simplex."""
    solver.run()
    status = solver.getModelStatus()
    if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kUnbounded):
        solver.clearSolver()
        solver.setOptionValue("simplex_strategy", DUAL_SIMPLEX)
        solver.run()
        solver.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
        status = solver.getModelStatus()
    return status
