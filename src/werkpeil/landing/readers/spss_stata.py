"""Read SPSS and Stata files with pyreadstat, some rows at a time."""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyreadstat

from werkpeil.errors import InputError
from werkpeil.landing.readers.base import (
    DELIVERED,
    DOUBLE,
    TEXT,
    Delivered,
    Place,
    Source,
    cleaned,
    create_tables,
    drop_tables,
    number_text,
)
from werkpeil.landing.readers.probe import survives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from werkpeil.landing.header import HeaderMatch

_CELLS_AT_A_TIME = 1_500_000  # each chunk is found by reading past the ones before it
_ROWS_TOGETHER = 1_000
_FALLBACK_ENCODING = "cp1252"
_WRONG_ENCODING = re.compile("convert string|encoding|byte sequence", re.IGNORECASE)
_UNREADABLE = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError, IndexError)
_ZERO_FILLED = re.compile(r"N(\d+)")  # SPSS format N: digits filled up with zeros, as in codes


def read_spss(source: Source) -> Delivered:
    """Read a `.sav` or `.zsav` file into the workspace, its user-missing codes as they are.

    Raises:
        InputError: if the file is damaged or its columns do not fit the codebook.
    """
    return _read(source, pyreadstat.read_sav, "spss")


def read_stata(source: Source) -> Delivered:
    """Read a `.dta` file into the workspace, its extended missing values as their letters.

    Raises:
        InputError: if the file is damaged or its columns do not fit the codebook.
    """
    return _read(source, pyreadstat.read_dta, "stata")


def _read(source: Source, read: Callable[..., Any], reader: str) -> Delivered:
    if not survives(reader, str(source.path)):
        raise _damaged(source, "the library that reads such files crashes on it or does not end")
    try:
        return _attempt(source, read, reader, None)
    except _UNREADABLE as error:
        if not _WRONG_ENCODING.search(str(error)):
            raise _damaged(source, error) from error
    drop_tables(source.connection)
    try:
        return _attempt(source, read, reader, _FALLBACK_ENCODING)
    except _UNREADABLE as error:
        raise _damaged(source, error) from error


def _attempt(source: Source, read: Callable[..., Any], reader: str, encoding: str | None) -> Delivered:
    """Read the file, its texts in an encoding; None believes the file."""
    _, metadata = read(str(source.path), metadataonly=True, encoding=encoding)
    match = source.matcher.match([(name or "",) for name in metadata.column_names])
    variables = [
        _Variable.of(match, column, metadata, with_labels=column in source.label_columns)
        for column in match.found
        if column not in source.ignored_columns
    ]
    if reader == "spss" and metadata.number_rows not in (None, -1):
        _require_no_more(source, metadata.number_rows)
    filling = _Filling(source.connection, {variable.position: variable.type for variable in variables})
    rows = 0
    for chunk in _chunks(source, read, variables, encoding):
        rows += filling.insert(chunk, variables, rows)
        source.progress(rows / max(metadata.number_rows or 0, rows, 1))
    if source.row_limit is None and metadata.number_rows not in (None, -1, rows):
        raise InputError(
            f"The file ends after {rows} rows and says that it holds {metadata.number_rows}.",
            where=source.shown_as,
            hint="ask for the file again.",
        )
    said = f"{encoding} (not said in the file)" if encoding else metadata.file_encoding
    return Delivered(match, rows, reader, encoding=said)


@dataclass(frozen=True)
class _Variable:
    """A variable to read.

    Args:
        name: In the file.
        position: Of its column.
        is_text: Whether it holds texts.
        labels: What numbers are called, where the codebook wants that.
        zero_filled: So many digits its numbers are written with, where they have leading zeros.
    """

    name: str
    position: int
    is_text: bool
    labels: dict[Any, str] | None
    zero_filled: int | None

    @classmethod
    def of(cls, match: HeaderMatch, column: str, metadata: Any, *, with_labels: bool) -> _Variable:
        header = match.found[column]
        is_text = metadata.readstat_variable_types.get(header.name) == "string"
        labels = metadata.variable_value_labels.get(header.name) if with_labels else None
        format_ = metadata.original_variable_types.get(header.name) or ""
        filled = _ZERO_FILLED.fullmatch(format_)
        return cls(header.name, header.position, is_text, labels, int(filled[1]) if filled else None)

    @property
    def type(self) -> str:
        """The type that its column begins with."""
        is_number = not self.is_text and self.labels is None and self.zero_filled is None
        return DOUBLE if is_number else TEXT

    def texts(self, delivered: list[Any]) -> NDArray[Any]:
        """Return values that are no numbers, or are to be called by their labels, as texts."""
        labels = self.labels or {}
        return np.array([labels.get(value, _text(value)) for value in delivered], dtype=object)

    def written(self) -> str:
        """Return SQL for its numbers as a delimited file would write them."""
        text = number_text(f"c{self.position}")
        if self.zero_filled is None:
            return text
        return f"lpad({text}, greatest({self.zero_filled}, cast(length({text}) as integer)), '0')"


