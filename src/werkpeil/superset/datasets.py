"""Datasets: one per table that metrics are of, with its dimensions, their labels and the metrics themselves.

A BI tool groups and filters rows as somebody drags, and in a published table the same people stand once per
cut. So a table with cuts becomes two datasets: everybody together, which holds the total alone, and all cuts.
In both a metric guards itself as it does everywhere: over more than one group, cut or wave it is null, and
its reason says so. The table's numbers are no columns of the dataset, so nobody sums them by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkpeil.semantic.definitions import CROSSED, TOLD, TOTAL, is_label
from werkpeil.semantic.expressions import expression
from werkpeil.semantic.labels import heading, label_queries
from werkpeil.sql import identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from werkpeil.semantic.definitions import Definitions, Metric

# D3's formats, of numbers as they are: a share is 0 to 1.
FORMATS = {"share": ".1%", "share_change": "+.1%", "score": ".2f", "points": "+.1f", "count": ",d"}
ORDER = "position"
# Every table has these, whoever brings them to a query of the semantic layer.
ALWAYS = ("survey_id", "wave_id")
CUT = ("cut_id", "group_id")
WORDS = {
    "nl": {
        "everybody": "iedereen samen",
        "by_group": "per uitsplitsing",
        "code": "{name} (code)",
        "std_error": "Standaardfout: {name}",
        "reason": "Waarom leeg: {name}",
        "order": "Volgorde: {name}",
        "total_help": "Alle respondenten samen.",
        "cut_help": "Kies één uitsplitsing: dezelfde mensen staan in elke uitsplitsing.",
        "wave_help": "Een getal is van één golf van één onderzoek; wat golven of groepen mengt, is leeg en "
        "zegt waarom. Ook leeg is wat verborgen is om mensen te beschermen.",
        "points": "procentpunten",
    },
    "en": {
        "everybody": "everybody together",
        "by_group": "by cut",
        "code": "{name} (code)",
        "std_error": "Standard error: {name}",
        "reason": "Why empty: {name}",
        "order": "Order: {name}",
        "total_help": "All respondents together.",
        "cut_help": "Choose one cut: the same people are in every cut.",
        "wave_help": "A number is of one wave of one survey; what mixes waves or groups is empty and says "
        "why. What is hidden to protect people is empty too.",
        "points": "percentage points",
    },
}


@dataclass(frozen=True)
class Dimension:
    """A column to group and filter by.

    Attributes:
        name: The column.
        title: What it is called.
        description: What it holds.
    """

    name: str
    title: str
    description: str


@dataclass(frozen=True)
class Measure:
    """A metric of a dataset.

    Attributes:
        name: Its name, that of the semantic layer.
        title: What it is called.
        description: What it is, and of whom.
        sql: The aggregate expression.
        form: How D3 writes it; None for texts.
    """

    name: str
    title: str
    description: str
    sql: str
    form: str | None = None


@dataclass(frozen=True)
class Dataset:
    """A query that metrics are taken over.

    Attributes:
        key: Its name in every language: the table, and whether it holds the total alone.
        title: What it is called.
        description: What it holds, and what to choose before a number appears.
        sql: The query, portable between PostgreSQL and DuckDB.
        dimensions: Columns to group and filter by.
        measures: Metrics.
    """

    key: str
    title: str
    description: str
    sql: str
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]

    @property
    def names(self) -> frozenset[str]:
        """Names of its metrics."""
        return frozenset(measure.name for measure in self.measures)


def make_datasets(connection: Any, definitions: Definitions, language: str) -> list[Dataset]:
    """Return the datasets of a release: of every table that metrics are of, one or two.

    Args:
        connection: A connection to the release, which says what columns its tables have.
        definitions: The definitions that it carries.
        language: `nl` or `en`, of titles and labels.
    """
    made = []
    for model in definitions.manifest["semantic_models"]:
        metrics = [one for one in definitions.metrics.values() if _is_of(definitions, one, model)]
        if metrics:
            table = _Table(definitions, model, _columns(connection, model), language)
            measures = tuple(
                measure for metric in metrics for measure in _measures(definitions, metric, language)
            )
            made += list(table.datasets(measures))
    return made


def _is_of(definitions: Definitions, metric: Metric, model: Mapping[str, Any]) -> bool:
    relation: str = model["node_relation"]["relation_name"]
    return expression(definitions, metric.name).table == relation


def _columns(connection: Any, model: Mapping[str, Any]) -> list[str]:
    relation = model["node_relation"]
    found = connection.execute(
        "select column_name from duckdb_columns() where schema_name = ? and table_name = ? "
        "order by column_index",
        [relation["schema_name"], relation["alias"]],
    ).fetchall()
    return [str(name) for (name,) in found]


def _measures(definitions: Definitions, metric: Metric, language: str) -> Iterator[Measure]:
    """Yield a metric, its standard error and its reason."""
    words = WORDS[language]
    title = metric.label_nl if language == "nl" else metric.label_en
    shown = f"{title} ({words['points']})" if metric.unit == "share_change" else title
    form = FORMATS[metric.unit]
    if metric.name.endswith("_change"):
        form = f"+{form.removeprefix('+')}"
    yield _measure(definitions, metric.name, shown, form)
    if metric.std_error:
        yield _measure(
            definitions, metric.std_error, words["std_error"].format(name=title), form.removeprefix("+")
        )
    yield _measure(definitions, metric.reason, words["reason"].format(name=title), None)


def _measure(definitions: Definitions, name: str, title: str, form: str | None) -> Measure:
    return Measure(name, title, definitions.meanings[name], expression(definitions, name).sql, form)


class _Table:
    """A semantic model with measures, as a query that has its dimensions and their labels.

    Args:
        definitions: What is defined.
        model: The semantic model.
        columns: Columns of its table.
        language: Of the labels.
    """

    def __init__(
        self, definitions: Definitions, model: Mapping[str, Any], columns: Sequence[str], language: str
    ) -> None:
        self._meanings = definitions.meanings
        self._model = model
        self._columns = columns
        self._language = language
        self._words = WORDS[language]
        self._labels = label_queries(language)
        self._holders = {
            entity["name"]: holder
            for holder in definitions.manifest["semantic_models"]
            for entity in holder["entities"]
            if entity["type"] == "primary"
        }
        variables = {
            part for cuts in definitions.cuts.values() for _, cut in cuts for part in cut.split(CROSSED)
        }
        self._sources = self._find_sources(variables)
        self._labelled = [name for name in self._sources if name in self._labels or name == "group_id"]

    def datasets(self, measures: tuple[Measure, ...]) -> Iterator[Dataset]:
        """Yield the dataset of all rows, or where there are cuts that of the total and that of all cuts."""
        name = str(self._model["name"])
        title = _title(self._model, self._language)
        dimensions = tuple(self._dimensions())
        every = (*measures, *self._orders())
        words = self._words
        if "cut_id" not in self._sources:
            yield Dataset(name, title, words["wave_help"], self._sql(), dimensions, every)
            return
        of_cuts = {*CUT, *map(_label, CUT), *map(_position, CUT)}
        yield Dataset(
            f"{name}_total",
            f"{title}, {words['everybody']}",
            f"{words['total_help']} {words['wave_help']}",
            f"{self._sql()}\nwhere base.cut_id = '{TOTAL}'",
            tuple(one for one in dimensions if one.name not in of_cuts),
            tuple(one for one in every if one.name not in of_cuts),
        )
        yield Dataset(
            f"{name}_by_group",
            f"{title}, {words['by_group']}",
            f"{words['cut_help']} {words['wave_help']}",
            self._sql(),
            dimensions,
            every,
        )

    def _find_sources(self, variables: set[str]) -> dict[str, tuple[str, str]]:
        """The dimensions: the entity that brings each, `base` for the table itself, and its expression.

        Labels and their order come from elsewhere; the variables of cuts are what cut and group say already.
        """
        found = dict.fromkeys(ALWAYS, ("base", ""))
        brought = [("base", self._model)]
        brought += [
            (entity["name"], self._holders[entity["name"]])
            for entity in self._model["entities"]
            if entity["name"] in self._holders
        ]
        for source, holder in brought:
            for one in holder["dimensions"]:
                name, expr = one["name"], one["expr"] or one["name"]
                is_shown = one["type"] == "categorical" and (name in TOLD or not is_label(name))
                if is_shown and name not in variables and not name.endswith(f"_{ORDER}"):
                    is_own = name in self._columns and expr == name
                    found.setdefault(name, ("base" if is_own else source, expr))
        return found

    def _dimensions(self) -> Iterator[Dimension]:
        for name in self._sources:
            called = heading(name, self._language)
            title = called[0].upper() + called[1:]
            description = self._meanings.get(name, "")
            if name in self._labelled:
                yield Dimension(_label(name), title, description)
                title = self._words["code"].format(name=title)
            yield Dimension(name, title, description)

    def _orders(self) -> Iterator[Measure]:
        """Yield what sorts labels as a printed table has them."""
        for name in self._labelled:
            title = self._words["order"].format(name=heading(name, self._language))
            column = _position(name)
            yield Measure(column, title, "", f"min({column})", ",d")

    def _sql(self) -> str:
        """The query: the table's own columns, what its entities bring, and labels with their order."""
        brought = {name: source for name, (source, _) in self._sources.items() if source != "base"}
        made = {*brought, *map(_label, self._labelled), *map(_position, self._labelled)}
        columns = [f"base.{identifier(name)}" for name in self._columns if name not in made]
        columns += [f"{source}.{identifier(name)}" for name, source in brought.items()]
        joins = []
        keys = ["*"]
        for entity in self._model["entities"]:
            name = entity["name"]
            if name in brought.values():
                keys.append(f"{entity['expr']} as {name}_key")
                joins.append(self._join_entity(name))
        for name in self._labelled:
            source = self._sources[name][0]
            columns.append(f"coalesce({name}_named.label, {source}.{name}) as {identifier(_label(name))}")
            columns.append(f"{name}_named.position as {_position(name)}")
            joins.append(self._join_label(name, source))
        relation = self._model["node_relation"]["relation_name"]
        selected = ",\n    ".join(columns)
        base = f"from (select {', '.join(keys)} from {relation}) as base"
        return "\n".join([f"select\n    {selected}", base, *joins])

    def _join_entity(self, entity: str) -> str:
        holder = self._holders[entity]
        [key] = [one["expr"] for one in holder["entities"] if one["type"] == "primary"]
        dimensions = [(name, expr) for name, (source, expr) in self._sources.items() if source == entity]
        listed = ", ".join(f"{expr} as {identifier(name)}" for name, expr in dimensions)
        relation = holder["node_relation"]["relation_name"]
        return (
            f"left join (select {key} as {entity}_key, {listed} from {relation}) as {entity}\n"
            f"    on {entity}.{entity}_key = base.{entity}_key"
        )

    def _join_label(self, name: str, source: str) -> str:
        if name == "group_id":
            label = f"label_{self._language}"
            return (
                "left join (\n"
                "    select survey_id, cut_id, group_id, position,\n"
                f"        {_told_apart(label, 'group_id', 'survey_id, cut_id')} as label\n"
                "    from published.dim_groups\n"
                ") as group_id_named\n"
                "    on group_id_named.survey_id = base.survey_id and group_id_named.cut_id = base.cut_id\n"
                "    and group_id_named.group_id = base.group_id"
            )
        # One row per value, whatever flows that share it call it: a second one would double counts.
        return (
            "left join (\n"
            "    select survey_id, held, position,\n"
            f"        {_told_apart('label', 'held', 'survey_id')} as label\n"
            "    from (\n"
            "        select survey_id, held, min(position) as position, min(label) as label\n"
            f"        from ({self._labels[name]}) as named (survey_id, held, position, label)\n"
            "        group by survey_id, held\n"
            "    ) as one_each\n"
            f") as {name}_named\n"
            f"    on {name}_named.survey_id = base.survey_id and {name}_named.held = {source}.{name}"
        )


def _told_apart(label: str, code: str, within: str) -> str:
    """A label, with its code where another has the same: two items of one name would become one bar."""
    count = f"count(*) over (partition by {within}, {label})"
    return f"case when {count} > 1 then {label} || ' (' || {code} || ')' else {label} end"


def _title(model: Mapping[str, Any], language: str) -> str:
    """What a table is called; its name where nobody labelled it, as in older releases."""
    named = str(model.get("label") or model["name"])
    meta = (model.get("config") or {}).get("meta") or {}
    return str(meta.get("label_nl") or named) if language == "nl" else named


def _label(name: str) -> str:
    """The column with a dimension's label: `item` for `item_id`."""
    return name.removesuffix("_id")


def _position(name: str) -> str:
    """The column, and the metric, that orders a dimension's labels."""
    return f"{_label(name)}_{ORDER}"
