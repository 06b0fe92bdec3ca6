"""The landing zone on disk: deliveries, the pointer to the current one, the lock and the register.

A delivery is prepared in `.incoming`, renamed into its wave's folder, and exists for readers from
the moment the wave's pointer names it. Each delivery names the one it replaces, so the pointer
and that chain are the history; a folder that the chain does not reach was never delivered.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from filelock import FileLock, Timeout

from werkpeil.errors import InputError, OutsideError
from werkpeil.files import fsync, outside_errors, replace_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkpeil.project import Project

logger = logging.getLogger(__name__)

Provenance = Literal["real", "synthetic"]

RESPONSES = "responses.parquet"
REJECTED_ROWS = "rejected_rows.parquet"
INVALID_ANSWERS = "invalid_answers.parquet"
REGISTER_ENTRY = "delivery.json"
POINTER = "current"
INCOMING = ".incoming"
PLACE = "landing zone"

SECONDS_TO_WAIT_FOR_LOCK = 60

_SURVEY_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
_WAVE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MOMENT = "%Y%m%dT%H%M%SZ"
_DELIVERY_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{12}")


@dataclass(frozen=True)
class Delivery:
    """One landed delivery, as its register entry describes it.

    Args:
        delivery_id: `<UTC time it was written>-<first 12 characters of the file's sha256>`.
        rejected_by_rule: Rows rejected, per rule.
        invalid_answers: Answers that are not valid but kept their row, per column.
        ignored_columns: Headers in the file that the codebook does not name.
        landed_at: When the file landed; a copy without a forgotten person keeps it.
        key_fingerprint: Tells which key made the pseudonyms, without telling the key.
        replaces: The delivery of the same wave that this one replaced.
        folder: Where it is.
        rows_forgotten: Rows removed because a person asked for it; whose is told nowhere.
        retired_at: When its rows were removed because their retention period was over; what was counted of
            them stays.
        scored_as: Of a retired wave, the fingerprint of its scores when it was last built.
    """

    survey_id: str
    wave_id: str
    delivery_id: str
    provenance: Provenance
    file_name: str
    file_bytes: int
    sha256: str
    reader: str
    encoding: str | None
    delimiter: str | None
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rejected_by_rule: dict[str, int]
    invalid_answers: dict[str, int]
    ignored_columns: list[str]
    landed_at: str
    werkpeil_version: str
    key_fingerprint: str
    replaces: str | None
    folder: Path
    rows_forgotten: int = 0
    retired_at: str | None = None
    scored_as: str | None = None

    @property
    def responses(self) -> Path:
        """The accepted rows."""
        return self.folder / RESPONSES

    def register_entry(self) -> dict[str, Any]:
        """Return what the register holds: every field but the folder."""
        entry = asdict(self)
        del entry["folder"]
        return entry


def retire(delivery: Delivery, retired_at: datetime, scored_as: str) -> None:
    """Remove a delivery's rows and keep its register entry; only the caller with the lock may.

    The entry says so first: killed in between, the next landing removes the rest.
    """
    retired = replace(delivery, retired_at=retired_at.isoformat(), scored_as=scored_as)
    replace_text(delivery.folder / REGISTER_ENTRY, _entry_text(retired))
    _remove_rows(delivery)


def check_ids(survey_id: str, wave_id: str) -> None:
    """Refuse ids that cannot safely be folder names.

    Raises:
        InputError: if either id has another form.
    """
    if not _SURVEY_ID.fullmatch(survey_id):
        raise InputError(
            f"'{survey_id}' cannot be a survey's id.",
            hint="use lower-case letters, digits and underscores, starting with a letter.",
        )
    if not _WAVE_ID.fullmatch(wave_id):
        raise InputError(
            f"'{wave_id}' cannot be a wave's id.",
            hint="use lower-case letters, digits, - and _, such as 2024 or 2024-q1.",
        )


def wave_folder(project: Project, survey_id: str, wave_id: str) -> Path:
    """Return the folder of a wave, whether or not anything landed there."""
    return project.landing / survey_id / wave_id


def current_delivery(project: Project, survey_id: str, wave_id: str) -> Delivery | None:
    """Return the delivery that a wave's pointer names; None when nothing has landed."""
    folder = wave_folder(project, survey_id, wave_id)
    named = _pointed_at(folder)
    return _read_delivery(folder / named) if named else None


def history(project: Project, survey_id: str, wave_id: str) -> list[Delivery]:
    """Return the deliveries of a wave, the current one first."""
    found: list[Delivery] = []
    delivery = current_delivery(project, survey_id, wave_id)
    while delivery is not None:
        found.append(delivery)
        older = delivery.replaces
        delivery = _read_delivery(delivery.folder.parent / older) if older else None
    return found


def current_deliveries(project: Project) -> list[Delivery]:
    """Return the current delivery of every landed wave, by survey and wave."""
    waves = (current_delivery(project, survey, wave) for survey, wave in _waves(project))
    return [delivery for delivery in waves if delivery is not None]


def all_deliveries(project: Project) -> list[Delivery]:
    """Return every delivery of any time, by survey and wave, the current one of a wave first."""
    return [delivery for survey, wave in _waves(project) for delivery in history(project, survey, wave)]


