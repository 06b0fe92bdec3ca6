"""What a dataset is made of, on tables that are each a trap: labels that differ, cuts, no labels at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from werkpeil.semantic.definitions import Definitions
from werkpeil.superset.datasets import make_datasets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkpeil.superset.datasets import Dataset

LABELS = "label_nl text, label_en text"
TABLES = {
    "dim_surveys": f"survey_id text, position int, {LABELS}",
    "dim_waves": f"survey_id text, wave_id text, position int, {LABELS}, provenance text, build_id text",
    "dim_items": f"survey_id text, item_id text, position int, {LABELS}, theme_id text, theme_position int, "
    "theme_label_nl text, theme_label_en text, answer_set_id text",
    "dim_scales": f"survey_id text, scale_id text, position int, {LABELS}",
    "dim_flows": f"survey_id text, flow_id text, position int, {LABELS}",
    "dim_answers": f"answer_set_id text, answer_id text, {LABELS}",
    "dim_groups": f"survey_id text, cut_id text, group_id text, cut_position int, position int, {LABELS}, "
    "cut_label_nl text, cut_label_en text",
    "sector_flows": "survey_id text, wave_id text, flow_id text, item_id text, answer_id text, cut_id text, "
    "destination_id text, destination_position int, origin_id text, origin_position int, share double, n int",
    "shares": "survey_id text, wave_id text, cut_id text, group_id text, share double, provenance text",
}
ROWS = {
    "dim_surveys": [("s", 1, "Peiling", "Survey")],
    "dim_waves": [
        ("s", "1", 1, "Voorjaar", "Spring", "real", "b"),
        ("s", "2", 2, "Najaar", "Autumn", "real", "b"),
    ],
    "dim_items": [
        ("s", "left_to", 1, "Waarheen", "Where to", None, None, None, None, "places"),
        ("s", "wants_to", 2, "Wil", "Wants", None, None, None, None, "wishes"),
    ],
    "dim_answers": [("places", "away", "Elders", "Elsewhere"), ("wishes", "away", "Weg", "Away")],
    "dim_groups": [
        ("s", "total", "total", 0, 1, "Totaal", "Total", "Totaal", "Total"),
        ("s", "team", "a", 1, 1, "Ploeg A", "Team A", "Ploeg", "Team"),
        ("s", "role", "a", 2, 1, "Rol A", "Role A", "Rol", "Role"),
    ],
    # Two flows call the same destination by other names, at other places.
    "sector_flows": [
        ("s", "1", "left", "left_to", "away", "team", "away", 3, "a", 1, 0.25, 10),
        ("s", "1", "intends", "wants_to", "away", "team", "away", 7, "a", 1, 0.5, 20),
    ],
    "shares": [
        ("s", wave, cut, group, share, "real")
        for wave, share in (("1", 0.4), ("2", 0.6))
        for cut, group in (("total", "total"), ("team", "a"), ("role", "a"), ("unlisted", "x"))
    ],
}


@pytest.fixture
def connection() -> Iterator[Any]:
    with duckdb.connect() as opened:
        opened.execute("create schema published")
        for table, columns in TABLES.items():
            opened.execute(f"create table published.{table} ({columns})")
            for row in ROWS.get(table, []):
                marks = ", ".join("?" * len(row))
                opened.execute(f"insert into published.{table} values ({marks})", list(row))
        yield opened


def model(name: str, table: str, key: str, dimensions: list[str], **more: Any) -> dict[str, Any]:
    """A semantic model whose metric is `<name>_share`, guarded by the smallest and the largest key."""
    relation = {"schema_name": "published", "alias": table, "relation_name": f"published.{table}"}
    measures = [("first", "min", key), ("last", "max", key), ("part", "max", "share")]
    return {
        "name": name,
        "node_relation": relation,
        "entities": [],
        "dimensions": [
            {"name": one, "type": "categorical", "expr": None, "description": None} for one in dimensions
        ],
        "measures": [{"name": f"{name}_{one}", "agg": how, "expr": expr} for one, how, expr in measures],
    } | more


def metric(name: str, expr: str, meta: dict[str, Any] | None) -> dict[str, Any]:
    of = name.partition("_")[0]
    inputs = [{"name": f"{of}_{one}"} for one in ("first", "last", "part")]
    return {
        "name": name,
        "label": name,
        "description": name,
        "filter": None,
        "type_params": {"metrics": inputs, "expr": expr},
        "config": {"meta": meta},
    }


def definitions() -> Definitions:
    models = [
        model("flow", "sector_flows", "flow_id || wave_id", ["flow_id", "destination_id"]),
        model(
            "share",
            "shares",
            "wave_id || cut_id || group_id",
            ["cut_id", "group_id"],
            label="Shares",
            config={"meta": {"label_nl": "Aandelen"}},
        ),
    ]
    metrics = []
    for of in ("flow", "share"):
        meta = {"label_nl": "Deel", "unit": "share", "grain": [[]], "reason": f"{of}_share_reason"}
        guard = f"case when {of}_first = {of}_last then {of}_part end"
        mixed = f"case when {of}_first <> {of}_last then 'mixed_groups' end"
        metrics += [metric(f"{of}_share", guard, meta), metric(f"{of}_share_reason", mixed, None)]
    manifest = {"semantic_models": models, "metrics": metrics, "saved_queries": []}
    return Definitions(manifest, {})


def asked(connection: Any, dataset: Dataset, by: str, metric: str) -> list[tuple[Any, ...]]:
    [sql] = [one.sql for one in dataset.measures if one.name == metric]
    query = f"select {by}, {sql} from ({dataset.sql}) as held group by {by} order by {by}"
    found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
    return found


def test_a_table_with_cuts_is_two_datasets_and_the_first_needs_no_cut(connection: Any) -> None:
    flows, total, by_group = make_datasets(connection, definitions(), "en")
    assert [flows.key, total.key, by_group.key] == ["flow", "share_total", "share_by_group"]
    assert asked(connection, total, "wave", "share_share") == [("Autumn", 0.6), ("Spring", 0.4)]
    assert asked(connection, by_group, "wave", "share_share") == [("Autumn", None), ("Spring", None)]
    reasons = asked(connection, by_group, "wave", "share_share_reason")
    assert {reason for _, reason in reasons} == {"mixed_groups"}
    assert {"cut", "group", "cut_id", "group_id"} <= {one.name for one in by_group.dimensions}
    assert not {"cut", "group", "cut_id", "group_id"} & {one.name for one in total.dimensions}


def test_groups_are_labelled_within_their_cut_and_what_nobody_labelled_keeps_its_code(
    connection: Any,
) -> None:
    *_, by_group = make_datasets(connection, definitions(), "nl")
    rows = asked(connection, by_group, 'cut_id, cut, group_id, "group", wave', "share_share")
    assert ("role", "Rol", "a", "Rol A", "Voorjaar", 0.4) in rows
    assert ("team", "Ploeg", "a", "Ploeg A", "Najaar", 0.6) in rows
    assert ("unlisted", "unlisted", "x", "x", "Najaar", 0.6) in rows
    assert len(rows) == len(ROWS["shares"])


def test_two_names_of_one_destination_do_not_double_its_rows(connection: Any) -> None:
    flows, *_ = make_datasets(connection, definitions(), "en")
    [(rows, people)] = connection.execute(f"select count(*), sum(n) from ({flows.sql}) as held").fetchall()
    assert (rows, people) == (2, 30)
    found = asked(connection, flows, "flow_id, destination, destination_id", "flow_share")
    assert [(flow, place, share) for flow, _, place, share in found] == [
        ("intends", "away", 0.5),
        ("left", "away", 0.25),
    ]


def test_what_has_the_same_label_is_told_apart_by_its_code(connection: Any) -> None:
    connection.execute("update published.dim_waves set label_en = 'Spring'")
    connection.execute(
        "insert into published.dim_groups values ('s', 'team', 'b', 1, 2, 'X', 'Team A', 'X', 'Team')"
    )
    connection.execute("insert into published.shares values ('s', '2', 'team', 'b', 0.9, 'real')")
    *_, by_group = make_datasets(connection, definitions(), "en")
    rows = asked(connection, by_group, 'wave, cut, "group"', "share_share")
    assert ("Spring (1)", "Team", "Team A (a)", 0.4) in rows
    assert ("Spring (2)", "Team", "Team A (b)", 0.9) in rows
    assert ("Spring (2)", "Role", "Role A", 0.6) in rows


def test_titles_are_those_of_the_language_or_the_name(connection: Any) -> None:
    dutch = {one.key: one.title for one in make_datasets(connection, definitions(), "nl")}
    assert dutch["flow"] == "flow"
    assert dutch["share_total"] == "Aandelen, iedereen samen"
    english = {one.key: one.title for one in make_datasets(connection, definitions(), "en")}
    assert english["share_by_group"] == "Shares, by cut"
