"""The demo: the bundled waves, from delivery to marts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkpeil.cli import screen
from werkpeil.landing import land
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from werkpeil.building import BuildResult
    from werkpeil.project import Project

# Answers of a bundled wave that a reader can check against the publisher's own tables.
HEADLINE = """
    select
        groups.label_en,
        shares.n,
        shares.positive_share,
        shares.positive_share_ci_lower,
        shares.positive_share_ci_upper
    from marts.item_shares as shares
    inner join marts.dim_groups as groups
        on
            shares.survey_id = groups.survey_id
            and shares.cut_id = groups.cut_id
            and shares.group_id = groups.group_id
    where shares.survey_id = 'fevs' and shares.item_id = 'q40' and shares.cut_id = 'agency' and shares.n > 0
    order by shares.positive_share desc
"""


def run_demo(project: Project, *, build: Callable[[Project], BuildResult]) -> None:
    """Land everything under `examples/`, build, and tell what came of it."""
    screen.say(
        "Demo. fevs holds real, public answers of US federal employees; werkonderzoek and per hold "
        "SYNTHETIC answers, made by hand, that say nothing about anybody."
    )
    for survey_id, wave_id, path in bundled_waves(project):
        with screen.progress(f"Landing {path.name}") as step:
            result = land(project, path, survey_id, wave_id, on_progress=step)
        done = "already landed" if result.status == "already_landed" else "landed"
        screen.say(
            f"  {done:<14} {survey_id} {wave_id} ({result.provenance}): {result.rows_accepted:,} of "
            f"{result.rows_read:,} rows accepted"
        )
    built = build(project)
    if built.status == "up_to_date":
        screen.say(f"  up to date     nothing changed since build {built.build_id}; nothing was built")
    else:
        screen.say(
            f"  built          {built.models} models in {built.seconds:.0f} s; {built.checks} checks passed"
        )
    rows = sum(built.tables.values())
    screen.say(
        f"  results        {len(built.tables)} marts, {rows:,} rows, in {screen.near(project.warehouse)}"
    )
    _show_headline(project)


def bundled_waves(project: Project) -> list[tuple[str, str, Path]]:
    """Return survey, wave and file of every delivery under `examples/<survey>/<wave>/`."""
    return [
        (path.parent.parent.name, path.parent.name, path)
        for path in sorted((project.root / "examples").glob("*/*/*"))
        if path.is_file() and path.suffix != ".md"
    ]


def _show_headline(project: Project) -> None:
    with open_warehouse(project) as connection:
        answers = connection.execute(HEADLINE).fetchall()
    rows = [
        (label, n, f"{100 * share:.1f} %", f"{100 * lower:.1f} to {100 * upper:.1f} %")
        for label, n, share, lower, upper in answers
    ]
    screen.say("")
    screen.show_table(
        "I recommend my organization as a good place to work (fevs 2018, q40, marts.item_shares)",
        ["agency", "n", "positive", "95 % interval"],
        rows,
    )
    screen.say("")
    screen.say("Look further: `werkpeil status`, any SQL client on the file, or README.md.")
