"""What the checker finds: a rule that does not hold, where, and the arithmetic in two languages."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from werkpeil.audit.printed import Interval
    from werkpeil.audit.tables import Number

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")

LANGUAGES = ("nl", "en")


@dataclass(frozen=True)
class Text:
    """A sentence in Dutch and in English."""

    nl: str
    en: str


@dataclass(frozen=True)
class Shown:
    """A number to be shown with so many decimals; never more exact than it is."""

    value: Fraction | float
    decimals: int


@dataclass(frozen=True)
class Finding:
    """A rule that printed numbers break.

    Args:
        rule: Id of the rule, a key of `werkpeil.audit.rules.RULES`.
        number: The number that cannot be right, or of which another one says otherwise.
        others: Further numbers of the arithmetic.
        expected: What the other numbers allow, in the unit of the number; None where no range follows.
        arithmetic: The arithmetic.
        severity: `high`: it cannot be right. `medium`: two printed numbers contradict each other, or a number
            is on an unstated base. `low`: a difference that may have a reason.
    """

    rule: str
    number: Number
    others: tuple[Number, ...]
    expected: Interval | None
    arithmetic: Text
    severity: Severity


def say(nl: str, en: str, /, **values: object) -> Text:
    """Return a sentence with its numbers filled in, with the decimal mark of each language."""
    return Text(
        nl.format(**{name: _shown(value, ",", "nl") for name, value in values.items()}),
        en.format(**{name: _shown(value, ".", "en") for name, value in values.items()}),
    )


def joined(numbers: list[object], mark: str = " + ") -> Text:
    """Return terms of a sum, or parts of a list, as text."""
    terms = {f"t{position}": term for position, term in enumerate(numbers)}
    pattern = mark.join(f"{{{name}}}" for name in terms)
    return say(pattern, pattern, **terms)


def _shown(value: object, mark: str, language: str) -> str:
    if isinstance(value, Text):
        return value.nl if language == "nl" else value.en
    if isinstance(value, Shown):
        text = f"{rounded(value.value, value.decimals):.{value.decimals}f}"
        return text.replace(".", mark)
    if isinstance(value, Fraction):
        return f"{float(value):.10g}".replace(".", mark)
    return str(value)


def rounded(value: Fraction | float, decimals: int) -> float:
    """Return a value with halves rounded away from zero, as reports do."""
    scaled = Fraction(value) * 10**decimals
    whole = int(abs(scaled) + Fraction(1, 2))
    return float(Fraction(whole if scaled >= 0 else -whole, 10**decimals))
