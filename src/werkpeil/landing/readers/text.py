"""Read delimited text: any common encoding, separator and line end, with broken rows set aside.

The file is written anew as UTF-8 with one line end, blank lines left out and each record numbered;
DuckDB parses that copy. The number in front of a record tells where it was, whatever happens to
the rows around it, and a count of records proves afterwards that none was lost.

A column is kept as whole numbers only if each of its texts is how such a number is written: `7`, but neither
`07` nor `7.0`. So nothing of what was delivered is lost. The first rows tell which columns to try.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from werkpeil.errors import InputError, OutsideError
from werkpeil.landing.readers.base import (
    DELIVERED,
    MALFORMED,
    TEXT,
    Delivered,
    Source,
    cleaned,
    create_tables,
    drop_tables,
    survey_tool_heading_rows,
    with_second_names,
)
from werkpeil.sql import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

DELIMITERS = (",", ";", "\t", "|")

_BLOCK_BYTES = 1 << 20
_SAMPLE_RECORDS = 50
_LONGEST_RECORD_LINES = 1_000
_LONGEST_RECORD = 1 << 20
_LONGEST_LINE_BYTES = 16 << 20
_BUFFER = 8 * _LONGEST_RECORD  # bytes: a thread of DuckDB parses so much at once, a record at least
_UNDEFINED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_DAMAGED = re.compile("[\udc80-\udcff]")  # what `surrogateescape` makes of a byte it cannot read
_RECORDS_PER_REPORT = 50_000
_WHOLE = "INTEGER"
_NOT_WHOLE = -2_147_483_648  # stands for a text that is no whole number, until the column is read as text
_WHOLE_TEXT = re.compile(r"|0|-?[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class _Encoding:
    """How the bytes of a file are read, and the name the register gives it."""

    codec: str
    name: str
    is_damaged: bool = False

    @property
    def errors(self) -> str:
        return "surrogateescape" if self.is_damaged else "strict"


class _Record(NamedTuple):
    """One row of the table: its text, and what is wrong with it if anything is."""

    text: str
    fault: str | None = None


def read_text(source: Source) -> Delivered:
    """Read a delimited text file into the workspace.

    Raises:
        InputError: if the encoding is none of the known ones, or the columns do not fit the
            codebook.
    """
    encoding = encoding_of(source.path, source.shown_as)
    with source.path.open(encoding=encoding.codec, errors=encoding.errors) as stream:
        sample = list(islice(stream, 4 * _SAMPLE_RECORDS))
    delimiter = _delimiter_of(sample, source)
    first = [_fields(record.text, delimiter) for record in _records(sample, delimiter, None)]
    if not first:
        raise InputError("The file holds no table: only blank lines.", where=source.shown_as)
    below, second_names = survey_tool_heading_rows(first[:3])
    match = source.matcher.match(with_second_names(first[0], second_names))
    numbered = _write_numbered(source, encoding, delimiter, len(first[0]), 1 + below)
    types = dict.fromkeys(source.wanted(match), TEXT)
    types |= dict.fromkeys(_whole(source.numeric(match), first[1 + below : -1]), _WHOLE)
    _parse(source, numbered, delimiter, len(first[0]), types)
    headings = tuple(map(tuple, first[1 : 1 + below]))
    return Delivered(match, numbered.records, "text", encoding.name, delimiter, headings)


# --- Encoding -----------------------------------------------------------------------------------


def encoding_of(path: Path, shown_as: str) -> _Encoding:
    """Return the encoding of a whole file, every byte of which was looked at.

    Raises:
        InputError: if it is none of the known ones.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _require_decodable(path, "utf-16", shown_as)
        return _Encoding("utf-16", "utf-16")
    marked = head.startswith(codecs.BOM_UTF8)
    codec, name = ("utf-8-sig", "utf-8 with byte-order mark") if marked else ("utf-8", "utf-8")
    if _is_decodable(path, codec, shown_as):
        return _Encoding(codec, name)
    if marked or _is_mostly_utf8(path):
        return _Encoding(codec, f"{name}, damaged", is_damaged=True)
    _require_cp1252(path, shown_as)
    return _Encoding("cp1252", "cp1252")


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            yield block


