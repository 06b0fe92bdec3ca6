"""What a reader is given and what it returns; each format is one reader in one file.

A reader puts the delivered rows into the table `delivered` of the workspace's database:
`row_number` (1-based, in the file's order) and `c<position>` for each column that the codebook
wants, as texts, trimmed, empty ones null. Rows that are no rows of the table (a field too few, a
quote without its end) go to `malformed` (row_number, detail, line).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.landing.header import HeaderMatch, Matcher

DELIVERED = "delivered"
MALFORMED = "malformed"

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
    ignored_columns: frozenset[str]
    progress: Callable[[float], None]
    row_limit: int | None = None

    def wanted(self, match: HeaderMatch) -> list[int]:
        """Return the positions of the columns to read, in the file's order."""
        return sorted(
            header.position for column, header in match.found.items() if column not in self.ignored_columns
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
    """

    match: HeaderMatch
    rows_read: int
    reader: str
    encoding: str | None = None
    delimiter: str | None = None
    headings: tuple[tuple[str, ...], ...] = ()


Reader = Callable[[Source], Delivered]


def create_tables(connection: Any, positions: Sequence[int]) -> None:
    """Create the two tables that a reader fills."""
    columns = "".join(f", c{position} varchar" for position in positions)
    connection.execute(f"create table {DELIVERED} (row_number bigint{columns})")
    connection.execute(f"create table {MALFORMED} (row_number bigint, detail varchar, line varchar)")


def drop_tables(connection: Any) -> None:
    """Drop what a first attempt filled."""
    connection.execute(f"drop table if exists {DELIVERED}")
    connection.execute(f"drop table if exists {MALFORMED}")


def cleaned(expression: str) -> str:
    """Return SQL for a delivered text as it is kept: trimmed, unmarked, null if empty."""
    trimmed = f"nullif(trim(replace({expression}, chr(65279), ''), {_AROUND}), '')"
    # Most answers are one character, which is kept unless it is a blank or control character.
    return f"case when strlen({expression}) > 1 then {trimmed} when {expression} > ' ' then {expression} end"


def cleaned_text(text: str) -> str:
    """Return what `cleaned` keeps of a text, for one value in Python."""
    return text.replace("\ufeff", "").strip(_BLANKS)


def number_text(expression: str) -> str:
    """Return SQL for a number as a delimited file would write it: 5 rather than 5.0."""
    return (
        f"case when {expression} = trunc({expression}) and abs({expression}) < 1e15 "
        f"then cast(cast({expression} as bigint) as varchar) "
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
