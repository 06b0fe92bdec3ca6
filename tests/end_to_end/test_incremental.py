"""A new wave costs its own scan and nothing of history; what did not change is not built."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from support.landed import contents, empty_landed_wave
from support.projects import SURVEYS, copy_project, without_checks
from werkpeil.building import build
from werkpeil.building.state import read_state
from werkpeil.disclosure import decisions
from werkpeil.landing import land
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from werkpeil.project import Project

LAYERS = (
    "scored.scored_apistrat",
    "cells.cells_answers",
    "cells.cells_profiles",
    "estimates.int_answers_grouped",
    "estimates.estimates",
    "estimates.disclosure_cells",
)


@pytest.fixture
def first(schools: Project, tmp_path: Path) -> Project:
    """A warehouse with one wave, to add to and to change."""
    made = copy_project(schools, tmp_path)
    shutil.rmtree(made.root / "models" / "published")
    return without_checks(made)


def test_a_new_wave_leaves_the_rows_of_history_unread(
    first: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[int] = []
    groups_of_wave = decisions._groups_of_wave

    def spy(groups: pd.DataFrame, *others: pd.DataFrame) -> Any:
        searched.append(int(groups["n"].max()))
        return groups_of_wave(groups, *others)

    monkeypatch.setattr(decisions, "_groups_of_wave", spy)
    # What is estimated of the old wave is marked; made anew it would lose the mark.
    with duckdb.connect(str(first.warehouse)) as connection:
        connection.execute("update estimates.estimates set n = n + 1000000")
    before = {table: contents(first, table, "2000") for table in LAYERS}
    assert all(before.values())
    newer = tmp_path / "later.csv"
    lines = (SURVEYS / "apistrat" / "apistrat.csv").read_text().splitlines()
    newer.write_text("\n".join(lines[:151]) + "\n")
    land(first, newer, "apistrat", "2001")

    # If anything scanned the old wave, it would now find nobody in it.
    kept = empty_landed_wave(first, "apistrat", "2000")
    result = build(first)

    assert result.status == "built"
    assert searched == [150]
    assert {table: contents(first, table, "2000") for table in LAYERS} == before
    with open_warehouse(first) as connection:
        sizes = connection.execute(
            "select wave_id, sum(n) from cells.cells_profiles group by 1 order by 1"
        ).fetchall()
        linked = connection.execute(
            "select wave_id, previous_wave_id, sum(n) from cells.cells_overlap "
            "where cut_id = 'total' and variable_id in ('api00', 'none') group by all order by all"
        ).fetchall()
    assert sizes == [("2000", 200), ("2001", 150)]
    # Who is in both waves is counted once, from what was kept of the old one; each wave is seen.
    assert linked == [("2000", "none", 0), ("2001", "2000", 150), ("2001", "none", 0)]

    # The counter-proof: told to scan everything, the build finds nobody in the emptied wave.
    build(first, full_refresh=True)
    with open_warehouse(first) as connection:
        [(found,)] = connection.execute(
            "select coalesce(sum(n), 0) from cells.cells_profiles where wave_id = '2000'"
        ).fetchall()
    assert found == 0
    assert kept.exists()


def test_building_again_without_news_builds_nothing(schools: Project) -> None:
    built = read_state(schools)["built"]
    modified = schools.warehouse.stat().st_mtime_ns
    again = build(schools)
    assert again.status == "up_to_date"
    assert (again.build_id, again.tables) == (built["build_id"], built["tables"])
    assert (again.models, again.checks) == (built["models"], built["checks"])
    assert again.checks > 100
    assert schools.warehouse.stat().st_mtime_ns == modified


def test_a_changed_seed_is_news_for_the_waves_it_concerns(first: Project) -> None:
    # A warehouse of an earlier version lacks columns that were added since.
    with duckdb.connect(str(first.warehouse)) as connection:
        connection.execute("alter table cells.cells_profiles drop column profile_layout")
        connection.execute("alter table estimates.estimates drop column fingerprint")
    seed = first.seeds / "answer_sets.csv"
    seed.write_text(
        seed.read_text().replace("yes_no_text,1,yes,Ja,Yes,2,1,", "yes_no_text,1,yes,Ja,Yes,2,3,")
    )
    changed = build(first)
    assert changed.status == "built"
    with open_warehouse(first) as connection:
        mean = connection.execute(
            "select mean from marts.item_shares where item_id = 'sch_wide' and cut_id = 'total'"
        ).fetchall()[0][0]
    assert mean == pytest.approx(3 * 0.8279480114, rel=1e-9)


def test_adding_an_item_is_one_entry_in_the_codebook(first: Project) -> None:
    project, whole = first, SURVEYS / "apistrat" / "apistrat.csv"
    codebook = project.staging / "apistrat" / "_apistrat__sources.yml"
    entry = "- {name: district, description: District, config: {meta: {role: outcome, delivered_as: dnum}}}"
    codebook.write_text(f"{codebook.read_text()}    {entry}\n")
    land(project, whole, "apistrat", "2000", replace=True)
    build(project)
    with open_warehouse(project) as connection:
        row = connection.execute(
            "select n, mean from marts.item_shares where item_id = 'district' and cut_id = 'total'"
        ).fetchall()
        label = connection.execute(
            "select label_en from marts.dim_items where item_id = 'district'"
        ).fetchall()
    assert row[0][0] == 200
    assert row[0][1] > 0
    assert label == [("District",)]


def test_a_replaced_delivery_is_scanned_and_a_vanished_wave_leaves_no_trace(
    first: Project, tmp_path: Path
) -> None:
    project, whole = first, SURVEYS / "apistrat" / "apistrat.csv"
    land(project, whole, "apistrat", "2001")
    build(project)
    shorter = tmp_path / "shorter.csv"
    shorter.write_text("\n".join(whole.read_text().splitlines()[:181]) + "\n")
    land(project, shorter, "apistrat", "2001", replace=True)
    build(project)
    with open_warehouse(project) as connection:
        n = connection.execute("select wave_id, n from marts.dim_waves order by 1").fetchall()
    assert n == [("2000", 200), ("2001", 180)]

    assert len(contents(project, "cells.cells_overlap", "2001")) > 1

    (project.landing / "apistrat" / "2000" / "current").unlink()
    build(project)
    for table in (*LAYERS, "estimates.regressions", "marts.item_shares", "marts.dim_waves"):
        assert contents(project, table, "2000") == []
        assert contents(project, table, "2001")
    # The wave that stays shares nobody with one that is gone.
    assert len(contents(project, "cells.cells_overlap", "2001")) == 1
    assert contents(project, "marts.wave_changes", "2001") == []


def test_answers_are_read_once_and_cells_never_touch_the_delivery(schools: Project, tmp_path: Path) -> None:
    compiled = schools.data / "target" / "compiled" / "werkpeil" / "models"
    read = {
        name: times_read(schools, (compiled / path).read_text(), tmp_path)
        for name, path in {
            "scored": "scored/scored_apistrat.sql",
            "answers": "cells/cells_answers.sql",
            "profiles": "cells/cells_profiles.sql",
            "overlap": "cells/cells_overlap.sql",
        }.items()
    }
    # 200 respondents. An answer that people are divided by is read twice, as is what they belong to.
    answers = ("api00", "api99", "sch_wide")
    times = {"api00": 1, "api99": 1, "sch_wide": 2}
    assert {name: read["scored"]["parquet", name] for name in answers} == {
        name: 200 * count for name, count in times.items()
    }
    assert {name: read["answers"]["table", name] for name in answers} == dict.fromkeys(answers, 200)
    assert read["profiles"]["table", "profile_code"] == 200
    assert {kind for name in ("answers", "profiles") for kind, _ in read[name]} == {"table"}
    # A wave alone overlaps with nothing.
    assert not read["overlap"]


def times_read(project: Project, query: str, folder: Path) -> Counter[tuple[str, str]]:
    """Return how many values of each column a query reads, from deliveries and tables, as DuckDB counts."""
    profile = folder / "profile.json"
    connection = duckdb.connect(str(project.warehouse), read_only=True)
    for statement in (
        "pragma enable_profiling='json'",
        f"set profiling_output='{profile}'",
        query,
    ):
        connection.execute(statement).fetchall()
    connection.close()
    counted: Counter[tuple[str, str]] = Counter()
    waiting = list(json.loads(profile.read_text())["operator"])
    while waiting:
        node = waiting.pop()
        waiting += node.get("children", [])
        if node["type"] == "TABLE_SCAN" and node["rows_scanned"]:
            kind = "parquet" if node["extra_info"].get("Function") == "READ_PARQUET" else "table"
            columns = node["extra_info"]["Projections"]
            for column in [columns] if isinstance(columns, str) else columns:
                counted[kind, column] += node["rows_scanned"]
    return counted
