"""The definitions of a release: metrics, dimensions and saved queries, as dbt's semantic manifest holds them.

A release keeps them in its schema `semantic`. They are dbt's own but for two things: tables are named
without the database that built them, and every variable that a cut divides by is a dimension. Which there
are is said by the codebooks and their seeds, so no list of them stands here.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from werkpeil.building.dbt import target_folder
from werkpeil.errors import InputError
from werkpeil.sql import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from werkpeil.project import Project

SCHEMA = "semantic"
TABLE = f"{SCHEMA}.definitions"
TOTAL = "total"
CROSSED = "*"
# What every published table says of itself, after its numbers.
TOLD = ("provenance", "build_id")
# Names that MetricFlow keeps for itself; a variable of such a name is reached by cut and group.
RESERVED = frozenset({"day", "week", "month", "quarter", "year", "hour", "minute", "second", "metric_time"})


@dataclass(frozen=True)
class Metric:
    """A metric that may be asked.

    Attributes:
        name: Its name.
        label_nl, label_en: What it is called.
        description: What it is, and of whom.
        unit: `share` (0 to 1), `share_change`, `score`, `points` or `count`.
        grain: Lists of dimensions that a number of it must have, besides survey, wave and group: the first,
            or that whose first dimension is asked for.
        reason: The metric that tells why a number is null.
        std_error: The metric that holds its standard error, if there is one.
    """

    name: str
    label_nl: str
    label_en: str
    description: str
    unit: str
    grain: tuple[tuple[str, ...], ...]
    reason: str
    std_error: str | None = None


@dataclass(frozen=True)
class SavedQuery:
    """A query that every release answers in a table of its name.

    Attributes:
        name: Name of the query and its table.
        description: What one row is.
        metrics: Names of metrics.
        group_by: Full names of dimensions, such as `wave__wave_id`.
    """

    name: str
    description: str
    metrics: tuple[str, ...]
    group_by: tuple[str, ...]


@dataclass(frozen=True)
class Definitions:
    """What can be asked of a release.

    Attributes:
        manifest: The semantic manifest, as MetricFlow reads it.
        cuts: Per entity that has groups of cuts: survey and id of every cut, in order.
    """

    manifest: Mapping[str, Any]
    cuts: Mapping[str, tuple[tuple[str, str], ...]]

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """Metrics that may be asked, by name; those that only others are made of are left out."""
        return {
            metric["name"]: _metric(metric) for metric in self.manifest["metrics"] if "unit" in _meta(metric)
        }

    @cached_property
    def saved_queries(self) -> tuple[SavedQuery, ...]:
        """Queries that a release answers in tables."""
        return tuple(_saved(query) for query in self.manifest["saved_queries"])

    @cached_property
    def meanings(self) -> dict[str, str]:
        """Descriptions of all metrics and dimensions, by name; dimensions by their short name."""
        found = {metric["name"]: _one_line(metric["description"]) for metric in self.manifest["metrics"]}
        for model in self.manifest["semantic_models"]:
            found |= {one["name"]: _one_line(one["description"]) for one in model["dimensions"]}
        return found


def is_label(name: str) -> bool:
    """Tell whether a dimension is no way to ask: a label, or what every table says of itself."""
    return name.endswith(("_label_nl", "_label_en")) or name in TOLD


def short(name: str) -> str:
    """Return a dimension's name without its entity, which is its name in tables: `wave_id`."""
    return name.rpartition("__")[2]