def next_delivery_id(sha256: str, current: Delivery | None) -> tuple[str, datetime]:
    """Return a delivery id and the UTC time in it, later than the one in that of the current delivery."""
    moment = datetime.now(UTC).replace(microsecond=0)
    if current is not None:
        written = current.delivery_id.partition("-")[0]
        after_current = datetime.strptime(written, _MOMENT).replace(tzinfo=UTC) + timedelta(seconds=1)
        moment = max(moment, after_current)
    return delivery_id_at(moment, sha256), moment


def delivery_id_at(moment: datetime, sha256: str) -> str:
    """Return the id of a file's delivery that is written at a moment."""
    return f"{moment.strftime(_MOMENT)}-{sha256[:12]}"


@contextmanager
def lock(project: Project) -> Iterator[None]:
    """Hold the landing zone's lock: one landing at a time.

    Raises:
        OutsideError: if another process keeps it, or the zone cannot be written.
    """
    with outside_errors(PLACE):
        project.landing.mkdir(parents=True, exist_ok=True)
        held = FileLock(project.landing / ".lock", timeout=SECONDS_TO_WAIT_FOR_LOCK)
        try:
            held.acquire()
        except Timeout as error:
            raise OutsideError(
                "Another landing is at work.",
                where=str(project.landing),
                hint="wait until it is done and run this again.",
            ) from error
    try:
        yield
    finally:
        held.release()


@contextmanager
def workspace(project: Project) -> Iterator[Path]:
    """Give a private folder (mode 0700) in the landing zone that is gone afterwards."""
    incoming = project.landing / INCOMING
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = incoming / secrets.token_hex(8)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def commit(prepared: Path, delivery: Delivery) -> None:
    """Move a prepared folder into its wave and point at it; only the caller with the lock may.

    Args:
        prepared: Folder in the workspace with the three Parquet files, closed.
        delivery: Its register entry; `delivery.folder` is where it goes.
    """
    commit_all([(prepared, delivery)])


def copy_files(delivery: Delivery, prepared: Path) -> None:
    """Copy the three Parquet files of a delivery to a new folder in the workspace."""
    prepared.mkdir()
    for name in (RESPONSES, REJECTED_ROWS, INVALID_ANSWERS):
        shutil.copyfile(delivery.folder / name, prepared / name)


def commit_all(prepared: list[tuple[Path, Delivery]]) -> None:
    """Move prepared folders into their wave, the oldest first, and point at the last.

    Readers see all of them or none, because the pointer is replaced once.
    """
    for folder, delivery in prepared:
        _move(folder, delivery)
    last, newest = prepared[-1]
    wave = newest.folder.parent
    pointer = last.parent / POINTER
    pointer.write_text(newest.delivery_id + "\n", encoding="ascii")
    fsync(pointer)
    pointer.replace(wave / POINTER)
    for folder in (wave, wave.parent, wave.parent.parent):
        fsync(folder)


def _entry_text(delivery: Delivery) -> str:
    return json.dumps(delivery.register_entry(), ensure_ascii=False, indent=2) + "\n"


def _remove_rows(delivery: Delivery) -> None:
    for name in (REJECTED_ROWS, INVALID_ANSWERS, RESPONSES):  # the last one tells whether anything is left
        (delivery.folder / name).unlink(missing_ok=True)
    fsync(delivery.folder)


def _move(prepared: Path, delivery: Delivery) -> None:
    (prepared / REGISTER_ENTRY).write_text(_entry_text(delivery), encoding="utf-8")
    for file in prepared.iterdir():
        fsync(file)
    fsync(prepared)
    wave = delivery.folder.parent
    wave.mkdir(parents=True, exist_ok=True)
    prepared.rename(delivery.folder)
    fsync(wave)


def sweep(project: Project) -> None:
    """Remove what killed landings left; only the caller with the lock may."""
    for leftover in _folders(project.landing / INCOMING):
        shutil.rmtree(leftover, ignore_errors=True)
    for survey, wave in _waves(project):
        folder = wave_folder(project, survey, wave)
        deliveries = history(project, survey, wave)
        known = {delivery.delivery_id for delivery in deliveries}
        for delivery in deliveries:
            if delivery.retired_at is not None and delivery.responses.exists():
                _remove_rows(delivery)
        for candidate in _folders(folder):
            if _DELIVERY_ID.fullmatch(candidate.name) and candidate.name not in known:
                logger.warning("removing %s: its landing was interrupted", candidate)
                shutil.rmtree(candidate)


def _waves(project: Project) -> Iterator[tuple[str, str]]:
    for survey in _folders(project.landing):
        if _SURVEY_ID.fullmatch(survey.name):
            for wave in _folders(survey):
                if _WAVE_ID.fullmatch(wave.name):
                    yield survey.name, wave.name


def _folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    return sorted(entry for entry in parent.iterdir() if entry.is_dir())


def _pointed_at(folder: Path) -> str | None:
    try:
        named = (folder / POINTER).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    if not _DELIVERY_ID.fullmatch(named):
        raise _damaged(folder / POINTER)
    return named


def _read_delivery(folder: Path) -> Delivery:
    path = folder / REGISTER_ENTRY
    try:
        return Delivery(**json.loads(path.read_text(encoding="utf-8")), folder=folder)
    except (FileNotFoundError, ValueError, TypeError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> OutsideError:
    return OutsideError(
        "The landing zone is damaged.",
        where=str(path),
        hint="restore this file from a backup; nothing has been removed.",
    )
