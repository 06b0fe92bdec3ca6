"""Publish: what passed the gate becomes a release, and readers see it in one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkpeil.building.lock import only_one
from werkpeil.errors import CheckFailedError
from werkpeil.files import outside_errors
from werkpeil.landing import all_deliveries, current_deliveries
from werkpeil.publishing import releases
from werkpeil.publishing.catalog import read_catalog, read_meanings
from werkpeil.quality import has_passed
from werkpeil.quality.gate import require_newest_build
from werkpeil.quality.pages import release_pages
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from werkpeil.project import Project
    from werkpeil.publishing.releases import Release


@dataclass(frozen=True)
class PublishResult:
    """What a publication did.

    Attributes:
        status: `published`, or `up_to_date` when the build was the current release already.
        release: The current release.
        removed: Build ids of old releases that were removed.
    """

    status: str
    release: Release
    removed: tuple[str, ...] = ()


def publish(project: Project) -> PublishResult:
    """Release the published tables of the last build to `data/published/current.duckdb`.

    Readers keep what they have open and see the new release with their next connection. Publishing the
    same build again changes nothing. Killed at any moment, the last release goes on serving. Releases of
    before somebody was forgotten do not stay: two releases would differ by the person who left.

    Raises:
        CheckFailedError: the build is not the newest, did not pass the gate, or holds what must not leave.
        InputError: a name or a type cannot be released, or there is no warehouse.
        OutsideError: another process has the warehouse, the disk is full, or a write-ahead log lies
            beside a release.
    """
    with only_one(project), outside_errors("folder of releases"):
        keep = releases.releases_to_keep(project)
        # Read before the build is found to be the newest: who is forgotten from here on is not missed.
        deliveries = [delivery.delivery_id for delivery in current_deliveries(project)]
        build_id = require_newest_build(project)
        if not has_passed(project):
            raise CheckFailedError(
                f"Build {build_id} has not passed the gate as it is now.",
                where=str(project.warehouse),
                hint="run `werkpeil check`.",
            )
        project.published.mkdir(parents=True, exist_ok=True)
        releases.require_no_logs(project)
        with releases.workspace(project) as workspace:
            current = releases.current_release(project)
            listed = next((r for r in releases.read_index(project) if r.build_id == build_id), None)
            if listed is not None and releases.is_whole(project, listed):
                status = "up_to_date" if listed == current else "published"
                release = listed
            else:
                meanings = read_meanings(project)
                with open_warehouse(project) as connection:
                    tables = read_catalog(connection, meanings, build_id)
                release = releases.write_release(
                    project, tables, meanings, build_id, workspace, deliveries=deliveries
                )
                status = "published"
            if status == "published":
                releases.show_release(project, release)
                _show_pages(project)
            landed = {delivery.delivery_id for delivery in all_deliveries(project)}
            removed = releases.prune(project, keep, landed)
    return PublishResult(status, release, tuple(old.build_id for old in removed))


def _show_pages(project: Project) -> None:
    """Show the Data Docs of the gate that the release passed."""
    if project.quality.exists():
        release_pages(project.quality, project.published / "quality")
