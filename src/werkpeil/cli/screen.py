"""What the command line shows: one console for results, one for progress and errors."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import Task

    from werkpeil.errors import WerkpeilError

# Control characters of both sets, line ends and tabs apart, and marks that turn the direction of writing.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

results = Console(highlight=False)
messages = Console(stderr=True, highlight=False)


def say(text: str, *, style: str | None = None) -> None:
    """Print one line of results; brackets in it are text, not markup."""
    results.print(plain(text), style=style, soft_wrap=True)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 row`, `2,000 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def plain(text: str) -> str:
    """Return a text that a terminal only shows: no markup, and control characters as their numbers.

    Names of files and columns come from elsewhere, and an escape sequence in one could rewrite the screen.
    """
    return escape(_CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text))


def show_error(error: WerkpeilError) -> None:
    """Print what is wrong, where, and what to do."""
    messages.print(f"[bold red]Error[/] {plain(error.what)}", soft_wrap=True)
    if error.where:
        messages.print(f"  [dim]where[/]       {plain(error.where)}", soft_wrap=True)
    if error.hint:
        messages.print(f"  [dim]what to do[/]  {plain(error.hint)}", soft_wrap=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, numeric: int = 0) -> Table:
    """Return a plain table; numbers are set to the right, and so are the last `numeric` columns."""
    shown = Table(box=None, pad_edge=False, header_style="dim")
    first = len(columns) - numeric
    for position, column in enumerate(columns):
        right = position >= first or (bool(rows) and all(_is_number(row[position]) for row in rows))
        shown.add_column(column, justify="right" if right else "left", no_wrap=True)
    for row in rows:
        shown.add_row(*(plain(_cell(value)) for value in row))
    return shown


def near(path: Path) -> str:
    """Return a path as short as it can be said from the working directory."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def show_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, numeric: int = 0
) -> None:
    """Print a table in full width; a narrow screen wraps lines rather than hiding cells."""
    say(title, style="bold")
    shown = table(columns, rows, numeric=numeric)
    needed = Console(width=1000).measure(shown).maximum
    Console(highlight=False, width=max(results.width, needed)).print(shown)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and value.endswith(" %"))


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


class _Percent(ProgressColumn):
    """How far the step is; blank where nobody knows."""

    def render(self, task: Task) -> Text:
        return Text("" if task.total is None else f"{task.percentage:.0f}%".rjust(4))


@contextmanager
def progress(title: str) -> Iterator[Callable[[str, float | None], None]]:
    """Yield a function that shows a step and the share of it that is done, 0 to 1; None if nobody knows.

    On a terminal a bar moves; in a log nothing is written, so that schedulers keep clean logs.
    """
    columns = (
        SpinnerColumn(),
        TextColumn("[bold]{task.description}"),
        BarColumn(bar_width=30),
        _Percent(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[step]}"),
    )
    with Progress(*columns, console=messages, transient=True, disable=not messages.is_terminal) as bar:
        task = bar.add_task(plain(title), total=None, step="")

        def update(step: str, fraction: float | None = None) -> None:
            total = None if fraction is None else 1.0
            bar.update(task, step=plain(step), total=total, completed=fraction or 0.0)

        yield update
