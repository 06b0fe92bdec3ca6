"""`werkpeil run` and `werkpeil status`: what a run does as it goes, and where things stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from werkpeil.cli import screen
from werkpeil.errors import WerkpeilError
from werkpeil.running import read_status, run
from werkpeil.running.record import summary
from werkpeil.running.run import Audience

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from werkpeil.project import Project


def run_and_tell(
    project: Project, inbox: Path | None, *, tell: Callable[[Project, Any], None], quiet: bool
) -> None:
    """Run, tell each result and the run as a whole, and exit with its code.

    Args:
        project: The project.
        inbox: The folder to look in; the project's own if null.
        tell: Tells a result of a step.
        quiet: Whether only errors are told, and the run as a whole if it did anything.
    """

    def hear(result: Any) -> None:
        if isinstance(result, WerkpeilError):
            screen.show_error(result)
        elif not quiet:
            tell(project, result)

    record = run(project, inbox, audience=Audience(screen.progress, hear))
    for notice in record.notices:
        screen.messages.print(screen.plain(f"note    {notice}"), soft_wrap=True)
    if not (quiet and record.is_idle):
        screen.say(summary(record))
    if record.exit_code:
        raise typer.Exit(record.exit_code)


def show_status(project: Project, inbox: Path | None, *, as_json: bool) -> None:
    """Show where things stand.

    Args:
        project: The project.
        inbox: The folder to look in; that of the last run if null.
        as_json: Whether as one JSON object.
    """
    status = read_status(project, inbox)
    if as_json:
        typer.echo(json.dumps(status, ensure_ascii=False, indent=1))
        return
    _show_waves(status["waves"])
    _show_build(status["build"], status["gate"], status["gate_failure"])
    _show_release(status["release"])
    _show_runs(status["runs"], status["timings"])
    _show_inbox(status["inbox"])


def _show_waves(waves: Sequence[dict[str, Any]]) -> None:
    if not waves:
        screen.say("Nothing is landed yet. `werkpeil land FILE --survey S --wave W` lands a delivery.")
        return
    columns = ["survey", "wave", "provenance", "accepted", "rejected", "landed (UTC)", "retired", "file"]
    rows = [
        (
            wave["survey_id"],
            wave["wave_id"],
            wave["provenance"],
            wave["rows_accepted"],
            wave["rows_rejected"],
            _minute(wave["landed_at"]),
            (wave["retired_at"] or "")[:10],
            wave["file_name"],
        )
        for wave in waves
    ]
    screen.show_table("Landed waves", columns, rows)


def _show_build(build: dict[str, Any] | None, gate: dict[str, Any] | None, failure: str | None) -> None:
    if build is None:
        screen.say("No finished build since the last change. `werkpeil build` makes one.")
        return
    since = "" if build["is_current"] else "; something changed since"
    screen.say(
        f"Last build: {build['build_id']}, {build['models']} models, {build['checks']} checks passed{since}."
    )
    if failure:
        screen.say(f"Gate: failed. {failure} `werkpeil check` tells all of it.")
    elif gate is None:
        screen.say(
            "Gate: not run on this build as it is now. `werkpeil check` runs it, and so does publishing."
        )
    else:
        screen.say(
            f"Gate: passed, {gate['checks']} tests and {gate.get('results', 0)} checks of the results, "
            f"{screen.counted(gate.get('warnings', 0), 'warning')}."
        )


def _show_release(release: dict[str, Any] | None) -> None:
    if release is None:
        screen.say("No release yet. `werkpeil publish` makes one.")
        return
    newest = "" if release["is_last_build"] else "; not the last build"
    screen.say(
        f"Current release: {release['build_id']}: {release['tables']} tables, {release['rows']:,} rows, "
        f"at {_minute(release['published_at'])} UTC{newest}."
    )


def _show_runs(runs: Sequence[dict[str, Any]], timings: Sequence[dict[str, Any]]) -> None:
    if not runs:
        screen.say("No run yet. `werkpeil run` makes one; docs/how-to/schedule.md, how to schedule it.")
        return
    columns = ["run", "started (UTC)", "seconds", "status", "exit", "landed", "waits", "what stopped it"]
    rows = [
        (
            run["number"],
            _minute(run["started_at"]),
            "" if run["seconds"] is None else f"{run['seconds']:.0f}",
            run["status"],
            "" if run["exit_code"] is None else run["exit_code"],
            len(run["landed"]),
            len(run["waits"]),
            (run["error"] or {}).get("what", "").partition("\n")[0][:80],
        )
        for run in runs
    ]
    screen.show_table("Last runs", columns, rows)
    if timings:
        told = [
            f"{one['layer']} {_seconds(one['seconds'])} ({_seconds(one['seconds_before'])})"
            for one in timings
        ]
        screen.say(f"Seconds per layer (the build before): {', '.join(told)}")


def _show_inbox(inbox: dict[str, Any]) -> None:
    waits = inbox["waits"]
    screen.say(f"Inbox: {len(waits)} waiting in {screen.near(Path(inbox['folder']))}")
    for item in waits:
        where = f"{item['survey_id']} {item['wave_id']} " if item["survey_id"] else ""
        first, *rest = item["reason"].splitlines()
        screen.say(f"  {where}{Path(item['path']).name}: {item['status'].replace('_', ' ')}: {first}")
        for line in rest:
            screen.say(f"    {line}")


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