def _is_decodable(path: Path, codec: str, shown_as: str) -> bool:
    try:
        _require_decodable(path, codec, shown_as)
    except UnicodeDecodeError:
        return False
    return True


def _require_decodable(path: Path, codec: str, shown_as: str) -> None:
    decoder = codecs.getincrementaldecoder(codec)()
    line_bytes = 0
    for block in _blocks(path):
        text = _decoded(decoder, block, codec, shown_as)
        if "\0" in text:
            raise InputError(
                "This format is not supported: the file holds zero bytes, so it is no text.",
                where=shown_as,
            )
        line_bytes = 0 if "\n" in text or "\r" in text else line_bytes + len(block)
        if line_bytes > _LONGEST_LINE_BYTES:
            raise InputError(
                f"The file is no table: one line is longer than {_LONGEST_LINE_BYTES} bytes.",
                where=shown_as,
            )
    _decoded(decoder, b"", codec, shown_as)


def _decoded(decoder: codecs.IncrementalDecoder, block: bytes, codec: str, shown_as: str) -> str:
    try:
        return decoder.decode(block, final=not block)
    except UnicodeDecodeError as error:
        if codec != "utf-16":
            raise
        raise InputError(
            f"The file begins as UTF-16 and is not: {error.reason}.",
            where=shown_as,
            hint="it may be cut off: ask for it again, or save it as UTF-8.",
        ) from error


