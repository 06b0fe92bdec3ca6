"""Remove a person from the landing zone, and keep whoever was removed from coming back.

A delivery is immutable, so a wave that holds the person gets copies of its deliveries without them, under
new ids, and one replacement of the wave's pointer shows all of them at once. The next build finds another
delivery in that wave and rebuilds it, and no other.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from werkpeil.errors import InputError, OutsideError
from werkpeil.files import outside_errors, replace_text
from werkpeil.landing import zone
from werkpeil.landing.pseudonym import load_pseudonymiser
from werkpeil.landing.readers.base import cleaned_text
from werkpeil.landing.rows import RULES
from werkpeil.sql import literal, literals
from werkpeil.warehouse import request_rewrite

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.landing.pseudonym import Pseudonymiser
    from werkpeil.project import Project

FORGOTTEN = "forgotten.txt"
ANY_WAVE = "*"


class Forgotten(NamedTuple):
    """A person who may not land again: a line of the list in the folder of secrets."""

    survey_id: str
    wave_id: str
    pseudonym: str


@dataclass(frozen=True)
class ForgottenRows:
    """Rows removed from one delivery.

    Args:
        delivery_id: The delivery's new id.
        accepted: Responses removed.
        rejected: Rejected rows removed.
    """

    survey_id: str
    wave_id: str
    delivery_id: str
    file_name: str
    accepted: int
    rejected: int


def forget(
    project: Project, respondent: str, *, survey_id: str | None = None, wave_id: str | None = None
) -> list[ForgottenRows]:
    """Remove a person from every delivery of any time, and list them so that they cannot land again.

    The list is written first, then one wave after the other changes as a whole. Killed in between, the
    same call finishes what is left.

    Args:
        project: Whose landing zone.
        respondent: The id as delivered.
        survey_id: The survey; needed where people of several surveys have this id.
        wave_id: The only wave to remove the person from; all waves by default.

    Returns:
        What was removed, per delivery; empty if the person had been forgotten before.

    Raises:
        InputError: if nobody is found, or people of several surveys have this id.
        OutsideError: if the zone cannot be written or is locked.
    """
    with zone.lock(project), outside_errors(zone.PLACE):
        zone.sweep(project)
        person = _find(project, cleaned_text(respondent), survey_id, wave_id)
        _remember(project, person)
        request_rewrite(project)
        removed: list[ForgottenRows] = []
        for wave in _waves_of(project, person):
            removed += _forget_in_wave(project, wave, person)
    return removed


def forgotten_people(project: Project, survey_id: str, wave_id: str) -> list[str]:
    """Return the pseudonyms that may not land in a wave."""
    return [
        person.pseudonym
        for person in _read_list(project)
        if person.survey_id == survey_id and person.wave_id in (ANY_WAVE, wave_id)
    ]


def remove_people(
    connection: Any, delivery: zone.Delivery, prepared: Path, people: list[str]
) -> zone.Delivery:
    """Rewrite the files of a prepared delivery without some people.

    Args:
        connection: Any DuckDB connection.
        delivery: The register entry that goes with the files.
        prepared: Folder in the workspace with the three Parquet files.
        people: Pseudonyms.

    Returns:
        The register entry with the counts that are left; it tells how many rows went, not whose.
    """
    responses, rejected, invalid = (
        prepared / name for name in (zone.RESPONSES, zone.REJECTED_ROWS, zone.INVALID_ANSWERS)
    )
    gone = f"row_number in (select row_number from {_parquet(responses)} where {_is_response(people)})"
    _rewrite(connection, invalid, f"select * from {_parquet(invalid)} where not ({gone})")
    _rewrite(
        connection,
        responses,
        f"select * replace ({literal(delivery.delivery_id)} as delivery_id) from {_parquet(responses)} "
        f"where not ({_is_response(people)}) order by row_number",
    )
    _rewrite(connection, rejected, f"select * from {_parquet(rejected)} where not ({_is_rejected(people)})")
    rules = _counts(connection, rejected, "rule")
    [(accepted,)] = connection.execute(f"select count(*) from {_parquet(responses)}").fetchall()
    return replace(
        delivery,
        rows_accepted=accepted,
        rows_rejected=sum(rules.values()),
        rejected_by_rule={rule: rules[rule] for rule in RULES if rule in rules},
        invalid_answers=_counts(connection, invalid, "column_name"),
        rows_forgotten=delivery.rows_read - accepted - sum(rules.values()),
    )


# --- Who ----------------------------------------------------------------------------------------


def _find(project: Project, respondent: str, survey_id: str | None, wave_id: str | None) -> Forgotten:
    """Return the one person meant; the same id in another survey may be somebody else."""
    pseudonymiser = load_pseudonymiser(project)
    deliveries = zone.all_deliveries(project)
    known = set(_read_list(project))
    _require_key_of(deliveries, pseudonymiser, survey_id)
    found: list[Forgotten] = []
    for survey in dict.fromkeys(delivery.survey_id for delivery in deliveries):
        if survey_id not in (None, survey):
            continue
        person = Forgotten(survey, wave_id or ANY_WAVE, pseudonymiser.of(f"{survey}|{respondent}"))
        waves = (d for d in deliveries if d.survey_id == survey and wave_id in (None, d.wave_id))
        if person in known or any(sum(_held(delivery, person)) for delivery in waves):
            found.append(person)
    if not found:
        raise InputError(
            "Nobody with this id is in the landing zone; nothing was changed.",
            where=" ".join(filter(None, (survey_id, wave_id))) or "all surveys",
            hint="give the id as it was delivered, and check --survey and --wave."
            + _said_of_retired(deliveries),
        )
    if len(found) > 1:
        raise InputError(
            "Several surveys have somebody with this id, who may be different people; nothing was changed.",
            where=", ".join(person.survey_id for person in found),
            hint="name the survey with --survey.",
        )
    return found[0]


def _said_of_retired(deliveries: list[zone.Delivery]) -> str:
    waves = dict.fromkeys(f"{d.survey_id} {d.wave_id}" for d in deliveries if d.retired_at is not None)
    return f" Retired waves hold no rows: {', '.join(waves)}." if waves else ""


def _require_key_of(
    deliveries: list[zone.Delivery], pseudonymiser: Pseudonymiser, survey_id: str | None
) -> None:
    """Refuse a key under which people cannot be found; nobody must be told that they are not there."""
    for delivery in deliveries:
        if survey_id in (None, delivery.survey_id) and delivery.key_fingerprint != pseudonymiser.fingerprint:
            raise InputError(
                "The key of the pseudonyms is not the one that this delivery landed with, so nobody can be "
                "found in it; nothing was changed.",
                where=f"{delivery.survey_id} {delivery.wave_id}, {delivery.file_name}",
                hint="restore the key, or name the survey with --survey if another one is meant.",
            )


def _waves_of(project: Project, person: Forgotten) -> list[str]:
    waves = dict.fromkeys(
        delivery.wave_id
        for delivery in zone.all_deliveries(project)
        if delivery.survey_id == person.survey_id and person.wave_id in (ANY_WAVE, delivery.wave_id)
    )
    return list(waves)


def _held(delivery: zone.Delivery, person: Forgotten) -> tuple[int, int]:
    """Return how many responses and rejected rows of a person a delivery holds; a retired one holds none."""
    if delivery.retired_at is not None:
        return 0, 0
    people = [person.pseudonym]
    with duckdb.connect() as connection:
        [(accepted,)] = connection.execute(
            f"select count(*) from {_parquet(delivery.responses)} where {_is_response(people)}"
        ).fetchall()
        [(rejected,)] = connection.execute(
            f"select count(*) from {_parquet(delivery.folder / zone.REJECTED_ROWS)} "
            f"where {_is_rejected(people)}"
        ).fetchall()
    return int(accepted), int(rejected)


# --- What ---------------------------------------------------------------------------------------


def _forget_in_wave(project: Project, wave_id: str, person: Forgotten) -> list[ForgottenRows]:
    """Copy a wave's deliveries from the oldest that holds the person, then point at the newest copy."""
    oldest_first = zone.history(project, person.survey_id, wave_id)[::-1]
    held = [_held(delivery, person) for delivery in oldest_first]
    first = next((place for place, rows in enumerate(held) if sum(rows)), None)
    if first is None:
        return []
    removed: list[ForgottenRows] = []
    copies: list[tuple[Path, zone.Delivery]] = []
    _, moment = zone.next_delivery_id(oldest_first[-1].sha256, oldest_first[-1])
    replaces = oldest_first[first].replaces
    with zone.workspace(project) as workspace, duckdb.connect() as connection:
        for place, delivery in enumerate(oldest_first[first:]):
            delivery_id = zone.delivery_id_at(moment + timedelta(seconds=place), delivery.sha256)
            copy = replace(
                delivery,
                delivery_id=delivery_id,
                replaces=replaces,
                folder=delivery.folder.parent / delivery_id,
            )
            prepared = workspace / delivery_id
            zone.copy_files(delivery, prepared)
            copies.append((prepared, remove_people(connection, copy, prepared, [person.pseudonym])))
            accepted, rejected = held[first + place]
            if accepted or rejected:
                removed.append(
                    ForgottenRows(
                        person.survey_id, wave_id, delivery_id, delivery.file_name, accepted, rejected
                    )
                )
            replaces = delivery_id
        zone.commit_all(copies)
    for original in oldest_first[first:]:
        shutil.rmtree(original.folder)
    return removed


