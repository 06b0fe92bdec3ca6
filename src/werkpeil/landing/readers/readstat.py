"""Read SPSS and Stata files in processes that may die of it, several at once.

The C library that reads these files can crash on a damaged one or go on for ever, and would take a whole run
with it; and it reads with one core. Run as a program of its own, this file answers each line that it is
given, a `Request` as JSON; importing it starts nothing.
"""

from __future__ import annotations

import atexit
import io
import itertools
import json
import math
import os
import signal
import subprocess
import sys
from collections import deque
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

SECONDS_AT_MOST = 60
PROGRAMS_AT_MOST = 4
DONE, UNREADABLE, DIED = "done", "unreadable", "died"
_ROWS_TOGETHER = 1_000
_NUMBERS = itertools.count(1)
_PROGRAMS: dict[int, subprocess.Popen[str]] = {}
# Where an SPSS file says how many rows it holds, and how it says that it does not know.
_COUNT_AT, _UNKNOWN = 80, b"\xff\xff\xff\xff"


class UnreadableError(Exception):
    """The library says what is wrong with a file."""


class CrashedError(Exception):
    """The library crashes on a file, or does not end."""


@dataclass(frozen=True)
class Wanted:
    """A variable to read.

    Attributes:
        name: In the file.
        column: What it is called in what is written.
        is_text: Whether its values are no numbers.
        has_labels: Whether its numbers are to be called by their labels.
        number: SQL for its values, as `column`, where all of a part are numbers; for texts or doubles.
        text: The same where they are texts, or anything else than numbers.
    """

    name: str
    column: str
    is_text: bool
    has_labels: bool
    number: str
    text: str


@dataclass(frozen=True)
class Request:
    """What is to be read of a file.

    Attributes:
        format: `spss` or `stata`.
        path: The file.
        encoding: Of its texts; None believes the file.
        folder: Where rows are written to.
        begin: Rows before those that are wanted.
        rows: How many rows are wanted; none for what the file says of itself.
        wanted: The variables.
        counted: Whether the file is believed how many rows it holds; where it is not, rows are looked for, no
            more.
        number: Tells it from all others; given when it is sent.
    """

    format: str
    path: str
    encoding: str | None
    folder: str
    begin: int = 0
    rows: int = 0
    wanted: tuple[Wanted, ...] = ()
    counted: bool = True
    number: int = 0

    @classmethod
    def of(cls, told: dict[str, Any]) -> Request:
        """Return a request that came as JSON."""
        wanted = tuple(Wanted(**each) for each in told.pop("wanted"))
        return cls(**told, wanted=wanted)

    @property
    def part(self) -> Path:
        """The Parquet file that rows are written to: `row_number` from 1, and the columns."""
        return Path(self.folder) / f"part-{self.number}.parquet"


@dataclass(frozen=True)
class Part:
    """Rows that were read.

    Attributes:
        rows: How many there are.
        types: `DOUBLE` or `VARCHAR` of each variable that was wanted.
        file: Where they are; None if there are none, or they were only counted.
    """

    rows: int
    types: list[str]
    file: str | None


def read(requests: Iterable[Request]) -> Generator[Any]:
    """Yield what each request asks for, in their order, while the next ones are being read.

    Of rows that is a list to make a `Part` of; of no rows, what the file says of itself: `column_names`,
    `number_rows`, `file_encoding`, `readstat_variable_types`, `original_variable_types` as pyreadstat has
    them, and `labelled`, the names of variables whose values have labels.

    Raises:
        UnreadableError: the library cannot read the file.
        CrashedError: it dies of it or takes too long.
    """
    waiting: deque[tuple[subprocess.Popen[str], Request]] = deque()
    programs = _count()
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
            request.part.unlink(missing_ok=True)


def start() -> None:
    """Start all programs, for a file that has work for each: their start takes as long as the first part."""
    for place in range(_count()):
        _program(place)


def _count() -> int:
    return min(os.cpu_count() or 1, PROGRAMS_AT_MOST)


def _program(place: int) -> subprocess.Popen[str]:
    """Return a program, started once and once more if it died: its start takes as long as reading a part."""
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


