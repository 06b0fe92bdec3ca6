"""The codebook as typed objects; `docs/reference/codebook.md` explains every key."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Role = Literal[
    "respondent_id",
    "weight",
    "stratum",
    "cluster",
    "group",
    "item",
    "outcome",
    "control",
    "open_text",
    "wave",
    "ignored",
]
MissingReason = Literal["not_asked", "skipped", "dont_know", "refused", "invalid", "too_few_items"]
# Codes that columns hold as they are: coded ones as 32-bit integers, numbers as doubles.
AnswerCode = Annotated[int, Field(ge=0, le=2**31 - 1)]
MissingCode = Annotated[int, Field(ge=-(10**15), le=10**15)]
Polarity = Literal["positive", "negative", "pressure", "neutral", "none"]
Indicator = Literal["enps", "leaver", "turnover_intention"]

# A missing code that is a text ("NA", "X") cannot stand in a column of numbers; its reason is stored there
# as a number that no survey delivers. Macros read it back (`text_missing_marker`).
TEXT_MISSING_MARKERS: dict[str, int] = {
    reason: -2147483648 + place
    for place, reason in enumerate(
        ("not_asked", "skipped", "dont_know", "refused", "invalid", "too_few_items"), start=1
    )
}

ANSWERED_ROLES = frozenset({"item", "outcome", "control"})


def _as_list(value: object) -> object:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Answer(_Strict):
    """One answer of an answer set, or one kind of missing answer in it."""

    answer_set_id: str
    answer_code: AnswerCode
    answer_id: str
    label_nl: str
    label_en: str
    position: int = Field(ge=1)
    score: float | None = None
    category: Literal["positive", "neutral", "negative"] | None = None
    missing_reason: MissingReason | None = None
    spellings: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Every delivered text that means this answer, as `normalise_text` writes them."""
        candidates = (self.answer_id, self.label_nl, self.label_en, *self.spellings)
        return tuple(dict.fromkeys(normalise_text(text) for text in candidates))


class Band(_Strict):
    """One band of a band set: `lower_exclusive < value <= upper_inclusive`."""

    band_set_id: str
    band_id: str
    lower_exclusive: float | None = None
    upper_inclusive: float | None = None
    category: Literal["positive", "neutral", "negative"] | None = None
    label_nl: str
    label_en: str
    position: int = Field(ge=1)


class Scale(_Strict):
    """A scale of a survey: the mean of its valid items' scores."""

    survey_id: str
    scale_id: str
    label_nl: str
    label_en: str
    minimum_items: int = Field(ge=1)
    band_set_id: str | None = None
    note: str | None = None


class Theme(_Strict):
    """A theme under which items are shown."""

    survey_id: str
    theme_id: str
    label_nl: str
    label_en: str
    position: int


class Cut(_Strict):
    """A way to divide respondents into groups."""

    survey_id: str
    cut_id: str
    variables: tuple[str, ...]
    label_nl: str
    label_en: str
    position: int


class Flow(_Strict):
    """Who goes where: from the groups of a cut to the answers of a question, or to several questions."""

    survey_id: str
    flow_id: str
    origin_cut_id: str
    base_cut_id: str | None = None
    base_group_id: str | None = None
    destination_variables: tuple[str, ...]
    destination_answer_id: str | None = None
    label_nl: str
    label_en: str
    position: int


class MarginPart(_Strict):
    """People of the population per answer of a raked variable, or per several answers together."""

    survey_id: str
    wave_id: str
    margin_id: str
    answer_id: str
    population: int | None = Field(default=None, ge=0)

    @property
    def answers(self) -> tuple[str, ...]:
        """The answers that are one part."""
        return tuple(self.answer_id.split("|"))


class Trim(_Strict):
    """How large a weight may become."""

    maximum_ratio: float = Field(gt=1)


