"""One at a time: a build, a check and a publication never touch the warehouse together."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from werkpeil.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkpeil.project import Project


@contextmanager
def only_one(project: Project) -> Iterator[None]:
    """Hold the warehouse's lock; a process that is killed lets go of it.

    Raises:
        OutsideError: if another process has it, or the data folder cannot be written.
    """
    try:
        project.data.mkdir(parents=True, exist_ok=True)
        with FileLock(project.data / ".build.lock", timeout=0):
            yield
    except Timeout as error:
        raise OutsideError(
            "Another build, check or publication is running.",
            where=str(project.data),
            hint="wait until it has finished and repeat.",
        ) from error
    except PermissionError as error:
        raise OutsideError(
            "The data folder cannot be written.",
            where=error.filename or str(project.data),
            hint="check its permissions.",
        ) from error
