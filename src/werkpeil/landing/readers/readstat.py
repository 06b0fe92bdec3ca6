"""Read SPSS and Stata files in processes that may die of it, several at once.

The C library that reads these files can crash on a damaged one or go on for ever, and would take a whole run
with it. While it reads, what it read before can be written. Run as a program of its own, this file answers
each line that it is given, a `Request` as JSON, when a child process is done with it; importing it starts
nothing.
"""

from __future__ import annotations

import atexit
import io
import itertools
import json
import math
import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

SECONDS_AT_MOST = 60
PROGRAMS_AT_MOST = 4
DONE, UNREADABLE, DIED = "done", "unreadable", "died"
# What a file says of itself, by pyreadstat's names.
ABOUT = (
    "column_names",
    "number_rows",
    "file_encoding",
    "readstat_variable_types",
    "original_variable_types",
    "variable_value_labels",
)
# How a child ends, by its exit code; any other is a death.
ENDS = (DONE, UNREADABLE)
_NUMBERS = itertools.count(1)
_PROGRAMS: dict[int, subprocess.Popen[str]] = {}
_ROWS_TOGETHER = 1_000
# Where an SPSS file says how many rows it holds, and how it says that it does not know.
_COUNT_AT, _UNKNOWN = 80, b"\xff\xff\xff\xff"


class UnreadableError(Exception):
    """The library says what is wrong with a file."""


class CrashedError(Exception):
    """The library crashes on a file, or does not end."""


@dataclass(frozen=True)
class Request:
    """What is to be read of a file.

    Attributes:
        format: `spss` or `stata`.
        path: The file.
        encoding: Of its texts; None believes the file.
        folder: Where what was read is kept until it is used.
        begin: Rows before those that are wanted.
        rows: How many rows are wanted; none for what the file says of itself.
        columns: Names of the variables that are wanted.
        texts: Those of them whose values are no numbers.
        labelled: Those of them whose numbers are to be called by their labels.
        counted: Whether the file is believed how many rows it holds.
        number: Tells it from all others; given when it is sent.
    """

    format: str
    path: str
    encoding: str | None
    folder: str
    begin: int = 0
    rows: int = 0
    columns: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    labelled: tuple[str, ...] = ()
    counted: bool = True
    number: int = 0

    @property
    def result(self) -> Path:
        """The file that what was read is written to."""
        return Path(self.folder) / f"part-{self.number}"


def read(requests: Iterable[Request]) -> Generator[Any]:
    """Yield what each request asks for, in their order, while the next ones are being read.

    Of rows that is, by name of the variable, an array of doubles, NaN where there is no number, or of texts
    and None; of no rows, what the file says of itself: `ABOUT`.

    Raises:
        UnreadableError: the library cannot read the file.
        CrashedError: it dies of it or takes too long.
    """
    waiting: deque[tuple[subprocess.Popen[str], Request]] = deque()
    programs = min(os.cpu_count() or 1, PROGRAMS_AT_MOST)
    try:
        for place, request in enumerate(requests):
            if len(waiting) == programs:
                yield _result(*waiting.popleft())
            program, numbered = _program(place % programs), replace(request, number=next(_NUMBERS))
            waiting.append((program, numbered))
            _write_line(program, json.dumps(asdict(numbered)))
        while waiting:
            yield _result(*waiting.popleft())
    finally:
        # Of what nobody wants any more nothing is left behind.
        for program, request in waiting:
            _answer(program, request)
            _forget(request)