def _is_response(people: list[str]) -> str:
    return f"coalesce(respondent_id in ({literals(people)}), false)"


def _is_rejected(people: list[str]) -> str:
    """Return the condition on a rejected row, whose JSON holds the pseudonym as a value of its own."""
    matches = (f"contains(row_json, {literal(chr(34) + person + chr(34))})" for person in people)
    return f"coalesce({' or '.join(matches)}, false)"


def _parquet(path: Path) -> str:
    return f"read_parquet({literal(str(path))})"


def _rewrite(connection: Any, path: Path, query: str) -> None:
    draft = path.with_suffix(".draft")
    connection.execute(f"copy ({query}) to {literal(str(draft))} (format parquet, compression zstd)")
    draft.replace(path)


def _counts(connection: Any, path: Path, column: str) -> dict[str, int]:
    return dict(
        connection.execute(
            f"select {column}, count(*) from {_parquet(path)} group by 1 order by 1"
        ).fetchall()
    )


# --- The list -----------------------------------------------------------------------------------


def _read_list(project: Project) -> list[Forgotten]:
    path = project.secrets / FORGOTTEN
    try:
        people = [line.split(" ") for line in path.read_text(encoding="ascii").splitlines()]
        return [Forgotten(survey_id, wave_id, pseudonym) for survey_id, wave_id, pseudonym in people]
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise OutsideError(
            "The list of forgotten people is damaged.",
            where=str(path),
            hint="restore this file from a backup; without it they would land again.",
        ) from error


def _remember(project: Project, person: Forgotten) -> None:
    """Add a person to the list, whole or not at all; nobody but the owner may read it."""
    people = _read_list(project)
    if person in people:
        return
    project.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = (" ".join(known) + "\n" for known in [*people, person])
    replace_text(project.secrets / FORGOTTEN, "".join(lines), mode=0o600)