def _is_mostly_utf8(path: Path) -> bool:
    """Tell a UTF-8 file with damaged bytes from one in cp1252, where such sequences are chance."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    good = bad = 0
    for block in _blocks(path):
        text = decoder.decode(block)
        damaged = len(_DAMAGED.findall(text))
        bad += damaged
        good += sum(character > "\x7f" for character in text) - damaged
    return good > bad


def _require_cp1252(path: Path, shown_as: str) -> None:
    offset = 0
    for block in _blocks(path):
        found = _UNDEFINED_IN_CP1252.search(block)
        if found:
            at = offset + found.start()
            raise InputError(
                f"The file's encoding is not known: byte {at} (0x{found[0].hex()}) is neither "
                "UTF-8 nor cp1252.",
                where=shown_as,
                hint="save the file as UTF-8.",
            )
        offset += len(block)


# --- Delimiter and records ----------------------------------------------------------------------


def _delimiter_of(sample: Sequence[str], source: Source) -> str:
    """Return the delimiter that gives most known columns, then most rows as wide as the header."""

    def fit(delimiter: str) -> tuple[int, float, int]:
        records = islice(_records(sample, delimiter, None), _SAMPLE_RECORDS)
        rows = [_fields(record.text, delimiter) for record in records]
        if not rows:
            return (0, 0.0, 0)
        as_wide = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        below, second = survey_tool_heading_rows(rows[:3])
        names = list(second) if second and below else []
        return (source.matcher.count([*rows[0], *names]), as_wide, len(rows[0]))

    return max(DELIMITERS, key=fit)


def _fields(record: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([record.replace("\n", " ")], delimiter=delimiter), [])
    except csv.Error:
        return record.split(delimiter)


def _records(lines: Iterable[str], delimiter: str, width: int | None) -> Iterator[_Record]:
    """Join the lines of quoted line breaks; blank lines are no records.

    A quote that never ends would swallow every row after it. So what several lines make must be
    as wide as the header and not absurdly long; otherwise the first of them is a broken record by
    itself and the others are read again.

    Args:
        lines: Lines with their line ends.
        delimiter: Between fields.
        width: Number of fields of the header, where it is known.
    """
    blank = delimiter + '" \t\n\u00a0\ufeff'
    quoting = _Quoting.of(delimiter)
    again: deque[str] = deque()
    remaining = iter(lines)
    while (line := again.popleft() if again else next(remaining, None)) is not None:
        if '"' not in line or quoting.whole.fullmatch(line):
            if line.strip(blank):
                yield _Record(line.rstrip("\n"))
        elif quoting.opened.fullmatch(line):
            held = _held(line, again, remaining)
            text = "".join(held)
            if not (quoting.whole.fullmatch(text) and _is_as_wide(text, delimiter, width)):
                again.extendleft(reversed(held[1:]))
                yield _Record(line.rstrip("\n"), "a quoted text does not end")
            elif text.strip(blank):
                yield _Record(text.rstrip("\n"))
        else:
            yield _Record(line.rstrip("\n"), "text follows a quoted text without a delimiter")


class _Quoting(NamedTuple):
    """What a record with quotes looks like.

    Args:
        whole: Fields between delimiters. One that begins with a quote ends with one, and doubles
            those inside; in any other field a quote is a character.
        opened: The same, but the last field's quote does not end.
    """

    whole: re.Pattern[str]
    opened: re.Pattern[str]

    @classmethod
    def of(cls, delimiter: str) -> _Quoting:
        separator = re.escape(delimiter)
        quoted = r'"[^"]*+(?:""[^"]*+)*+'
        field = rf'(?:{quoted}"|[^"{separator}\n][^{separator}\n]*+|)'
        return cls(
            re.compile(rf"{field}(?:{separator}{field})*+\n?"),
            re.compile(rf"(?:{field}{separator})*+{quoted}"),
        )


def _held(line: str, again: deque[str], remaining: Iterator[str]) -> list[str]:
    """Return the lines up to the one that ends an open quote, or up to the limit."""
    held = [line]
    size = len(line)
    while len(held) < _LONGEST_RECORD_LINES and size < _LONGEST_RECORD:
        following = again.popleft() if again else next(remaining, None)
        if following is None:
            break
        held.append(following)
        size += len(following)
        if following.count('"') % 2:
            break
    return held


def _is_as_wide(text: str, delimiter: str, width: int | None) -> bool:
    if width is None:
        return True
    try:
        [row] = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter)
    except (csv.Error, ValueError):
        return False
    return len(row) == width


# --- The numbered copy --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Numbered:
    """The copy that DuckDB parses.

    Args:
        path: `<row number><delimiter><record>` per row, UTF-8, line feeds.
        faults: CSV of row_number, detail, line: records known to be broken.
        records: Rows in both.
        has_line_breaks: Whether a record goes over several lines.
    """

    path: Path
    faults: Path
    records: int
    has_line_breaks: bool


def _write_numbered(
    source: Source, encoding: _Encoding, delimiter: str, width: int, headings: int
) -> _Numbered:
    path, faults = source.workspace / "numbered.csv", source.workspace / "faults.csv"
    count, has_line_breaks = 0, False
    last = None if source.row_limit is None else headings + source.row_limit
    size = max(source.path.stat().st_size, 1)
    with (
        source.path.open("rb") as raw,
        io.TextIOWrapper(raw, encoding=encoding.codec, errors=encoding.errors) as stream,
        path.open("w", encoding="utf-8", newline="\n") as good,
        faults.open("w", encoding="utf-8", newline="\n") as bad,
    ):
        broken = csv.writer(bad, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for text, known_fault in islice(_records(stream, delimiter, width), headings, last):
            count += 1
            fault = known_fault or _fault(text, encoding)
            if fault:
                broken.writerow((count, fault, _printable(text)))
                continue
            has_line_breaks = has_line_breaks or "\n" in text
            good.write(f"{count}{delimiter}{text}\n")
            if count % _RECORDS_PER_REPORT == 0:
                source.progress(min(raw.tell() / size, 1.0))
    return _Numbered(path, faults, count, has_line_breaks)


def _fault(text: str, encoding: _Encoding) -> str | None:
    if encoding.is_damaged and _DAMAGED.search(text):
        return "the row holds bytes that are not UTF-8"
    if len(text) > _LONGEST_RECORD:
        return f"the row is longer than {_LONGEST_RECORD} characters"
    return None


def _printable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _whole(positions: Iterable[int], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns in which some rows hold whole numbers only, or nothing."""
    return [
        position
        for position in positions
        if all(position >= len(row) or _WHOLE_TEXT.fullmatch(row[position]) for row in rows)
    ]


