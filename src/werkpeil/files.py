"""Files that must survive a crash, and what goes wrong on a disk said in words."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from werkpeil.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def sha256_of(file: Path) -> str:
    """Return a file's SHA-256 in hexadecimal, read in blocks."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def state_of(file: Path) -> tuple[int, int, int]:
    """Return size, time of change in nanoseconds and inode of a file: what changes when the file does."""
    found = file.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def fsync(path: Path) -> None:
    """Return when a file's content, or a folder's entries, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_text(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Write a text file whole or not at all; a reader sees the old or the new one.

    Args:
        path: The file.
        text: All of it.
        mode: Who may read and write it, less what the process leaves out; from the first byte on.
    """
    replace_bytes(path, text.encode(), mode=mode)


def replace_bytes(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file whole or not at all, as `replace_text` does."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    fsync(draft)
    draft.replace(path)
    fsync(path.parent)


def replace_folder(draft: Path, target: Path) -> None:
    """Put a folder in the place of another, which is there until the new one is.

    Args:
        draft: The new folder, beside the target.
        target: Where readers look; need not exist.
    """
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.replace(old)
    draft.replace(target)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def outside_errors(place: str) -> Iterator[None]:
    """Turn errors of disk and machine into the message a user or scheduler can act on.

    Args:
        place: What is written to, as the message calls it: `landing zone`.

    Raises:
        OutsideError: for a full disk, missing permission, memory that does not suffice. Errors of our
            own SQL pass through: they are defects, and repeating the command would not help.
    """
    try:
        yield
    except (OSError, MemoryError, duckdb.Error) as error:  # a full disk is any of DuckDB's errors
        told = _outside_error(error, place)
        if told is None:
            raise
        raise told from error


# DuckDB's errors that tell of SQL we wrote and of nothing outside.
DEFECTS = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.NotImplementedException,
    duckdb.ParserException,
)


def _outside_error(error: Exception, place: str) -> OutsideError | None:
    number = error.errno if isinstance(error, OSError) else None
    message = (str(error) or type(error).__name__).splitlines()[0]
    if number in (errno.ENOSPC, errno.EDQUOT) or "No space left" in message:
        return OutsideError("The disk is full.", where=message, hint="free some space and run this again.")
    if number in (errno.EACCES, errno.EPERM, errno.EROFS) or "Permission denied" in message:
        return OutsideError(
            f"The {place} cannot be written.",
            where=message,
            hint="check who owns the data folder and its permissions.",
        )
    if isinstance(error, (MemoryError, duckdb.OutOfMemoryException)):
        hint = "close other programs and run this again."
        return OutsideError("The memory did not suffice.", where=message, hint=hint)
    if isinstance(error, DEFECTS):
        return None
    return OutsideError("The disk or the machine failed.", where=message, hint="run this again.")
