"""The log of a run: one JSON object per line, for programs that collect logs."""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from werkpeil.files import outside_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS = "werkpeil"
# What every record of the library has; anything else was given by who logs.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonLines(logging.Formatter):
    """One line of JSON per record: time (UTC), level, logger, run, message, and what was given beside it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "run": self._number,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class _Kept(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Do without the line: a full disk stops the run where it matters, and says so once."""


@contextmanager
def kept_log(path: Path, number: int) -> Iterator[None]:
    """Keep what is logged meanwhile in a file: all of ours, and what others warn of.

    Args:
        path: The file; it is made anew.
        number: The run's number.

    Raises:
        OutsideError: the disk is full, or the file cannot be written.
    """
    with outside_errors("folder of run records"):
        handler = _Kept(path, mode="w", encoding="utf-8")
    handler.setFormatter(JsonLines(number))
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or _is_ours(record.name))
    root, ours = logging.getLogger(), logging.getLogger(OURS)
    before = ours.level
    root.addHandler(handler)
    ours.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        ours.setLevel(before)
        root.removeHandler(handler)
        handler.close()


def _is_ours(name: str) -> bool:
    return name == OURS or name.startswith(f"{OURS}.")
