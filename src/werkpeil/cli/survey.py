"""`werkpeil survey check` and `survey export`: what is wrong with surveys, their codebooks for others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from werkpeil.cli import screen
from werkpeil.codebook.export import export_codebook
from werkpeil.codebook.review import Review, review_survey
from werkpeil.errors import CheckFailedError, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.codebook.check import Problem
    from werkpeil.project import Project


def check_surveys(project: Project, survey_id: str | None, *, is_strict: bool) -> None:
    """Tell of one survey, or of all, what contradicts itself and what is open.

    Raises:
        CheckFailedError: if something contradicts itself or, where that counts, is open.
        InputError: if a survey is not known, or one of its files cannot be read.
    """
    surveys = [survey_id] if survey_id is not None else project.surveys
    if not surveys:
        raise InputError("There are no surveys yet.", hint="`werkpeil survey new FILE` drafts one.")
    reviews = [review_survey(project, each) for each in surveys]
    for review in reviews:
        _tell(review)
    problems = sum(len(review.problems) for review in reviews)
    open_points = sum(len(review.open_points) for review in reviews)
    if problems:
        raise CheckFailedError(
            f"{screen.counted(problems, 'contradiction')} in {_listed(reviews)}.",
            hint="correct what is marked `wrong`; docs/reference/codebook.md explains every key.",
        )
    if is_strict and open_points:
        raise CheckFailedError(
            f"{screen.counted(open_points, 'open point')}, and --strict allows none.",
            hint="see to what is marked `open`.",
        )


def write_codebook(project: Project, survey_id: str, file_format: str, out: Path | None) -> None:
    """Write a survey's codebook and tell where.

    Raises:
        InputError: if the survey or the format is not known.
        OutsideError: if a file cannot be written.
    """
    usual = {"ddi": f"{survey_id}.xml", "csvw": f"{survey_id}-csvw", "html": f"{survey_id}.html"}
    written = export_codebook(project, survey_id, file_format, out or Path(usual.get(file_format, survey_id)))
    for path in written:
        screen.say(f"  wrote   {screen.near(path)}")


def _listed(reviews: Sequence[Review]) -> str:
    return ", ".join(review.survey_id for review in reviews if review.problems)


def _tell(review: Review) -> None:
    counts = (
        f"{screen.counted(len(review.problems), 'contradiction')}, "
        f"{screen.counted(len(review.open_points), 'open point')}"
    )
    screen.say(f"{review.survey_id}: {screen.counted(review.columns, 'column')}, {counts}.", style="bold")
    for mark, found in (("wrong", review.problems), ("open ", review.open_points)):
        for problem in found:
            _tell_problem(mark, problem)


def _tell_problem(mark: str, problem: Problem) -> None:
    screen.say(f"  {mark}   {problem.what}")
    screen.say(f"          {problem.where}: {problem.hint}", style="dim")
