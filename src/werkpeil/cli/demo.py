"""The demo: a bundled wave of real answers and synthetic waves, from delivery to marts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkpeil.cli import screen
from werkpeil.files import sha256_of
from werkpeil.landing import current_deliveries, land
from werkpeil.synthesis import synthesise
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from werkpeil.building import BuildResult
    from werkpeil.project import Project

# Waves that the demo makes up itself; the hand-made examples of these surveys stay out of it.
SYNTHETIC_WAVES = tuple((survey, wave) for survey in ("per", "werkonderzoek") for wave in ("2022", "2024"))
SEED = 1

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
    """Land the bundled and the made-up waves, build, and tell what came of it."""
    screen.say(
        "Demo. Only fevs holds real, public answers, of US federal employees. All other answers are "
        "SYNTHETIC: made up, and true of nobody."
    )
    for survey_id, wave_id, path in [*_examples(project), *_made_up(project)]:
        with screen.progress(f"Landing {path.name}") as step:
            result = land(
                project,
                path,
                survey_id,
                wave_id,
                replace=_holds_another_synthetic(project, survey_id, wave_id, path),
                on_progress=step,
            )
        done = result.status.replace("_", " ")
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


def _examples(project: Project) -> list[tuple[str, str, Path]]:
    """Return the bundled waves of surveys for which the demo makes up none."""
    made_up = {survey_id for survey_id, _ in SYNTHETIC_WAVES}
    return [wave for wave in bundled_waves(project) if wave[0] not in made_up]


def _made_up(project: Project) -> Iterator[tuple[str, str, Path]]:
    """Write the synthetic waves, one at a time, as a field agency would deliver them."""
    folder = project.data / "synthetic"
    folder.mkdir(parents=True, exist_ok=True)
    for survey_id, wave_id in SYNTHETIC_WAVES:
        out = folder / f"{survey_id}_{wave_id}.sav"
        with screen.progress(f"Making {survey_id} {wave_id}") as step:
            synthesise(project, survey_id, wave_id, seed=SEED, out=out, overwrite=True, on_progress=step)
        yield survey_id, wave_id, out


def _holds_another_synthetic(project: Project, survey_id: str, wave_id: str, path: Path) -> bool:
    """Tell whether another made-up file is landed for a wave: what is real the demo never replaces."""
    sha256 = sha256_of(path)
    return any(
        (landed.survey_id, landed.wave_id, landed.provenance) == (survey_id, wave_id, "synthetic")
        and landed.sha256 != sha256
        for landed in current_deliveries(project)
    )


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
