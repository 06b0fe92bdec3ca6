"""One run: land what is new in the inbox, build, check, publish, retire what is due, and keep a record.

Whatever stops it, and whenever: what had landed stays landed, the last release goes on serving, and the next
run does what is left. Two never work at the same time.
"""

from __future__ import annotations

import logging
import time
import traceback
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from werkpeil.building import build
from werkpeil.building.dbt import in_shares
from werkpeil.building.lock import only_one_run
from werkpeil.building.retention import retire_due
from werkpeil.errors import InputError, OutsideError, WerkpeilError
from werkpeil.landing import land, pending
from werkpeil.landing.inbox import state_now, watched
from werkpeil.publishing import publish
from werkpeil.quality import passed_gate, run_gate
from werkpeil.running import record as records
from werkpeil.running.lineage import Lineage
from werkpeil.running.log import kept_log
from werkpeil.running.notify import notify
from werkpeil.running.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from werkpeil.landing import InboxItem, LandingResult
    from werkpeil.project import Project
    from werkpeil.running.record import RunRecord
    from werkpeil.running.settings import Settings

    Progress = Callable[[str, float | None], None]
    ShowStep = Callable[[str], AbstractContextManager[Progress]]

logger = logging.getLogger(__name__)

EXIT_INTERRUPTED = 130
EXIT_UNFORESEEN = 3


@dataclass(frozen=True)
class Audience:
    """Who is told what a run does.

    Attributes:
        on_step: Given the title of a step, a context that shows how far it is.
        on_result: Told each result: of a landing, a build, a gate, a publication, the list of retired waves,
            a file that waits, and each error.
    """

    on_step: ShowStep
    on_result: Callable[[Any], None]


def _unheard(_title: str) -> AbstractContextManager[Progress]:
    return nullcontext(lambda _label, _share: None)


NOBODY = Audience(_unheard, lambda _result: None)


def run(project: Project, inbox: Path | None = None, *, audience: Audience = NOBODY) -> RunRecord:
    """Do everything that is to do, and return the record of it; safe to repeat at any time.

    A delivery that cannot land waits and the others go on: the run then ends with the exit code of the worst.
    A build, gate or publication that fails ends the run. Neither is raised: the record says it.

    Args:
        project: The project.
        inbox: The folder to look in; the project's own by default.
        audience: Who is told.

    Raises:
        InputError: a setting of runs is wrong.
        OutsideError: another run is at work, or its record cannot be written.
    """
    settings = read_settings(project)
    with only_one_run(project, lambda: records.running_elsewhere(project)):
        record = _begin(project, inbox or project.inbox)
        with kept_log(records.log_path(project, record.number), record.number):
            _Run(project, inbox, record, settings, audience).go()
        records.prune(project, settings.keep)
    return record


def _begin(project: Project, inbox: Path) -> RunRecord:
    """Begin the record of a run; of a failure that leaves no record people are told all the same."""
    try:
        return records.begin(project, inbox)
    except WerkpeilError as error:
        record = records.new(0, inbox)
        record.status, record.exit_code = records.FAILED, error.exit_code
        record.error = records.error_entry(error)
        notify(project, record)
        raise


