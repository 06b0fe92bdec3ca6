"""`werkpeil query`: metrics of the current release on the screen, as CSV or JSON, or their SQL."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from werkpeil.cli import screen
from werkpeil.errors import InputError
from werkpeil.exhibits.numbers import NumberStyle, decimal_text, share_text
from werkpeil.exhibits.writing import HIDDEN, WORDS, spelled_reason
from werkpeil.publishing import open_release
from werkpeil.semantic import answer, plan, read_definitions
from werkpeil.semantic.definitions import is_label, short
from werkpeil.semantic.engine import DIALECTS, Compiler
from werkpeil.semantic.labels import heading, known_values, place, read_labels
from werkpeil.semantic.query import HIDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.project import Project
    from werkpeil.semantic import Answer, Metric, Question
    from werkpeil.semantic.labels import Labels

FORMATS = ("table", "csv", "json", "sql")
STYLES = {
    "nl": NumberStyle(percent=" %"),
    "en": NumberStyle(decimal_mark=".", thousands_mark=",", percent=" %"),
}
PLACES = {"share": 1, "share_change": 1, "score": 2, "points": 1}


@dataclass(frozen=True)
class Form:
    """How an answer is given.

    Attributes:
        file_format: One of `FORMATS`.
        dialect: Whose SQL, where the format is `sql`.
        language: `nl` or `en` for labels; ids without one.
    """

    file_format: str = "table"
    dialect: str = "duckdb"
    language: str | None = None

    def require_known(self) -> None:
        """Refuse words that are none.

        Raises:
            InputError: format, dialect or language is none.
        """
        for word, known, kind in (
            (self.file_format, FORMATS, "format"),
            (self.dialect, DIALECTS, "dialect"),
            (self.language or "nl", ("nl", "en"), "language"),
        ):
            if word not in known:
                raise InputError(f"'{word}' is not a {kind} of a query.", hint=f"use {' or '.join(known)}.")


def ask(project: Project, question: Question, form: Form) -> None:
    """Answer a question from the current release.

    Raises:
        InputError: nothing is released, or the question has no answer in it.
    """
    form.require_known()
    with open_release(project) as connection:
        definitions = read_definitions(connection)
        if form.file_format == "sql":
            compiler = Compiler(definitions, "postgres" if form.dialect == "postgres" else "duckdb")
            screen.say(plan(definitions, compiler, question).sql)
            return
        answered = answer(connection, plan(definitions, Compiler(definitions), question))
        labels = read_labels(connection, form.language or "en")
    if not answered.rows:
        raise _nothing(answered, labels)
    ordered = _in_order(answered, labels)
    if form.file_format == "table":
        _show(answered, ordered, labels, form.language)
    else:
        _write(answered, ordered, labels, form)
    _tell(answered, form)


def list_definitions(project: Project, language: str | None) -> None:
    """Print what can be asked: each metric with its unit and dimensions.

    Raises:
        InputError: nothing is released, or the language is none.
    """
    Form(language=language).require_known()
    with open_release(project) as connection:
        definitions = read_definitions(connection)
    compiler = Compiler(definitions)
    metrics = list(definitions.metrics.values())
    rows = [(one.name, one.unit, one.label_nl if language == "nl" else one.label_en) for one in metrics]
    screen.show_table("Metrics", ["metric", "unit", "label"], rows)
    groups: dict[tuple[str, ...], list[str]] = {}
    for metric in metrics:
        names = tuple(sorted({short(name) for name in compiler.dimensions([metric.name])}))
        groups.setdefault(names, []).append(metric.name)
    for names, asked in groups.items():
        screen.say(f"\nDimensions of {', '.join(asked)}", style="bold")
        screen.say(", ".join(name.removesuffix("_id") for name in names if not is_label(name)))
    screen.say("\nTables of saved queries, in schema published", style="bold")
    screen.say(", ".join(query.name for query in definitions.saved_queries))


def _in_order(answered: Answer, labels: Labels) -> list[dict[str, Any]]:
    """The rows by position of what their dimensions hold, then by its name."""

    def key(row: dict[str, Any]) -> list[tuple[int, str]]:
        return [(place(labels, row, column)[0], str(row[column])) for column in answered.plan.columns]

    return sorted(answered.rows, key=key)


def _show(answered: Answer, rows: Sequence[dict[str, Any]], labels: Labels, language: str | None) -> None:
    metrics = answered.plan.metrics
    style = STYLES[language or "en"]
    heads = [_head(name, language) for name in answered.plan.columns]
    heads += [_title(metric, language) for metric in metrics]
    shown = [
        [
            *(place(labels, row, name)[1] if language else row[name] for name in answered.plan.columns),
            *(_number(row, metric, style) for metric in metrics),
        ]
        for row in rows
    ]
    screen.show_table(
        ", ".join(_title(metric, language) for metric in metrics), heads, shown, numeric=len(metrics)
    )


def _head(column: str, language: str | None) -> str:
    if language is None:
        return column
    return heading(column, language)


def _title(metric: Metric, language: str | None) -> str:
    return {"nl": metric.label_nl, "en": metric.label_en}.get(language or "", metric.name)


def _number(row: dict[str, Any], metric: Metric, style: NumberStyle) -> str | int:
    value = row[metric.name]
    if value is None:
        reason = row[metric.reason]
        return HIDDEN if reason in HIDING else f"({reason})" if reason else ""
    if metric.unit == "count":
        return int(value)
    if metric.unit == "share":
        return share_text(value, PLACES["share"], style)
    if metric.unit == "share_change":
        return share_text(value, PLACES["share_change"], replace(style, percent=" pp"))
    return decimal_text(value, PLACES[metric.unit], style)


def _write(answered: Answer, rows: Sequence[dict[str, Any]], labels: Labels, form: Form) -> None:
    """Write the rows with full numbers, each metric with its error and reason beside it."""
    if form.language:
        rows = [row | {name: place(labels, row, name)[1] for name in answered.plan.columns} for row in rows]
    if form.file_format == "json":
        json.dump(list(rows), sys.stdout, ensure_ascii=False, indent=1, default=str)
        sys.stdout.write("\n")
        return
    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _tell(answered: Answer, form: Form) -> None:
    """Say what is not in the answer and why, and whose answers these are; beside the results, not in them."""
    language = form.language or "en"
    numbers = len(answered.rows) * len(answered.plan.metrics)
    for reason, count in sorted(answered.hidden.items()):
        spelled = spelled_reason(reason, language)
        verb = {
            "nl": "verborgen" if reason in HIDING else "leeg",
            "en": "hidden" if reason in HIDING else "empty",
        }[language]
        of = {"nl": "van", "en": "of"}[language]
        mark = f"{HIDDEN} " if reason in HIDING and form.file_format == "table" else ""
        line = f"{mark}{count} {of} {numbers} {verb}: {spelled}"
        screen.messages.print(line, markup=False, soft_wrap=True)
    if answered.is_synthetic:
        screen.messages.print(WORDS[language]["synthetic"], markup=False, soft_wrap=True)


def _nothing(answered: Answer, labels: Labels) -> InputError:
    """Return why there are no rows: a value that nobody has, or nothing at all."""
    for condition in answered.plan.where:
        known = known_values(labels, short(condition.name))
        for value in condition.values:
            if known and value not in known:
                close = get_close_matches(value, known, n=3, cutoff=0.5)
                listed = " or ".join(close) if close else ", ".join(known)
                return InputError(
                    f"No {short(condition.name).removesuffix('_id')} is '{value}'.",
                    hint=f"did you mean {listed}?" if close else f"they are: {listed}.",
                )
    return InputError(
        "The release has no rows of this.", hint="leave out a condition; `werkpeil status` names the waves."
    )