def _answer(program: subprocess.Popen[str], request: Request) -> tuple[str, Any]:
    """Return how a request ended and what it gave; answers to others are of those that nobody waits for."""
    assert program.stdout is not None  # noqa: S101 - for mypy: it is a pipe
    for line in program.stdout:
        number, end, told = json.loads(line)
        if number == request.number:
            return end, told
    return DIED, None


def _result(program: subprocess.Popen[str], request: Request) -> Any:
    end, told = _answer(program, request)
    if end == DIED:
        raise CrashedError
    if end == UNREADABLE:
        raise UnreadableError(told)
    return told


# --- In the program -----------------------------------------------------------------------------


def _answer_all() -> None:
    """Answer each line; a crash or the alarm ends the program, and who asked starts another."""
    # Who is interrupted ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        request = Request.of(json.loads(line))
        signal.alarm(SECONDS_AT_MOST)
        outcome = _outcome(request)
        signal.alarm(0)
        sys.stdout.write(json.dumps([request.number, *outcome]) + "\n")
        sys.stdout.flush()


def _outcome(request: Request) -> tuple[str, Any]:
    import pyreadstat  # noqa: PLC0415 - who asks must not pay for it

    unreadable = (
        pyreadstat.ReadstatError,
        pyreadstat.PyreadstatError,
        ValueError,
        OverflowError,
        IndexError,
    )
    try:
        return DONE, _read_rows(request) if request.rows else _read_header(request)
    except unreadable as error:
        return UNREADABLE, str(error)


def _library(request: Request) -> Any:
    import pyreadstat  # noqa: PLC0415 - who asks must not pay for it

    return {"spss": pyreadstat.read_sav, "stata": pyreadstat.read_dta}[request.format]


def _read_header(request: Request) -> dict[str, Any]:
    # Asked for a frame, it would import pandas, although there are no rows to make one of.
    about = {"metadataonly": True, "output_format": "dict"}
    _, told = _library(request)(request.path, encoding=request.encoding, **about)
    names = ["column_names", "number_rows", "file_encoding"]
    names += ["readstat_variable_types", "original_variable_types"]
    return {name: getattr(told, name) for name in names} | {"labelled": list(told.variable_value_labels)}


def _read_rows(request: Request) -> tuple[Any, ...]:
    columns, told = _library(request)(
        request.path if request.counted else _CountUnknown(request.path),
        row_offset=request.begin,
        row_limit=request.rows,
        usecols=[each.name for each in request.wanted] or None,
        user_missing=True,
        encoding=request.encoding,
        output_format="dict",
    )
    rows = len(next(iter(columns.values()), ()))
    if not rows or not request.counted:
        return rows, [], None
    numbers = _numbers({w.name: columns[w.name] for w in request.wanted if not (w.is_text or w.has_labels)})
    values, expressions = {}, []
    for each in request.wanted:
        is_number = each.name in numbers
        labels = told.variable_value_labels.get(each.name, {}) if each.has_labels else {}
        values[each.column] = numbers[each.name] if is_number else _texts(columns[each.name], labels)
        expressions.append(f"{each.number if is_number else each.text} as {each.column}")
    values["row_number"] = np.arange(request.begin + 1, request.begin + rows + 1)
    return rows, _write_part(request, values, expressions), str(request.part)


def _write_part(request: Request, values: dict[str, Any], expressions: list[str]) -> list[str]:
    """Write columns to the file of a request; return their types."""
    # DuckDB scans arrays of numpy as they are, and takes NaN for null. To make them pyarrow's would
    # import pandas, which takes as long as reading a small file.
    connection = _database()
    connection.register("chunk", values)
    part = connection.sql(f"select {', '.join(['row_number', *expressions])} from chunk")
    part.write_parquet(str(request.part))
    types = [str(kind) for kind in part.types[1:]]
    connection.unregister("chunk")
    return types


@cache
def _database() -> Any:
    """Return what writes Parquet, opened once."""
    import duckdb  # noqa: PLC0415 - the program alone uses it here

    return duckdb.connect(config={"threads": 1})


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


def _texts(values: list[Any], labels: dict[Any, str]) -> Any:
    """Return values that are no numbers, or are to be called by their labels, as texts."""
    return np.array([labels.get(value, _text(value)) for value in values], dtype=object)


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
