"""The warehouse file: connections to it, and writing it anew; what goes wrong is said in words."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb

from werkpeil.errors import InputError, OutsideError
from werkpeil.files import fsync, outside_errors
from werkpeil.sql import literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkpeil.project import Project


@contextmanager
def open_warehouse(project: Project, *, read_only: bool = True) -> Iterator[Any]:
    """Yield a DuckDB connection to the warehouse and close it afterwards.

    Raises:
        InputError: if it is to be read and does not exist yet.
        OutsideError: if another process holds it, or it cannot be opened.
    """
    path = project.warehouse
    if read_only and not path.exists():
        raise InputError("There is no warehouse yet.", where=str(path), hint="run `werkpeil build` first.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(str(path), read_only=read_only)
    except (duckdb.IOException, OSError) as error:
        if "lock" in str(error):
            raise OutsideError(
                "The warehouse is in use by another process.",
                where=str(path),
                hint="close the program that has it open, or wait for the running build, and repeat.",
            ) from error
        raise OutsideError(
            f"The warehouse cannot be opened: {str(error).splitlines()[0]}", where=str(path)
        ) from error
    try:
        yield connection
    finally:
        connection.close()


def request_rewrite(project: Project) -> None:
    """Ask the next build to write the warehouse file anew, because rows of people leave it.

    A deleted row's bytes stay in the blocks of the file until something else is written there.
    """
    project.data.mkdir(parents=True, exist_ok=True)
    _request(project).touch()
    fsync(project.data)


def rewrite_if_requested(project: Project, *, is_last: bool) -> None:
    """Write the warehouse to a new file that takes the old one's place; killed before that, nothing changed.

    Args:
        project: Whose warehouse.
        is_last: Whether nobody who left is in it; a build that failed may hold them still, so the next one
            writes it anew as well.

    Raises:
        OutsideError: if the disk is full or cannot be written.
    """
    if not _request(project).exists():
        return
    draft = project.warehouse.with_name(f".{project.warehouse.name}.draft")
    with outside_errors("warehouse"):
        draft.unlink(missing_ok=True)
        connection = duckdb.connect()
        try:
            connection.execute(f"attach {literal(str(project.warehouse))} as warehouse (read_only)")
            connection.execute(f"attach {literal(str(draft))} as draft")
            connection.execute("copy from database warehouse to draft")
            connection.execute("detach draft")
        finally:
            connection.close()
        fsync(draft)
        draft.replace(project.warehouse)
        fsync(project.data)
        if is_last:
            _request(project).unlink()


def _request(project: Project) -> Path:
    return project.data / "rewrite-warehouse"
