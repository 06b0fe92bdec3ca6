"""`werkpeil site`: the dashboard as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkpeil.cli import screen
from werkpeil.site import write_site

if TYPE_CHECKING:
    from werkpeil.project import Project


def make_site(project: Project) -> None:
    """Write the site of the current release and tell where it is.

    Raises:
        InputError: nothing is published yet.
        CheckFailedError: a page is larger than pages may be.
        OutsideError: it cannot be written.
    """
    with screen.progress("Writing the site") as step:
        made = write_site(project, on_progress=step)
    screen.say(
        f"wrote {made.pages} pages and {made.files} files of numbers of build {made.build_id}, "
        f"{made.file_bytes / 1e6:,.1f} MB; the largest page has {made.largest / 1e6:.1f} MB"
    )
    screen.say(f"  open {screen.near(made.index)} in a browser; it needs no server and no network")
