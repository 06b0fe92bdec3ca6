"""A metric as one aggregate expression, for tools that group and filter a table themselves.

BI tools such as Apache Superset define metrics as expressions over a dataset. These are the same definitions,
guards included, with each measure written out; what they need beside the table's own columns is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkpeil.semantic.definitions import Definitions

_AGGREGATES = frozenset({"min", "max", "sum"})
_FILTER = re.compile(r"{{ Dimension\('(?P<entity>\w+?)__(?P<name>\w+)'\) }} (?P<condition>.+)")


@dataclass(frozen=True)
class Expression:
    """A metric over one table.

    Attributes:
        table: The published table, with its schema.
        sql: The aggregate expression, portable between DuckDB and PostgreSQL.
        joined: Columns that a dataset must have beside those of the table, as `entity__name`.
    """

    table: str
    sql: str
    joined: tuple[str, ...] = ()


def expression(definitions: Definitions, name: str) -> Expression:
    """Return a metric as an aggregate expression over its table.

    Args:
        definitions: What is defined.
        name: A metric, one that tells a reason or an error among them.

    Raises:
        InputError: there is no such metric, or it is made of more than one table.
    """
    metrics = {metric["name"]: metric for metric in definitions.manifest["metrics"]}
    if name not in metrics:
        raise InputError(f"There is no metric '{name}'.", hint="`werkpeil query --list` names all.")
    metric = metrics[name]
    measures = _measures(definitions)
    inputs = [held["name"] for held in metric["type_params"]["metrics"] or [{"name": name}]]
    tables = {measures[held][0] for held in inputs}
    if len(tables) > 1:
        raise InputError(f"{name} is made of more than one table: {', '.join(sorted(tables))}.")
    condition, joined = _condition(metric)
    written = {held: _aggregate(measures[held][1], condition) for held in inputs}
    text = metric["type_params"]["expr"] or name
    sql = re.sub(r"\b\w+\b", lambda word: written.get(word[0], word[0]), text)
    return Expression(tables.pop(), sql, joined)


def _measures(definitions: Definitions) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Each measure with the table that it is of."""
    return {
        measure["name"]: (model["node_relation"]["relation_name"], measure)
        for model in definitions.manifest["semantic_models"]
        for measure in model["measures"]
    }


def _aggregate(measure: Mapping[str, Any], condition: str | None) -> str:
    if measure["agg"] not in _AGGREGATES:
        raise InputError(f"The measure {measure['name']} is aggregated by {measure['agg']}.")
    inner = measure["expr"] or measure["name"]
    if condition:
        inner = f"case when {condition} then {inner} end"
    return f"{measure['agg']}({inner})"


def _condition(metric: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """The filter of a metric as a condition on a column of the dataset, and that column."""
    filters = (metric["filter"] or {}).get("where_filters") or []
    found = [_FILTER.fullmatch(one["where_sql_template"]) for one in filters]
    if not all(found):
        raise InputError(f"The filter of {metric['name']} is not of one dimension.")
    kept = [one for one in found if one is not None]
    columns = tuple(f"{one['entity']}__{one['name']}" for one in kept)
    return " and ".join(f"{one['name']} {one['condition']}" for one in kept) or None, columns
