"""The inbox: files that wait to be landed, in folders named after survey and wave."""

from __future__ import annotations

import fcntl
import signal
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from werkpeil.files import sha256_of, state_of
from werkpeil.landing import zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from werkpeil.project import Project

SECONDS_OF_REST = 5.0
# Names that programs give to a file while they write it; hidden ones (rsync) are not looked at anyway.
PARTIAL_SUFFIXES = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", "~")
# A file that says where in the records of a delivery each column is: of its name, and ending in one of these.
DESCRIBING = (".sss", ".xml")
DEPTH = 3  # <survey>/<wave>/<file>
DEEPEST = 5  # further down nobody looks for a misplaced file

Status = Literal["new", "still_arriving", "partial_name", "misplaced", "unreadable"]
REASONS: dict[Status, str] = {
    "new": "not landed yet",
    "still_arriving": "still arriving: it changed a moment ago, or a program has it open to write",
    "partial_name": "has the name of a file that is still being written; it lands under its final name",
    "misplaced": "stands in no folder of a survey and wave; move it to SURVEY/WAVE/",
    "unreadable": "may not be read; check its permissions",
}


@dataclass(frozen=True)
class InboxItem:
    """A file in the inbox that has not landed.

    Args:
        path: The file.
        survey_id: Name of the folder's folder; empty if the file is misplaced.
        wave_id: Name of the folder; empty if the file is misplaced.
        status: Whether it can be landed now, or what it waits for.
        described_by: The Triple-S or DDI file of its name that lies beside it, if one does.
    """

    path: Path
    survey_id: str
    wave_id: str
    status: Status
    described_by: Path | None = None

    @property
    def reason(self) -> str:
        """Why it waits, in words."""
        return REASONS[self.status]


def pending(project: Project, inbox: Path | None = None, *, rest: float = SECONDS_OF_REST) -> list[InboxItem]:
    """Return the files that wait in `<inbox>/<survey>/<wave>/`, and those that stand elsewhere, by name.

    A file that landed for its wave at any time is not among them, nor is a hidden one, nor one that describes
    a delivery beside it.

    Args:
        project: Whose landing zone to compare with.
        inbox: The folder to look in; the project's own by default.
        rest: Seconds that a file must not have changed, by the clocks of disk and machine.
    """
    folder = inbox or project.inbox
    files = list(_files(folder))
    described = _described(files)
    found = (_look(project, folder, path, rest) for path in files if path not in described.values())
    return [_with_description(item, described.get(item.path), rest) for item in found if item is not None]


def _described(files: Sequence[Path]) -> dict[Path, Path]:
    """Each delivery beside which a file of its name describes it: `data.asc` and `data.sss`."""
    describing = [path for path in files if path.suffix.lower() in DESCRIBING]
    return {
        path: beside
        for beside in reversed(describing)
        for path in files
        if path.parent == beside.parent
        and path not in describing
        and path.name.lower().startswith(beside.stem.lower() + ".")
    }


def _with_description(item: InboxItem, beside: Path | None, rest: float) -> InboxItem:
    """A delivery with what describes it; it waits as long as that is not whole."""
    if beside is None:
        return item
    try:
        whole = _is_resting(beside, rest) and not _is_written_to(beside)
    except OSError:
        whole = False
    status = "still_arriving" if item.status == "new" and not whole else item.status
    return replace(item, status=status, described_by=beside)


def watched(items: Sequence[InboxItem], *, seconds: float) -> list[InboxItem]:
    """Look again at new files after some seconds: what changed is still arriving, what went is left out.

    Clocks of other machines may be wrong, ours may go back; that a file stays as it is needs no clock to see.

    Args:
        items: Files that wait.
        seconds: How long to watch; not at all if none is new.
    """
    before = {item.path: states_now(item) for item in items if item.status == "new"}
    if before:
        time.sleep(seconds)
    return [
        replace(item, status="still_arriving")
        if item.status == "new" and states_now(item) != before[item.path]
        else item
        for item in items
        if item.status != "new" or state_now(item.path) is not None
    ]


def states_now(item: InboxItem) -> list[tuple[int, int, int] | None]:
    """Return what changes when a delivery does, or the file that describes it."""
    return [state_now(path) for path in (item.path, item.described_by) if path is not None]


def state_now(path: Path) -> tuple[int, int, int] | None:
    """Return what changes when a file does; None if it is not there."""
    try:
        return state_of(path)
    except OSError:
        return None


def _files(inbox: Path) -> Iterator[Path]:
    found = (path for depth in range(1, DEEPEST + 1) for path in inbox.glob("/".join("*" * depth)))
    for path in sorted(found):
        hidden = any(part.startswith(".") for part in path.relative_to(inbox).parts)
        if not hidden and path.is_file():
            yield path


def _look(project: Project, inbox: Path, path: Path, rest: float) -> InboxItem | None:
    """Return a file as it waits; None if it has landed, or went while it was looked at."""
    place = path.relative_to(inbox).parts
    if len(place) != DEPTH:
        return InboxItem(path, "", "", "misplaced")
    survey_id, wave_id, name = place
    try:
        if name.lower().endswith(PARTIAL_SUFFIXES):
            status: Status = "partial_name"
        elif _has_landed(project, path):
            return None
        elif _is_resting(path, rest) and not _is_written_to(path):
            status = "new"
        else:
            status = "still_arriving"
    except FileNotFoundError:
        return None
    except PermissionError:
        status = "unreadable"
    return InboxItem(path, survey_id, wave_id, status)


def _is_resting(path: Path, rest: float) -> bool:
    return abs(time.time() - path.stat().st_mtime) >= rest  # a clock may be ahead of ours


def _is_written_to(path: Path) -> bool:
    """Tell whether a program of this machine has a file open to write, where the system can tell.

    A copy over a network can stand still for minutes. A lease for reading is not granted while somebody
    may write; other machines, other owners and other systems are not seen.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    with path.open("rb") as stream:
        try:
            # Who opens the file in this instant waits for us, and we are told by a signal that does nothing.
            fcntl.fcntl(stream, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(stream, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(stream, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return False


def _has_landed(project: Project, path: Path) -> bool:
    """Compare by size first, so that polling does not hash every file each time."""
    size = path.stat().st_size
    landed = zone.history(project, path.parent.parent.name, path.parent.name)
    same_size = [delivery for delivery in landed if delivery.file_bytes == size]
    return bool(same_size) and sha256_of(path) in {delivery.sha256 for delivery in same_size}
