"""Questions: metrics by dimensions where something holds, made into one query that stays within one cut.

Every number is of one wave of one survey, so these two stand in every answer. The variables that are asked
for choose the cut: none of them the total, `sector` the cut sector, `domain` and `is_manager` their
crossing. No cut, no answer: groups of several cuts together would count people twice.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import duckdb

from werkpeil.errors import InputError
from werkpeil.semantic.definitions import CROSSED, TOTAL, is_label, short
from werkpeil.sql import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from werkpeil.semantic.definitions import Definitions, Metric
    from werkpeil.semantic.engine import Compiler

ALWAYS = ("wave__survey_id", "wave__wave_id")
PROVENANCE = "wave__provenance"
OPERATORS = ("=", "!=", "in", "not in")
# Reasons that hide a number that exists; all others say that there is none.
HIDING = frozenset({"protected", "unreliable"})

_CONDITION = re.compile(
    r"\s*(?P<name>\w+)\s*(?P<operator>!=|=|\bnot\s+in\b|\bin\b)\s*(?P<values>.+?)\s*", re.I | re.S
)
# A value between quotes, or plain: without the signs of another condition. Braces, even between quotes, are
# none: the engine would take them for a template of its own.
_VALUE = r"""\s*(?:'[^'{}]+'|"[^"{}]+"|[^\s'",(){}=<>!;][^",(){}=<>!;]*)\s*"""
_ONE = re.compile(_VALUE)
_SEVERAL = re.compile(rf"\({_VALUE}(?:,{_VALUE})*\)|{_VALUE}(?:,{_VALUE})*")


@dataclass(frozen=True)
class Condition:
    """What a dimension must be.

    Attributes:
        name: The dimension, as it was asked for or in full.
        operator: One of `OPERATORS`.
        values: One value, or several after `in`.
    """

    name: str
    operator: str
    values: tuple[str, ...]

    def template(self) -> str:
        """The condition as MetricFlow reads it."""
        listed = ", ".join(literal(value) for value in self.values)
        side = f"({listed})" if "in" in self.operator else listed
        return f"{{{{ Dimension('{self.name}') }}}} {self.operator} {side}"


@dataclass(frozen=True)
class Question:
    """What somebody asks.

    Attributes:
        metrics: Names of metrics.
        by: Names of dimensions, short (`sector`) or in full (`cut_group__sector`).
        where: Conditions such as `wave = 2024` or `sector in (rijk, zbo)`.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A question that can be answered.

    Attributes:
        metrics: What is asked.
        dimensions: Full names of dimensions, in the order of the answer.
        where: Conditions, the one that chooses the cut among them.
        sql: The query.
    """

    metrics: tuple[Metric, ...]
    dimensions: tuple[str, ...]
    where: tuple[Condition, ...]
    sql: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the answer's dimensions, as its columns have them."""
        return tuple(short(name) for name in self.dimensions)


@dataclass(frozen=True)
class Answer:
    """The rows that a question gives.

    Attributes:
        plan: The question as it was understood.
        rows: One per combination of dimensions: these, `provenance`, each metric with its error and reason.
        hidden: How many numbers are hidden, per reason.
    """

    plan: Plan
    rows: tuple[dict[str, Any], ...]
    hidden: Counter[str] = field(default_factory=Counter)

    @property
    def is_synthetic(self) -> bool:
        """Whether any of it rests on answers that are made up."""
        return any(row["provenance"] == "synthetic" for row in self.rows)


