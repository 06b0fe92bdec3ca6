"""What people carry besides their answer, as published: sums of scores, of squares and of weights.

A mean over n people is a sum of scores, a deviation with it one of squares; a weighted share of known weight
is a sum of weights. The mean of a scale links the sums of its items: if everybody answered all of them, it is
their mean; if not, the sums differ by no more than the missing answers can make up for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from support.attacker import Measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.attacker import Row

TOTAL = ("total", "total")
Sums = dict["Row", tuple[float, float]]
_VALUES = """
    select
        answers.cut_id,
        answers.group_id,
        answers.variable_id,
        valued.answer_id,
        valued.category,
        valued.score,
        cast(sum(answers.n) as double) as n,
        sum(answers.sum_w) as sum_w
    from estimates.int_answers_grouped as answers
    inner join estimates.int_answers_valued as valued
        using (survey_id, variable_id, answer_value)
    where answers.survey_id = ? and answers.wave_id = ? and valued.missing_reason is null
    group by all
"""


class Carried:
    """What is published of the people of one wave besides their number."""

    def __init__(self, connection: Any, survey: str, wave: str, shares: pd.DataFrame) -> None:
        """Read the true sums, of which a reader is told some.

        Args:
            connection: An open connection to a built warehouse.
            survey: The survey.
            wave: The wave.
            shares: Published items and scales, under one name per column.
        """
        self._values = connection.execute(_VALUES, [survey, wave]).df()
        self._by_variable = {str(name): own for name, own in self._values.groupby("variable_id")}
        answers = connection.execute(
            "select item_id, cut_id, group_id, answer_id, answer_share from published.answer_shares "
            "where survey_id = ? and wave_id = ?",
            [survey, wave],
        ).fetchall()
        self._answers = {(item, cut, group, answer): share for item, cut, group, answer, share in answers}
        self._lines = {str(name): own for name, own in shares.groupby("variable_id")}
        [(self._lightest, self._heaviest)] = connection.execute(
            "select smallest_weight, largest_weight from marts.weighting_results "
            "where survey_id = ? and wave_id = ?",
            [survey, wave],
        ).fetchall()
        one = connection.execute(
            "select cut_id, group_id, smallest_weight from estimates.int_group_counts "
            "where survey_id = ? and wave_id = ? and smallest_weight = largest_weight",
            [survey, wave],
        ).fetchall()
        self._one_weight = {(str(cut), str(group)): (weight, weight) for cut, group, weight in one}
        items = connection.execute(
            "select items.item_id, items.scale_ids, items.polarity, min(answers.score), max(answers.score) "
            "from published.dim_items as items inner join published.dim_answers as answers "
            "using (answer_set_id) where items.survey_id = ? and items.scale_ids is not null group by all",
            [survey],
        ).fetchall()
        self._items: dict[str, dict[str, bool]] = {}
        self._ranges = {str(item): (float(low), float(high)) for item, *_, low, high in items}
        for item, scales, polarity, *_ in items:
            for scale in scales.split("*") if item in self._by_variable else []:
                self._items.setdefault(scale, {})[item] = polarity == "negative"
        self._minimum = dict(
            connection.execute(
                "select scale_id, minimum_items from published.dim_scales where survey_id = ?", [survey]
            ).fetchall()
        )

    def measures(self, variable: str, by: str) -> tuple[dict[str, Measure], dict[str, tuple[float, ...]]]:
        """Return what people carry who answered a variable, and which scores each category holds.

        Args:
            variable: An item, outcome, control or scale.
            by: `category` or `answer_id`: what its people are divided by.
        """
        own = self._by_variable[variable]
        if own[by].isna().any() or own["score"].isna().any() or (own["score"] < 0).any():
            return {}, {}
        values = {
            str(name): tuple(sorted({float(score) for score in scores}))
            for name, scores in own.groupby(by)["score"]
        }
        lowest = {name: held[0] for name, held in values.items()}
        highest = {name: held[-1] for name, held in values.items()}
        measures = {
            "scores": Measure(lowest, highest, self._linked(variable) | self._scores(variable)),
        }
        if self._heaviest == self._lightest:
            measures["squares"] = Measure(
                {name: held**2 for name, held in lowest.items()},
                {name: held**2 for name, held in highest.items()},
                self._squares(variable),
            )
        else:
            measures["weights"] = self._weights(variable, by)
        return measures, values

    def _rows(self, variable: str) -> dict[Row, dict[str, Any]]:
        lines = self._lines.get(variable)
        found = lines.to_dict("records") if lines is not None else []
        return {(str(line["cut_id"]), str(line["group_id"])): line for line in found}

    def _true(self, variable: str, column: pd.Series) -> dict[Row, float]:
        own = self._by_variable[variable]
        sums = column.loc[own.index].groupby([own["cut_id"], own["group_id"]]).sum()
        return {(str(cut), str(group)): float(value) for (cut, group), value in sums.items()}

    def _shown(self, variable: str, true: Mapping[Row, float], number: str) -> Sums:
        """True sums, which are exact, of rows in which a number is shown from which they follow."""
        rows = self._rows(variable)
        return {
            row: (value, value)
            for row, value in true.items()
            if row in rows and number in rows[row] and not pd.isna(rows[row][number])
        }

    def _scores(self, variable: str) -> Sums:
        scores = self._values["n"] * self._values["score"]
        return self._shown(variable, self._true(variable, scores), "mean_unweighted")

    def _squares(self, variable: str) -> Sums:
        squares = self._values["n"] * self._values["score"] ** 2
        return self._shown(variable, self._true(variable, squares), "std_deviation")

    def _weights(self, variable: str, by: str) -> Measure:
        """Sums of weights: no table tells that of a group, but a weighted share is a part of it.

        That of everybody is published, so it is that of who answered where nobody did not.
        """
        own = self._by_variable[variable]
        names = [str(name) for name in own[by].unique()]
        rows = self._rows(variable)
        true = self._true(variable, self._values["sum_w"])
        parts = {}
        for (cut, group, name), weight in own.groupby(["cut_id", "group_id", by])["sum_w"].sum().items():
            row = (str(cut), str(group))
            if not pd.isna(self._told(rows.get(row, {}), variable, row, str(name), by)):
                parts[row, str(name)] = float(weight) / true[row]
        return Measure(
            dict.fromkeys(names, float(self._lightest)),
            dict.fromkeys(names, float(self._heaviest)),
            {TOTAL: (true[TOTAL], true[TOTAL])} if self._everybody(rows.get(TOTAL)) else {},
            parts,
            self._one_weight,
        )

    def _told(self, line: dict[str, Any], variable: str, row: Row, name: str, by: str) -> Any:
        """The weighted share of a category or answer as published, if it is."""
        return line.get(name) if by == "category" else self._answers.get((variable, *row, name))

    def _everybody(self, line: dict[str, Any] | None) -> bool:
        return line is not None and not pd.isna(line["n"]) and line["n"] == line["group_count"]

    def _linked(self, variable: str) -> Sums:
        """Between which numbers scores of hidden rows lie, by the means of a scale and its other items."""
        if variable in self._items:
            return self._of_scale(variable)
        found: Sums = {}
        for scale, items in self._items.items():
            if variable in items:
                for row, (low, high) in self._of_item(variable, scale).items():
                    before = found.get(row, (low, high))
                    found[row] = (max(low, before[0]), min(high, before[1]))
        return found

    def _of_item(self, item: str, scale: str) -> Sums:
        count = len(self._items[scale])
        found = {}
        for row, (total, _) in self._scores(scale).items():
            others = self._others(scale, row, without=item)
            slack = self._slack(scale, row)
            if others and slack:
                low, high = count * total - others[1] - slack[1], count * total - others[0] - slack[0]
                found[row] = self._turned(item, scale, row, low, high)
        return found

    def _of_scale(self, scale: str) -> Sums:
        count = len(self._items[scale])
        found = {}
        for row in self._rows(scale):
            others = self._others(scale, row)
            slack = self._slack(scale, row)
            if others and slack:
                found[row] = ((others[0] + slack[0]) / count, (others[1] + slack[1]) / count)
        return found

    def _turned(self, item: str, scale: str, row: Row, low: float, high: float) -> tuple[float, float]:
        """Turn a sum around where the item counts for the opposite."""
        if not self._items[scale][item]:
            return low, high
        whole = sum(self._ranges[item]) * float(self._rows(item)[row]["n"])
        return whole - high, whole - low

    def _others(self, scale: str, row: Row, without: str = "") -> tuple[float, float] | None:
        """Between which numbers the sum over the items of a scale lies; none where that is not told."""
        low = high = 0.0
        for item in self._items[scale].keys() - {without}:
            line = self._rows(item).get(row)
            if line is None or pd.isna(line["n"]):
                return None
            lowest, highest = self._ranges[item]
            own = self._scores(item).get(row, (lowest * line["n"], highest * line["n"]))
            turned = self._turned(item, scale, row, *own)
            low, high = low + turned[0], high + turned[1]
        return low, high

    def _slack(self, scale: str, row: Row) -> tuple[float, float] | None:
        """How much the sum of scores times the number of items can differ from the sum over the items.

        Answers of people without a score are in the items only; for each missing answer of people with one,
        their mean is in the scale only.
        """
        items = self._items[scale]
        lines = [self._rows(name).get(row) for name in (scale, *items)]
        if any(line is None or pd.isna(line["n"]) for line in lines) or pd.isna(lines[0]["group_count"]):
            return None
        people, *answered = (float(line["n"]) for line in lines)
        without_score = float(lines[0]["group_count"]) - people
        lacking = len(items) * people - sum(answered)
        beyond = without_score * (self._minimum[scale] - 1)
        lowest = min(self._ranges[item][0] for item in items)
        highest = max(self._ranges[item][1] for item in items)
        if lacking + beyond < 0:
            return None
        return (
            lowest * (lacking + beyond) - highest * beyond,
            highest * (lacking + beyond) - lowest * beyond,
        )
