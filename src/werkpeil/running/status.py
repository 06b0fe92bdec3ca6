"""Where things stand: waves, runs, build, gate, release and what waits, as a screen and a program read it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkpeil.building.lock import is_run_at_work
from werkpeil.building.state import digest_now, read_state
from werkpeil.landing import current_deliveries, pending
from werkpeil.landing.inbox import state_now
from werkpeil.publishing import current_release
from werkpeil.quality import failed_gate, passed_gate
from werkpeil.running.record import INTERRUPTED, RUNNING, read_runs
from werkpeil.running.settings import read_settings

if TYPE_CHECKING:
    from werkpeil.landing import Delivery, InboxItem
    from werkpeil.project import Project
    from werkpeil.running.record import RunRecord

RUNS_SHOWN = 5
OF_A_WAVE: tuple[str, ...] = (
    "survey_id",
    "wave_id",
    "provenance",
    "rows_accepted",
    "rows_rejected",
    "rows_forgotten",
)
OF_A_WAVE += ("landed_at", "retired_at", "file_name", "delivery_id")


def read_status(project: Project, inbox: Path | None = None, *, runs: int = RUNS_SHOWN) -> dict[str, Any]:
    """Return where things stand, as JSON can say it.

    Args:
        project: Of which project.
        inbox: The folder to look in; that of the last run by default, or the project's own.
        runs: How many of the last runs.

    Returns:
        `waves`: what is landed. `build`: the last finished build, `is_current` if nothing changed since; null
        if the last one did not finish. `gate`: what it passed; null if it did not. `gate_failure`: why it
        failed; null if it passed, or was not checked. `release`: what readers see, `is_last_build` whether
        it is that build; null if there is none. `runs`: records of runs, the last one first. `timings`:
        seconds per layer of the last two runs that built. `inbox`: its folder and what waits in it, each
        file with `status` and `reason`.

    Raises:
        OutsideError: the landing zone or the index of releases is damaged.
    """
    last_runs = read_runs(project)
    if last_runs and last_runs[0].status == RUNNING and not is_run_at_work(project):
        last_runs[0].status = INTERRUPTED
    folder = inbox or (Path(last_runs[0].inbox) if last_runs else project.inbox)
    return {
        "waves": [_wave(delivery) for delivery in current_deliveries(project)],
        "build": _build(project),
        "gate": passed_gate(project),
        "gate_failure": failed_gate(project),
        "release": _release(project),
        "runs": [asdict(record) for record in last_runs[:runs]],
        "timings": timings(last_runs),
        "inbox": {"folder": str(folder), "waits": _waiting(project, folder, last_runs)},
    }


def timings(last_runs: list[RunRecord]) -> list[dict[str, Any]]:
    """Return seconds of work per layer in the last run that built, and in the one before it.

    Args:
        last_runs: Records of runs, the last one first.

    Returns:
        One entry per layer: `layer`, `seconds` and `seconds_before`, which is null where there is none.
    """
    built = [record for record in last_runs if (record.build or {}).get("layers")]
    if not built:
        return []
    now = (built[0].build or {})["layers"]
    before = (built[1].build or {})["layers"] if len(built) > 1 else {}
    layers = [*now, *(layer for layer in before if layer not in now)]
    return [
        {"layer": layer, "seconds": now.get(layer), "seconds_before": before.get(layer)} for layer in layers
    ]


def _wave(delivery: Delivery) -> dict[str, Any]:
    return {name: getattr(delivery, name) for name in OF_A_WAVE}


def _build(project: Project) -> dict[str, Any] | None:
    state = read_state(project)
    built = state.get("built")
    if not built:
        return None
    named = ("build_id", "models", "checks")
    return {name: built[name] for name in named} | {"is_current": state.get("inputs") == digest_now(project)}


def _release(project: Project) -> dict[str, Any] | None:
    release = current_release(project)
    if release is None:
        return None
    built = (read_state(project).get("built") or {}).get("build_id")
    return {
        "build_id": release.build_id,
        "published_at": release.published_at,
        "file_name": release.file_name,
        "tables": len(release.tables),
        "rows": sum(release.tables.values()),
        "is_last_build": release.build_id == built,
    }


def _waiting(project: Project, folder: Path, last_runs: list[RunRecord]) -> list[dict[str, Any]]:
    """Return what waits, and why: the last run's word on a file that it could not land and is as it was."""
    refused = {
        entry["path"]: entry
        for record in last_runs[:1]
        for entry in record.waits
        if entry["status"] == "refused"
    }
    rest = read_settings(project).rest_seconds
    return [_waiting_file(item, refused.get(str(item.path))) for item in pending(project, folder, rest=rest)]


def _waiting_file(item: InboxItem, refused: dict[str, Any] | None) -> dict[str, Any]:
    entry = {"survey_id": item.survey_id, "wave_id": item.wave_id, "path": str(item.path)}
    if item.status == "new" and refused and refused["file_state"] == list(state_now(item.path) or []):
        return entry | {"status": "refused", "reason": refused["reason"]}
    return entry | {"status": item.status, "reason": item.reason}
