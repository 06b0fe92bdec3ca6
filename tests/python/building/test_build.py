"""Builds that fail: which kind of failure it is, and that nothing half done counts as built."""

from __future__ import annotations

import re
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING

import duckdb
import pytest
from filelock import FileLock

from support.documents import typed
from support.projects import ROOT, SURVEYS, make_project, without_checks
from werkpeil.building import build
from werkpeil.building.dbt import Outcome, require_success, run_dbt
from werkpeil.building.state import SOURCES, inputs_digest, read_state, write_state
from werkpeil.errors import CheckFailedError, InputError, OutsideError
from werkpeil.landing import land
from werkpeil.warehouse import open_warehouse, request_rewrite, rewrite_if_requested

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with one small wave landed and nothing built."""
    made = make_project(tmp_path, extra=("apistrat",), published=False)
    land(made, SURVEYS / "apistrat" / "apistrat.csv", "apistrat", "2000")
    return made


def test_a_second_build_at_the_same_time_is_refused(project: Project) -> None:
    with (
        FileLock(project.data / ".build.lock"),
        pytest.raises(OutsideError, match="Another build, check or publication is running"),
    ):
        build(project)


def test_a_warehouse_held_by_another_process_is_an_outside_failure(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: object, **__: object) -> None:
        raise duckdb.IOException("IO Error: Could not set lock on file: Conflicting lock is held")

    monkeypatch.setattr(duckdb, "connect", held)
    with (
        pytest.raises(OutsideError, match="in use by another process"),
        open_warehouse(project, read_only=False),
    ):
        pass


def test_a_warehouse_that_is_not_there_cannot_be_read(project: Project) -> None:
    with pytest.raises(InputError, match="no warehouse yet"), open_warehouse(project):
        pass


def test_a_contradictory_codebook_stops_the_build_before_anything_changes(project: Project) -> None:
    codebook = project.staging / "apistrat" / "_apistrat__sources.yml"
    codebook.write_text(codebook.read_text().replace("answers: school_type", "answers: no_such_set"))
    with pytest.raises(InputError, match="no_such_set"):
        build(project)
    assert not project.warehouse.exists()


def test_a_failed_check_names_itself_its_table_and_its_rows(project: Project) -> None:
    rule = project.root / "models" / "marts" / "shared" / "dim_waves.yml"
    checks = rule.read_text()
    without_checks(project)
    rule.write_text(checks.replace("n = accepted_count", "n = accepted_count + 1"))
    with pytest.raises(CheckFailedError) as failure:
        build(project)
    told = str(failure.value)
    assert "dim_waves_rows_are_accounted_for on dim_waves: 1 rows" in told
    assert read_state(project) == {}
    rule.write_text(rule.read_text().replace("n = accepted_count + 1", "n = accepted_count"))
    assert build(project).status == "built"


def test_the_warehouse_is_written_anew_until_nobody_who_left_can_be_in_it(project: Project) -> None:
    with open_warehouse(project, read_only=False) as connection:
        connection.execute("create table answers as select 7 as answer")
    marks = []
    rewrite_if_requested(project, is_last=True)
    marks.append(project.warehouse.stat().st_ino)
    request_rewrite(project)
    for is_last in (False, True, True):
        rewrite_if_requested(project, is_last=is_last)
        marks.append(project.warehouse.stat().st_ino)
    # Not asked: as it was. Asked, and once more after a build that failed. Then no more.
    assert [one != other for one, other in pairwise(marks)] == [True, True, False]
    with open_warehouse(project) as connection:
        assert connection.execute("select answer from answers").fetchall() == [(7,)]


def test_a_build_that_fails_writes_the_warehouse_anew_as_one_that_may_hold_who_left(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []
    module = import_module("werkpeil.building.build")  # its function has its name in the package
    monkeypatch.setattr(module, "rewrite_if_requested", lambda _, *, is_last: told.append(is_last))
    monkeypatch.setattr(module, "run_dbt", lambda *_, **__: Outcome([], None, ["nothing"]))
    with pytest.raises(InputError, match="dbt built nothing"):
        build(project)
    assert told == [False]


def test_a_model_that_cannot_be_built_is_named_with_its_file(project: Project) -> None:
    model = project.root / "models" / "marts" / "shared" / "dim_groups.sql"
    model.write_text(model.read_text().replace("from groups", "from nowhere"))
    without_checks(project)
    with pytest.raises(InputError) as failure:
        build(project)
    assert "dim_groups" in str(failure.value)
    assert "models/marts/shared/dim_groups.sql" in str(failure.value)


def test_duckdb_holds_what_it_may_and_says_when_that_is_too_little(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported = typed("docs/how-to/large-waves.md", "A wave larger than memory")
    [(name, value)] = re.findall(r"export (\w+)=(\w+)", exported)
    assert value == "2GB"

    monkeypatch.setenv(name, value)
    held = run_dbt(project, ["show", "--inline", "select current_setting('memory_limit')"]).results[0]
    assert [tuple(row) for row in held.agate_table.rows] == [("1.8 GiB",)]
    heavy = "{{ config(materialized='table') }}\nselect len(list(range)) as held from range(9000000)\n"
    (project.root / "models" / "heavy.sql").write_text(heavy)
    monkeypatch.setenv(name, "20MB")
    with pytest.raises(OutsideError, match="heavy") as told:
        require_success(project, run_dbt(project, ["run", "--select", "heavy"]))
    assert name in (told.value.hint or "")


def test_a_project_that_cannot_be_parsed_is_told_without_a_traceback(project: Project) -> None:
    model = project.root / "models" / "marts" / "shared" / "dim_groups.sql"
    model.write_text("{{ no_such_macro() }}")
    without_checks(project)
    with pytest.raises(InputError, match="no_such_macro"):
        build(project)


def test_the_digest_follows_code_seeds_and_deliveries(project: Project) -> None:
    before = inputs_digest(project, ["a"])
    assert inputs_digest(project, ["a"]) == before
    assert inputs_digest(project, ["b"]) != before
    seed = project.seeds / "cuts.csv"
    seed.write_text(seed.read_text() + "apistrat,api,stype,x,y,2\n")
    assert inputs_digest(project, ["a"]) != before


def test_the_digest_follows_all_mathematics_behind_python_models() -> None:
    """A Python model that imports another package would otherwise be up to date after a change of it."""
    packages = set()
    for model in (ROOT / "python_models").glob("*.py"):
        packages |= set(re.findall(r"from werkpeil\.(\w+)", model.read_text(encoding="utf-8")))
    assert packages
    assert {f"src/werkpeil/{name}" for name in packages} <= set(SOURCES)


def test_a_damaged_state_counts_as_none(project: Project) -> None:
    write_state(project, {"inputs": "x"})
    assert read_state(project) == {"inputs": "x"}
    (project.data / "build.json").write_text("{")
    assert read_state(project) == {}


def test_a_build_without_any_delivery_makes_empty_marts(tmp_path: Path) -> None:
    empty = make_project(tmp_path, extra=("apistrat",))
    result = build(empty)
    assert result.tables["item_shares"] == 0
    assert result.tables["dim_surveys"] == 1
