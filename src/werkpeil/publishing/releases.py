"""Releases on disk: versioned DuckDB files, the pointer to the current one, and the index of all.

A release is written in `.incoming`, synced, moved to its own name, listed in `releases.json` and shown
by replacing the symlink `current.duckdb` in one step. A file that the index does not list was never
released. No release is ever written to again: a write-ahead log beside one is somebody else's, would be
replayed by every reader, and is refused.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from werkpeil.errors import InputError, OutsideError
from werkpeil.files import fsync, replace_text, sha256_of
from werkpeil.project import MARKER
from werkpeil.publishing.catalog import SCHEMA, Meaning, copied_counts, read_catalog
from werkpeil.publishing.metrics import add_metrics
from werkpeil.sql import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from werkpeil.project import Project
    from werkpeil.publishing.catalog import Table

logger = logging.getLogger(__name__)

POINTER = "current.duckdb"
INDEX = "releases.json"
INCOMING = ".incoming"
# What every DuckDB from 1.0 opens; the engine's own newest is unreadable to BI tools that come with 1.x.
STORAGE_VERSION = "v1.0.0"
KEPT_BY_DEFAULT = 5

_BUILD_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_RELEASE = re.compile(r"werkpeil-(?P<build_id>[0-9A-Za-z][0-9A-Za-z_-]{0,63})\.duckdb")


@dataclass(frozen=True)
class Release:
    """A released file, as the index lists it.

    Args:
        build_id: The build that it holds.
        published_at: When it was released, UTC, ISO 8601.
        file_name: Its name in the folder of releases.
        file_bytes: Its size.
        sha256: Its digest.
        tables: Rows per table.
        meanings: Grain and tests per table, as dbt knew them; what is said in words stands in the file.
        deliveries: Ids of the deliveries that it counts; None in the index of a version that kept none.
    """

    build_id: str
    published_at: str
    file_name: str
    file_bytes: int
    sha256: str
    tables: dict[str, int]
    meanings: dict[str, dict[str, Any]] = field(default_factory=dict)
    deliveries: list[str] | None = None

    def counts_only(self, landed: Collection[str]) -> bool:
        """Tell whether every delivery that it counts is among these."""
        return self.deliveries is not None and set(self.deliveries) <= set(landed)


def require_build_id(build_id: str) -> None:
    """Refuse a build id that cannot safely be part of a file name.

    Raises:
        InputError: if it has another form.
    """
    if not _BUILD_ID.fullmatch(build_id):
        raise InputError(
            f"{build_id!r} cannot be the id of a release.",
            hint="build ids are letters, digits, - and _; `werkpeil build --full-refresh` makes a new one.",
        )


def release_path(project: Project, build_id: str) -> Path:
    """Return where the release of a build is or will be."""
    require_build_id(build_id)
    return project.published / f"werkpeil-{build_id}.duckdb"


def read_index(project: Project) -> list[Release]:
    """Return the releases that the index lists, newest first.

    Raises:
        OutsideError: if the index is damaged.
    """
    path = project.published / INDEX
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))["releases"]
        return [Release(**entry) for entry in listed]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError) as error:
        raise OutsideError(
            "The index of releases is damaged.",
            where=str(path),
            hint="restore it from a backup, or remove it: the next publication lists what it releases.",
        ) from error


def current_release(project: Project) -> Release | None:
    """Return the release that readers see; None before the first.

    Raises:
        OutsideError: if the pointer names a release that is not there or that nobody listed.
    """
    pointer = project.published / POINTER
    if not pointer.is_symlink():
        return None
    named = pointer.readlink().name
    for release in read_index(project):
        if release.file_name == named and pointer.exists():
            return release
    raise OutsideError(
        f"The current release, {named}, is not there or is not in the index.",
        where=str(pointer),
        hint="restore it from a backup, or remove the link and publish again.",
    )


def require_release(project: Project) -> Release:
    """Return the release that readers see.

    Raises:
        InputError: nothing is released yet.
        OutsideError: as `current_release`.
    """
    release = current_release(project)
    if release is None:
        raise InputError("Nothing is released yet.", hint="run `werkpeil publish` first.")
    return release


@contextmanager
def open_release(project: Project) -> Iterator[Any]:
    """Yield a read-only connection to the release that readers see.

    Raises:
        InputError: nothing is released yet.
        OutsideError: as `current_release`.
    """
    release = require_release(project)
    connection = duckdb.connect(str(project.published / release.file_name), read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def write_release(
    project: Project,
    tables: Sequence[Table],
    meanings: Mapping[str, Meaning],
    build_id: str,
    workspace: Path,
    *,
    deliveries: Sequence[str],
) -> Release:
    """Write the release of a build and list it; readers do not see it yet.

    Beside the tables of the warehouse it has those of saved queries, and the definitions of its metrics.

    Args:
        project: The project, whose warehouse nobody writes to meanwhile.
        tables: The tables to copy.
        meanings: What they mean.
        build_id: Their build.
        workspace: A folder of this process alone, on the disk of the releases.
        deliveries: Ids of the deliveries that the build counts.

    Raises:
        OutsideError: the file that was written does not hold what it should.
    """
    final = release_path(project, build_id)
    draft = workspace / final.name
    held, known = _fill(project, draft, tables, meanings, build_id)
    _require_whole(draft, held)
    draft.chmod(0o444)
    fsync(draft)
    release = Release(
        build_id=build_id,
        published_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        file_name=final.name,
        file_bytes=draft.stat().st_size,
        sha256=sha256_of(draft),
        tables={table.name: table.rows for table in held},
        meanings={name: {"grain": meaning.grain, "tests": meaning.tests} for name, meaning in known.items()},
        deliveries=list(deliveries),
    )
    draft.replace(final)
    fsync(project.published)
    _write_index(project, [release, *(old for old in read_index(project) if old.build_id != build_id)])
    return release


def show_release(project: Project, release: Release) -> None:
    """Point readers at a release, in one step."""
    draft = project.published / f".{POINTER}.draft"
    draft.unlink(missing_ok=True)
    draft.symlink_to(release.file_name)
    draft.replace(project.published / POINTER)
    fsync(project.published)


def read_release(connection: Any, release: Release) -> list[Table]:
    """Return the tables of a release, by name.

    Args:
        connection: A connection to the release's file.
        release: The release.
    """
    meanings = {name: Meaning(**meaning) for name, meaning in release.meanings.items()}
    return read_catalog(connection, meanings, release.build_id)


def is_whole(project: Project, release: Release) -> bool:
    """Tell whether a release's file is, to the byte, what was released."""
    path = project.published / release.file_name
    return path.is_file() and path.stat().st_size == release.file_bytes and sha256_of(path) == release.sha256


