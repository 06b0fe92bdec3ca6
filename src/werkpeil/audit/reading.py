"""Reading the form: `numbers.csv` and `relations.csv`, filled by hand in a spreadsheet.

What a column means is in `docs/reference/audit-tables.md`. A file that cannot be used is refused with every
fault that was found, by row and column.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, cast

from werkpeil.audit.printed import READINGS, Reading, read_printed
from werkpeil.audit.tables import EACH, RELATIONS, STATISTICS, Cell, Number, Relation, Statistic, Tables
from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction
    from pathlib import Path

    from werkpeil.audit.tables import RelationKind

NUMBERS_FILE = "numbers.csv"
RELATIONS_FILE = "relations.csv"
NUMBER_COLUMNS: tuple[str, ...] = (
    "number_id",
    "table",
    "row",
    "column",
    "statistic",
    "printed",
    "value",
    "reading",
    "n",
    "items",
)
NUMBER_COLUMNS += ("lowest", "highest", "note")
RELATION_COLUMNS = ("relation", "whole", "parts", "base", "detail", "note")
_NEEDED = {NUMBERS_FILE: ("table", "row", "statistic", "printed"), RELATIONS_FILE: ("relation", "parts")}
_SHOWN_FAULTS = 12


def read_tables(path: Path, relations: Path | None = None) -> Tables:
    """Read a report's numbers and relations.

    Args:
        path: A folder with `numbers.csv` and `relations.csv`, or a file of numbers.
        relations: A file of relations, if it stands elsewhere. Without relations only numbers that are
            impossible by themselves are found.

    Raises:
        InputError: if a file is absent or cannot be used, with row and column.
    """
    numbers_file = path / NUMBERS_FILE if path.is_dir() else path
    beside = relations or numbers_file.with_name(RELATIONS_FILE)
    rows = _read(numbers_file, NUMBERS_FILE, NUMBER_COLUMNS)
    related = _read(beside, RELATIONS_FILE, RELATION_COLUMNS) if relations or beside.is_file() else []
    title = path.name if path.is_dir() else path.stem
    return make_tables(rows, related, title=title, names=(str(numbers_file), str(beside)))


def make_tables(
    numbers: Iterable[Mapping[str, str]],
    relations: Iterable[Mapping[str, str]] = (),
    *,
    title: str = "",
    names: tuple[str, str] = (NUMBERS_FILE, RELATIONS_FILE),
) -> Tables:
    """Return tables from rows of the form.

    Args:
        numbers: Rows of the form `numbers.csv`; absent columns are empty.
        relations: Rows of the form `relations.csv`.
        title: Name of the report.
        names: Names of both files, for messages.

    Raises:
        InputError: if a row cannot be used; the message lists the rows.
    """
    faults: list[str] = []
    read = []
    rows = list(numbers)
    printed = {row["number_id"].strip(): row.get("printed", "") for row in rows if row.get("number_id")}
    for line, row in enumerate(rows, start=2):
        try:
            read.append(_number(row, printed))
        except ValueError as fault:
            faults.append(f"row {line}, {fault}")
    _refuse(faults, names[0])
    related = []
    for line, row in enumerate(relations, start=2):
        kind = row.get("relation", "").strip()
        if kind not in RELATIONS:
            faults.append(f"row {line}, column relation: '{kind}' is none of {', '.join(RELATIONS)}")
            continue
        fields = {name: row.get(name, "").strip() for name in ("whole", "parts", "base", "detail")}
        related.append(Relation(cast("RelationKind", kind), **fields, where=f"{names[1]}, row {line}"))
    _refuse(faults, names[1])
    return Tables(tuple(read), tuple(related), title)


def _read(path: Path, form: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a CSV with comma, semicolon or tab, in UTF-8 with or without a byte order mark."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(
            "There is no such file.", where=str(path), hint=f"the form {form} holds the numbers of a report."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "The file cannot be read as text.", where=str(path), hint="save it as CSV UTF-8."
        ) from error
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=separator)
    names = [name.strip() for name in rows.fieldnames or []]
    rows.fieldnames = names
    absent = [name for name in _NEEDED[form] if name not in names]
    if absent:
        raise InputError(
            f"The column {absent[0]} is not there."
            if len(absent) == 1
            else f"The columns {', '.join(absent)} are not there.",
            where=str(path),
            hint=f"its columns are {', '.join(columns)}; those that are not needed may be left out.",
        )
    return [{name: value or "" for name, value in row.items() if name} for row in rows if any(row.values())]


def _refuse(faults: list[str], name: str) -> None:
    if faults:
        shown = faults[:_SHOWN_FAULTS]
        shown += [f"and {len(faults) - _SHOWN_FAULTS} more"] if len(faults) > _SHOWN_FAULTS else []
        what = "A row cannot be used." if len(faults) == 1 else f"{len(faults)} rows cannot be used."
        raise InputError(
            what, where=f"{name}: " + "; ".join(shown), hint="mend these rows; nothing was checked."
        )


def _number(row: Mapping[str, str], printed_by_id: Mapping[str, str]) -> Number:
    """A number from a row of the form; its `n` may be the id of a printed count.

    Raises:
        ValueError: if a column of the row cannot be used, with its name.
    """
    text = {name: row.get(name, "").strip() for name in NUMBER_COLUMNS}
    text["n"] = printed_by_id.get(text["n"], text["n"])
    cell = Cell(*(_name(text, column) for column in ("table", "row", "column")))
    if text["statistic"] not in STATISTICS:
        raise ValueError(f"column statistic: '{text['statistic']}' is none of {', '.join(STATISTICS)}")
    if (text["reading"] or "eq") not in READINGS:
        raise ValueError(f"column reading: '{text['reading']}' is none of {', '.join(READINGS)}")
    statistic = cast("Statistic", text["statistic"])
    try:
        printed = read_printed(
            text["printed"],
            is_count=statistic == "count",
            value=text["value"],
            reading=cast("Reading", text["reading"] or "eq"),
        )
    except ValueError as fault:
        raise ValueError(f"column printed: {fault}") from fault
    return Number(
        number_id=text["number_id"] or f"{cell}/{statistic}",
        cell=cell,
        statistic=statistic,
        printed=printed,
        n=_whole(text, "n"),
        items=_whole(text, "items") or 1,
        lowest=_fraction(text, "lowest"),
        highest=_fraction(text, "highest"),
    )


def _name(text: Mapping[str, str], column: str) -> str:
    name = text[column] or ("-" if column == "column" else "")
    if not name:
        raise ValueError(f"column {column}: it is empty")
    if any(mark in name for mark in f"/|;{EACH}"):
        raise ValueError(f"column {column}: '{name}' holds one of / | ; *, which addresses need")
    return name


def _whole(text: Mapping[str, str], column: str) -> int | None:
    if not text[column]:
        return None
    try:
        printed = read_printed(text[column], is_count=True)
    except ValueError as fault:
        raise ValueError(f"column {column}: {fault}") from fault
    if printed.value < 1:
        raise ValueError(f"column {column}: '{text[column]}' is less than 1")
    return int(printed.value)


def _fraction(text: Mapping[str, str], column: str) -> Fraction | None:
    if not text[column]:
        return None
    try:
        return read_printed(text[column], is_count=False).value
    except ValueError as fault:
        raise ValueError(f"column {column}: {fault}") from fault