class Weighting(_Strict):
    """How the weights of a survey without its own are made, in steps."""

    base: Literal["design", "none"] = "none"
    nonresponse: Literal["stratum"] | None = None
    rake: tuple[str, ...] = ()
    trim: Trim | None = None

    @field_validator("rake", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return _as_list(value)


class Wave(_Strict):
    """What is known of a wave before any delivery."""

    label_nl: str | None = None
    label_en: str | None = None
    fieldwork_start: str | None = None
    fieldwork_end: str | None = None
    note: str | None = None

    @field_validator("fieldwork_start", "fieldwork_end", mode="before")
    @classmethod
    def _date_as_text(cls, value: object) -> object:
        return None if value is None else str(value)


class Wording(_Strict):
    """How a question was put from a wave on, until its next wording."""

    question: str
    question_nl: str | None = None
    question_en: str | None = None
    comparable: bool = False
    note: str | None = None


class MinimumEffect(_Strict):
    """The smallest change between waves that matters: of a mean in points, of a share between 0 and 1."""

    mean: float | None = Field(default=None, gt=0)
    share: float | None = Field(default=None, gt=0, le=1)


class Column(_Strict):
    """One column of a survey."""

    name: str
    description: str = ""
    role: tuple[Role, ...]
    answers: str | None = None
    coding: Literal["codes", "labels"] = "codes"
    missing: dict[MissingReason, tuple[MissingCode | str, ...]] = {}
    blank: Literal["skipped", "not_asked"] = "skipped"
    minimum: float = Field(default=0, ge=0)
    maximum: float | None = None
    unit: str | None = None
    bands: str | None = None
    polarity: Polarity = "positive"
    scale: tuple[str, ...] = ()
    theme: str | None = None
    label_nl: str | None = None
    label_en: str | None = None
    question_nl: str | None = None
    question_en: str | None = None
    delivered_as: tuple[str, ...] = ()
    names_by_wave: dict[str, str] = {}
    wordings: dict[str, Wording] = {}
    minimum_effect: float | None = Field(default=None, gt=0)
    waves: tuple[str, ...] = ()
    optional: bool = False
    universe: dict[str, tuple[str, ...]] = {}
    reported_as: str | None = None
    indicator: Indicator | None = None
    assumed: bool = False
    note: str | None = None

    @field_validator("role", "scale", "delivered_as", "waves", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return _as_list(value)

    @field_validator("missing", "universe", mode="before")
    @classmethod
    def _listed_values(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value or {}
        return {key: _as_list(entry) for key, entry in value.items()}

    @property
    def is_coded(self) -> bool:
        """Whether answers come from an answer set."""
        return self.answers is not None

    @property
    def is_answered(self) -> bool:
        """Whether the column is a variable whose answers are counted in the cells."""
        return not ANSWERED_ROLES.isdisjoint(self.role)

    def occurs_in(self, wave_id: str) -> bool:
        """Whether the column was asked in a wave."""
        return not self.waves or wave_id in self.waves

    def delivered_names(self, wave_id: str) -> tuple[str, ...]:
        """Names under which a delivery of the wave may hold the column, best first."""
        own = self.names_by_wave.get(wave_id)
        if own is not None:
            return (own,)
        return self.delivered_as or (self.name,)


class Codebook(_Strict):
    """Everything the warehouse knows of a survey before a delivery arrives."""

    survey_id: str
    description: str = ""
    label_nl: str
    label_en: str
    language: Literal["nl", "en"]
    universe_nl: str | None = None
    universe_en: str | None = None
    source: str | None = None
    licence: str | None = None
    undeclared_columns: Literal["refuse", "ignore"] = "refuse"
    blank_texts: tuple[str, ...] = ()
    design_note: str | None = None
    to_decide: tuple[str, ...] = ()
    retention_days: int | None = Field(default=None, ge=1)
    weighting: Weighting | None = None
    waves: dict[str, Wave] = {}
    comparable_scales: dict[str, dict[str, str]] = {}
    minimum_effect: MinimumEffect = MinimumEffect()
    columns: tuple[Column, ...]
    answers: dict[str, tuple[Answer, ...]] = {}
    bands: dict[str, tuple[Band, ...]] = {}
    scales: tuple[Scale, ...] = ()
    themes: tuple[Theme, ...] = ()
    cuts: tuple[Cut, ...] = ()
    flows: tuple[Flow, ...] = ()
    margins: tuple[MarginPart, ...] = ()
    path: str = ""

    def with_role(self, role: Role) -> tuple[Column, ...]:
        """Columns that have a role, in the codebook's order."""
        return tuple(column for column in self.columns if role in column.role)

    def first_with_role(self, role: Role) -> Column | None:
        """The column of a role that occurs once, or None."""
        found = self.with_role(role)
        return found[0] if found else None

    def answers_of(self, column: Column) -> tuple[Answer, ...]:
        """The answer set of a coded column; empty for others."""
        return self.answers.get(column.answers, ()) if column.answers else ()

    def questions_of(self, column: Column) -> dict[str, str]:
        """What was asked, by language: the survey's own first; empty where it is not translated."""
        other = other_language(self.language)
        translated = {"nl": column.question_nl, "en": column.question_en}[other]
        return {self.language: column.description, other: translated or ""}


def other_language(language: str) -> str:
    """Return the other of the two languages."""
    return "en" if language == "nl" else "nl"


def normalise_text(value: Any) -> str:
    """Return a delivered text as it is compared: no byte-order marks, one blank between words, lower case."""
    text = str(value).replace("\ufeff", "").replace("\u00a0", " ")
    return " ".join(text.split()).casefold()