def _parse(source: Source, numbered: _Numbered, delimiter: str, width: int, types: dict[int, str]) -> None:
    """Fill the two tables, once more if a later row holds something else than the first rows promised."""
    create_tables(source.connection, types)
    _parse_rows(source.connection, numbered, delimiter, width, types)
    broken = _not_whole(source.connection, types)
    if broken:
        drop_tables(source.connection)
        types |= dict.fromkeys(broken, TEXT)
        create_tables(source.connection, types)
        _parse_rows(source.connection, numbered, delimiter, width, types)
    _parse_faults(source.connection, numbered, delimiter)
    numbered.path.unlink()
    numbered.faults.unlink()
    _require_every_record(source, numbered.records)


def _not_whole(connection: Any, types: dict[int, str]) -> list[int]:
    """Return the columns of whole numbers in which there is something else."""
    whole = [position for position, kind in types.items() if kind == _WHOLE]
    if not whole:
        return []
    lowest = ", ".join(f"min(c{position})" for position in whole)
    [found] = connection.execute(f"select {lowest} from {DELIVERED}").fetchall()
    return [position for position, low in zip(whole, found, strict=True) if low == _NOT_WHOLE]


def _parse_rows(
    connection: Any, numbered: _Numbered, delimiter: str, width: int, types: dict[int, str]
) -> None:
    columns = ["row_number", *(f"c{position}" for position in range(width))]
    varchar = ", ".join(f"{literal(column)}: 'varchar'" for column in columns)
    kept = "".join(
        ", " + (_number(f"c{position}") if kind == _WHOLE else cleaned(f"c{position}"))
        for position, kind in types.items()
    )
    # Quoted line breaks may straddle the parts that threads read, hence one thread for them.
    connection.execute(
        f"""
        insert into {DELIVERED}
        select cast(row_number as bigint){kept}
        from read_csv(
            {literal(str(numbered.path))}, columns = {{{varchar}}}, delim = {literal(delimiter)},
            quote = '"', escape = '"', new_line = '\\n', header = false, auto_detect = false,
            all_varchar = true, store_rejects = true, max_line_size = {_BUFFER}, buffer_size = {_BUFFER},
            parallel = {str(not numbered.has_line_breaks).lower()}
        )
        """
    )


def _number(text: str) -> str:
    """Return SQL for a text that is a whole number as one is written; a mark for any other one."""
    number = f"try_cast({text} as integer)"
    return (
        f"case when cast({number} as varchar) = {text} then {number} when {text} <> '' then {_NOT_WHOLE} end"
    )


def _parse_faults(connection: Any, numbered: _Numbered, delimiter: str) -> None:
    """Fill `malformed` with what the last parse rejected and what was known to be broken."""
    connection.execute(
        f"""
        insert into {MALFORMED}
        select
            try_cast(trim(split_part(csv_line, {literal(delimiter)}, 1), chr(10)) as bigint) as row,
            any_value(
                case error_type
                    when 'MISSING COLUMNS' then 'the row has fewer fields than the header'
                    when 'TOO MANY COLUMNS' then 'the row has more fields than the header'
                    else error_message
                end
            ),
            any_value(substr(csv_line, instr(csv_line, {literal(delimiter)}) + 1))
        from reject_errors
        where scan_id = (select max(scan_id) from reject_errors)
        group by row
        union all
        select row_number, detail, line
        from read_csv(
            {literal(str(numbered.faults))}, delim = ',', quote = '"', escape = '"',
            header = false, auto_detect = false, parallel = false,
            columns = {{'row_number': 'bigint', 'detail': 'varchar', 'line': 'varchar'}},
            max_line_size = {64 * _LONGEST_RECORD}
        )
        """
    )


def _require_every_record(source: Source, records: int) -> None:
    [(parsed, broken, distinct)] = source.connection.execute(
        f"""
        select
            (select count(*) from {DELIVERED}),
            (select count(*) from {MALFORMED}),
            (select count(distinct row_number) from {MALFORMED})
        """
    ).fetchall()
    if parsed + broken != records or broken != distinct:
        raise OutsideError(
            f"The file has {records} rows and {parsed + broken} came out of reading it.",
            where=source.shown_as,
            hint="this is a fault of Werkpeil: report it, with the file's first lines.",
        )
