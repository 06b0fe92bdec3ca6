"""What Werkpeil noted in a codebook that it wrote itself, taken over in place of guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from werkpeil.codebook.draft.answers import AnswerSet
from werkpeil.codebook.model import (  # noqa: TC001 - pydantic reads the annotations when it runs
    Answer,
    Band,
    Column,
    Cut,
    Flow,
    Scale,
    Theme,
    Wave,
)
from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from werkpeil.codebook.draft.columns import DraftColumn

T = TypeVar("T", bound=BaseModel)


class ColumnFacts(BaseModel):
    """A column of the codebook as it was, and its answer set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: Column
    answers: tuple[Answer, ...] = ()


class SurveyFacts(BaseModel):
    """What the codebook says of the survey, and the rows of its seeds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = ""
    label_nl: str = ""
    label_en: str = ""
    universe_nl: str | None = None
    universe_en: str | None = None
    source: str | None = None
    licence: str | None = None
    design_note: str | None = None
    waves: dict[str, Wave] = {}
    bands: tuple[Band, ...] = ()
    scales: tuple[Scale, ...] = ()
    themes: tuple[Theme, ...] = ()
    cuts: tuple[Cut, ...] = ()
    flows: tuple[Flow, ...] = ()

    def meta(self) -> dict[str, Any]:
        """Return what the codebook says of the survey, as its keys."""
        seeds = {"description", "bands", "scales", "themes", "cuts", "flows"}
        return self.model_dump(mode="json", exclude=seeds, exclude_defaults=True)

    def seed_rows(self, survey_id: str, columns: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """Return rows per seed as those of a survey; what names a column that is not there is left out.

        Args:
            survey_id: Of the new survey.
            columns: Names of the columns that the file has.
        """
        known = {*columns, *(scale.scale_id for scale in self.scales)}
        cuts = [cut for cut in self.cuts if known.issuperset(cut.variables)]
        ids = {cut.cut_id for cut in cuts}
        flows = [
            flow
            for flow in self.flows
            if known.issuperset(flow.destination_variables)
            and ids.issuperset({flow.origin_cut_id, flow.base_cut_id} - {None})
        ]
        return {
            "scales": _rows(self.scales, survey_id),
            "themes": _rows(self.themes, survey_id),
            "cuts": _rows(cuts, survey_id),
            "flows": _rows(flows, survey_id),
        }


def facts_of(kind: type[T], text: str) -> T:
    """Return a note's content.

    Raises:
        InputError: if it is none that Werkpeil wrote.
    """
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = " > ".join(map(str, first["loc"]))
        raise InputError(
            f"A note of Werkpeil in the codebook cannot be read: {place}: {first['msg']}.",
            hint="export the codebook again, or take its notes of type `werkpeil` away.",
        ) from error


def take_over(column: DraftColumn, facts: ColumnFacts, existing: Mapping[str, tuple[Answer, ...]]) -> None:
    """Put what a codebook noted of a column in place of what was drafted of it."""
    first, *others = facts.column.role
    column.role = first
    column.also = tuple(others)
    column.scale = facts.column.scale
    column.theme = facts.column.theme or ""
    column.coding = facts.column.coding
    column.answers = _answer_set(facts.answers, existing) if facts.answers else None


def noted_meta(facts: ColumnFacts, columns: Collection[str]) -> dict[str, Any]:
    """Return the keys of a column as they were, answer set apart; what names an absent column is left out."""
    left_out = {"name", "description", "answers"}
    meta = facts.column.model_dump(mode="json", exclude=left_out, exclude_defaults=True)
    if facts.column.reported_as not in columns:
        meta.pop("reported_as", None)
    if not set(facts.column.universe) <= set(columns):
        meta.pop("universe", None)
    return meta


def _answer_set(answers: tuple[Answer, ...], existing: Mapping[str, tuple[Answer, ...]]) -> AnswerSet:
    set_id = answers[0].answer_set_id
    is_existing = existing.get(set_id) == answers
    is_ordered = any(answer.score is not None for answer in answers)
    if not is_existing:
        answers = tuple(answer.model_copy(update={"answer_set_id": ""}) for answer in answers)
    return AnswerSet(set_id, "codes", answers, is_ordered=is_ordered, is_existing=is_existing)


def _rows(rows: Iterable[BaseModel], survey_id: str) -> list[dict[str, Any]]:
    content: Sequence[dict[str, Any]] = [{**row.model_dump(), "survey_id": survey_id} for row in rows]
    return [
        {key: "*".join(value) if isinstance(value, tuple) else value for key, value in row.items()}
        for row in content
    ]
