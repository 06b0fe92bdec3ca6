"""Read Excel and ODS workbooks with calamine."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import python_calamine
from python_calamine import CalamineWorkbook

from werkpeil.errors import InputError
from werkpeil.landing.readers.base import (
    DELIVERED,
    TEXT,
    Delivered,
    Source,
    cleaned,
    create_tables,
    survey_tool_heading_rows,
    with_second_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_HEADING_ROWS = 20
_CELLS_AT_A_TIME = 1_000_000


def read_sheet(source: Source) -> Delivered:
    """Read the sheet of a workbook that fits the codebook best into the workspace.

    The header is the row with the most known columns among the first twenty; what is above it
    is no data, and blank rows are no rows.

    Raises:
        InputError: if the workbook is damaged or protected, or does not fit the codebook.
    """
    try:
        with source.path.open("rb") as stream:  # by content: a path would be judged by its name
            workbook = CalamineWorkbook.from_filelike(stream)
        rows, heading = _best_sheet(workbook, source)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise InputError(
            f"The workbook cannot be read: {error}.",
            where=source.shown_as,
            hint="it may be damaged or protected by a password: save it anew, or as CSV.",
        ) from error
    top = list(islice(rows, 3))
    below, second_names = survey_tool_heading_rows([heading, *top])
    match = source.matcher.match(with_second_names(heading, second_names))
    positions = source.wanted(match)
    create_tables(source.connection, dict.fromkeys(positions, TEXT))
    count = 0
    wanted = islice(chain(top[below:], rows), source.row_limit)
    for batch in _batches(wanted, max(_CELLS_AT_A_TIME // len(heading), 1)):
        _insert(source.connection, batch, positions, count)
        count += len(batch)
    return Delivered(match, count, "workbook", headings=tuple(map(tuple, top[:below])))


def _best_sheet(workbook: CalamineWorkbook, source: Source) -> tuple[Iterator[list[str]], list[str]]:
    """Return the rows below the header, and the header, of the sheet with most known columns."""
    best: tuple[int, str, int] | None = None
    for name in workbook.sheet_names:
        for index, heading in enumerate(islice(_headings(workbook, name), _HEADING_ROWS)):
            known = source.matcher.count(heading)
            if best is None or known > best[0]:
                best = (known, name, index)
    if best is None:
        raise InputError("The workbook holds no rows.", where=source.shown_as)
    heading = next(islice(_headings(workbook, best[1]), best[2], None))
    return islice(_rows(workbook, best[1]), best[2] + 1, None), heading


def _headings(workbook: CalamineWorkbook, name: str) -> Iterator[list[str]]:
    """Yield each row as a header: an empty cell has the text above it, as merged cells do."""
    above: list[str] = []
    for row in _rows(workbook, name):
        above += [""] * (len(row) - len(above))
        above = [own if own.strip() else other for own, other in zip(row, above, strict=True)]
        yield above


def _rows(workbook: CalamineWorkbook, name: str) -> Iterator[list[str]]:
    """Yield a sheet's rows that are not blank, as texts."""
    sheet = workbook.get_sheet_by_name(name)
    for row in sheet.iter_rows():
        texts = [_text(cell) for cell in row]
        if any(text.strip() for text in texts):
            yield texts


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return str(cell).upper()
    return str(cell)


def _batches(rows: Iterable[list[str]], size: int) -> Iterator[list[list[str]]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch


def _insert(connection: Any, batch: Sequence[Sequence[str]], positions: Sequence[int], before: int) -> None:
    numbers = pa.array(range(before + 1, before + len(batch) + 1), type=pa.int64())
    arrays = [
        pa.array([row[position] if position < len(row) else "" for row in batch], type=pa.string())
        for position in positions
    ]
    names = ["row_number", *(f"c{position}" for position in positions)]
    connection.register("chunk", pa.table([numbers, *arrays], names=names))
    texts = ", ".join(cleaned(name) for name in names[1:])
    connection.execute(f"insert into {DELIVERED} select row_number, {texts} from chunk")
    connection.unregister("chunk")