def _program(place: int) -> subprocess.Popen[str]:
    """Return a program, started once: it imports the library, and its children have it already."""
    running = _PROGRAMS.get(place)
    if running is None or running.poll() is not None:
        running = subprocess.Popen(  # noqa: S603 - this file, by this Python
            [sys.executable, "-I", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        atexit.register(running.kill)
        _PROGRAMS[place] = running
    return running


def _write_line(program: subprocess.Popen[str], line: str) -> None:
    assert program.stdin is not None  # noqa: S101 - for mypy: it is a pipe
    program.stdin.write(line + "\n")
    program.stdin.flush()


def _answer(program: subprocess.Popen[str], request: Request) -> str:
    """Return how a request ended; answers to others are of those that nobody waits for."""
    assert program.stdout is not None  # noqa: S101 - for mypy: it is a pipe
    for line in program.stdout:
        number, _, answer = line.strip().partition(" ")
        if number == str(request.number):
            return answer
    return DIED


def _result(program: subprocess.Popen[str], request: Request) -> Any:
    answer = _answer(program, request)
    try:
        if answer == DIED:
            raise CrashedError
        with request.result.open("rb") as file:
            result = pickle.load(file)  # noqa: S301 - written by this file
    finally:
        _forget(request)
    if answer == UNREADABLE:
        raise UnreadableError(result)
    return result


def _forget(request: Request) -> None:
    request.result.unlink(missing_ok=True)


# --- In the program -----------------------------------------------------------------------------


def _answer_all() -> None:
    import pyreadstat  # noqa: F401, PLC0415 - before the fork, for all children

    # Who is interrupted ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        request = Request(**json.loads(line))
        child = os.fork()
        if child == 0:
            signal.alarm(SECONDS_AT_MOST)
            status = len(ENDS)
            try:
                status = ENDS.index(_write(request))
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        sys.stdout.write(f"{request.number} {ENDS[code] if 0 <= code < len(ENDS) else DIED}\n")
        sys.stdout.flush()


def _write(request: Request) -> str:
    """Write what is asked for, or why it cannot be read; return which of both."""
    import pyreadstat  # noqa: PLC0415 - who asks must not pay for it twice

    unreadable = (
        pyreadstat.ReadstatError,
        pyreadstat.PyreadstatError,
        ValueError,
        OverflowError,
        IndexError,
    )
    try:
        result, end = _read(request), DONE
    except unreadable as error:
        result, end = str(error), UNREADABLE
    with request.result.open("wb") as file:
        pickle.dump(result, file, protocol=5)
    return end


def _read(request: Request) -> Any:
    import pyreadstat  # noqa: PLC0415 - who asks must not pay for it twice

    library = {"spss": pyreadstat.read_sav, "stata": pyreadstat.read_dta}[request.format]
    if not request.rows:
        _, told = library(request.path, metadataonly=True, encoding=request.encoding)
        return {name: getattr(told, name) for name in ABOUT}
    columns, told = library(
        request.path if request.counted else _CountUnknown(request.path),
        row_offset=request.begin,
        row_limit=request.rows,
        usecols=list(request.columns) or None,
        user_missing=True,
        encoding=request.encoding,
        output_format="dict",
    )
    others = {*request.texts, *request.labelled}
    found: dict[str, Any] = _numbers({name: values for name, values in columns.items() if name not in others})
    for name in columns.keys() - found.keys():
        labels = told.variable_value_labels.get(name, {}) if name in request.labelled else {}
        found[name] = np.array([labels.get(value, _text(value)) for value in columns[name]], dtype=object)
    return found


def _numbers(columns: dict[str, list[Any]]) -> dict[str, Any]:
    """Return the columns that hold numbers only, NaN where there is none.

    The values of a row lie side by side in memory: all columns of a thousand rows are done before the next
    thousand, in a third of the time.

    Args:
        columns: Numbers and None; dates, and Stata's letters, make a column one of texts.
    """
    found = {name: np.empty(len(values)) for name, values in columns.items()}
    rows = len(next(iter(columns.values()), ()))
    for start in range(0, rows, _ROWS_TOGETHER):
        part = slice(start, start + _ROWS_TOGETHER)
        for name in list(found):
            try:
                found[name][part] = np.array(columns[name][part], dtype=np.float64)
            except (TypeError, ValueError):
                del found[name]
    return found


def _text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


class _CountUnknown(io.FileIO):
    """An SPSS file whose header does not tell how many rows it holds, whatever it does tell."""

    def read(self, size: int = -1) -> bytes:  # type: ignore[override]  # who reads it gives a number
        """Read as from the file, with the count of rows unknown."""
        at = self.tell()
        block = bytearray(super().read(size) or b"")
        for place, byte in enumerate(_UNKNOWN, start=_COUNT_AT - at):
            if 0 <= place < len(block):
                block[place] = byte
        return bytes(block)


if __name__ == "__main__":
    _answer_all()
