"""Land one delivered file: read it, check it, write it, and make it the wave's current delivery."""

from __future__ import annotations

import logging
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from werkpeil.codebook import load_codebook
from werkpeil.codebook.check import require_consistent
from werkpeil.errors import InputError, OutsideError
from werkpeil.files import outside_errors, sha256_of, state_of
from werkpeil.landing import zone
from werkpeil.landing.detect import Detected, detect
from werkpeil.landing.forget import forgotten_people, remove_people
from werkpeil.landing.header import HeaderMatcher
from werkpeil.landing.layout import as_table
from werkpeil.landing.pseudonym import Pseudonymiser, load_pseudonymiser
from werkpeil.landing.readers import Delivered, Source, reader_of
from werkpeil.landing.rejected import write_rejected_rows
from werkpeil.landing.retention import due_on
from werkpeil.landing.rows import (
    Kind,
    Origin,
    Refusal,
    Rows,
    create_macros,
    ignored_columns,
    kind_of,
)
from werkpeil.project import MARKER
from werkpeil.sql import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkpeil.codebook import Codebook
    from werkpeil.project import Project

logger = logging.getLogger(__name__)

Status = Literal["landed", "replaced", "already_landed"]

_DEFAULT_SHARE = 0.05
_TOLERATED = 10  # so many rows or answers may be wrong in a file of any size
_LEAST_MEMORY = 192 << 20
# DuckDB keeps 4 MiB per column and thread in reserve, uses one thread where it may not, and needs less.
_MOST_MEMORY = 2 << 30
_SHARE_OF_MEMORY = 8
_MOST_THREADS = 4
_SECONDS_BETWEEN_LOOKS = 0.25
_ROW_GROUP = 16_384  # rows that DuckDB holds at once per thread: small, because rows are wide


@dataclass(frozen=True)
class LandingResult:
    """What became of a delivery.

    Args:
        status: `already_landed` when the same file was there already and nothing was done.
        rows_forgotten: Rows left out or removed because their people asked to be forgotten.
        rejected_by_rule: Rows rejected, per rule.
        invalid_answers: Answers that are not valid but kept their row, per column.
        ignored_columns: Headers in the file that the codebook does not name.
        reader: Reader that read the file.
        encoding: Of the file's texts, where the format leaves a choice.
        retired_at: When the rows of a wave that was there already were removed for good.
        seconds: How long landing took.
        path: Folder of the delivery.
    """

    survey_id: str
    wave_id: str
    delivery_id: str
    status: Status
    provenance: zone.Provenance
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_forgotten: int
    rejected_by_rule: dict[str, int]
    invalid_answers: dict[str, int]
    ignored_columns: list[str]
    reader: str
    encoding: str | None
    retired_at: str | None
    seconds: float
    path: Path


@dataclass(frozen=True)
class _Limits:
    """The largest shares of rejected rows and of invalid answers that may land."""

    rejected_share: float
    invalid_share: float


@dataclass(frozen=True)
class _Job:
    """One landing: what is asked, and what all its steps need."""

    project: Project
    codebook: Codebook
    wave_id: str
    file: Path
    file_state: tuple[int, int, int]
    sha256: str
    asked_provenance: str | None
    pseudonymiser: Pseudonymiser
    limits: _Limits
    described_by: Path | None
    report: Callable[[str, float | None], None]


