"""Retire waves whose retention period is over: their rows go, what was counted of them stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from werkpeil.codebook import codebook_path, load_codebook
from werkpeil.files import outside_errors
from werkpeil.landing import zone
from werkpeil.warehouse import request_rewrite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkpeil.project import Project


@dataclass(frozen=True)
class DueWave:
    """A wave whose rows may not be kept any longer.

    Attributes:
        landed_on: Day of its first delivery, from which the period counts.
        due_on: First day on which the rows may not be there.
        deliveries: How many deliveries of it hold rows, replaced ones too.
        rows: Accepted and rejected rows in them.
    """

    survey_id: str
    wave_id: str
    landed_on: date
    due_on: date
    deliveries: int
    rows: int


def due_on(project: Project, survey_id: str, wave_id: str) -> date | None:
    """Return the day on which a wave's rows must be gone; None where the survey keeps them or none landed."""
    return _due_on(project, survey_id, zone.history(project, survey_id, wave_id))


def due_waves(project: Project, today: date | None = None) -> list[DueWave]:
    """Return the waves that are due and still hold rows, by survey and wave.

    Args:
        project: Whose landing zone.
        today: The day to ask for, of the calendar of UTC; today by default.

    Raises:
        InputError: if a codebook cannot be read.
        OutsideError: if the landing zone is damaged.
    """
    today = today or datetime.now(UTC).date()
    found = []
    for current in zone.current_deliveries(project):
        history = zone.history(project, current.survey_id, current.wave_id)
        day = _due_on(project, current.survey_id, history)
        if current.retired_at is not None or day is None or day > today:
            continue
        held = [delivery for delivery in history if delivery.retired_at is None]
        found.append(
            DueWave(
                survey_id=current.survey_id,
                wave_id=current.wave_id,
                landed_on=_landed_on(history),
                due_on=day,
                deliveries=len(held),
                rows=sum(delivery.rows_accepted + delivery.rows_rejected for delivery in held),
            )
        )
    return found


def retire_waves(
    project: Project, waves: Sequence[DueWave], scored_as: Mapping[tuple[str, str], str]
) -> None:
    """Remove the rows of waves from the landing zone; the next build removes them from the warehouse.

    The current delivery of a wave is the last to lose its rows: killed in between, the wave is due again.

    Args:
        project: Whose landing zone.
        waves: Waves that are due and whose numbers the last build holds.
        scored_as: The fingerprint of each survey's wave as it was scored last.

    Raises:
        OutsideError: if the zone cannot be written or is locked.
    """
    with zone.lock(project), outside_errors(zone.PLACE):
        zone.sweep(project)
        request_rewrite(project)
        now = datetime.now(UTC).replace(microsecond=0)
        for wave in waves:
            fingerprint = scored_as[wave.survey_id, wave.wave_id]
            for delivery in reversed(zone.history(project, wave.survey_id, wave.wave_id)):
                if delivery.retired_at is None:
                    zone.retire(delivery, now, fingerprint)


def _due_on(project: Project, survey_id: str, history: Sequence[zone.Delivery]) -> date | None:
    if not history or not codebook_path(project, survey_id).is_file():
        return None
    days = load_codebook(project, survey_id).retention_days
    return None if days is None else _landed_on(history) + timedelta(days=days)


def _landed_on(history: Sequence[zone.Delivery]) -> date:
    """Return the day of a wave's first delivery, from its deliveries, newest first."""
    return datetime.fromisoformat(history[-1].landed_at).date()
