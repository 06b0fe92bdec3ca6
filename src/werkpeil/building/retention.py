"""Retire what is due, once its numbers are safe, and guard the numbers of what is retired.

Cells of a retired wave cannot be counted again, so the warehouse holds the only copy of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb

from werkpeil.building.lock import only_one
from werkpeil.building.state import digest_now, read_state
from werkpeil.errors import CheckFailedError, InputError
from werkpeil.landing import current_deliveries
from werkpeil.landing.retention import due_waves, retire_waves
from werkpeil.sql import identifier
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.landing import Delivery
    from werkpeil.landing.retention import DueWave
    from werkpeil.project import Project


# What the macro `kept_notice` says.
_KEPT = re.compile(r"retired wave kept: (\S+ \S+) (\w+)")


def retire_due(project: Project) -> list[DueWave]:
    """Remove the rows of all waves that are due from the landing zone; the next build completes it.

    Returns:
        What was retired.

    Raises:
        CheckFailedError: the last build is not finished, or not of what is landed now.
        InputError: a codebook cannot be read.
        OutsideError: the landing zone cannot be written, or a build is running.
    """
    with only_one(project):
        due = due_waves(project)
        if due:
            _require_counted(project)
            with open_warehouse(project) as connection:
                fingerprints = {
                    (wave.survey_id, wave.wave_id): _scored_as(connection, wave.survey_id, wave.wave_id)
                    for wave in due
                }
            retire_waves(project, due, fingerprints)
    return due


def retired_deliveries(project: Project) -> list[Delivery]:
    """Return the current delivery of every retired wave of the project's surveys."""
    return [
        delivery
        for delivery in current_deliveries(project)
        if delivery.retired_at is not None and delivery.survey_id in project.surveys
    ]


def require_history(project: Project, *, full_refresh: bool) -> None:
    """Return when a build leaves the numbers of retired waves as they are.

    Raises:
        InputError: if it would count them again from nothing, or they are not in the warehouse.
    """
    retired = retired_deliveries(project)
    if not retired:
        return
    waves = ", ".join(f"{delivery.survey_id} {delivery.wave_id}" for delivery in retired)
    if full_refresh:
        raise InputError(
            "A full refresh would lose the numbers of retired waves, whose rows are gone.",
            where=waves,
            hint="build without --full-refresh: it scans every wave that changed.",
        )
    lost = [delivery for delivery in retired if not _is_counted(project, delivery)]
    if lost:
        raise InputError(
            "The warehouse does not hold the numbers of retired waves, and their rows are gone.",
            where=", ".join(f"{delivery.survey_id} {delivery.wave_id}" for delivery in lost),
            hint=f"restore {project.warehouse} from a backup; to give a wave up for good, remove its folder "
            f"in {project.landing}.",
        )


def kept_waves(messages: Sequence[str]) -> list[str]:
    """Return what a build said of retired waves that it would count otherwise now, one line per wave."""
    models: dict[str, list[str]] = {}
    for message in messages:
        for wave, model in _KEPT.findall(message):
            models.setdefault(wave, [])
            if model not in models[wave]:
                models[wave].append(model)
    return [
        f"kept {wave} as it was counted before it was retired; counted by the project as it is now, it would "
        f"differ in {', '.join(names)}"
        for wave, names in sorted(models.items())
    ]


def _require_counted(project: Project) -> None:
    state = read_state(project)
    if state.get("inputs") != digest_now(project):
        raise CheckFailedError(
            "Waves are due, and the last build is not of what is landed now; nothing was removed.",
            where=str(project.landing),
            hint="run `werkpeil build`, and this again when it has finished.",
        )


def _scored_as(connection: duckdb.DuckDBPyConnection, survey_id: str, wave_id: str) -> str:
    """Return the fingerprint of a scored wave; a wave of nobody has none."""
    found = connection.execute(
        f"select max(fingerprint) from scored.{identifier('scored_' + survey_id)} where wave_id = ?",
        [wave_id],
    ).fetchall()
    return str(found[0][0] or "")


def _is_counted(project: Project, delivery: Delivery) -> bool:
    if delivery.rows_accepted == 0:
        return True
    if not project.warehouse.exists():
        return False
    with open_warehouse(project) as connection:
        try:
            [(found,)] = connection.execute(
                "select count(*) from cells.cells_profiles where survey_id = ? and wave_id = ?",
                [delivery.survey_id, delivery.wave_id],
            ).fetchall()
        except duckdb.CatalogException:
            return False
    return bool(found)
