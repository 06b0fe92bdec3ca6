"""Errors a user reads: what is wrong, where, and what to do.

The exit code tells a scheduler whose turn it is.
"""


class WerkpeilError(Exception):
    """Base of every error that is shown as a message instead of a traceback.

    Args:
        what: One sentence saying what is wrong.
        where: The file, column, row or table concerned, if there is one.
        hint: What the reader can do about it.
    """

    exit_code = 3

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"where: {self.where}")
        if self.hint:
            lines.append(f"what to do: {self.hint}")
        return "\n".join(lines)


class CheckFailedError(WerkpeilError):
    """A gate or check failed; nothing was published. Exit code 1."""

    exit_code = 1


class InputError(WerkpeilError):
    """The user's input cannot be used as it is. Exit code 2."""

    exit_code = 2


class OutsideError(WerkpeilError):
    """Something outside failed (disk, lock, database); the run can be repeated. Exit code 3."""

    exit_code = 3