def land(  # noqa: PLR0913 - a delivery, and what its sender says of it
    project: Project,
    file: Path,
    survey_id: str,
    wave_id: str,
    *,
    replace: bool = False,
    provenance: str | None = None,
    described_by: Path | None = None,
    on_progress: Callable[[str, float | None], None] | None = None,
) -> LandingResult:
    """Land a delivered file as a wave of a survey; afterwards it is wholly there or not at all.

    Args:
        project: Where to land it.
        file: The delivered file; it is read and neither kept nor changed.
        survey_id: A survey with a codebook.
        wave_id: The wave's id, new or known.
        replace: Land even if the wave has landed; the older delivery is kept beside it.
        provenance: `synthetic` or `real`; by default what the respondent ids say.
        described_by: A Triple-S or DDI file that says where in a record each column is, if the data have no
            header of their own.
        on_progress: Told each step's name and how far it is, 0 to 1 or None.

    Raises:
        InputError: if the file, its content or an id cannot be used.
        OutsideError: if the disk is full, the zone cannot be written or is locked.
    """
    started = time.monotonic()
    report = on_progress or (lambda _label, _fraction: None)
    zone.check_ids(survey_id, wave_id)
    if provenance not in (None, "real", "synthetic"):
        raise InputError(
            f"'{provenance}' is no provenance.", hint="use `real` or `synthetic`, or leave it out."
        )
    codebook = load_codebook(project, survey_id)
    require_consistent(codebook)
    file = Path(file)
    _require_readable(file)
    with zone.lock(project), outside_errors(zone.PLACE):
        report("hashing the file", None)
        state, sha256 = state_of(file), sha256_of(file)
        current = zone.current_delivery(project, survey_id, wave_id)
        if current is not None and not replace:
            _require_same_file(current, sha256, file)
            return _result(current, "already_landed", started)
        _require_not_due(project, survey_id, wave_id)
        zone.sweep(project)
        job = _Job(
            project=project,
            codebook=codebook,
            wave_id=wave_id,
            file=file,
            file_state=state,
            sha256=sha256,
            asked_provenance=provenance,
            pseudonymiser=load_pseudonymiser(project),
            limits=_limits(project),
            described_by=described_by,
            report=report,
        )
        _require_same_key(job)
        delivery = _land(job, current)
    logger.info(
        "landed %s %s: %d rows accepted, %d rejected",
        survey_id,
        wave_id,
        delivery.rows_accepted,
        delivery.rows_rejected,
    )
    return _result(delivery, "replaced" if current else "landed", started)


def _land(job: _Job, current: zone.Delivery | None) -> zone.Delivery:
    folder = zone.wave_folder(job.project, job.codebook.survey_id, job.wave_id)
    delivery_id, landed_at = zone.next_delivery_id(job.sha256, current)
    with zone.workspace(job.project) as workspace:
        prepared = workspace / "delivery"
        prepared.mkdir()
        with _database(workspace) as connection:
            detected = detect(job.file, workspace, job.file.name)
            if job.described_by is not None:
                detected = as_table(detected, job.described_by, workspace, job.file.name)
            delivered = _read(job, detected, workspace, connection)
            _require_unchanged(job)
            origin = Origin(job.codebook.survey_id, job.wave_id, delivery_id, job.sha256)
            rows = Rows(connection, job.codebook, delivered.match, origin, job.pseudonymiser)
            try:
                provenance = _check_and_write(job, rows, delivered, prepared)
            except duckdb.Error as error:
                _require_unchanged(job)
                raise delivered.told(error) from error
            _require_unchanged(job)
            rejected_by_rule = rows.rejected_by_rule()
            invalid_answers = rows.invalid_answers()
            accepted, rejected = (
                _count(connection, prepared / name) for name in (zone.RESPONSES, zone.REJECTED_ROWS)
            )
        delivery = zone.Delivery(
            survey_id=job.codebook.survey_id,
            wave_id=job.wave_id,
            delivery_id=delivery_id,
            provenance=provenance,
            file_name=job.file.name,
            file_bytes=job.file_state[0],
            sha256=job.sha256,
            reader=delivered.reader + (f" in {detected.packing}" if detected.packing else ""),
            encoding=delivered.encoding,
            delimiter=delivered.delimiter,
            rows_read=delivered.rows_read,
            rows_accepted=accepted,
            rows_rejected=rejected,
            rejected_by_rule=rejected_by_rule,
            invalid_answers=invalid_answers,
            ignored_columns=[header.name for header in delivered.match.undeclared],
            landed_at=landed_at.isoformat(),
            werkpeil_version=version("werkpeil"),
            key_fingerprint=job.pseudonymiser.fingerprint,
            replaces=current.delivery_id if current else None,
            folder=folder / delivery_id,
        )
        _require_balance(delivery)
        forgotten = forgotten_people(job.project, delivery.survey_id, delivery.wave_id)
        if forgotten:
            with duckdb.connect() as connection:
                delivery = remove_people(connection, delivery, prepared, forgotten)
        job.report("moving it into place", None)
        zone.commit(prepared, delivery)
    return delivery


def _read(job: _Job, detected: Detected, workspace: Path, connection: Any) -> Delivered:
    job.report("reading the file", 0.0)
    delivered = reader_of(detected.format)(
        Source(
            path=detected.path,
            shown_as=job.file.name,
            workspace=workspace,
            connection=connection,
            matcher=HeaderMatcher(job.codebook, job.wave_id, job.file.name),
            label_columns=_of_kind(job.codebook, "label"),
            number_columns=_of_kind(job.codebook, "code", "number"),
            ignored_columns=ignored_columns(job.codebook),
            progress=lambda fraction: job.report("reading the file", fraction),
        )
    )
    if delivered.rows_read == 0:
        raise InputError(
            "The file has a header and no rows.", where=job.file.name, hint="was it exported whole?"
        )
    return delivered


