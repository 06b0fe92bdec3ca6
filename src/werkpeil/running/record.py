"""Records of runs: one JSON file per run, numbered in their order, whole at every moment.

A record is written when its run begins, as each step begins and when it ends. One that says `running` while
no run holds the lock is of a run that was killed; the next run says so in it. Order is that of numbers, never
that of clocks.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from werkpeil import __version__
from werkpeil.errors import OutsideError
from werkpeil.files import outside_errors, replace_text

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.errors import WerkpeilError
    from werkpeil.project import Project

RUNNING, DONE, FAILED, INTERRUPTED = "running", "done", "failed", "interrupted"
DIGITS = 8


@dataclass
class RunRecord:
    """What a run did.

    Attributes:
        number: Runs are numbered from 1 in their order.
        status: `running`, `done`, `failed`, or `interrupted` when it was stopped or killed.
        started_at: When it began, UTC, ISO 8601.
        ended_at: When it ended; null while it runs and when it was killed.
        seconds: How long it took, by a clock that never goes back.
        exit_code: Its exit code; null while it runs and when it was killed.
        host: Machine that it ran on.
        pid: Its process.
        user: Who started it.
        werkpeil_version: Version of the program.
        inbox: Folder that it looked in.
        steps: What it did one after the other: `name`, `started_at`, `seconds`, `status` and, if it failed,
            `error`.
        landed: Deliveries that landed.
        waits: Files that stay in the inbox, each with `status` and `reason`.
        retired: Waves whose rows were removed because their period was over.
        build: The last build of the run: `status`, `build_id`, `models`, `checks`, `seconds`, `layers`.
        gate: What the build passed: `build_id`, `checks`, `results`, `warnings`.
        release: The release that readers see: `build_id` and whether it is new, `status`.
        error: What stopped it, or the worst of what did not land: `kind`, `what`, `where`, `hint`.
        notices: What is worth knowing and stopped nothing.
        notification: Who was told of a failure or of its end, if anybody: `event`, `failure`, `at`,
            `told_by`, `failed_by`.
    """

    number: int
    status: str
    started_at: str
    host: str
    pid: int
    user: str
    inbox: str
    werkpeil_version: str = __version__
    ended_at: str | None = None
    seconds: float | None = None
    exit_code: int | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)
    landed: list[dict[str, Any]] = field(default_factory=list)
    waits: list[dict[str, Any]] = field(default_factory=list)
    retired: list[dict[str, Any]] = field(default_factory=list)
    build: dict[str, Any] | None = None
    gate: dict[str, Any] | None = None
    release: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    notices: list[str] = field(default_factory=list)
    notification: dict[str, Any] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether there was nothing to do and nothing waits."""
        news = self.landed or self.waits or self.retired or self.error or self.notices
        built = (self.build or {}).get("status") == "built"
        return not (news or built or (self.release or {}).get("status") == "published")


def begin(project: Project, inbox: Path) -> RunRecord:
    """Write the record of a run that begins; only who holds the lock of runs may.

    Raises:
        OutsideError: the disk is full, or the folder of records cannot be written.
    """
    numbers = _numbers(project)
    last = numbers[-1] if numbers else 0
    before = read_run(project, last) if last else None
    record = new(last + 1, inbox)
    if before is not None:
        if before.status == RUNNING:
            before.status = INTERRUPTED
            save(project, before)
            record.notices.append(f"run {before.number} was killed before it ended; this one repairs it")
        latest = before.ended_at or before.started_at
        if record.started_at < latest:
            record.notices.append(f"the clock went back: run {before.number} ended at {latest}")
    save(project, record)
    return record


def new(number: int, inbox: Path) -> RunRecord:
    """Return the record of a run of this process that begins now; nothing is written."""
    return RunRecord(
        number=number,
        status=RUNNING,
        started_at=moment(),
        host=socket.gethostname(),
        pid=os.getpid(),
        user=_user(),
        inbox=str(inbox),
    )


def save(project: Project, record: RunRecord) -> None:
    """Write a record, whole or not at all.

    Raises:
        OutsideError: the disk is full, or the folder of records cannot be written.
    """
    with outside_errors("folder of run records"):
        project.runs.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(record), ensure_ascii=False, indent=1)
        replace_text(_path(project, record.number), text + "\n")


