"""What a release is told of its metrics: dbt's manifest, and a dimension for each variable of its cuts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from support.projects import ROOT, read_rows
from werkpeil.building.dbt import target_folder
from werkpeil.errors import InputError
from werkpeil.project import Project
from werkpeil.semantic.definitions import Definitions, define, is_label, read_definitions, short, store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def connection() -> Iterator[Any]:
    with duckdb.connect() as opened:
        opened.execute("create schema published")
        opened.execute("create table published.dim_groups (survey_id text, cut_id text, group_id text)")
        yield opened


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path, tmp_path / "data")
    target_folder(made).mkdir(parents=True)
    return made


def write_manifest(project: Project, **changes: Any) -> None:
    """A manifest of one metric, and of one semantic model of groups."""
    relation = {"database": "warehouse", "schema_name": "published", "alias": "dim_groups"}
    dimensions = [{"name": name, "description": None} for name in ("cut_id", "group_id", "tenure")]
    model = {
        "name": "groups",
        "entities": [{"name": "cut_group", "type": "primary"}],
        "dimensions": dimensions,
        "node_relation": relation,
    }
    meta = {"label_nl": "Deel", "unit": "share", "grain": [["item_id"]], "reason": "part_reason"}
    part = {"name": "part", "label": "Part", "description": "A\n part.", "config": {"meta": meta}}
    content = {
        "metrics": [part, {"name": "part_reason", "description": None, "config": None}],
        "semantic_models": [model],
        "saved_queries": [],
        "project_configuration": {"time_spines": []},
    } | changes
    (target_folder(project) / "semantic_manifest.json").write_text(json.dumps(content), encoding="utf-8")


def defined(project: Project, connection: Any, groups: list[tuple[str, str, str]]) -> Definitions:
    write_manifest(project)
    connection.executemany("insert into published.dim_groups values (?, ?, ?)", groups)
    found = define(project, connection)
    assert found is not None
    return found


def added(definitions: Definitions) -> dict[str, str]:
    """The dimensions that the manifest did not have, with their expressions."""
    (model,) = definitions.manifest["semantic_models"]
    return {one["name"]: one["expr"] for one in model["dimensions"] if "expr" in one}


def test_every_variable_of_the_bundled_cuts_is_a_dimension(project: Project, connection: Any) -> None:
    cuts = read_rows(ROOT / "seeds" / "cuts.csv")
    found = added(defined(project, connection, [(cut["survey_id"], cut["cut_id"], "x") for cut in cuts]))
    assert {"sector", "domain", "is_manager", "agency"} <= found.keys()
    variables = {variable for cut in cuts for variable in cut["variables"].split("*")}
    # `tenure` is a dimension of that name already.
    assert found.keys() == variables - {"tenure"}


def test_a_variable_is_its_part_of_the_group_in_every_cut_that_has_it(
    project: Project, connection: Any
) -> None:
    groups = [
        ("toy", "total", "total"),
        ("toy", "domain", "policy"),
        ("toy", "domain*is_manager", "policy*yes"),
        ("toy", "is_manager*domain", "no*policy"),
        ("toy", "it's", "so"),
        ("toy", "day", "monday"),
        ("toy", "odd__name", "x"),
    ]
    found = added(defined(project, connection, groups))
    assert found.keys() == {"domain", "is_manager", "it's"}
    query = "select cut_id, {} from published.dim_groups where group_id like '%policy%' order by 1"
    assert connection.execute(query.format(found["domain"])).fetchall() == [
        ("domain", "policy"),
        ("domain*is_manager", "policy"),
        ("is_manager*domain", "policy"),
    ]
    assert connection.execute(query.format(found["is_manager"])).fetchall() == [
        ("domain", None),
        ("domain*is_manager", "yes"),
        ("is_manager*domain", "no"),
    ]
    named = found["it's"]
    of_its_own = connection.execute(
        f"select distinct {named} from published.dim_groups order by 1"
    ).fetchall()
    assert of_its_own == [("so",), (None,)]


def test_a_release_carries_what_it_was_made_with(project: Project, connection: Any) -> None:
    definitions = defined(project, connection, [("toy", "total", "total"), ("toy", "domain", "policy")])
    (model,) = definitions.manifest["semantic_models"]
    assert model["node_relation"]["relation_name"] == "published.dim_groups"
    assert definitions.cuts == {"cut_group": (("toy", "domain"), ("toy", "total"))}
    assert definitions.metrics.keys() == {"part"}
    assert definitions.metrics["part"].description == "A part."
    assert definitions.metrics["part"].std_error is None
    store(connection, definitions)
    assert read_definitions(connection) == definitions


def test_without_metrics_there_are_no_definitions(project: Project, connection: Any) -> None:
    assert define(project, connection) is None
    write_manifest(project, metrics=[])
    assert define(project, connection) is None
    with pytest.raises(InputError, match="defines no metrics") as refused:
        read_definitions(connection)
    assert "werkpeil publish" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("full", "plain", "label"),
    [
        ("wave__wave_id", "wave_id", False),
        ("item__item_label_nl", "item_label_nl", True),
        ("wave__build_id", "build_id", True),
        ("sector", "sector", False),
    ],
)
def test_a_dimension_has_a_short_name_and_may_be_a_label(full: str, plain: str, label: bool) -> None:
    assert short(full) == plain
    assert is_label(plain) is label
