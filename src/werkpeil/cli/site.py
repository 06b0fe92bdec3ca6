"""`werkpeil site`: the dashboard as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkpeil.cli import screen
from werkpeil.site import write_site

if TYPE_CHECKING:
    from werkpeil.project import Project


def make_site(project: Project, *, documented: bool) -> None:
    """Write the site of the current release and tell where it is.

    Args:
        project: Whose release.
        documented: Whether dbt's documentation and the lineage of columns are wanted.

    Raises:
        InputError: nothing is published yet.
        CheckFailedError: a page is larger than pages may be.
        OutsideError: it cannot be written.
    """
    with screen.progress("Writing the site") as step:
        made = write_site(project, documented=documented, on_progress=step)
    screen.say(
        f"wrote {made.pages} pages and {made.files} files of numbers of build {made.build_id}, "
        f"{made.file_bytes / 1e6:,.1f} MB; the largest page has {made.largest / 1e6:.1f} MB"
    )
    if documented and not made.documented:
        screen.say(
            "  without documentation of the warehouse: the project has changed since this release was built; "
            "build and publish again for it"
        )
    screen.say(f"  open {screen.near(made.index)} in a browser; it needs no server and no network")
