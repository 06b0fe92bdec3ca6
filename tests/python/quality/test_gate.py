"""The gate: what passes is recorded for exactly what was checked; what fails names check, table and rows."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING

import duckdb
import pytest
import yaml

from support.projects import SURVEYS, copy_project, make_project
from support.releases import tool
from werkpeil.building.dbt import Outcome, require_success
from werkpeil.building.state import read_state
from werkpeil.errors import CheckFailedError, InputError
from werkpeil.landing import land
from werkpeil.project import Project
from werkpeil.publishing import publish
from werkpeil.quality import failed_gate, has_passed, run_gate
from werkpeil.quality.results import read_thresholds
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def built(schools: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with one small wave, built, to change and to break."""
    return copy_project(schools, tmp_path_factory.mktemp("gate"))


def rows_of(project: Project, table: str) -> int:
    with open_warehouse(project) as connection:
        [(rows,)] = connection.execute(f"select count(*) from {table}").fetchall()
    return int(rows)


def change(project: Project, statement: str) -> None:
    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute(statement)


def test_a_build_passes_and_counts_as_passed_until_somebody_writes_to_it(built: Project) -> None:
    assert not has_passed(built)
    assert failed_gate(built) is None, "nobody asked"
    with pytest.raises(CheckFailedError, match="has not passed the gate"):
        publish(built)
    result = run_gate(built, again=False)
    assert result.checks == read_state(built)["built"]["checks"]
    assert result.build_id == read_state(built)["built"]["build_id"]
    assert has_passed(built)
    assert publish(built).release.tables["item_shares"] > 0
    change(built, "create table marts.stray as select 1 as n")
    assert not has_passed(built)
    change(built, "drop table marts.stray")
    assert not has_passed(built)


def test_what_the_gate_finds_is_kept_for_readers_and_for_its_operator(built: Project) -> None:
    result = run_gate(built, again=False)
    with open_warehouse(built) as connection:
        [(kept, builds, waves)] = connection.execute(
            "select count(distinct check_id), min(build_id), min(survey_id || wave_id) "
            "from marts.quality_checks"
        ).fetchall()
        [(all_of_them,)] = connection.execute(
            "select count(distinct check_id) from quality.quality_checks"
        ).fetchall()
    assert all_of_them == len(result.results) > 250
    assert (builds, waves) == (result.build_id, "apistrat2000")
    assert 50 < kept < all_of_them
    released = publish(built).release
    assert released.build_id == result.build_id
    assert released.tables["quality_checks"] == rows_of(built, "marts.quality_checks") > 50
    with duckdb.connect(str(built.published / "current.duckdb"), read_only=True) as connection:
        [(checks, hidden)] = connection.execute(
            "select count(distinct check_id), count(suppression_reason) from published.quality_checks"
        ).fetchall()
    assert (checks, hidden) == (kept, 0)
    pages = sorted((built.published / "quality").rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not re.search(r"""(src|href)=["']?(https?:)?//""", text)


def test_results_that_no_statistician_would_sign_are_not_published(built: Project) -> None:
    change(built, "update marts.weighting_results set weight_design_effect = 9")
    with pytest.raises(CheckFailedError) as failure:
        run_gate(built, again=False)
    told = str(failure.value)
    assert "weight_design_effect.fail on weighting_results: 1 of 1 rows, in apistrat 2000" in told
    assert "survey_id=apistrat, wave_id=2000" in told
    assert "weight_design_effect=9" in told
    assert "weight_design_effect.warn" not in told
    assert not has_passed(built)
    assert failed_gate(built) == told.partition("\n")[0]
    with open_warehouse(built) as connection:
        failed = connection.execute(
            "select check_id, broken_count from marts.quality_checks "
            "where not has_passed and severity = 'critical' and column_name = 'weight_design_effect'"
        ).fetchall()
        [(rows,)] = connection.execute(
            "select count(*) from quality.quality_broken_rows where check_id = 'weight_design_effect.fail'"
        ).fetchall()
    assert failed == [("weight_design_effect.fail", 1)]
    assert rows == 1
    change(built, "update marts.weighting_results set weight_design_effect = 1.2")
    assert failed_gate(built) is None, "that was another warehouse"


def test_a_threshold_that_is_missing_is_told(built: Project) -> None:
    settings = yaml.safe_load((built.root / "dbt_project.yml").read_text(encoding="utf-8"))
    settings["vars"]["quality"] |= {
        "drift": {"warn": 0.1},
        "shuffled_uniformity": "small",
        "largest_vif": None,
    }
    other = Project(built.root.parent / "other", built.data)
    other.root.mkdir()
    (other.root / "dbt_project.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    with pytest.raises(InputError, match="missing or no numbers: drift, largest_vif, shuffled_uniformity"):
        read_thresholds(other)


def test_a_failing_check_is_told_with_its_table_and_rows_and_nothing_is_published(built: Project) -> None:
    change(built, "update published.item_shares set item_id = 'same'")
    with pytest.raises(CheckFailedError) as failure:
        run_gate(built)
    told = str(failure.value)
    assert "published_item_shares_holds_its_grain on published_item_shares" in told
    assert " rows (" in told
    assert "item_id='same'" in told
    assert not has_passed(built)
    with pytest.raises(CheckFailedError):
        publish(built)


def test_rows_of_respondents_are_never_told(built: Project) -> None:
    def failing(query: str) -> Outcome:
        node = SimpleNamespace(
            name="rule", attached_node="model.werkpeil.some", resource_type="test", compiled_path="rule.sql"
        )
        node.compiled_code = query
        result = SimpleNamespace(node=node, status="fail", failures=1)
        return Outcome(results=[result], exception=None, messages=[])

    with pytest.raises(CheckFailedError) as failure:
        require_success(built, failing('select * from "warehouse"."scored"."scored_apistrat"'))
    assert "rule on some: 1 rows (rule.sql)" in str(failure.value)
    assert "respondent_id" not in str(failure.value)
    with pytest.raises(CheckFailedError, match="survey_id='apistrat'"):
        require_success(built, failing('select * from "warehouse"."marts"."dim_waves"'))


def test_a_kill_loses_nothing_and_a_run_repairs(built: Project, tmp_path: Path) -> None:
    """The short form of tools/kill_at_random.py, which goes on for as long as one likes."""
    script = tool("kill_at_random")
    rounds = script.Rounds(usual={"land": 2.0, "build": 12.0})
    script.keep_start(built, rounds, "land", tmp_path)
    delivery = tmp_path / "changed.csv"
    delivery.write_text((SURVEYS / "apistrat" / "apistrat.csv").read_text().rsplit("\n", 2)[0] + "\n")
    land(built, delivery, "apistrat", "2000", replace=True)
    script.keep_start(built, rounds, "build", tmp_path)
    script.kill_at_random(built, rounds, ["land", "build"], seed=2, repair_every=2)
    assert rounds.kills == {"land": 1, "build": 1}
    assert rounds.repairs == 1
    assert len(rounds.shown) == 2


def test_without_a_warehouse_there_is_nothing_to_check(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no warehouse yet"):
        run_gate(make_project(tmp_path, extra=("apistrat",)))
