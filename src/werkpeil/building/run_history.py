"""The history of runs, as schema `quality` of the warehouse shows it: views of the records in `data/runs`.

A run ends after its build, and most runs build nothing; views show each of them as soon as its record is
written, and hold nothing of their own. None of it is published: records name files, machines and users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkpeil.files import outside_errors
from werkpeil.sql import literal

if TYPE_CHECKING:
    from werkpeil.project import Project

NOTHING = ".none.json"  # an empty file: the views must find one before the first run
_FIELDS = {
    "number": "bigint",
    "status": "varchar",
    "started_at": "varchar",
    "ended_at": "varchar",
    "seconds": "double",
    "exit_code": "integer",
    "host": "varchar",
    "werkpeil_version": "varchar",
    "steps": "struct(name varchar, started_at varchar, seconds double, status varchar)[]",
    "landed": "struct(survey_id varchar, wave_id varchar, delivery_id varchar)[]",
    "waits": "struct(status varchar)[]",
    "build": "struct(status varchar, build_id varchar, layers map(varchar, double))",
    "gate": "struct(warnings bigint)",
    "release": "struct(status varchar, build_id varchar)",
    "error": "struct(kind varchar, what varchar)",
}
_VIEWS = {
    "runs": """
        select
            number as run_number, status, cast(started_at as timestamp) as started_at,
            cast(ended_at as timestamp) as ended_at, seconds, exit_code, host, werkpeil_version,
            len(landed) as landed_count, len(waits) as waiting_count,
            case when build.status = 'built' then build.build_id end as build_id,
            gate.warnings as warning_count,
            case when release.status = 'published' then release.build_id end as released_build_id,
            error.kind as error_kind, error.what as error
        from {records}""",
    "run_steps": """
        select
            number as run_number, place as position, steps[place].name as step,
            cast(steps[place].started_at as timestamp) as started_at, steps[place].seconds as seconds,
            steps[place].status as status
        from {records}, range(1, len(steps) + 1) as places(place)""",
    "run_layers": """
        select
            number as run_number, build.build_id as build_id, layer, build.layers[layer] as seconds
        from {records}, unnest(map_keys(build.layers)) as of_build(layer)""",
}


def show_runs(project: Project, connection: Any) -> None:
    """Create the views of runs, their steps, and seconds per layer of those that built.

    Args:
        project: Whose runs.
        connection: An open, writable DuckDB connection to the warehouse.

    Raises:
        OutsideError: the disk is full, or the folder of records cannot be written.
    """
    with outside_errors("folder of run records"):
        project.runs.mkdir(parents=True, exist_ok=True)
        (project.runs / NOTHING).touch()
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in _FIELDS.items())
    records = f"read_json({literal(str(project.runs / '*.json'))}, columns = {{{columns}}})"
    connection.execute("create schema if not exists quality")
    for name, query in _VIEWS.items():
        connection.execute(f"create or replace view quality.{name} as {query.format(records=records)}")
