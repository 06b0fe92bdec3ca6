"""What a file, or a codebook beside it, itself says of its variables."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from werkpeil.codebook import normalise_text
from werkpeil.codebook.draft.facts import SurveyFacts
from werkpeil.codebook.draft.names import split_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkpeil.codebook.draft.facts import ColumnFacts
    from werkpeil.codebook.model import MissingReason, Role
    from werkpeil.landing.header import Header

Kind = Literal["", "choice", "number", "text"]


@dataclass(frozen=True)
class Variable:
    """What is said of one variable.

    Args:
        name: Its code; empty if none is given.
        question: What was asked.
        labels: Label of each value, both as texts.
        missing: Values that are declared missing.
        missing_ranges: Ranges of numbers that are declared missing, both ends included.
        reasons: Why an answer is missing, for the missing values of which that is said.
        is_ordered: The values have an order; None if nothing is said.
        kind: How it was answered: one of some answers, a number, in own words; empty if nothing is said.
        role: What it is for, where that is said.
        translated: Its question in the other language; empty if there is none.
        translated_labels: Label of each value in the other language.
        facts: What Werkpeil noted of it, if it wrote the codebook.
        aliases: Other headers under which exports write it.
    """

    name: str
    question: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    missing_ranges: tuple[tuple[float, float], ...] = ()
    reasons: dict[str, MissingReason] = field(default_factory=dict)
    is_ordered: bool | None = None
    kind: Kind = ""
    role: Role | None = None
    translated: str = ""
    translated_labels: dict[str, str] = field(default_factory=dict)
    facts: ColumnFacts | None = None
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its code, and the headers under which it was delivered."""
        return (self.name, *self.aliases, *(self.facts.column.delivered_as if self.facts else ()))

    def declared_missing(self, values: Iterable[str]) -> frozenset[str]:
        """Return the missing values, and those among the delivered and labelled ones that are in a range."""
        ends = {value_text(low) for low, high in self.missing_ranges if low == high}
        candidates = {*values, *self.labels, *ends}
        return self.missing | {value for value in candidates if self._is_within(value)}

    def _is_within(self, value: str) -> bool:
        try:
            number = float(value)
        except ValueError:
            return False
        return math.isfinite(number) and any(low <= number <= high for low, high in self.missing_ranges)


class Description:
    """Variables, found by the header of a delivered column.

    Args:
        variables: In the order of the data.
        by_position: Whether columns are told by their place rather than by their name.
        survey: What Werkpeil noted of the survey, if it wrote the codebook.
    """

    def __init__(
        self,
        variables: Iterable[Variable],
        *,
        by_position: bool = False,
        survey: SurveyFacts | None = None,
    ) -> None:
        self.variables = tuple(variables)
        self.survey = survey or SurveyFacts()
        self._by_name: Mapping[str, Variable] = (
            {}
            if by_position
            else {normalise_text(name): each for each in self.variables for name in each.names}
        )
        self._by_position = by_position

    def of(self, header: Header) -> Variable | None:
        """Return what is said of a delivered column, or None."""
        if self._by_position:
            return self.variables[header.position] if header.position < len(self.variables) else None
        names = (name for text in header.names for name in (text, split_header(text)[0]) if name)
        return next(
            (self._by_name[key] for name in names if (key := normalise_text(name)) in self._by_name), None
        )


def value_text(value: object) -> str:
    """Return a value as a delimited file would write it: 5 rather than 5.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