class _Run:
    """A run at work."""

    def __init__(
        self,
        project: Project,
        inbox: Path | None,
        record: RunRecord,
        settings: Settings,
        audience: Audience,
    ) -> None:
        self._project = project
        self._inbox = inbox
        self._record = record
        self._settings = settings
        self._audience = audience
        self._began = time.monotonic()
        self._worst: WerkpeilError | None = None
        self._lineage = Lineage(project, record)

    def go(self) -> None:
        """Do all steps and end the record, whatever happens."""
        logger.info("run %d begins", self._record.number, extra={"inbox": self._record.inbox})
        for notice in self._record.notices:
            logger.info("%s", notice)
        self._lineage.begin()
        try:
            self._work()
        except WerkpeilError as error:
            self._audience.on_result(error)
            self._note(error)
        except KeyboardInterrupt:
            self._end(records.INTERRUPTED, EXIT_INTERRUPTED)
            raise
        except Exception as error:
            told = {"traceback": "".join(traceback.format_exception(error))}
            logger.info("run %d failed in a way that nobody foresaw", self._record.number, extra=told)
            what = f"{type(error).__name__}: {error}"
            self._record.error = {"kind": "defect", "what": what, "where": None, "hint": None}
            self._end(records.FAILED, EXIT_UNFORESEEN)
            raise
        exit_code = self._worst.exit_code if self._worst else 0
        self._end(records.FAILED if exit_code else records.DONE, exit_code)

    def _work(self) -> None:
        self._land_all()
        self._release()
        if self._retire():
            self._release()

    def _land_all(self) -> None:
        with self._step("inbox") as show:
            items = self._look(show)
        for item in items:
            if item.status == "new":
                self._land(item)
            else:
                self._wait(item, item.status, item.reason)
                self._audience.on_result(item)

    def _look(self, show: Progress) -> list[InboxItem]:
        if self._inbox is not None and not self._inbox.is_dir():
            raise InputError(
                "There is no such inbox.", where=str(self._inbox), hint="is the disk mounted that it is on?"
            )
        rest = self._settings.rest_seconds
        items = pending(self._project, self._inbox, rest=rest)
        show("watching new files", None)
        return watched(items, seconds=rest)

    def _land(self, item: InboxItem) -> None:
        try:
            with self._step(f"land {item.survey_id} {item.wave_id}", f"Landing {item.path.name}") as show:
                result = land(
                    self._project,
                    item.path,
                    item.survey_id,
                    item.wave_id,
                    described_by=item.described_by,
                    on_progress=show,
                )
        except WerkpeilError as error:
            self._audience.on_result(error)
            self._note(error)
            self._wait(item, "refused", str(error))
            return
        self._record.landed.append(_landed_entry(result, item.path))
        self._audience.on_result(result)

    def _wait(self, item: InboxItem, status: str, reason: str) -> None:
        entry = {
            "survey_id": item.survey_id,
            "wave_id": item.wave_id,
            "path": str(item.path),
            "file_state": state_now(item.path),
            "status": status,
            "reason": reason,
        }
        self._record.waits.append(entry)
        logger.info("waits: %s", item.path.name, extra=entry)

    def _release(self) -> None:
        """Build what changed, check what is not checked, publish what is not published."""
        with self._step("build", "Building") as show:
            built = build(self._project, on_progress=in_shares(show))
        self._record.build = _without(asdict(built), "tables", "notices")
        self._record.notices += built.notices
        self._audience.on_result(built)
        if passed_gate(self._project) is None:
            with self._step("gate", "Checking") as show:
                gate = run_gate(self._project, again=False, on_progress=in_shares(show))
            self._audience.on_result(gate)
        self._record.gate = passed_gate(self._project)
        with self._step("publish", "Publishing"):
            published = publish(self._project)
        self._record.release = {"status": published.status, "build_id": published.release.build_id}
        self._audience.on_result(published)

    def _retire(self) -> bool:
        due = retire_due(self._project)
        if due:
            self._record.retired += [
                {"survey_id": wave.survey_id, "wave_id": wave.wave_id, "due_on": wave.due_on.isoformat()}
                for wave in due
            ]
            self._save()
            self._audience.on_result(due)
        return bool(due)

    @contextmanager
    def _step(self, name: str, title: str | None = None) -> Iterator[Progress]:
        """Time a step, and write the record when it begins and when it ends."""
        step: dict[str, Any] = {"name": name, "started_at": records.moment(), "status": records.RUNNING}
        self._record.steps.append(step)
        self._save()
        began = time.monotonic()
        try:
            with self._audience.on_step(title or name) as show:
                yield show
        except BaseException as error:
            step["status"] = records.FAILED if isinstance(error, Exception) else records.INTERRUPTED
            if isinstance(error, WerkpeilError):
                step["error"] = records.error_entry(error)
            raise
        else:
            step["status"] = records.DONE
        finally:
            step["seconds"] = round(time.monotonic() - began, 3)
            logger.info("%s: %s", name, step["status"], extra=_without(step, "name"))

    def _note(self, error: WerkpeilError) -> None:
        if self._worst is None or error.exit_code > self._worst.exit_code:
            self._worst = error
            self._record.error = records.error_entry(error)

    def _end(self, status: str, exit_code: int) -> None:
        self._record.status = status
        self._record.exit_code = exit_code
        self._record.ended_at = records.moment()
        self._record.seconds = round(time.monotonic() - self._began, 3)
        ended = {"status": status, "exit_code": exit_code, "seconds": self._record.seconds}
        logger.info("run %d ends", self._record.number, extra=ended)
        notify(self._project, self._record)
        self._lineage.end()
        try:
            self._save()
        except OutsideError as error:  # the work is done or lost all the same; say it, and end
            self._audience.on_result(error)
            self._record.status = records.FAILED
            self._record.exit_code = max(exit_code, error.exit_code)

    def _save(self) -> None:
        records.save(self._project, self._record)


def _landed_entry(result: LandingResult, file: Path) -> dict[str, Any]:
    names: tuple[str, ...] = ("survey_id", "wave_id", "delivery_id", "status", "provenance")
    names += ("rows_read", "rows_accepted", "rows_rejected", "rows_forgotten")
    return {"file_name": file.name, "path": str(file)} | {name: getattr(result, name) for name in names}


def _without(entry: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}