def define(project: Project, connection: Any) -> Definitions | None:
    """Return the definitions of the last build, or None if it defines no metric.

    Args:
        project: The project, whose last parse by dbt left its manifest.
        connection: A connection whose current database has the published tables of that build.
    """
    try:
        manifest = json.loads((target_folder(project) / "semantic_manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if not manifest["metrics"]:
        return None
    for holder in (*manifest["semantic_models"], *manifest["project_configuration"]["time_spines"]):
        relation = holder["node_relation"]
        relation["database"] = None
        relation["relation_name"] = f"{relation['schema_name']}.{relation['alias']}"
    cuts: dict[str, tuple[tuple[str, str], ...]] = {}
    for model in manifest["semantic_models"]:
        names = {dimension["name"] for dimension in model["dimensions"]}
        if {"cut_id", "group_id"} <= names:
            relation = model["node_relation"]["relation_name"]
            query = f"select distinct survey_id, cut_id from {relation} order by all"
            found = connection.execute(query).fetchall()
            cuts[_entity(model)] = tuple((str(survey), str(cut)) for survey, cut in found)
            model["dimensions"] += _variables(dict.fromkeys(cut for _, cut in cuts[_entity(model)]), names)
    return Definitions(manifest, cuts)


def store(connection: Any, definitions: Definitions) -> None:
    """Write definitions into the current database of a connection."""
    text = json.dumps({"manifest": definitions.manifest, "cuts": definitions.cuts}, ensure_ascii=False)
    connection.execute(f"create schema {SCHEMA}")
    connection.execute(f"create table {TABLE} as select {literal(text)} as content")


def read_definitions(connection: Any) -> Definitions:
    """Return the definitions that a release carries.

    Args:
        connection: A connection to the release.

    Raises:
        InputError: it carries none, as releases of older versions do.
    """
    found = connection.execute(
        "select 1 from duckdb_tables() where schema_name = ? and table_name = 'definitions'", [SCHEMA]
    ).fetchall()
    if not found:
        raise InputError(
            "The current release defines no metrics.",
            hint="build and publish again: `werkpeil build`, then `werkpeil publish`.",
        )
    [(text,)] = connection.execute(f"select content from {TABLE}").fetchall()
    held = json.loads(text)
    cuts = {entity: tuple((survey, cut) for survey, cut in listed) for entity, listed in held["cuts"].items()}
    return Definitions(held["manifest"], cuts)


def _entity(model: Mapping[str, Any]) -> str:
    """The entity that a semantic model's dimensions are named after."""
    primary = next((one["name"] for one in model["entities"] if one["type"] == "primary"), None)
    return str(primary or model["primary_entity"])


def _variables(cuts: Iterable[str], taken: set[str]) -> Iterator[dict[str, Any]]:
    """Yield a dimension for each variable that cuts divide by: its part of the group's id."""
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for cut in cuts:
        for place, variable in enumerate(cut.split(CROSSED), start=1):
            places[variable].append((cut, place))
    for variable, held in places.items():
        if variable == TOTAL or variable in taken | RESERVED or "__" in variable:
            continue
        cases = " ".join(
            f"when {literal(cut)} then "
            + (f"split_part(group_id, '{CROSSED}', {place})" if CROSSED in cut else "group_id")
            for cut, place in held
        )
        yield {
            "name": variable,
            "type": "categorical",
            "expr": f"case cut_id {cases} end",
            "description": f"Group by {identifier(variable)}, in the cuts that divide by it.",
        }


def _meta(metric: Mapping[str, Any]) -> dict[str, Any]:
    return ((metric.get("config") or {}).get("meta")) or {}


def _metric(metric: Mapping[str, Any]) -> Metric:
    meta = _meta(metric)
    return Metric(
        name=metric["name"],
        label_nl=meta["label_nl"],
        label_en=metric["label"],
        description=_one_line(metric["description"]),
        unit=meta["unit"],
        grain=tuple(tuple(names) for names in meta["grain"]),
        reason=meta["reason"],
        std_error=meta.get("std_error"),
    )


def _saved(query: Mapping[str, Any]) -> SavedQuery:
    parameters = query["query_params"]
    return SavedQuery(
        name=query["name"],
        description=_one_line(query["description"]),
        metrics=tuple(parameters["metrics"]),
        group_by=tuple(name.split("'")[1] for name in parameters["group_by"]),
    )


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())