def _of_kind(codebook: Codebook, *kinds: Kind) -> frozenset[str]:
    return frozenset(column.name for column in codebook.columns if kind_of(column) in kinds)


def _check_and_write(job: _Job, rows: Rows, delivered: Delivered, prepared: Path) -> zone.Provenance:
    responses = prepared / zone.RESPONSES
    with _told_queries(job, rows.connection, "checking the rows"):
        rows.require_one_wave()
        provenance = rows.provenance(job.asked_provenance)
        rows.judge()
        _require_few_rejected(job, rows, delivered.rows_read)
    with _told_queries(job, rows.connection, "writing the responses"):
        rows.write_responses(responses, delivered.rows_together)
    with _told_queries(job, rows.connection, "checking the answers"):
        rows.find_invalid_answers(responses)
        _require_few_invalid(job, rows, responses)
        rows.write_invalid_answers(prepared / zone.INVALID_ANSWERS)
        write_rejected_rows(rows, delivered.delimiter, prepared / zone.REJECTED_ROWS)
    return provenance


@contextmanager
def _told_queries(job: _Job, connection: Any, step: str) -> Iterator[None]:
    """Report a step, and how far DuckDB is with each of its queries while one runs."""
    job.report(step, None)
    ended = Event()

    def look() -> None:
        while not ended.wait(_SECONDS_BETWEEN_LOOKS):
            percent = connection.query_progress()
            # Before and between queries it is -1.
            job.report(step, percent / 100 if percent >= 0 else None)

    watch = Thread(target=look, daemon=True)
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join()


def _result(delivery: zone.Delivery, status: Status, started: float) -> LandingResult:
    return LandingResult(
        survey_id=delivery.survey_id,
        wave_id=delivery.wave_id,
        delivery_id=delivery.delivery_id,
        status=status,
        provenance=delivery.provenance,
        rows_read=delivery.rows_read,
        rows_accepted=delivery.rows_accepted,
        rows_rejected=delivery.rows_rejected,
        rows_forgotten=delivery.rows_forgotten,
        rejected_by_rule=delivery.rejected_by_rule,
        invalid_answers=delivery.invalid_answers,
        ignored_columns=delivery.ignored_columns,
        reader=delivery.reader,
        encoding=delivery.encoding,
        retired_at=delivery.retired_at,
        seconds=time.monotonic() - started,
        path=delivery.folder,
    )


# --- What must hold -----------------------------------------------------------------------------


def _require_readable(file: Path) -> None:
    if not file.exists():
        raise InputError("There is no such file.", where=str(file))
    if file.is_dir():
        raise InputError("This is a folder, not a file.", where=str(file))
    if not file.is_file():
        raise InputError("This is no regular file.", where=str(file))
    try:
        with file.open("rb"):
            pass
    except PermissionError as error:
        raise InputError(
            "The file may not be read.", where=str(file), hint="check its permissions."
        ) from error


def _require_same_file(current: zone.Delivery, sha256: str, file: Path) -> None:
    if current.sha256 == sha256:
        return
    raise InputError(
        f"Wave {current.wave_id} of survey {current.survey_id} has landed with another content: "
        f"'{current.file_name}', {current.rows_accepted} rows, on {current.landed_at}.",
        where=file.name,
        hint="use --replace to land this file in its place; the older delivery is kept.",
    )


def _require_not_due(project: Project, survey_id: str, wave_id: str) -> None:
    """Refuse rows that would have to be removed at once."""
    day = due_on(project, survey_id, wave_id)
    if day is not None and day <= datetime.now(UTC).date():
        raise InputError(
            f"The retention period of wave {wave_id} of survey {survey_id} was over on {day}: its rows may "
            "not land again.",
            hint="if they may be kept longer, raise `retention_days` in the codebook.",
        )


def _require_same_key(job: _Job) -> None:
    """Refuse a key that would give the people of earlier waves other pseudonyms."""
    for delivery in zone.current_deliveries(job.project):
        is_other_wave = delivery.wave_id != job.wave_id
        if delivery.survey_id != job.codebook.survey_id or not is_other_wave:
            continue
        if delivery.key_fingerprint != job.pseudonymiser.fingerprint:
            raise InputError(
                "The key of the pseudonyms is not the one that earlier waves landed with, so "
                "people could not be linked between waves.",
                where=f"wave {delivery.wave_id} of survey {delivery.survey_id}",
                hint="restore the key; if it is lost, move the survey's folder out of the landing "
                "zone and land all its waves anew.",
            )


