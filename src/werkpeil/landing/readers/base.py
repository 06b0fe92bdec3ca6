"""What a reader is given and what it returns; each format is one reader in one file.

A reader makes the table or view `delivered` in the workspace's database: `row_number` (1-based, in the
file's order) and `c<position>` for each column that the codebook wants. A column is of whole numbers or
doubles where the file's is; any other column is of texts, trimmed, empty ones null. `Place.text` says how a
number is written, so that nothing downstream depends on the format. Rows that are no rows of the table (a
field too few, a quote without its end) go to `malformed` (row_number, detail, line).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from werkpeil.landing.header import HeaderMatch, Matcher

DELIVERED = "delivered"
MALFORMED = "malformed"
TEXT = "VARCHAR"
DOUBLE = "DOUBLE"
# Of no wider ones DuckDB rounds to a double as it rounds their digits.
WHOLE_TYPES = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
)

# Blanks, line ends, no-break blanks and byte-order marks around a value say nothing.
_BLANKS = " \t\n\r\u00a0\ufeff"
_AROUND = " || ".join(f"chr({ord(blank)})" for blank in _BLANKS)


@dataclass(frozen=True)
class Source:
    """A file to read.

    Args:
        path: The file, unpacked if it was packed.
        shown_as: Its name in messages.
        workspace: Private folder on the landing zone's disk.
        connection: The workspace's DuckDB database.
        matcher: Compares headers with the codebook.
        label_columns: Codebook columns whose answers are texts; numbers with value labels
            become their labels there.
        number_columns: Codebook columns whose values are numbers or codes: in a file of texts it is
            worth while to look whether they are whole numbers.
        ignored_columns: Codebook columns that are not kept.
        progress: Told how much of the file has been read, 0 to 1.
        row_limit: Read no more rows than about this many; None reads all of them.
    """

    path: Path
    shown_as: str
    workspace: Path
    connection: Any
    matcher: Matcher
    label_columns: frozenset[str]
    number_columns: frozenset[str]
    ignored_columns: frozenset[str]
    progress: Callable[[float], None]
    row_limit: int | None = None

    def wanted(self, match: HeaderMatch) -> list[int]:
        """Return the positions of the columns to read, in the file's order."""
        return sorted(
            header.position for column, header in match.found.items() if column not in self.ignored_columns
        )

    def numeric(self, match: HeaderMatch) -> list[int]:
        """Return the positions of the columns that should hold numbers, in the file's order."""
        return sorted(
            header.position for column, header in match.found.items() if column in self.number_columns
        )


@dataclass(frozen=True)
class Delivered:
    """What a reader found.

    Args:
        match: Which column is where.
        rows_read: Rows of the table, malformed ones included, headings and blank lines excluded.
        reader: Name for the register.
        encoding: Of the texts, where the format leaves a choice.
        delimiter: Between fields, in a text file.
        headings: Rows below the header that are no respondents, such as question texts.
        rows_together: The most rows that lie together in a file that `delivered` is a view of.
        told: What a user is told of an error that DuckDB meets in a delivery that `delivered` is a view of;
            the error itself where that is no fault of the file.
    """

    match: HeaderMatch
    rows_read: int
    reader: str
    encoding: str | None = None
    delimiter: str | None = None
    headings: tuple[tuple[str, ...], ...] = ()
    rows_together: int = 0
    told: Callable[[Exception], Exception] = lambda error: error


Reader = Callable[[Source], Delivered]


@dataclass(frozen=True)
class Place:
    """A column of `delivered`.

    Args:
        name: Its name, as SQL in the statement that it stands in.
        type: `TEXT`, `DOUBLE` or one of `WHOLE_TYPES`.
    """

    name: str
    type: str

    @property
    def text(self) -> str:
        """SQL for its values as a delimited file would write them."""
        if self.type == TEXT:
            return self.name
        return number_text(self.name) if self.type == DOUBLE else f"cast({self.name} as varchar)"

    def of(self, table: str) -> Place:
        """Return the column as a statement knows it that calls the table by another name."""
        return replace(self, name=f"{table}.{self.name}")


def places_in(connection: Any) -> dict[str, Place]:
    """Return the columns that `delivered` has, by name."""
    columns = connection.execute(f"describe {DELIVERED}").fetchall()
    return {column[0]: Place(column[0], str(column[1])) for column in columns}


def create_tables(connection: Any, types: Mapping[int, str]) -> None:
    """Create the two tables that a reader fills.

    Args:
        connection: The workspace's database.
        types: Of each column that is to be read, by its position.
    """
    columns = "".join(f", c{position} {kind}" for position, kind in types.items())
    connection.execute(f"create table {DELIVERED} (row_number bigint{columns})")
    create_malformed(connection)


def create_malformed(connection: Any) -> None:
    """Create the table of rows that are none."""
    connection.execute(f"create table {MALFORMED} (row_number bigint, detail varchar, line varchar)")


def drop_tables(connection: Any) -> None:
    """Drop what a first attempt filled."""
    connection.execute(f"drop table if exists {DELIVERED}")
    connection.execute(f"drop table if exists {MALFORMED}")


def cleaned(expression: str) -> str:
    """Return SQL for a delivered text as it is kept: trimmed, unmarked, null if empty."""
    trimmed = f"nullif(trim(replace({expression}, chr(65279), ''), {_AROUND}), '')"
    # Trimming takes longer than reading. Printable ASCII, as most texts are, needs none.
    is_ascii = f"{expression} >= '!' and strlen({expression}) = length({expression})"
    is_clean = f"{is_ascii} and right({expression}, 1) > ' '"
    return f"case when {is_clean} then {expression} when strlen({expression}) > 1 then {trimmed} end"


def cleaned_text(text: str) -> str:
    """Return what `cleaned` keeps of a text, for one value in Python."""
    return text.replace("\ufeff", "").strip(_BLANKS)


def number_text(expression: str) -> str:
    """Return SQL for a number as a delimited file would write it: 5 rather than 5.0."""
    # DuckDB may cast rows too that the condition leaves out, such as NaN in a column that is mostly null.
    return (
        f"case when {expression} = trunc({expression}) and abs({expression}) < 1e15 "
        f"then cast(try_cast({expression} as bigint) as varchar) "
        f"else cast({expression} as varchar) end"
    )


def survey_tool_heading_rows(rows: Sequence[Sequence[str]]) -> tuple[int, Sequence[str] | None]:
    """Recognise the heading rows that Qualtrics writes below the header.

    Args:
        rows: The first rows of the file as texts, the header first.

    Returns:
        How many rows below the header are no respondents, and the second row where it holds
        the real names of the columns (the legacy form).
    """
    if len(rows) > 1 and _is_legacy_heading(rows[0], rows[1]):
        return 1, rows[1]
    for below in (1, 2):
        if len(rows) > below and _is_import_ids(rows[below]):
            return below, None
    return 0, None


def _is_legacy_heading(header: Sequence[str], second: Sequence[str]) -> bool:
    return (
        len(second) > 0
        and header[0].strip("\ufeff ") == "V1"
        and second[0].strip().casefold() == "responseid"
    )


def _is_import_ids(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell.strip()]
    return bool(filled) and all('"ImportId"' in cell for cell in filled)


def with_second_names(header: Sequence[str], second: Sequence[str] | None) -> list[tuple[str, ...]]:
    """Return the names of each column: its header, and its name in the second row."""
    if second is None:
        return [(name,) for name in header]
    padded = [*second, *[""] * (len(header) - len(second))]
    return [(name, other) if other else (name,) for name, other in zip(header, padded, strict=False)]