def require_no_logs(project: Project) -> None:
    """Refuse to go on beside a write-ahead log.

    Raises:
        OutsideError: if there is one. It is never ours: a release is moved to its name when it is closed.
    """
    for log in sorted(project.published.glob("*.duckdb.wal")):
        raise OutsideError(
            "A write-ahead log lies beside the releases: some program opened one to write to it, and readers "
            "would see what it wrote.",
            where=str(log),
            hint="close that program, remove this file and repeat; open releases read-only.",
        )


def releases_to_keep(project: Project) -> int:
    """Return how many releases stay, the current one among them.

    Raises:
        InputError: if `dbt_project.yml` says something else than a number.
    """
    kept = (project.variables.get("publishing") or {}).get("keep_releases", KEPT_BY_DEFAULT)
    if not isinstance(kept, int) or isinstance(kept, bool) or kept < 1:
        raise InputError(
            f"`vars: publishing: keep_releases` is {kept!r}, not a number of releases.",
            where=MARKER,
            hint="use a whole number from 1 upwards.",
        )
    return kept


def prune(project: Project, keep: int, landed: Collection[str]) -> list[Release]:
    """Remove the releases that are too old, and files that were never released; return the former.

    The current release stays, whatever its age. What readers have open stays theirs until they close it.
    A delivery that left the landing zone was copied without somebody who asked to be forgotten, so that a
    release that counts it and a newer one would differ by that person. Which deliveries are left says so
    whatever the clock did, and whoever was stopped in between.

    Args:
        project: Whose releases.
        keep: How many stay.
        landed: Ids of all deliveries in the landing zone, replaced ones too; only releases that count no
            other stay.
    """
    current = current_release(project)
    listed = read_index(project)
    newest = [release for release in listed[:keep] if release.counts_only(landed)]
    kept = [release for release in listed if release in newest or release == current]
    removed = [release for release in listed if release not in kept]
    if removed:
        _write_index(project, kept)
    for path in sorted(project.published.glob("werkpeil-*.duckdb")):
        if _RELEASE.fullmatch(path.name) and path.name not in {release.file_name for release in kept}:
            logger.info("removing %s", path)
            path.unlink()
    return removed


