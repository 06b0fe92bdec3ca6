"""One at a time: a build, a check and a publication never touch the warehouse together."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from werkpeil.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkpeil.project import Project


RUN_LOCK = ".run.lock"
SECONDS_TO_WAIT = 1  # for a command that only asks whether the lock is held


@contextmanager
def only_one(project: Project) -> Iterator[None]:
    """Hold the warehouse's lock; a process that is killed lets go of it.

    Raises:
        OutsideError: if another process has it, or the data folder cannot be written.
    """

    def taken() -> OutsideError:
        return OutsideError(
            "Another build, check or publication is running.",
            where=str(project.data),
            hint="wait until it has finished and repeat.",
        )

    with _held(project, ".build.lock", 0, taken):
        yield


@contextmanager
def only_one_run(project: Project, taken: Callable[[], OutsideError]) -> Iterator[None]:
    """Hold the lock of runs, from their first look into the inbox to their last step.

    Args:
        project: Whose runs.
        taken: Returns the error that says who has it.

    Raises:
        OutsideError: if another run has it, or the data folder cannot be written.
    """
    with _held(project, RUN_LOCK, SECONDS_TO_WAIT, taken):
        yield


def is_run_at_work(project: Project) -> bool:
    """Tell whether a run holds its lock now."""
    path = project.data / RUN_LOCK
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except (Timeout, PermissionError):
        return True


@contextmanager
def _held(project: Project, name: str, seconds: float, taken: Callable[[], OutsideError]) -> Iterator[None]:
    try:
        project.data.mkdir(parents=True, exist_ok=True)
        with FileLock(project.data / name, timeout=seconds):
            yield
    except Timeout as error:
        raise taken() from error
    except PermissionError as error:
        raise OutsideError(
            "The data folder cannot be written.",
            where=error.filename or str(project.data),
            hint="check its permissions.",
        ) from error