def plan(definitions: Definitions, compiler: Compiler, question: Question) -> Plan:
    """Return the query that answers a question.

    Args:
        definitions: What is defined.
        compiler: Makes SQL of it.
        question: What is asked.

    Raises:
        InputError: a name is none, metrics cannot be asked together, or no cut divides people as asked.
    """
    asked_for = dict.fromkeys(_known(name, definitions.metrics, "metric") for name in question.metrics)
    metrics = tuple(definitions.metrics[name] for name in asked_for)
    if not metrics:
        raise InputError("No metric is asked for.", hint="`werkpeil query --list` names them.")
    names = tuple(metric.name for metric in metrics)
    known = {short(name): name for name in compiler.dimensions(names)}
    _require_one_table(compiler, metrics, known)
    by = [_dimension(name, known, names) for name in question.by]
    where = [
        Condition(_dimension(found.name, known, names), found.operator, found.values)
        for found in map(read_condition, question.where)
    ]
    asked = list(dict.fromkeys(by + [condition.name for condition in where]))
    cut = _cut(definitions, known, asked, where)
    variables = [name for name in asked if name not in by and _is_variable(definitions, name)]
    dimensions = list(dict.fromkeys([*ALWAYS, *_grain(metrics, known, asked), *cut.also, *by, *variables]))
    conditions = (*where, *cut.conditions)
    return Plan(
        metrics=metrics,
        dimensions=tuple(dimensions),
        where=conditions,
        sql=_query(compiler, metrics, dimensions, conditions),
    )


def answer(connection: Any, planned: Plan) -> Answer:
    """Return what a release says to a planned question.

    Args:
        connection: A read-only connection to the release.
        planned: The question.

    Raises:
        InputError: a condition compares a number with a text.
    """
    try:
        result = connection.execute(planned.sql)
    except duckdb.ConversionException as error:
        texts = ", ".join(
            f"{short(one.name)} {one.operator} {', '.join(one.values)}" for one in planned.where
        )
        raise InputError(
            f"A number is compared with a text where {texts}.",
            hint="write a number.",
        ) from error
    names = [column[0] for column in result.description]
    rows = tuple(dict(zip(names, row, strict=True)) for row in result.fetchall())
    reasons = [metric.reason for metric in planned.metrics]
    hidden = Counter(row[reason] for row in rows for reason in reasons if row[reason] is not None)
    return Answer(planned, rows, hidden)


def read_condition(text: str) -> Condition:
    """Return a condition from its text.

    Raises:
        InputError: it is none.
    """
    found = _CONDITION.fullmatch(text)
    operator = " ".join(found["operator"].lower().split()) if found else ""
    allowed = _SEVERAL if "in" in operator else _ONE
    if found is None or not allowed.fullmatch(found["values"]):
        raise InputError(
            f"'{text}' is no condition.",
            hint="write it as `wave = 2024`, `sector != rijk` or `sector in (rijk, zbo)`, one in each "
            "--where; quotes hold other signs, but no braces.",
        )
    listed = (value.strip() for value in _ONE.findall(found["values"].strip("()")))
    read = tuple(value[1:-1] if value[0] in "'\"" else value for value in listed)
    return Condition(found["name"], operator, read)


def named_columns(query: str, dimensions: Iterable[str], others: Iterable[str]) -> str:
    """Return a query of the engine with its columns under their names in tables, in this order."""
    columns = [f"    {name} as {identifier(short(name))}" for name in dimensions]
    columns += [f"    {name}" for name in others]
    selected = ",\n".join(columns)
    return f"select\n{selected}\nfrom (\n{query}\n) as metrics"


def _query(
    compiler: Compiler, metrics: Sequence[Metric], dimensions: Sequence[str], where: Sequence[Condition]
) -> str:
    columns = [name for metric in metrics for name in (metric.name, metric.std_error, metric.reason) if name]
    grouped = list(dict.fromkeys([*dimensions, PROVENANCE]))
    query = compiler.sql(columns, grouped, [condition.template() for condition in where])
    # A metric of some surveys has rows in all of them: those without number and reason are not about it.
    said = " or ".join(f"{name} is not null" for metric in metrics for name in (metric.name, metric.reason))
    order = ", ".join(identifier(short(name)) for name in dimensions)
    return f"{named_columns(query, grouped, columns)}\nwhere {said}\norder by {order}"


def _require_one_table(compiler: Compiler, metrics: Sequence[Metric], known: dict[str, str]) -> None:
    """Refuse metrics together whose numbers are of other rows: each would be a mixture where one is asked.

    Raises:
        InputError: a metric's cut, or what its numbers cannot be without, is no dimension of all of them.
    """
    for metric in metrics:
        own = {short(name) for name in compiler.dimensions([metric.name])}
        if ("cut_id" in own and "cut_id" not in known) or not _possible(metric, known):
            raise InputError(
                f"{' and '.join(one.name for one in metrics)} are of different tables.",
                hint="ask for each in a query of its own.",
            )