def _numbers(columns: dict[str, list[Any]]) -> dict[str, NDArray[np.float64]]:
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


def _chunks(
    source: Source,
    read: Callable[..., Any],
    variables: list[_Variable],
    encoding: str | None,
) -> Iterator[dict[str, list[Any]]]:
    """Yield the rows until a chunk is not full: the file may be silent or wrong about how many it holds.

    pyreadstat's own chunks go on for ever where a file does not say it, as it takes columns for rows then.
    """
    rows_at_a_time = max(_CELLS_AT_A_TIME // max(len(variables), 1), 1_000)
    wanted = min(rows_at_a_time, source.row_limit or rows_at_a_time)
    before, found = 0, wanted
    while found == wanted and (source.row_limit is None or before < source.row_limit):
        chunk, _ = read(
            str(source.path),
            row_offset=before,
            row_limit=wanted,
            usecols=[variable.name for variable in variables],
            user_missing=True,
            encoding=encoding,
            output_format="dict",
        )
        found = len(next(iter(chunk.values()), ()))
        before += found
        if found:
            yield chunk


# Where an SPSS file says how many rows it holds, and how it says that it does not know.
_COUNT_AT, _UNKNOWN = 80, b"\xff\xff\xff\xff"


def _require_no_more(source: Source, rows: int) -> None:
    """Read on behind the rows that the file's header tells, as if it told none.

    The library stops there, and rows behind that would be lost without a word; or it takes them for others.

    Raises:
        InputError: there is at least one more.
    """
    with _CountUnknown(source.path) as file:
        try:
            found, _ = pyreadstat.read_sav(file, row_offset=rows, row_limit=1, output_format="dict")
        except _UNREADABLE:
            return  # What is there is no row.
    if len(next(iter(found.values()), ())):
        raise InputError(
            f"The file says that it holds {rows} rows, and more follow.",
            where=source.shown_as,
            hint="ask for the file again, or export it anew from the program that made it.",
        )


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


class _Filling:
    """Puts chunks into the table `delivered`; a column is text from the first value on that is no number."""

    def __init__(self, connection: Any, types: dict[int, str]) -> None:
        self._connection = connection
        self._types = types
        create_tables(connection, types)

    def insert(self, chunk: dict[str, list[Any]], variables: list[_Variable], before: int) -> int:
        """Put the rows of a chunk behind those before it; return how many there are."""
        numbers = _numbers({v.name: chunk[v.name] for v in variables if not v.is_text and v.labels is None})
        values: dict[str, NDArray[Any]] = {}
        expressions = []
        for variable in variables:
            is_number = variable.name in numbers
            values[f"c{variable.position}"] = (
                numbers[variable.name] if is_number else variable.texts(chunk[variable.name])
            )
            expressions.append(self._expression(variable, is_number=is_number))
        rows = len(next(iter(values.values()), ()))
        # DuckDB scans arrays of numpy as they are, and takes NaN for null. To make them pyarrow's would
        # import pandas, which takes as long as reading a small file.
        self._connection.register("chunk", {"row_number": np.arange(before + 1, before + rows + 1), **values})
        self._connection.execute(
            f"insert into {DELIVERED} (row_number, {', '.join(values)}) "
            f"select row_number, {', '.join(expressions)} from chunk"
        )
        self._connection.unregister("chunk")
        return rows

    def _expression(self, variable: _Variable, *, is_number: bool) -> str:
        name = f"c{variable.position}"
        if is_number and self._types[variable.position] == DOUBLE:
            return name
        self._make_text(variable.position)
        return variable.written() if is_number else cleaned(f"cast({name} as varchar)")

    def _make_text(self, position: int) -> None:
        place = Place(f"c{position}", self._types[position])
        if place.type != TEXT:
            self._connection.execute(
                f"alter table {DELIVERED} alter {place.name} set data type varchar using {place.text}"
            )
            self._types[position] = TEXT


def _damaged(source: Source, error: BaseException | str) -> InputError:
    return InputError(
        f"The file is damaged or cut off: {error}.",
        where=source.shown_as,
        hint="ask for the file again, or export it anew from the program that made it.",
    )
