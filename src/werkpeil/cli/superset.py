"""`werkpeil superset`: the semantic layer as a file that Apache Superset imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkpeil.cli import screen
from werkpeil.superset import export_for_superset

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project


def write_for_superset(project: Project, *, language: str, out: Path | None) -> None:
    """Write the file and tell what it holds and whom it connects to.

    Raises:
        InputError: nothing is published yet, no PostgreSQL server is named, or the language is none.
        OutsideError: the file cannot be written.
    """
    made = export_for_superset(project, language, out)
    server = made.server
    screen.say(
        f"wrote {screen.near(made.file)}: {screen.counted(made.dashboards, 'dashboard')} of "
        f"{screen.counted(made.charts, 'chart')}, {screen.counted(made.datasets, 'dataset')} with "
        f"{screen.counted(made.metrics, 'metric')}"
    )
    screen.say(
        f"  reads {server.host}:{server.port}/{server.database} as werkpeil_reader, verified by "
        + (
            f"{server.authority} on Superset's machine"
            if server.authority
            else "libpq's own certificates there"
        )
    )
    screen.say("  import it on Superset's page Dashboards, which asks for the password; none is in the file")
