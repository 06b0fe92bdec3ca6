"""Connections to the warehouse file, and what goes wrong with them said in words."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb

from werkpeil.errors import InputError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterator

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
