"""`werkpeil reproduce`: printed against computed, as a page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from werkpeil.cli import screen
from werkpeil.publishing import open_release
from werkpeil.reproduction.page import write_page
from werkpeil.reproduction.reading import read_reproduction, verdict_of
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project


def write_reproduction(project: Project, *, out: Path | None, internal: bool) -> None:
    """Write the page of printed against computed numbers.

    Args:
        project: Whose release.
        out: The file; `reproduction.html` beside the releases without one.
        internal: From the marts of the warehouse, without disclosure control; the page says so.

    Raises:
        InputError: nothing is built or published yet.
        OutsideError: the file cannot be written.
    """
    opened = open_warehouse(project) if internal else open_release(project)
    with opened as connection:
        found = read_reproduction(connection, "marts" if internal else "published")
    path = out or (project.data if internal else project.published) / "reproduction.html"
    write_page(path, found)
    screen.say(f"wrote {screen.near(path)}")
    for verdict, count in Counter(verdict_of(row) for row in found.results).most_common():
        screen.say(f"  {count:>5}  {verdict.replace('_', ' ')}")
    if any(row["provenance"] == "synthetic" for row in found.results):
        screen.say("Computed on SYNTHETIC data: no verdict is a finding.")