def _possible(metric: Metric, known: dict[str, str]) -> list[tuple[str, ...]]:
    """The lists of dimensions that its numbers can have where these are known."""
    return [names for names in metric.grain if known.keys() >= set(names)]


def _grain(metrics: Sequence[Metric], known: dict[str, str], asked: Sequence[str]) -> list[str]:
    """The dimensions that numbers of these metrics must have, in full."""
    needed: list[str] = []
    for metric in metrics:
        lists = _possible(metric, known)
        needed += next((names for names in lists if names and known[names[0]] in asked), lists[0])
    return [known[name] for name in dict.fromkeys(needed)]


@dataclass(frozen=True)
class _Cut:
    """How people are divided: conditions that keep one cut, and dimensions that must then be shown."""

    conditions: tuple[Condition, ...] = ()
    also: tuple[str, ...] = ()


def _cut(
    definitions: Definitions, known: dict[str, str], asked: Sequence[str], where: Sequence[Condition]
) -> _Cut:
    """Choose the cut that the asked variables name.

    Raises:
        InputError: there is no such survey, or no cut of it divides by these variables and no others.
    """
    if "cut_id" not in known:
        return _Cut()
    cut_id, group_id = known["cut_id"], known["group_id"]
    variables = {short(name) for name in asked if _is_variable(definitions, name)}
    if {cut_id, group_id} & set(asked):
        if variables:
            raise InputError(
                f"Asked is the cut itself and {', '.join(sorted(variables))}, which would choose one.",
                hint="leave out cut and group, or the variables.",
            )
        return _Cut(also=(cut_id, group_id))
    surveys = {
        value
        for one in where
        if one.name == ALWAYS[0] and one.operator in {"=", "in"}
        for value in one.values
    }
    cuts = definitions.cuts[cut_id.partition("__")[0]]
    there = {survey for survey, _ in cuts}
    if surveys - there:
        raise InputError(
            f"There is no survey {' and '.join(sorted(surveys - there))}.",
            hint=f"surveys that there are: {', '.join(sorted(there))}.",
        )
    listed = [cut for survey, cut in cuts if not surveys or survey in surveys]
    wanted = variables or {TOTAL}
    found = sorted({cut for cut in listed if set(cut.split(CROSSED)) == wanted})
    if not found:
        near = sorted({cut for cut in listed if set(cut.split(CROSSED)) & wanted}) or sorted(set(listed))
        raise InputError(
            f"No cut divides people by {' and '.join(sorted(wanted))}"
            + (f" in {', '.join(sorted(surveys))}." if surveys else "."),
            hint=f"cuts that there are: {', '.join(near)}; seeds/cuts.csv makes others.",
        )
    return _Cut((Condition(cut_id, "in", tuple(found)),))


def _is_variable(definitions: Definitions, name: str) -> bool:
    """Tell whether a dimension is a variable that cuts divide by."""
    entity, _, variable = name.partition("__")
    return any(variable in cut.split(CROSSED) for _, cut in definitions.cuts.get(entity, ()))


def _dimension(name: str, known: dict[str, str], metrics: Sequence[str]) -> str:
    """Return a dimension's full name: `survey`, `survey_id` and `wave__survey_id` are one."""
    plain = short(name.strip())
    for candidate in (plain, f"{plain}_id", f"is_{plain}"):
        if candidate in known:
            return known[candidate]
    raise InputError(
        f"{' and '.join(metrics)} cannot be divided by '{plain}'.",
        hint=_suggest(plain, [one.removesuffix("_id") for one in known if not is_label(one)], "dimension"),
    )


def _known(name: str, names: Iterable[str], kind: str) -> str:
    plain = name.strip()
    if plain in names:
        return plain
    raise InputError(f"There is no {kind} '{plain}'.", hint=_suggest(plain, list(names), kind))


def _suggest(name: str, names: Sequence[str], kind: str) -> str:
    close = get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(close)}? `werkpeil query --list` names all."
    return f"{kind}s that there are: {', '.join(sorted(names))}."
