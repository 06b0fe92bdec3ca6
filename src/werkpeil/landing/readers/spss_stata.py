"""Read SPSS and Stata files with pyreadstat, some rows at a time."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

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
from werkpeil.landing.readers.readstat import CrashedError, Request, UnreadableError, read

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from werkpeil.landing.header import HeaderMatch

_CELLS_AT_A_TIME = 1_500_000  # each chunk is found by reading past the ones before it
_FALLBACK_ENCODING = "cp1252"
_WRONG_ENCODING = re.compile("convert string|encoding|byte sequence", re.IGNORECASE)
_ZERO_FILLED = re.compile(r"N(\d+)")  # SPSS format N: digits filled up with zeros, as in codes


def read_spss(source: Source) -> Delivered:
    """Read a `.sav` or `.zsav` file into the workspace, its user-missing codes as they are.

    Raises:
        InputError: if the file is damaged or its columns do not fit the codebook.
    """
    return _read(source, "spss")


def read_stata(source: Source) -> Delivered:
    """Read a `.dta` file into the workspace, its extended missing values as their letters.

    Raises:
        InputError: if the file is damaged or its columns do not fit the codebook.
    """
    return _read(source, "stata")


def _read(source: Source, reader: str) -> Delivered:
    try:
        try:
            return _attempt(source, _File(source, reader, None))
        except UnreadableError as error:
            if not _WRONG_ENCODING.search(str(error)):
                raise
        drop_tables(source.connection)
        return _attempt(source, _File(source, reader, _FALLBACK_ENCODING))
    except UnreadableError as error:
        raise _damaged(source, str(error)) from error
    except CrashedError as error:
        raise _damaged(source, "the library that reads such files crashes on it or does not end") from error


def _attempt(source: Source, file: _File) -> Delivered:
    """Read the file, its texts in one encoding."""
    about = file.about()
    told = about["number_rows"] if about["number_rows"] != -1 else None
    match = source.matcher.match([(name or "",) for name in about["column_names"]])
    variables = [
        _Variable.of(match, column, about, with_labels=column in source.label_columns)
        for column in match.found
        if column not in source.ignored_columns
    ]
    if file.reader == "spss" and told is not None:
        _require_no_more(source, file, told)
    filling = _Filling(source.connection, {variable.position: variable.type for variable in variables})
    rows = 0
    with closing(_chunks(source, file, variables, told)) as chunks:
        for chunk in chunks:
            rows += filling.insert(chunk, variables, rows)
            source.progress(rows / max(told or 0, rows, 1))
    if source.row_limit is None and told not in (None, rows):
        raise InputError(
            f"The file ends after {rows} rows and says that it holds {told}.",
            where=source.shown_as,
            hint="ask for the file again.",
        )
    said = f"{file.encoding} (not said in the file)" if file.encoding else about["file_encoding"]
    return Delivered(match, rows, file.reader, encoding=said)


@dataclass(frozen=True)
class _File:
    """A file to ask for parts of.

    Args:
        source: Where it is and who wants it.
        reader: `spss` or `stata`.
        encoding: Of its texts; None believes the file.
    """

    source: Source
    reader: str
    encoding: str | None

    def about(self) -> dict[str, Any]:
        """Return what it says of itself."""
        [about] = read([self.request()])
        return dict(about)

    def request(self, **wanted: Any) -> Request:
        """Return a request for a part of it, or for what it says of itself."""
        path, folder = str(self.source.path), str(self.source.workspace)
        return Request(self.reader, path, self.encoding, folder, **wanted)


@dataclass(frozen=True)
class _Variable:
    """A variable to read.

    Args:
        name: In the file.
        position: Of its column.
        is_text: Whether it holds texts.
        has_labels: Whether numbers are to be called by their labels, as the codebook wants.
        zero_filled: So many digits its numbers are written with, where they have leading zeros.
    """

    name: str
    position: int
    is_text: bool
    has_labels: bool
    zero_filled: int | None

    @classmethod
    def of(cls, match: HeaderMatch, column: str, about: dict[str, Any], *, with_labels: bool) -> _Variable:
        header = match.found[column]
        is_text = about["readstat_variable_types"].get(header.name) == "string"
        has_labels = with_labels and header.name in about["variable_value_labels"]
        format_ = about["original_variable_types"].get(header.name) or ""
        filled = _ZERO_FILLED.fullmatch(format_)
        return cls(header.name, header.position, is_text, has_labels, int(filled[1]) if filled else None)

    @property
    def type(self) -> str:
        """The type that its column begins with."""
        is_number = not self.is_text and not self.has_labels and self.zero_filled is None
        return DOUBLE if is_number else TEXT

    def written(self) -> str:
        """Return SQL for its numbers as a delimited file would write them."""
        text = number_text(f"c{self.position}")
        if self.zero_filled is None:
            return text
        return f"lpad({text}, greatest({self.zero_filled}, cast(length({text}) as integer)), '0')"


def _chunks(
    source: Source, file: _File, variables: list[_Variable], told: int | None
) -> Generator[dict[str, NDArray[Any]]]:
    """Yield the rows until a chunk is not full: the file may be silent or wrong about how many it holds.

    pyreadstat's own chunks go on for ever where a file does not say it, as it takes columns for rows then.
    """
    rows_at_a_time = max(_CELLS_AT_A_TIME // max(len(variables), 1), 1_000)
    wanted = min(rows_at_a_time, source.row_limit or rows_at_a_time)
    # A chunk behind the rows that the file tells of shows that there are no more.
    ends = [number for number in (source.row_limit, None if told is None else told + 1) if number is not None]
    begins = range(0, min(ends), wanted) if ends else count(0, wanted)
    requests = (
        file.request(
            begin=begin,
            rows=wanted,
            columns=tuple(variable.name for variable in variables),
            texts=tuple(variable.name for variable in variables if variable.is_text),
            labelled=tuple(variable.name for variable in variables if variable.has_labels),
        )
        for begin in begins
    )
    with closing(read(requests)) as chunks:
        for chunk in chunks:
            found = len(next(iter(chunk.values()), ()))
            if found:
                yield chunk
            if found < wanted:
                break


def _require_no_more(source: Source, file: _File, rows: int) -> None:
    """Read on behind the rows that the file's header tells, as if it told none.

    The library stops there, and rows behind that would be lost without a word; or it takes them for others.

    Raises:
        InputError: there is at least one more.
    """
    try:
        [found] = read([file.request(begin=rows, rows=1, counted=False)])
    except UnreadableError:
        return  # What is there is no row.
    if len(next(iter(found.values()), ())):
        raise InputError(
            f"The file says that it holds {rows} rows, and more follow.",
            where=source.shown_as,
            hint="ask for the file again, or export it anew from the program that made it.",
        )


class _Filling:
    """Puts chunks into the table `delivered`; a column is text from the first value on that is no number."""

    def __init__(self, connection: Any, types: dict[int, str]) -> None:
        self._connection = connection
        self._types = types
        create_tables(connection, types)

    def insert(self, chunk: dict[str, NDArray[Any]], variables: list[_Variable], before: int) -> int:
        """Put the rows of a chunk behind those before it; return how many there are."""
        values = {f"c{variable.position}": chunk[variable.name] for variable in variables}
        expressions = [
            self._expression(variable, is_number=chunk[variable.name].dtype == np.float64)
            for variable in variables
        ]
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


def _damaged(source: Source, error: str) -> InputError:
    return InputError(
        f"The file is damaged or cut off: {error}.",
        where=source.shown_as,
        hint="ask for the file again, or export it anew from the program that made it.",
    )
