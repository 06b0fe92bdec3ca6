"""The inbox: files that wait to be landed, in folders named after survey and wave."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from werkpeil.files import sha256_of
from werkpeil.landing import zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkpeil.project import Project

SECONDS_OF_REST = 5.0


@dataclass(frozen=True)
class InboxItem:
    """A file in the inbox that has not landed.

    Args:
        path: The file.
        survey_id: Name of the folder's folder.
        wave_id: Name of the folder.
        status: `still_arriving` while the file has changed within the last seconds.
    """

    path: Path
    survey_id: str
    wave_id: str
    status: Literal["new", "still_arriving"]


def pending(project: Project, inbox: Path | None = None) -> list[InboxItem]:
    """Return the files that wait in `<inbox>/<survey>/<wave>/`, by name.

    A file that landed for its wave at any time is not among them, nor is a hidden one.

    Args:
        project: Whose landing zone to compare with.
        inbox: The folder to look in; the project's own by default.
    """
    now = time.time()
    return [
        InboxItem(path, path.parent.parent.name, path.parent.name, _status(path, now))
        for path in _files(inbox or project.inbox)
        if not _has_landed(project, path)
    ]


def _files(inbox: Path) -> Iterator[Path]:
    if inbox.is_dir():
        for path in sorted(inbox.glob("*/*/*")):
            parts = path.relative_to(inbox).parts
            if path.is_file() and not any(part.startswith(".") for part in parts):
                yield path


def _status(path: Path, now: float) -> Literal["new", "still_arriving"]:
    rested = abs(now - path.stat().st_mtime) >= SECONDS_OF_REST  # a clock may be ahead of ours
    return "new" if rested else "still_arriving"


def _has_landed(project: Project, path: Path) -> bool:
    """Compare by size first, so that polling does not hash every file each time."""
    size = path.stat().st_size
    landed = zone.history(project, path.parent.parent.name, path.parent.name)
    same_size = [delivery for delivery in landed if delivery.file_bytes == size]
    return bool(same_size) and sha256_of(path) in {delivery.sha256 for delivery in same_size}