def read_runs(project: Project, most: int | None = None) -> list[RunRecord]:
    """Return the records of runs, the last one first; one that is damaged is left out.

    Args:
        project: Whose runs.
        most: How many; all of them if null.
    """
    found: list[RunRecord] = []
    for number in reversed(_numbers(project)):
        if most is not None and len(found) == most:
            break
        record = read_run(project, number)
        if record is not None:
            found.append(record)
    return found


def read_run(project: Project, number: int) -> RunRecord | None:
    """Return the record of a run; None if there is none that can be read."""
    known = {one.name for one in fields(RunRecord)}
    try:
        content = json.loads(_path(project, number).read_text(encoding="utf-8"))
        return RunRecord(**{name: value for name, value in content.items() if name in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def prune(project: Project, keep: int) -> None:
    """Remove the oldest records and their logs.

    Args:
        project: Whose runs.
        keep: How many records stay.
    """
    for number in _numbers(project)[:-keep]:
        for path in (_path(project, number), log_path(project, number)):
            path.unlink(missing_ok=True)


def log_path(project: Project, number: int) -> Path:
    """Return where the log of a run is or will be."""
    return _path(project, number).with_suffix(".jsonl")


def running_elsewhere(project: Project) -> OutsideError:
    """Return the error of a run that finds another one at work: who it is, and since when."""
    last = next(iter(read_runs(project, 1)), None)
    who = ""
    if last is not None and last.status == RUNNING:
        step = f", at work on {last.steps[-1]['name']}" if last.steps else ""
        who = (
            f": run {last.number} of {last.user} on {last.host}, process {last.pid}, "
            f"since {last.started_at}{step}"
        )
    return OutsideError(
        f"Another run is at work{who}.",
        where=str(project.data),
        hint="nothing is lost: what waits in the inbox lands with a later run.",
    )


def summary(record: RunRecord) -> str:
    """Return in one line what a run did."""
    took = f"{record.seconds or 0:.0f} s"
    if record.is_idle and record.status == DONE:
        return f"run {record.number}: nothing to do, {took}"
    ending = record.status if record.exit_code is None else f"{record.status} (exit {record.exit_code})"
    told = [f"run {record.number}: {ending}, {took}"]
    landed = [f"{entry['survey_id']} {entry['wave_id']}" for entry in record.landed]
    told.append(f"landed {_shortly(landed)}" if landed else "nothing landed")
    waiting = [entry["path"].rsplit("/", 1)[-1] for entry in record.waits]
    if waiting:
        told.append(f"waits {_shortly(waiting)}")
    if record.retired:
        told.append(
            "retired " + _shortly([f"{wave['survey_id']} {wave['wave_id']}" for wave in record.retired])
        )
    if (record.build or {}).get("status") == "built":
        told.append("built")
    if record.release:
        told.append(f"{record.release['status'].replace('_', ' ')} {record.release['build_id']}")
    if record.error:
        told.append(record.error["what"].splitlines()[0].rstrip(":"))
    return "; ".join(told)


def cause(record: RunRecord) -> str:
    """Return in a line what stopped a run, for who may not read answers: no row that a check found.

    Of a refused delivery it says only which, as its message may quote what the file holds.
    """
    failed = [step["name"] for step in record.steps if step["status"] == FAILED]
    if failed and all(name.startswith("land ") for name in failed):
        return "refused: " + ", ".join(name.removeprefix("land ") for name in failed)
    first = (record.error or {}).get("what", "").partition("\n")[0]
    return f"{failed[-1]}: {first}" if failed else first


def _shortly(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def error_entry(error: WerkpeilError) -> dict[str, Any]:
    """Return what a record says of an error."""
    return {"kind": type(error).__name__, "what": error.what, "where": error.where, "hint": error.hint}


def moment() -> str:
    """Return the time now, UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _path(project: Project, number: int) -> Path:
    return project.runs / f"{number:0{DIGITS}}.json"


def _numbers(project: Project) -> list[int]:
    return sorted(int(path.stem) for path in project.runs.glob("*.json") if path.stem.isdecimal())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return str(os.getuid())
