"""Read the first rows of a delivered file and describe each of its columns by what it holds."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from werkpeil.codebook import normalise_text
from werkpeil.codebook.draft.description import Variable
from werkpeil.codebook.draft.names import split_header
from werkpeil.codebook.draft.vocabulary import EMPTY_MARKS, missing_reason
from werkpeil.errors import InputError
from werkpeil.files import outside_errors
from werkpeil.landing import zone
from werkpeil.landing.detect import Detected, detect
from werkpeil.landing.header import HeaderMatch, headers_of
from werkpeil.landing.layout import as_table
from werkpeil.landing.readers import Delivered, Source, reader_of
from werkpeil.landing.readers.base import DELIVERED, places_in
from werkpeil.sql import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from werkpeil.codebook.draft.description import Description, Kind
    from werkpeil.codebook.model import MissingReason
    from werkpeil.landing.header import Header

ROW_LIMIT = 50_000
_KEPT_VALUES = 400
_LABELLED_FORMATS = ("sav", "zsav", "dta")
_LONGEST_SHOWN = 60
_MEMORY = "512MiB"
_READ = "read_rows"  # the rows that are looked at, all values as texts
_IMPORT_ID = re.compile(r'\{"ImportId":\s*"QID\d+(?:_(?!TEXT)\w+?)?(_TEXT)?"\}')


@dataclass(frozen=True)
class Numbers:
    """The numbers of a column, missing answers and texts excluded.

    Args:
        counts: Rows per number; of a column with more than 400 different ones only some.
        lowest: Up to ten lowest numbers, lowest first.
        highest: Up to ten highest numbers, highest first.
        mean: Of the rows.
        are_whole: No number has decimals.
        distinct: How many different numbers there are.
    """

    counts: dict[float, int]
    lowest: tuple[float, ...]
    highest: tuple[float, ...]
    mean: float
    are_whole: bool
    distinct: int


@dataclass(frozen=True)
class FileColumn:
    """A column of the delivered file.

    Args:
        position: 0-based place in the file.
        header: As delivered.
        code: The variable's code in the header; empty if the header is a question in full.
        question: What was asked, as far as the file says it.
        rows: Rows that were read.
        filled: Rows with a text of any kind.
        distinct: Different texts.
        values: Rows per text, of the 400 most frequent ones.
        missing: Delivered texts that say why there is no answer, such as `n.v.t.`.
        numbers: Where everything that is no missing text is a number.
        mean_length: Mean number of characters of a filled value.
        declared_missing: Values that the file declares missing.
        told: What the file, or a codebook beside it, says of the column.
    """

    position: int
    header: str
    code: str
    question: str
    rows: int
    filled: int
    distinct: int
    values: dict[str, int]
    missing: dict[str, MissingReason]
    numbers: Numbers | None
    mean_length: float
    declared_missing: frozenset[str]
    told: Variable

    @property
    def labels(self) -> dict[str, str]:
        """What the file calls its values."""
        return self.told.labels

    @property
    def shown(self) -> str:
        """How messages name the column."""
        name = self.code or " ".join(self.header.split())
        return name if len(name) <= _LONGEST_SHOWN else f"{name[: _LONGEST_SHOWN - 3]}..."

    @property
    def is_unique(self) -> bool:
        """Whether every row has its own value."""
        return self.rows > 0 and self.filled == self.distinct == self.rows

    @property
    def answers(self) -> dict[str, int]:
        """Values that are answers, the most frequent first."""
        left_out = self.missing.keys() | self.declared_missing
        return {value: count for value, count in self.values.items() if value not in left_out}


@dataclass(frozen=True)
class Delivery:
    """What was read of a file.

    Args:
        columns: Those with a header of their own.
        unusable: Headers that occur more than once: nobody can tell their columns apart.
        blank_texts: Texts that mean an empty cell in every column, such as `NA`.
        rows: Rows that were read.
        has_more_rows: The file has more rows than were read.
    """

    columns: tuple[FileColumn, ...]
    unusable: tuple[str, ...]
    blank_texts: tuple[str, ...]
    rows: int
    has_more_rows: bool
    connection: Any

    def values_of(self, column: FileColumn, scores: Mapping[str, float]) -> NDArray[np.float64]:
        """Return the scores of a column's answers in the order of the rows; NaN where there is none.

        Args:
            column: A column of this delivery.
            scores: Per delivered text.
        """
        rows = self.connection.execute(
            f"select c{column.position} from {_READ} order by row_number"
        ).fetchnumpy()
        [values] = rows.values()
        return np.array([scores.get(value, np.nan) for value in np.ma.filled(values, None)], dtype=float)

    def pairs_of(self, one: FileColumn, other: FileColumn) -> list[tuple[str, str]]:
        """Return the values that occur together in two columns, each pair once."""
        first, second = f"c{one.position}", f"c{other.position}"
        found: list[tuple[str, str]] = self.connection.execute(
            f"select distinct {first}, {second} from {_READ} "
            f"where {first} is not null and {second} is not null order by 1, 2"
        ).fetchall()
        return found


class _EveryHeader:
    """Takes every column of a file for known, and a row with many texts for its header."""

    def __init__(self, file_format: str) -> None:
        self._is_text = file_format == "text"

    def count(self, names: Sequence[str]) -> int:
        """Return how many names a row holds; of delimited text only whether it is more than one.

        Commas in questions would make the wrong delimiter look right if they were counted.
        """
        if self._is_text:
            return int(len(names) > 1)
        return len({normalise_text(name) for name in names if name.strip() and number_of(name) is None})

    def match(self, names: Sequence[tuple[str, ...]]) -> HeaderMatch:
        """Return every column as found, under its place."""
        headers = headers_of(names)
        return HeaderMatch(headers, {f"c{header.position}": header for header in headers}, ())


@contextmanager
def read_delivery(
    file: Path,
    report: Callable[[float], None] = lambda _: None,
    description: Description | None = None,
    codebook: Path | None = None,
) -> Iterator[Delivery]:
    """Read at most the first 50,000 rows of a delivered file.

    Args:
        file: In any format that landing reads.
        report: Told how much has been read, 0 to 1.
        description: What a codebook beside the file says of its columns.
        codebook: That codebook, which may say where in a record each column is.

    Yields:
        What the file holds; usable inside the `with` block.

    Raises:
        InputError: if the file cannot be read or holds no rows.
        OutsideError: if the disk is full.
    """
    _require_file(file)
    with (
        outside_errors(zone.PLACE),
        tempfile.TemporaryDirectory(prefix="werkpeil-draft-") as folder,
        duckdb.connect(str(Path(folder) / "rows.duckdb"), config={"memory_limit": _MEMORY}) as connection,
    ):
        detected = detect(file, Path(folder), file.name)
        if codebook is not None:
            detected = as_table(detected, codebook, Path(folder), file.name)
        source = Source(
            path=detected.path,
            shown_as=file.name,
            workspace=Path(folder),
            connection=connection,
            matcher=_EveryHeader(detected.format),
            label_columns=frozenset(),
            number_columns=frozenset(),
            ignored_columns=frozenset(),
            progress=report,
            row_limit=ROW_LIMIT + 1,
        )
        delivered = reader_of(detected.format)(source)
        if delivered.rows_read == 0:
            raise InputError("The file has a header and no rows.", where=file.name)
        try:
            _keep_texts(connection)
        except duckdb.Error as error:
            raise delivered.told(error) from error
        yield _described(delivered, detected, connection, description)


def _keep_texts(connection: Any) -> None:
    """Keep the first rows as texts, whatever the reader made of them: a draft is about what is written."""
    texts = "".join(
        f", {place.text} as {name}" for name, place in places_in(connection).items() if name != "row_number"
    )
    connection.execute(
        f"create table {_READ} as select row_number{texts} from {DELIVERED} where row_number <= {ROW_LIMIT}"
    )


def number_of(text: str) -> float | None:
    """Return a delivered text as the number that landing makes of it, or None."""
    if "_" in text:
        return None
    try:
        number = float(text.rstrip("% ").replace(",", "."))
    except ValueError:
        return None
    return number if isfinite(number) else None


def _require_file(file: Path) -> None:
    if not file.exists():
        raise InputError("There is no such file.", where=str(file))
    if not file.is_file():
        raise InputError("This is a folder, not a file.", where=str(file), hint="name the file in it.")


def _described(
    delivered: Delivered, detected: Detected, connection: Any, description: Description | None
) -> Delivery:
    [(rows,)] = connection.execute(f"select count(*) from {_READ}").fetchall()
    headers = delivered.match.headers
    occurrences = Counter(normalise_text(header.name) for header in headers)
    descriptions = [each for each in (description, _file_labels(delivered, detected)) if each is not None]
    blank_texts = _blank_texts(connection, headers)
    counted = _counter(connection, blank_texts)
    columns = [
        _column(header, delivered.headings, _variable(header, descriptions), counted(header), rows)
        for header in headers
        if occurrences[normalise_text(header.name)] == 1
    ]
    unusable = [header.name for header in headers if occurrences[normalise_text(header.name)] > 1]
    has_more = delivered.rows_read > ROW_LIMIT
    return Delivery(tuple(columns), tuple(unusable), blank_texts, rows, has_more, connection)


def _counter(connection: Any, blank_texts: Sequence[str]) -> Callable[[Header], list[tuple[str, int]]]:
    """Return a function that counts the values of a column, the most frequent first, blanks left out."""
    blank = ", ".join(literal(normalise_text(text)) for text in blank_texts) or "''"

    def counted(header: Header) -> list[tuple[str, int]]:
        place = f"c{header.position}"
        found: list[tuple[str, int]] = connection.execute(
            f"select {place}, count(*) from {_READ} where {place} is not null "
            f"and lower({place}) not in ({blank}) group by 1 order by 2 desc, 1"
        ).fetchall()
        return found

    return counted


def _blank_texts(connection: Any, headers: Sequence[Header]) -> tuple[str, ...]:
    """Return the texts by which the file writes an empty cell, as `NA`."""
    marks = ", ".join(literal(mark) for mark in sorted(EMPTY_MARKS))
    found: dict[str, str] = {}
    for header in headers:
        place = f"c{header.position}"
        rows = connection.execute(
            f"select distinct {place} from {_READ} where lower({place}) in ({marks})"
        ).fetchall()
        found |= {normalise_text(text): text for (text,) in rows}
    return tuple(found[key] for key in sorted(found))


def _file_labels(delivered: Delivered, detected: Detected) -> Description | None:
    if detected.format not in _LABELLED_FORMATS:
        return None
    # pyreadstat takes more memory than reading a text file does.
    from werkpeil.codebook.draft.labels import read_labels  # noqa: PLC0415 - only for such files

    return read_labels(detected.path, detected.format, delivered.encoding)


def _variable(header: Header, descriptions: Sequence[Description]) -> Variable:
    """Return what the first of some descriptions says of a column; nothing if none knows it."""
    found = (description.of(header) for description in descriptions)
    return next((variable for variable in found if variable is not None), Variable(""))


def _column(
    header: Header,
    headings: Sequence[Sequence[str]],
    variable: Variable,
    counted: Sequence[tuple[str, int]],
    rows: int,
) -> FileColumn:
    values: dict[str, int] = dict(counted)
    code, question = _code_and_question(header, headings)
    declared = variable.declared_missing(values)
    missing = {
        text: reason
        for text in values
        if text not in declared and number_of(text) is None and (reason := missing_reason(text)) is not None
    }
    answers = {text: n for text, n in values.items() if text not in missing and text not in declared}
    filled = sum(values.values())
    return FileColumn(
        position=header.position,
        header=header.name,
        code=variable.name or code,
        question=variable.question or question,
        rows=rows,
        filled=filled,
        distinct=len(values),
        values=dict(counted[:_KEPT_VALUES]),
        missing=missing,
        numbers=_numbers(answers),
        mean_length=sum(len(text) * count for text, count in counted) / filled if filled else 0.0,
        declared_missing=declared,
        told=replace(variable, kind=variable.kind or _kind_of_import(header, headings)),
    )


def _kind_of_import(header: Header, headings: Sequence[Sequence[str]]) -> Kind:
    """Return how Qualtrics had a question answered: its import id ends in TEXT where that was in words."""
    row = headings[-1] if headings else ()
    found = _IMPORT_ID.fullmatch(row[header.position].strip()) if header.position < len(row) else None
    if found is None:
        return ""
    return "text" if found[1] else "choice"


def _code_and_question(header: Header, headings: Sequence[Sequence[str]]) -> tuple[str, str]:
    """Return the code and the question of a column, from its header or the rows below it."""
    code, question = split_header(header.name)
    if len(header.names) > 1:  # Qualtrics' older form: V1 above ResponseID, Q1 above its question
        other_code, other_question = split_header(header.names[1])
        return (other_code, question) if other_code else (code, other_question)
    if not question and len(headings) > 1 and header.position < len(headings[0]):
        question = " ".join(headings[0][header.position].split())
    return code, question


def _numbers(answers: Mapping[str, int]) -> Numbers | None:
    counts: Counter[float] = Counter()
    for text, count in answers.items():
        number = number_of(text)
        if number is None:
            return None
        counts[number] += count
    if not counts:
        return None
    ordered = sorted(counts)
    total = sum(counts.values())
    return Numbers(
        counts={number: counts[number] for number in ordered[:_KEPT_VALUES]},
        lowest=tuple(ordered[:10]),
        highest=tuple(ordered[:-11:-1]),
        mean=sum(number * count for number, count in counts.items()) / total,
        are_whole=all(number.is_integer() for number in ordered),
        distinct=len(ordered),
    )
