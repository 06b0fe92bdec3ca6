"""Reads a release by SQL: what there is of which survey, and rows of published tables as they stand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkpeil.errors import InputError
from werkpeil.publishing.catalog import SCHEMA
from werkpeil.sql import identifier

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = dict[str, Any]
TOTAL = "total"


class _ReleasedRow(dict[str, Any]):
    """A row of a release: a column that it has not is a message to whoever writes the site."""

    def __missing__(self, name: str) -> Any:
        """Refuse a release that has no such column.

        Raises:
            InputError: always.
        """
        raise InputError(
            f"The release has no column {name}, which the site needs: an earlier version of this project "
            "built it.",
            hint="run `werkpeil build` and `werkpeil publish`, then `werkpeil site`.",
        )


@dataclass(frozen=True)
class Source:
    """The published tables of a release.

    Args:
        connection: A read-only connection to the release.
        build_id: The build that it holds.
        published_at: When it was released, UTC.
        tables: Names of its tables.
    """

    connection: Any
    build_id: str
    published_at: str
    tables: frozenset[str]

    def rows(self, query: str, *values: Any) -> list[Row]:
        """Return the rows of a query, each by the names of its columns."""
        answer = self.connection.execute(query, list(values))
        names = [column[0] for column in answer.description]
        return [_ReleasedRow(zip(names, row, strict=True)) for row in answer.fetchall()]

    def table(self, name: str, order: str = "", **where: Any) -> list[Row]:
        """Return rows of a published table whose columns have some values; none if it is not published.

        Args:
            name: The table.
            order: Columns to order by.
            where: What each column must be; None for null.
        """
        if name not in self.tables:
            return []
        conditions = (
            " and ".join(f"{identifier(column)} is not distinct from ?" for column in where) or "true"
        )
        ordered = f" order by {order}" if order else ""
        return self.rows(
            f"select * from {SCHEMA}.{identifier(name)} where {conditions}{ordered}", *where.values()
        )


@dataclass
class Survey:
    """A survey of which something is published.

    Attributes:
        row: Its row of `dim_surveys`.
        waves: Its landed waves, newest first.
        variables: Items, outcomes, controls and scales, in the order of the questionnaire.
        groups: Groups by cut and id.
        cuts: Cuts in their order, the total first: id and a row with its labels.
        answers: Answers of each answer set or band set, in order.
    """

    row: Row
    waves: list[Row] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    groups: dict[tuple[str, str], Row] = field(default_factory=dict)
    cuts: dict[str, Row] = field(default_factory=dict)
    answers: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def survey_id(self) -> str:
        """Its id."""
        return str(self.row["survey_id"])

    @property
    def is_synthetic(self) -> bool:
        """Whether any of its answers are made up."""
        return any(wave["provenance"] == "synthetic" for wave in self.waves)

    def wave(self, wave_id: str) -> Row:
        """Return a wave by its id."""
        return next(wave for wave in self.waves if wave["wave_id"] == wave_id)

    def variable(self, variable_id: str) -> Variable | None:
        """Return a variable by its id."""
        return next((found for found in self.variables if found.variable_id == variable_id), None)

    def answers_of(self, variable: Variable) -> list[Row]:
        """Return the answers, or else the bands, of a variable in their order."""
        part = variable.row.get("answer_set_id") or variable.row.get("band_set_id") or ""
        return self.answers.get(part, [])

    def answer(self, variable: Variable, answer_id: str) -> Row | None:
        """Return an answer of a variable by its id."""
        return next((row for row in self.answers_of(variable) if row["answer_id"] == answer_id), None)


@dataclass(frozen=True)
class Variable:
    """Something that has numbers per group: an item, outcome or control, or a scale.

    Attributes:
        survey_id: Its survey.
        variable_id: Its id.
        kind: `item`, `outcome`, `control` or `scale`.
        row: Its row of `dim_items` or `dim_scales`.
    """

    survey_id: str
    variable_id: str
    kind: str
    row: Row

    @property
    def is_scale(self) -> bool:
        """Whether it is a scale."""
        return self.kind == "scale"


def read_surveys(source: Source) -> list[Survey]:
    """Return the surveys with a published wave, in their order, with what they are made of."""
    surveys = {row["survey_id"]: Survey(row) for row in source.table("dim_surveys", "position")}
    for row in source.table("dim_waves", "position desc, wave_id desc"):
        surveys[row["survey_id"]].waves.append(row)
    for row in source.table("dim_scales", "position, scale_id"):
        surveys[row["survey_id"]].variables.append(Variable(row["survey_id"], row["scale_id"], "scale", row))
    for row in source.table("dim_items", "theme_position nulls last, position, item_id"):
        surveys[row["survey_id"]].variables.append(
            Variable(row["survey_id"], row["item_id"], row["kind"], row)
        )
    for row in source.table("dim_groups", "cut_position nulls first, position, group_id"):
        survey = surveys[row["survey_id"]]
        survey.groups[row["cut_id"], row["group_id"]] = row
        survey.cuts.setdefault(row["cut_id"], row)
    sets: dict[str, list[Row]] = defaultdict(list)
    for table, key, part in (
        ("dim_answers", "answer_set_id", "answer_id"),
        ("dim_bands", "band_set_id", "band_id"),
    ):
        for row in source.table(table, "position"):
            sets[row[key]].append({"answer_id": row[part]} | row)
    for survey in surveys.values():
        survey.answers = sets
        if TOTAL in survey.cuts:
            survey.cuts = {TOTAL: survey.cuts[TOTAL]} | survey.cuts
    return [survey for survey in surveys.values() if survey.waves]


# What the marts of scales call otherwise than those of items.
_NAMES_OF_SCALES = {
    "agree_share": "positive_share",
    "disagree_share": "negative_share",
    "std_error": "mean_std_error",
    "ci_lower": "mean_ci_lower",
    "ci_upper": "mean_ci_upper",
}


def in_one_naming(row: Row) -> Row:
    """Return a row of `scale_scores` under the names that `item_shares` has; other rows as they are."""
    if "scale_id" not in row:
        return row
    named = _ReleasedRow()
    for name, value in row.items():
        for own, common in _NAMES_OF_SCALES.items():
            if name == own or (own.endswith("_share") and name.startswith(own)):
                name = common + name.removeprefix(own)  # noqa: PLW2901 - the name under which it is kept
                break
        named[name] = value
    return named


def by_key(rows: Sequence[Row], *columns: str) -> dict[tuple[Any, ...], list[Row]]:
    """Return rows by the values of some columns, in the order in which they come."""
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[tuple(row[column] for column in columns)].append(row)
    return found