@contextmanager
def workspace(project: Project) -> Iterator[Path]:
    """Give a folder of one's own beside the releases; what killed processes left in it is removed."""
    incoming = project.published / INCOMING
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    for leftover in incoming.iterdir():
        shutil.rmtree(leftover, ignore_errors=True)
    folder = incoming / secrets.token_hex(8)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(
    project: Project, draft: Path, tables: Sequence[Table], meanings: Mapping[str, Meaning], build_id: str
) -> tuple[list[Table], dict[str, Meaning]]:
    """Write the tables of the warehouse and those of saved queries; return all of them and what they mean."""
    connection = duckdb.connect()
    try:
        connection.execute(f"attach {literal(str(project.warehouse))} as warehouse (read_only)")
        connection.execute(
            f"attach {literal(str(draft))} as release (storage_version {literal(STORAGE_VERSION)})"
        )
        connection.execute(f"create schema release.{SCHEMA}")
        for table in tables:
            connection.execute(
                f"create table release.{table.relation} as "
                f"select * from warehouse.{table.relation} {table.order}"
            )
        connection.execute("use release")
        saved = add_metrics(project, connection)
        added = [table for table in read_catalog(connection, saved, build_id) if table.name in saved]
        connection.execute("use memory")
        held = [*tables, *added]
        for statement in (statement for table in held for statement in _comments(table)):
            connection.execute(statement)
        connection.execute("checkpoint release")
        connection.execute("detach release")
    finally:
        connection.close()
    return held, {**meanings, **saved}


def _comments(table: Table) -> Iterator[str]:
    if table.description:
        yield f"comment on table release.{table.relation} is {literal(table.description)}"
    for column in table.columns:
        if column.description:
            name = f"release.{table.relation}.{identifier(column.name)}"
            yield f"comment on column {name} is {literal(column.description)}"


def _require_whole(draft: Path, tables: Sequence[Table]) -> None:
    """Read the closed file as a reader would and count."""
    if draft.with_name(draft.name + ".wal").exists():
        raise OutsideError("The release was not written out whole.", where=str(draft), hint="run this again.")
    connection = duckdb.connect(str(draft), read_only=True)
    try:
        counted = copied_counts(connection, tables)
    finally:
        connection.close()
    wrong = [table.name for table in tables if counted[table.name] != table.rows]
    if wrong:
        raise OutsideError(
            f"The release does not hold what the warehouse does: {', '.join(wrong)}.",
            where=str(draft),
            hint="run this again.",
        )


def _write_index(project: Project, releases: Sequence[Release]) -> None:
    entries: list[dict[str, Any]] = [asdict(release) for release in releases]
    text = json.dumps({"schema": SCHEMA, "releases": entries}, indent=1, ensure_ascii=False) + "\n"
    replace_text(project.published / INDEX, text)
