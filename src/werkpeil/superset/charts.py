"""Charts and dashboards: one dashboard per survey, with those charts that the release has numbers for.

A dashboard has filters that must be chosen and have a first choice: the wave (the newest), the cut (the
survey's first) and the item. So nothing on it mixes waves or counts people twice before anybody chose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from werkpeil.exhibits.writing import WORDS as EXHIBIT_WORDS
from werkpeil.semantic.definitions import TOTAL
from werkpeil.sql import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from werkpeil.superset.datasets import Dataset, Measure

# A column, how it is compared, and with what; or a condition on metrics in SQL.
Filter = tuple[str, str, str]

ITEMS, ITEMS_BY_GROUP = "item_answers_total", "item_answers_by_group"
SCALES_BY_GROUP = "scale_answers_by_group"
RESPONSE, CHANGES = "responded_strata_total", "changes_total"
# Numbers that stand at the top, the first four that the survey has: five titles are cut off.
HEADLINES = (
    (ITEMS, "responses"),
    (RESPONSE, "response_share"),
    (ITEMS, "enps"),
    (ITEMS, "leaver_share"),
    (ITEMS, "turnover_intention_share"),
)
OF_A_WAVE = ("responses", "enps", "leaver_share", "turnover_intention_share")
METHOD: Filter = ("method", "==", "register")
ITEM: Filter = ("item_kind", "==", "item")
BARS = 25
HAVING = "having"
COLUMNS = 12
OPERATORS = {"==": "EQUALS", "!=": "NOT_EQUALS"}
WORDS = {
    "nl": {
        "dashboard": "Werkpeil: {survey}",
        "intro": "Getallen van Werkpeil, uit de gepubliceerde tabellen. Kies links een golf, een "
        "uitsplitsing en een vraag. Een leeg getal is er niet, of is verborgen om mensen te beschermen; de "
        "maat *Waarom leeg* zegt welke van de twee.",
        "waves": "Golven",
        "by_group": "{metric} per groep",
        "of_item": "{metric} per groep, van de gekozen vraag",
        "by_item": "{metric} per vraag, de hoogste {bars}",
        "by_scale": "{metric} per groep en schaal",
        "changes": "{metric}, de grootste {bars}",
        "wave": "Golf",
        "cut": "Uitsplitsing",
        "item": "Vraag",
    },
    "en": {
        "dashboard": "Werkpeil: {survey}",
        "intro": "Numbers of Werkpeil, from the published tables. Choose a wave, a cut and an item on the "
        "left. An empty number does not exist, or is hidden to protect people; the metric *Why empty* tells "
        "which.",
        "waves": "Waves",
        "by_group": "{metric} by group",
        "of_item": "{metric} by group, of the chosen item",
        "by_item": "{metric} by item, the {bars} highest",
        "by_scale": "{metric} by group and scale",
        "changes": "{metric}, the {bars} largest",
        "wave": "Wave",
        "cut": "Cut",
        "item": "Item",
    },
}


@dataclass(frozen=True)
class Chart:
    """A picture or table of one dataset.

    Attributes:
        key: Its name in every language, unique within its dashboard.
        title: What stands above it.
        dataset: Key of its dataset.
        form: What Superset draws, such as `pivot_table_v2`.
        params: Superset's settings of that form.
        filters: Conditions that always hold, besides the dashboard's filters.
        asks: Which of the dashboard's filters it listens to.
        width, height: In the grid's columns, of twelve, and rows of eight pixels.
    """

    key: str
    title: str
    dataset: str
    form: str
    params: Mapping[str, Any]
    filters: tuple[Filter, ...]
    asks: frozenset[str]
    width: int
    height: int


@dataclass(frozen=True)
class Choice:
    """A filter of a dashboard that always has one value.

    Attributes:
        key: `wave`, `cut` or `item`, which is the column too.
        title: What it is called.
        dataset: Key of the dataset whose values it offers.
        filters: Conditions on these values.
        sort: The metric by which they stand.
        first_is_last: Whether the first choice is the last of them.
    """

    key: str
    title: str
    dataset: str
    filters: tuple[Filter, ...]
    sort: str
    first_is_last: bool = False


@dataclass(frozen=True)
class Dashboard:
    """The charts of one survey.

    Attributes:
        survey_id: The survey.
        title: What it is called.
        text: Markdown that stands at its top.
        rows: Charts, row by row.
        choices: Its filters.
    """

    survey_id: str
    title: str
    text: str
    rows: tuple[tuple[Chart, ...], ...]
    choices: tuple[Choice, ...]

    @property
    def charts(self) -> list[Chart]:
        """All charts, in reading order."""
        return [chart for row in self.rows for chart in row]


def make_dashboards(connection: Any, datasets: Sequence[Dataset], language: str) -> list[Dashboard]:
    """Return a dashboard per survey that has results.

    Args:
        connection: A connection to the release.
        datasets: Its datasets.
        language: `nl` or `en`.
    """
    surveys = connection.execute(
        f"select survey.survey_id, survey.label_{language}, bool_or(wave.provenance = 'synthetic') "
        "from published.dim_surveys as survey inner join published.dim_waves as wave using (survey_id) "
        "group by survey.survey_id, survey.label_nl, survey.label_en, survey.position "
        "order by survey.position, survey.survey_id"
    ).fetchall()
    held = {dataset.key: dataset for dataset in datasets}
    return [
        _Survey(connection, held, language, survey_id).dashboard(label, is_synthetic=is_synthetic)
        for survey_id, label, is_synthetic in surveys
    ]


class _Survey:
    """What can be drawn of one survey.

    Args:
        connection: A connection to the release.
        datasets: Its datasets, by key.
        language: Of titles.
        survey_id: The survey.
    """

    def __init__(
        self, connection: Any, datasets: Mapping[str, Dataset], language: str, survey_id: str
    ) -> None:
        self._connection = connection
        self._datasets = datasets
        self._words = WORDS[language]
        self._synthetic = EXHIBIT_WORDS[language]["synthetic"]
        self._own: Filter = ("survey_id", "==", survey_id)
        self._survey_id = survey_id

    def dashboard(self, label: str, *, is_synthetic: bool) -> Dashboard:
        """Return the survey's dashboard."""
        words = self._words
        text = f"**{self._synthetic}**\n\n{words['intro']}" if is_synthetic else words["intro"]
        drawn = (
            list(self._headlines())[:4],
            list(self._bars_by_group()),
            list(self._table_by_scale()),
            list(self._bars_by_item()),
            list(self._waves()),
        )
        rows = tuple(tuple(_fill(row)) for row in drawn if row)
        asked = {key for row in rows for chart in row for key in chart.asks}
        choices = tuple(choice for choice in self._choices() if choice.key in asked)
        return Dashboard(self._survey_id, words["dashboard"].format(survey=label), text, rows, choices)

    def _choices(self) -> Iterator[Choice]:
        words = self._words
        yield Choice("wave", words["wave"], ITEMS, (self._own,), "wave_position", first_is_last=True)
        groups: Filter = ("cut_id", "!=", TOTAL)
        yield Choice("cut", words["cut"], ITEMS_BY_GROUP, (self._own, groups), "cut_position")
        yield Choice("item", words["item"], ITEMS, (self._own, ITEM), "item_position")

    def _headlines(self) -> Iterator[Chart]:
        for key, name in HEADLINES:
            filters = self._filters_of(key, name)
            if filters is not None:
                measure = self._measure(key, name)
                params = {"metric": name, "y_axis_format": measure.form, "header_font_size": 0.4}
                yield Chart(
                    name, measure.title, key, "big_number_total", params, filters, frozenset({"wave"}), 1, 18
                )

    def _filters_of(self, key: str, name: str) -> tuple[Filter, ...] | None:
        """The conditions under which a number is one of a wave; None where the survey has none."""
        # Response is counted in several ways, and a number is of one.
        way = METHOD if key == RESPONSE else None
        filters = (self._own, way) if way else (self._own,)
        return filters if self._rows(key, name, "wave_id", way) else None

    def _bars_by_group(self) -> Iterator[Chart]:
        asks = frozenset({"wave", "cut"})
        of_items = self._rows(ITEMS_BY_GROUP, "positive_share", "wave_id, cut_id, group_id, item_id", ITEM)
        if of_items:
            yield self._bars("of_item", ITEMS_BY_GROUP, "positive_share", "group", asks | {"item"})
        for name in ("enps", "leaver_share"):
            if self._rows(ITEMS_BY_GROUP, name, "wave_id, cut_id, group_id"):
                yield self._bars("by_group", ITEMS_BY_GROUP, name, "group", asks)
                return

    def _table_by_scale(self) -> Iterator[Chart]:
        name = "scale_score"
        if self._rows(SCALES_BY_GROUP, name, "wave_id, cut_id, group_id, scale_id"):
            params = {
                "groupbyRows": [self._column(SCALES_BY_GROUP, "group")],
                "groupbyColumns": [self._column(SCALES_BY_GROUP, "scale")],
                "metrics": [name],
                "metricsLayout": "COLUMNS",
                "aggregateFunction": "Sum",
                "valueFormat": self._measure(SCALES_BY_GROUP, name).form,
                "rowOrder": "key_a_to_z",
                "colOrder": "key_a_to_z",
                "rowTotals": False,
                "colTotals": False,
                "row_limit": 2000,
            }
            title = self._title("by_scale", SCALES_BY_GROUP, name)
            asks = frozenset({"wave", "cut"})
            yield Chart(name, title, SCALES_BY_GROUP, "pivot_table_v2", params, (self._own,), asks, 1, 50)

    def _bars_by_item(self) -> Iterator[Chart]:
        asks = frozenset({"wave"})
        name = "positive_share"
        if self._rows(ITEMS, name, "wave_id, item_id", ITEM):
            chart = self._bars("by_item", ITEMS, name, "item", asks)
            yield replace(chart, filters=(*chart.filters, ITEM, self._known(ITEMS, name)), height=75)
        name = "positive_share_change"
        if self._rows(CHANGES, name, "wave_id, previous_wave_id, variable_id"):
            chart = self._bars("changes", CHANGES, name, "variable", asks)
            yield replace(chart, filters=(*chart.filters, self._known(CHANGES, name)), height=75)

    def _waves(self) -> Iterator[Chart]:
        metrics = [name for name in OF_A_WAVE if self._rows(ITEMS, name, "wave_id")]
        params = {
            "query_mode": "aggregate",
            "groupby": ["wave", "provenance", "build_id"],
            "metrics": metrics,
            "timeseries_limit_metric": "wave_position",
            "order_desc": False,
            "row_limit": 100,
            "show_cell_bars": False,
        }
        if metrics:
            title = self._words["waves"]
            yield Chart("waves", title, ITEMS, "table", params, (self._own,), frozenset(), 1, 24)

    def _bars(self, word: str, key: str, name: str, by: str, asks: frozenset[str]) -> Chart:
        """Bars of one metric, the longest on top: of the first groups, or of whatever has the longest."""
        measure = self._measure(key, name)
        longest = {"expressionType": "SQL", "sqlExpression": f"abs({measure.sql})", "label": "longest"}
        params = {
            "x_axis": by,
            "metrics": [name],
            "groupby": [],
            "orientation": "horizontal",
            # Which bars there are, where there are more than fit.
            "timeseries_limit_metric": "group_position" if by == "group" else longest,
            "order_desc": by != "group",
            "row_limit": BARS,
            # In what order they stand, from the bottom up.
            "x_axis_sort": name,
            "x_axis_sort_asc": True,
            "xAxisLabelInterval": "0",
            "show_value": True,
            "show_legend": False,
            "y_axis_format": measure.form,
            "truncate_metric": True,
            "rich_tooltip": True,
            "color_scheme": "supersetColors",
        }
        title = self._title(word, key, name)
        return Chart(word, title, key, "echarts_timeseries_bar", params, (self._own,), asks, 1, 50)

    def _rows(self, key: str, name: str, by: str, kept: Filter | None = None) -> list[tuple[Any, ...]]:
        """The groups in which a metric of this survey has a number; none if it has no such dataset."""
        dataset = self._datasets.get(key)
        if dataset is None or name not in dataset.names:
            return []
        where = [f"{column} = {literal(str(value))}" for column, _, value in (self._own, kept or self._own)]
        found: list[tuple[Any, ...]] = self._connection.execute(
            f"select {by} from ({dataset.sql}) as held where {' and '.join(where)} "
            f"group by {by} having {self._measure(key, name).sql} is not null"
        ).fetchall()
        return found

    def _measure(self, key: str, name: str) -> Measure:
        [found] = [one for one in self._datasets[key].measures if one.name == name]
        return found

    def _known(self, key: str, name: str) -> Filter:
        """The condition that a metric has a number."""
        return (f"{self._measure(key, name).sql} is not null", HAVING, "")

    def _column(self, key: str, name: str) -> dict[str, str]:
        """A dimension under its title, for charts that would show its name."""
        [title] = [one.title for one in self._datasets[key].dimensions if one.name == name]
        return {"expressionType": "SQL", "sqlExpression": identifier(name), "label": title}

    def _title(self, word: str, key: str, name: str) -> str:
        return self._words[word].format(metric=self._measure(key, name).title, bars=BARS)


def _fill(row: Sequence[Chart]) -> Iterator[Chart]:
    """Yield the charts of a row, as wide as the row allows."""
    for chart in row:
        yield replace(chart, width=COLUMNS // len(row))


def adhoc(condition: Filter) -> dict[str, Any]:
    """Return a condition as Superset's charts and filters hold it."""
    column, operator, value = condition
    if operator == HAVING:
        return {"clause": "HAVING", "expressionType": "SQL", "sqlExpression": column}
    return {
        "clause": "WHERE",
        "expressionType": "SIMPLE",
        "subject": column,
        "operator": operator,
        "operatorId": OPERATORS[operator],
        "comparator": value,
    }
