"""`werkpeil export --exhibit`: one table or figure of a report, on the screen or in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from werkpeil.cli import screen
from werkpeil.errors import InputError
from werkpeil.exhibits import exhibit_ids, exhibit_named, read_exhibit, write_table
from werkpeil.exhibits.writing import cell_text, notes
from werkpeil.publishing import open_release
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.exhibits import Exhibit, Table
    from werkpeil.project import Project

BY_SUFFIX = {".md": "markdown", ".tex": "latex", ".html": "html", ".htm": "html", ".xlsx": "xlsx"}


def list_exhibits(language: str) -> None:
    """Print the id and the title of every exhibit."""
    for known in exhibit_ids():
        named = exhibit_named(known)
        screen.say(f"{known:<20} {named.title_nl if language == 'nl' else named.title_en}")


def print_exhibit(
    project: Project,
    exhibit: Exhibit,
    *,
    wave: str | None,
    language: str,
    file_format: str | None,
    out: Path | None,
    internal: bool,
) -> None:
    """Print an exhibit of the current release, or write it to a file.

    Args:
        project: Whose release.
        exhibit: Which one.
        wave: A wave; the report's own unless one is named.
        language: `nl` or `en`.
        file_format: One of `werkpeil.exhibits.FORMATS`; by the file's name, or for the screen, unless named.
        out: The file; the screen without one.
        internal: From the marts of the warehouse, without disclosure control; the exhibit says so.

    Raises:
        InputError: the wave, language or format is none, or nothing is published yet.
        OutsideError: the file cannot be written.
    """
    if language not in {"nl", "en"}:
        raise InputError(f"'{language}' is not a language of Werkpeil.", hint="use nl or en.")
    if file_format is None and out is not None:
        file_format = BY_SUFFIX.get(out.suffix.lower())
        if file_format is None:
            raise InputError(
                f"The name '{out.name}' does not tell a format.",
                hint=f"end it in {', '.join(BY_SUFFIX)}, or add --format.",
            )
    opened = open_warehouse(project) if internal else open_release(project)
    with opened as connection:
        schema = "marts" if internal else "published"
        table = read_exhibit(connection, exhibit, schema=schema, wave_id=wave, language=language)
    if file_format is None:
        _show(table)
        return
    text = write_table(table, file_format, out)
    if text is None:
        screen.say(f"wrote {screen.near(out) if out else ''}")
    else:
        screen.results.print(escape(text), end="", soft_wrap=True)


def _show(table: Table) -> None:
    rows = [(row.label, *map(cell_text, row.cells)) for row in table.rows]
    width = len(table.headings) + 1
    padded = [row + ("",) * (width - len(row)) for row in rows]
    screen.show_table(table.title, ["", *table.headings], padded)
    screen.say("")
    for note in notes(table):
        screen.say(note)
