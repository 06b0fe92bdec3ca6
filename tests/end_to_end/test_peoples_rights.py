"""A person is forgotten and a wave is retired: who goes is gone everywhere, and what was counted stays."""

from __future__ import annotations

import math
import shlex
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from support.documents import typed
from support.projects import SURVEYS, make_project, without_checks
from werkpeil.building import build
from werkpeil.cli import main
from werkpeil.errors import InputError
from werkpeil.landing import current_deliveries, land, zone
from werkpeil.landing.pseudonym import load_pseudonymiser
from werkpeil.project import MARKER
from werkpeil.publishing import current_release
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkpeil.project import Project

# A school of both waves, and the row that repeats it, which is rejected as a duplicate.
SCHOOL = "19647336016018"
WAVES = ("1999", "2000", "2001")
NO_UNEQUAL_WEIGHTS = {"warn": 1.0, "fail": 1.0}  # a bound of the gate that these waves break
BUILT = ("cells", "estimates", "marts")


@dataclass
class Story:
    """What was there after each step, and what the commands said."""

    project: Project
    tables: dict[str, dict[str, list[tuple[Any, ...]]]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    releases: dict[str, str] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    deliveries: dict[str, dict[str, str]] = field(default_factory=dict)

    def note(self, step: str) -> None:
        """Keep what the warehouse holds now, but for what every build says of itself."""
        with open_warehouse(self.project) as connection:
            self.tables[step] = dict(_tables(connection))
        release = current_release(self.project)
        self.releases[step] = release.build_id if release else ""
        self.files[step] = sorted(path.name for path in self.project.published.glob("werkpeil-*.duckdb"))
        landed = current_deliveries(self.project)
        self.deliveries[step] = {delivery.wave_id: delivery.delivery_id for delivery in landed}

    def call(self, step: str, *arguments: str) -> None:
        """Run the command line in process."""
        lines: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(main.screen, "say", lambda text, **_: lines.append(text))
            patch.setattr(main.screen.results, "print", lambda *text, **_: lines.append(str(text[0])))
            patch.setattr(main.screen, "show_error", lambda error: lines.append(str(error)))
            patch.setattr(sys, "argv", ["werkpeil", *arguments])
            patch.chdir(self.project.root)
            try:
                main.run()
                self.codes[step] = 0
            except SystemExit as stop:
                self.codes[step] = int(stop.code or 0)
        self.said[step] = "\n".join(lines)


def _tables(connection: Any) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    for schema in (*BUILT, "scored", "raw"):
        for (name,) in connection.execute(
            "select table_name from information_schema.tables where table_schema = ? order by 1", [schema]
        ).fetchall():
            relation = f'{schema}."{name}"'
            columns = [row[0] for row in connection.execute(f"describe {relation}").fetchall()]
            kept = ", ".join(f'"{column}"' for column in columns if column not in {"build_id", "retired_at"})
            yield (
                f"{schema}.{name}",
                connection.execute(f"select {kept} from {relation} order by all").fetchall(),
            )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Three waves are published; a school is forgotten; a wave is retired; the codebook changes."""
    folder = tmp_path_factory.mktemp("rights")
    project = without_checks(make_project(folder, extra=("apistrat",)))
    told = Story(project)
    header, *rows = (SURVEYS / "apistrat" / "apistrat.csv").read_text().splitlines()
    twice = next(row for row in rows if row.startswith(SCHOOL))
    for wave, part in zip(WAVES, ([*rows, twice], [*rows[:150], twice], rows[2:150]), strict=True):
        file = project.inbox / "apistrat" / wave / "schools.csv"
        file.parent.mkdir(parents=True)
        file.write_text("\n".join([header, *part]) + "\n")
        land(project, file, "apistrat", wave)
    codebook = project.staging / "apistrat" / "_apistrat__sources.yml"
    language = "        language: en\n"
    codebook.write_text(codebook.read_text().replace(language, f"{language}        retention_days: 30\n"))
    [oldest] = zone.history(project, "apistrat", "1999")
    entry = oldest.folder / zone.REGISTER_ENTRY
    long_ago = (datetime.fromisoformat(oldest.landed_at) - timedelta(days=31)).isoformat()
    entry.write_text(entry.read_text().replace(oldest.landed_at, long_ago))
    told.call("build", "build")
    told.call("publish", "publish")
    told.note("built")
    told.call("nobody", "forget", "--respondent", "1")
    settings = project.root / MARKER
    bounds = settings.read_text()
    strict = yaml.safe_load(bounds)
    strict["vars"]["quality"]["weight_effect"] = NO_UNEQUAL_WEIGHTS
    settings.write_text(yaml.safe_dump(strict))
    told.call("forget", *shlex.split(typed("docs/how-to/peoples-rights.md", "Forget a person"))[1:])
    told.note("failed")
    settings.write_text(bounds)
    told.call("again", "forget", "--respondent", SCHOOL)
    told.note("forgotten")
    told.call(
        "land", "land", str(file.parent.parent / "1999" / "schools.csv"), "-s", "apistrat", "-w", "1999"
    )

    seed = project.seeds / "cuts.csv"
    text = seed.read_text()
    seed.write_text(text + "\n")
    told.call("too early", "retire")
    seed.write_text(text)
    dry, retire = typed("docs/how-to/peoples-rights.md", "Retire waves").splitlines()
    told.call("dry", *shlex.split(dry, comments=True)[1:])
    told.call("retire", *shlex.split(retire, comments=True)[1:])
    told.note("retired")
    asked = "{role: outcome, delivered_as: dnum, optional: true}"
    new = f"- {{name: district, description: District, config: {{meta: {asked}}}}}"
    codebook.write_text(f"{codebook.read_text()}    {new}\n")
    told.call("changed", "build")
    told.note("changed")
    return told


def test_a_forgotten_person_is_in_no_file_and_no_table(story: Story) -> None:
    assert story.codes["again"] == 0
    assert "forgot  1 accepted row and 1 rejected row of apistrat 1999" in story.said["forget"]
    assert "forgot  1 accepted row and 1 rejected row of apistrat 2000" in story.said["forget"]
    pseudonym = load_pseudonymiser(story.project).of(f"apistrat|{SCHOOL}")
    holding = {
        step: [name for name, rows in tables.items() if any(pseudonym in str(row) for row in rows)]
        for step, tables in story.tables.items()
    }
    assert holding["built"] == ["scored.scored_apistrat", "raw.apistrat", "raw.rejected_rows"]
    assert holding["failed"] == holding["forgotten"] == []
    # The cells have one less each.
    for wave, before, after in (("1999", 200, 199), ("2000", 150, 149), ("2001", 148, 148)):
        assert (_people(story, "built", wave), _people(story, "forgotten", wave)) == (before, after)


def test_only_the_waves_of_the_person_are_built_again(story: Story) -> None:
    before, after = (story.tables[step]["scored.scored_apistrat"] for step in ("built", "forgotten"))
    assert [row for row in before if "2001" in row] == [row for row in after if "2001" in row]
    assert story.deliveries["built"]["2001"] == story.deliveries["forgotten"]["2001"]
    assert story.deliveries["built"]["1999"] != story.deliveries["forgotten"]["1999"]


def test_a_gate_that_fails_leaves_the_person_removed_and_the_last_release_serving(story: Story) -> None:
    assert story.codes["forget"] == 1
    said = story.said["forget"]
    assert "weight_design_effect.fail" in said
    assert "nothing was published" in said
    assert "The person is removed, and what is published still counts them" in said
    # Told now, as the second call finds nobody to tell it of.
    assert "still there:" in said
    assert story.files["failed"] == [f"werkpeil-{story.releases['built']}.duckdb"]
    assert story.releases["failed"] == story.releases["built"]
    assert [_people(story, "failed", wave) for wave in WAVES] == [199, 149, 148]


def test_the_same_command_goes_on_passes_the_gate_and_leaves_one_release(story: Story) -> None:
    said = story.said["again"].replace("[/]", "").replace("[bold green]", "")
    assert "Forgotten before" in said
    assert "passed the gate" in said
    assert f"removed the old release {story.releases['built']}" in said
    assert story.files["forgotten"] == [f"werkpeil-{story.releases['forgotten']}.duckdb"]
    assert story.releases["forgotten"] > story.releases["built"]


def test_the_same_file_does_not_bring_the_person_back_and_nobody_exits_2(story: Story) -> None:
    assert story.codes["land"] == 0
    assert "left out  2 rows of people who asked to be forgotten" in story.said["land"]
    assert story.codes["nobody"] == 2
    assert "Nobody with this id" in story.said["nobody"]


def test_a_wave_is_retired_from_a_finished_build_only_and_shown_before(story: Story) -> None:
    assert story.codes["too early"] == 1
    assert "nothing was removed" in story.said["too early"]
    assert "would retire apistrat 1999: 199 rows" in story.said["dry"]
    assert "Nothing was removed." in story.said["dry"]
    assert story.codes["retire"] == 0
    assert "retired apistrat 1999" in story.said["retire"]


def test_numbers_of_a_retired_wave_stay_and_its_people_are_gone(story: Story) -> None:
    before, after = story.tables["forgotten"], story.tables["retired"]
    assert before.keys() == after.keys()
    for name in before:
        if name.startswith("cells."):
            assert after[name] == before[name], name
        elif name.startswith("marts.") and name != "marts.quality_checks":  # empty until the gate runs
            assert _nearly_equal(after[name], before[name]), name
    assert {row[1] for row in after["scored.scored_apistrat"]} == {"2000", "2001"}
    assert {row[1] for row in after["raw.apistrat"]} == {"2000", "2001"}
    assert not list((story.project.landing / "apistrat" / "1999").rglob("*.parquet"))


def test_a_build_after_a_change_says_what_it_kept_and_loses_nothing(story: Story) -> None:
    assert story.codes["changed"] == 0
    assert "kept apistrat 1999 as it was counted before it was retired" in story.said["changed"]
    assert "scored_apistrat" in story.said["changed"]
    before, after = story.tables["retired"], story.tables["changed"]
    for name in ("cells.cells_answers", "cells.cells_profiles"):
        counted = [[row for row in tables[name] if row[1] == "1999"] for tables in (before, after)]
        assert counted[0] == counted[1]
    # The later wave was counted again; whom it shares with the retired one could not be, and stays.
    linked = [
        [row[:-1] for row in tables["cells.cells_overlap"] if row[2] == "1999"] for tables in (before, after)
    ]
    assert linked[0]
    assert linked[0] == linked[1]


def test_history_is_never_lost_in_silence(story: Story) -> None:
    with pytest.raises(InputError, match="full refresh would lose"):
        build(story.project, full_refresh=True)
    moved = story.project.warehouse.with_suffix(".moved")
    story.project.warehouse.rename(moved)
    seed = story.project.seeds / "cuts.csv"
    kept = seed.read_text()
    seed.write_text(kept + "\n")
    try:
        with pytest.raises(InputError, match="does not hold the numbers of retired waves"):
            build(story.project)
    finally:
        seed.write_text(kept)
        moved.rename(story.project.warehouse)


def _nearly_equal(rows: list[tuple[Any, ...]], others: list[tuple[Any, ...]]) -> bool:
    """Whether tables are the same but for the last digits, which the order of adding up moves."""
    return len(rows) == len(others) and all(
        one == other or (isinstance(one, float) and isinstance(other, float) and _nearly(one, other))
        for row, other_row in zip(rows, others, strict=True)
        for one, other in zip(row, other_row, strict=True)
    )


def _nearly(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9) or (math.isnan(one) and math.isnan(other))


def _people(story: Story, step: str, wave: str) -> int:
    """How many people the cells of a wave hold: column n, after the five that make the grain."""
    return int(sum(row[5] for row in story.tables[step]["cells.cells_profiles"] if row[1] == wave))
