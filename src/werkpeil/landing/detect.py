"""Tell a file's format from its content; the name's ending is not believed."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkpeil.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

SUPPORTED = (
    "SPSS (.sav, .zsav), Stata (.dta), CSV or tab-separated text, Excel (.xlsx, .xls), ODS, "
    "Parquet, and any of these packed with gzip"
)

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"$FL2", "sav"),
    (b"$FL3", "zsav"),
    (b"<stata_dta>", "dta"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
)
_UNSUPPORTED: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"RDX2\n", "an R data file"),
    (b"RDX3\n", "an R data file"),
    (b"RDA2\n", "an R data file"),
    (b"ASCII SPSS PORT FILE", "an SPSS portable file"),
    (b"HEADER RECORD*******LIBRARY", "a SAS transport file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"\x7fELF", "a program"),
)
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_OLD_STATA_RELEASES = range(0x69, 0x74)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_HEAD_BYTES = 4096
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Detected:
    """A file whose format is known.

    Args:
        path: The file to read: the delivered one, or what was packed in it.
        format: Key of the readers' table.
        packing: How the delivered file was packed, if it was.
    """

    path: Path
    format: str
    packing: str | None = None


def detect(path: Path, workspace: Path, shown_as: str) -> Detected:
    """Return the format of a file, unpacking it into the workspace if it is packed with gzip.

    Args:
        path: The delivered file.
        workspace: Private folder for the unpacked content.
        shown_as: The file's name in messages.

    Raises:
        InputError: if the file is empty, is damaged, or no reader knows its format.
    """
    head = _head(path)
    if not head:
        raise InputError("The file is empty.", where=shown_as)
    if not head.startswith(_GZIP):
        return Detected(path, _format(path, head, shown_as))
    unpacked = workspace / "unpacked"
    _unpack(path, unpacked, shown_as)
    head = _head(unpacked)
    if not head:
        raise InputError("The file is empty once unpacked.", where=shown_as)
    return Detected(unpacked, _format(unpacked, head, shown_as), "gzip")


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_HEAD_BYTES)


def _format(path: Path, head: bytes, shown_as: str) -> str:
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head.startswith(_ZIP):
        return _zip_format(path, shown_as)
    if _is_old_stata(head):
        return "dta"
    for magic, what in _UNSUPPORTED:
        if head.startswith(magic):
            raise _unsupported(what, shown_as)
    if b"\0" in head and not head.startswith(_UTF16_MARKS):
        raise _unsupported("binary, or UTF-16 without a byte-order mark", shown_as)
    return "text"


def _is_old_stata(head: bytes) -> bool:
    """Before Stata 13 a file began with its release, byte order, file type and a zero."""
    return len(head) > 3 and head[0] in _OLD_STATA_RELEASES and head[1] in (1, 2) and head[2] == 1


def _zip_format(path: Path, shown_as: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise InputError(
            "The file is damaged: it begins as a zip archive or workbook and is not a whole one.",
            where=shown_as,
            hint="ask for the file again.",
        ) from error
    if {"xl/workbook.xml", "xl/workbook.bin"} & names:
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise _unsupported("a zip archive", shown_as, hint="unpack it and land the file in it.")


def _unpack(path: Path, unpacked: Path, shown_as: str) -> None:
    try:
        with gzip.open(path, "rb") as packed, unpacked.open("wb") as plain:
            shutil.copyfileobj(packed, plain, _BLOCK_BYTES)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(
            f"The file is packed with gzip and damaged: {error}.",
            where=shown_as,
            hint="ask for the file again.",
        ) from error


def _unsupported(what: str, shown_as: str, hint: str | None = None) -> InputError:
    return InputError(
        f"This format is not supported: the file is {what}.",
        where=shown_as,
        hint=hint or f"supported are {SUPPORTED}.",
    )
