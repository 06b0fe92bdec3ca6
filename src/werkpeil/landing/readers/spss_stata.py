"""Read SPSS and Stata files with pyreadstat, some rows at a time."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from itertools import count, groupby
from typing import TYPE_CHECKING, Any

from werkpeil.errors import InputError
from werkpeil.landing.readers.base import (
    DELIVERED,
    DOUBLE,
    TEXT,
    Delivered,
    Place,
    Source,
    cleaned,
    create_malformed,
    create_tables,
    number_text,
)
from werkpeil.landing.readers.readstat import (
    CrashedError,
    Part,
    Request,
    UnreadableError,
    Wanted,
    read,
    start,
)
from werkpeil.sql import literal

if TYPE_CHECKING:
    from collections.abc import Generator

    from werkpeil.landing.header import HeaderMatch

_CELLS_AT_A_TIME = 1_500_000  # each chunk is found by reading past the ones before it
_MANY_BYTES = 1 << 23  # of several parts
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
    if source.row_limit is None and source.path.stat().st_size > _MANY_BYTES:
        start()
    try:
        try:
            return _attempt(source, _File(source, reader, None))
        except UnreadableError as error:
            if not _WRONG_ENCODING.search(str(error)):
                raise
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
    rows, parts = 0, []
    with closing(_parts(source, file, variables, told)) as found:
        for part in found:
            parts.append(part)
            rows += part.rows
            source.progress(rows / max(told or 0, rows, 1))
    if source.row_limit is None and told not in (None, rows):
        raise InputError(
            f"The file ends after {rows} rows and says that it holds {told}.",
            where=source.shown_as,
            hint="ask for the file again.",
        )
    _show(source.connection, variables, parts)
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
        # Who reads may have been started in another folder.
        path, folder = (str(place.absolute()) for place in (self.source.path, self.source.workspace))
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
        has_labels = with_labels and header.name in about["labelled"]
        format_ = about["original_variable_types"].get(header.name) or ""
        filled = _ZERO_FILLED.fullmatch(format_)
        return cls(header.name, header.position, is_text, has_labels, int(filled[1]) if filled else None)

    @property
    def type(self) -> str:
        """The type that its column begins with."""
        is_number = not self.is_text and not self.has_labels and self.zero_filled is None
        return DOUBLE if is_number else TEXT

    @property
    def wanted(self) -> Wanted:
        """What is asked of whoever reads it."""
        column = f"c{self.position}"
        text = cleaned(f"cast({column} as varchar)")
        number = column if self.type == DOUBLE else self._written()
        return Wanted(self.name, column, self.is_text, self.has_labels, number, text)

    def _written(self) -> str:
        """Return SQL for its numbers as a delimited file would write them."""
        text = number_text(f"c{self.position}")
        if self.zero_filled is None:
            return text
        return f"lpad({text}, greatest({self.zero_filled}, cast(length({text}) as integer)), '0')"


def _parts(source: Source, file: _File, variables: list[_Variable], told: int | None) -> Generator[Part]:
    """Yield the rows until a part is not full: the file may be silent or wrong about how many it holds.

    pyreadstat's own chunks go on for ever where a file does not say it, as it takes columns for rows then.
    """
    at_a_time = max(_CELLS_AT_A_TIME // max(len(variables), 1), 1_000)
    rows = min(at_a_time, source.row_limit or at_a_time)
    # A part behind the rows that the file tells of shows that there are no more.
    ends = [number for number in (source.row_limit, None if told is None else told + 1) if number is not None]
    begins = range(0, min(ends), rows) if ends else count(0, rows)
    wanted = tuple(variable.wanted for variable in variables)
    requests = (file.request(begin=begin, rows=rows, wanted=wanted) for begin in begins)
    with closing(read(requests)) as found:
        for part in (Part(*told) for told in found):
            if part.rows:
                yield part
            if part.rows < rows:
                break


def _show(connection: Any, variables: list[_Variable], parts: list[Part]) -> None:
    """Create the view of the parts; a column is of texts if it is in one of them."""
    if not parts:
        create_tables(connection, {variable.position: variable.type for variable in variables})
        return
    is_text = [TEXT in kinds for kinds in zip(*(part.types for part in parts), strict=True)]
    selects = []
    for types, alike in groupby(parts, key=lambda part: part.types):
        columns = ["row_number"]
        for variable, own, becomes_text in zip(variables, types, is_text, strict=True):
            place = Place(f"c{variable.position}", own)
            columns.append(f"{place.text if becomes_text else place.name} as {place.name}")
        files = ", ".join(literal(str(part.file)) for part in alike)
        selects.append(f"select {', '.join(columns)} from read_parquet([{files}])")
    connection.execute(f"create view {DELIVERED} as {' union all '.join(selects)}")
    create_malformed(connection)


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
    if Part(*found).rows:
        raise InputError(
            f"The file says that it holds {rows} rows, and more follow.",
            where=source.shown_as,
            hint="ask for the file again, or export it anew from the program that made it.",
        )


def _damaged(source: Source, error: str) -> InputError:
    return InputError(
        f"The file is damaged or cut off: {error}.",
        where=source.shown_as,
        hint="ask for the file again, or export it anew from the program that made it.",
    )
