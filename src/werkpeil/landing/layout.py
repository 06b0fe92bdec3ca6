"""Data whose columns a codebook beside them tells apart: Triple-S, and DDI with positions.

They are written anew as a table with a header, which the reader of text then reads like any other.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from werkpeil.errors import InputError
from werkpeil.landing.detect import Detected
from werkpeil.landing.readers.text import encoding_of
from werkpeil.markup import read_xml, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from xml.etree.ElementTree import Element


@dataclass(frozen=True)
class Field:
    """Where a variable is in a record.

    Args:
        name: Of the column.
        start: 1-based place of its first character, or of its field in delimited data.
        finish: Of its last one.
        options: Codes of a question with several answers: it becomes a column of 0 and 1 per code.
        width: Characters of one given code, where codes are listed; 0 where each option has its 0 or 1.
        decimals: How many of the digits stand behind a point that is not written.
    """

    name: str
    start: int
    finish: int
    options: tuple[str, ...] = ()
    width: int = 0
    decimals: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that it becomes."""
        return tuple(option_name(self.name, option) for option in self.options) or (self.name,)


@dataclass(frozen=True)
class Layout:
    """How the records of a data file are made up.

    Args:
        fields: In the order of the columns.
        is_fixed: Whether places count characters; otherwise they count fields between commas.
        skip: Lines in front of the first record.
    """

    fields: tuple[Field, ...]
    is_fixed: bool
    skip: int = 0


def option_name(name: str, option: str) -> str:
    """Return the name of the column that tells whether one of several answers was given."""
    return f"{name}_{option}"


def layout_of(file: Path) -> Layout | None:
    """Return the layout that a codebook gives its data file; None if the data bring their own header.

    Raises:
        InputError: if the codebook cannot be read, or says nothing usable of a place.
    """
    with file.open("rb") as stream:
        if not stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return None
    root = read_xml(file)
    try:
        layout = _triple_s(root) if root.tag == "sss" else _ddi(root)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The codebook gives a place that is no number: {error}.", where=str(file)
        ) from error
    for field in layout.fields if layout else ():
        if field.start < 1 or field.finish < field.start:
            raise InputError(f"The codebook gives '{field.name}' no place in the records.", where=str(file))
    return layout


def as_table(detected: Detected, codebook: Path, workspace: Path, shown_as: str) -> Detected:
    """Return data with a header of their own: as they are, or written anew by the codebook's layout.

    Args:
        detected: The data file.
        codebook: The file beside it.
        workspace: Private folder for the new file.
        shown_as: The data file's name in messages.

    Raises:
        InputError: if the data do not fit the layout.
    """
    layout = layout_of(codebook) if detected.format == "text" else None
    if layout is None:
        return detected
    table = workspace / "table.csv"
    encoding = encoding_of(detected.path, shown_as)
    with (
        detected.path.open(encoding=encoding.codec, errors=encoding.errors) as data,
        table.open("w", encoding="utf-8", errors="surrogateescape", newline="") as stream,
    ):
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([name for field in layout.fields for name in field.columns])
        lines = (line.rstrip("\n") for line in islice(data, layout.skip, None))
        records: Iterator[Sequence[str]] = lines if layout.is_fixed else csv.reader(lines)
        number = layout.skip
        try:
            for record in records:
                number += 1
                if record:
                    writer.writerow(_values(layout, record, f"{shown_as}, record {number}"))
        except csv.Error as error:
            raise InputError(
                f"The data are no comma-separated text: {error}.", where=f"{shown_as}, record {number + 1}"
            ) from error
    return Detected(table, "text", detected.packing)


# Layouts


def _triple_s(root: Element) -> Layout | None:
    record = next(root.iter("record"), None)
    if record is None:
        return None
    return Layout(
        tuple(_triple_s_field(variable) for variable in record.iter("variable")),
        is_fixed=record.get("format", "fixed") == "fixed",
        skip=int(record.get("skip", "0")),
    )


def _triple_s_field(variable: Element) -> Field:
    place = variable.find("position")
    start = int(place.get("start", "0")) if place is not None else 0
    finish = int(place.get("finish") or start) if place is not None else 0
    options: tuple[str, ...] = ()
    spread = variable.find("spread")
    if variable.get("type") == "multiple":
        options = tuple(value.get("code", "") for value in variable.iter("value"))
    width = 0
    if options and spread is not None:
        width = int(spread.get("width") or max(map(len, options)))
    return Field(text_of(variable.find("name")), start, finish, options, width)


def _ddi(root: Element) -> Layout | None:
    fields = []
    for variable in root.iter("var"):
        place = variable.find("location")
        start = place.get("StartPos") if place is not None else None
        if place is None or start is None:
            return None
        finish = place.get("EndPos") or int(start) + int(place.get("width") or "1") - 1
        fields.append(
            Field(
                variable.get("name", ""), int(start), int(finish), decimals=int(variable.get("dcml") or "0")
            )
        )
    return Layout(tuple(fields), is_fixed=True) if fields else None


# Records


def _values(layout: Layout, record: Sequence[str], where: str) -> Iterable[str]:
    width = len(record)
    for field in layout.fields:
        if not layout.is_fixed and field.start > width:
            raise InputError(
                f"The record has {width} fields, and '{field.name}' is in field {field.start}.", where=where
            )
        parts = record[field.start - 1 : field.finish]
        if not field.options:
            yield _with_point("".join(parts).strip(), field.decimals)
        elif field.width:
            yield from _of_codes(parts, field, is_fixed=layout.is_fixed)
        else:
            yield from _of_flags("".join(parts), field)


def _with_point(text: str, decimals: int) -> str:
    digits = text.lstrip("-")
    if not decimals or not digits.isdigit():
        return text
    padded = digits.zfill(decimals + 1)
    sign = "-" if text.startswith("-") else ""
    return f"{sign}{padded[:-decimals]}.{padded[-decimals:]}"


def _of_codes(parts: Sequence[str], field: Field, *, is_fixed: bool) -> Iterable[str]:
    """Return 1 per option that is listed among the given codes, 0 per other one; nothing if none is given."""
    text = parts if is_fixed else "".join(part.strip().rjust(field.width) for part in parts)
    given = {str(text[at : at + field.width]).strip().lstrip("0") for at in range(0, len(text), field.width)}
    given.discard("")
    return ["" if not given else str(int(option.lstrip("0") in given)) for option in field.options]


def _of_flags(text: str, field: Field) -> Iterable[str]:
    """Return the 0 or 1 of each option; nothing where the answer is blank."""
    flags = text.ljust(len(field.options)) if text.strip() else ""
    return [flags[place : place + 1].strip() for place in range(len(field.options))]