def _require_few_rejected(job: _Job, rows: Rows, rows_read: int) -> None:
    rejected = sum(rows.rejected_by_rule().values())
    if rejected == rows_read:
        problem = f"All {rows_read} rows break a rule"
    elif rejected > max(_TOLERATED, job.limits.rejected_share * rows_read):
        problem = f"{rejected} of {rows_read} rows break a rule"
    else:
        return
    raise _refused(job, problem, rows.rejections(), "maximum_rejected_share")


def _require_few_invalid(job: _Job, rows: Rows, responses: Path) -> None:
    many = {name: count for name, count in rows.invalid_answers().items() if count > _TOLERATED}
    answered = rows.answered(responses, many)
    bad = {name: count for name, count in many.items() if count > job.limits.invalid_share * answered[name]}
    if not bad:
        return
    details = [
        refusal._replace(what=f"{name}: {refusal.what}")
        for name in bad
        for refusal in rows.invalid_details(name)
    ]
    counts = ", ".join(f"{name}: {count} of {answered[name]}" for name, count in bad.items())
    problem = f"Too many answers are not in the codebook ({counts})"
    raise _refused(job, problem, details, "maximum_invalid_share")


def _refused(job: _Job, problem: str, details: list[Refusal], setting: str) -> InputError:
    lines = [
        f"{what}, {count} times, first in rows {', '.join(map(str, first))}" for what, count, first in details
    ]
    return InputError(
        f"{problem}; nothing has landed.\n  " + "\n  ".join(lines),
        where=f"{job.file.name} against {job.codebook.path}",
        hint="correct the file or the codebook; if it must land as it is, raise "
        f"`vars: landing: {setting}` in {MARKER}.",
    )


def _require_balance(delivery: zone.Delivery) -> None:
    if delivery.rows_read != delivery.rows_accepted + delivery.rows_rejected:
        raise OutsideError(
            f"{delivery.rows_read} rows were read, {delivery.rows_accepted} accepted and "
            f"{delivery.rows_rejected} rejected: the counts do not add up; nothing has landed.",
            where=delivery.file_name,
            hint="this is a fault of Werkpeil: report it.",
        )


# --- The file -----------------------------------------------------------------------------------


def _require_unchanged(job: _Job) -> None:
    if state_of(job.file) != job.file_state:
        raise InputError(
            "The file changed while it was read; nothing has landed.",
            where=str(job.file),
            hint="wait until it has arrived whole and run this again.",
        )


# --- The workspace ------------------------------------------------------------------------------


@contextmanager
def _database(workspace: Path) -> Iterator[Any]:
    """Open a database in the workspace whose memory is bounded and which spills beside itself."""
    connection = duckdb.connect(
        config={
            "memory_limit": f"{_memory_limit() >> 20}MiB",
            "temp_directory": str(workspace / "spill"),
            "threads": min(os.cpu_count() or 1, _MOST_THREADS),
        }
    )
    try:
        connection.execute(
            f"attach {literal(str(workspace / 'rows.duckdb'))} as workspace (row_group_size {_ROW_GROUP})"
        )
        connection.execute("use workspace")
        create_macros(connection)
        # Without a bar that DuckDB would draw itself, it does not know how far a query is.
        connection.execute("set enable_progress_bar = true")
        connection.execute("set enable_progress_bar_print = false")
        yield connection
    finally:
        connection.close()


def _memory_limit() -> int:
    """Return how many bytes DuckDB may hold: a small share of the machine, within bounds."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(_LEAST_MEMORY, min(machine // _SHARE_OF_MEMORY, _MOST_MEMORY))


def _count(connection: Any, path: Path) -> int:
    [(count,)] = connection.execute(f"select count(*) from read_parquet({literal(str(path))})").fetchall()
    return int(count)


def _limits(project: Project) -> _Limits:
    landing = project.variables.get("landing") or {}
    return _Limits(_share(landing, "maximum_rejected_share"), _share(landing, "maximum_invalid_share"))


def _share(settings: dict[str, Any], name: str) -> float:
    value = settings.get(name, _DEFAULT_SHARE)
    if not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise InputError(
            f"`vars: landing: {name}` is {value!r}, not a share.",
            where=MARKER,
            hint="use a number from 0 to 1.",
        )
    return float(value)
