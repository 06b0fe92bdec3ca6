"""One language of the site: its words, its numbers and its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkpeil.audit.findings import LANGUAGES, Text
from werkpeil.exhibits.numbers import NumberStyle, decimal_text, share_text
from werkpeil.exhibits.writing import REASONS as EXHIBIT_REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = {"nl": "Nederlands", "en": "English"}
# How this site writes numbers; a narrow space stands before the sign of a percentage.
STYLES = {
    "nl": NumberStyle(decimal_mark=",", thousands_mark=".", percent="\u202f%"),
    "en": NumberStyle(decimal_mark=".", thousands_mark=",", percent="\u202f%"),
}
# Words of exhibits, and of what exhibits have none of. A hidden number is told of in its own cell here.
_PROTECTED = ("verborgen om mensen te beschermen", "hidden to protect people")
_REASONS = EXHIBIT_REASONS | {
    "protected": _PROTECTED,
    "suppressed": _PROTECTED,
    "low_precision": ("onnauwkeurig: weinig antwoorden", "imprecise: few answers"),
    "no_variance": ("iedereen antwoordt hetzelfde", "everybody answers alike"),
    "not_asked": ("niet gevraagd in deze meting", "not asked in this wave"),
    "reworded": ("vraag is anders gesteld", "the question was reworded"),
    "items_changed": ("schaal bestaat uit andere vragen", "the scale has other items"),
    "items_reworded": ("vragen van de schaal zijn anders gesteld", "items of the scale were reworded"),
    "new": ("nieuw in deze meting", "new in this wave"),
}


@dataclass(frozen=True)
class Voice:
    """How one language says things.

    Args:
        language: `nl` or `en`.
    """

    language: str

    @property
    def _place(self) -> int:
        return LANGUAGES.index(self.language)

    def say(self, text: Text) -> str:
        """Return a text in this language."""
        return str(getattr(text, self.language))

    def label(self, row: Mapping[str, Any], name: str = "label") -> str:
        """Return the label of a row of a dimension; empty where it has none."""
        return str(row.get(f"{name}_{self.language}") or "")

    def share(self, value: float, places: int = 1) -> str:
        """Return a share from 0 to 1 as a percentage."""
        return share_text(value, places, STYLES[self.language])

    def number(self, value: float, places: int = 2) -> str:
        """Return a number with its decimals, a true minus before what is negative."""
        return decimal_text(value, places, STYLES[self.language]).replace("-", "\u2212")

    def change(self, value: float, places: int) -> str:
        """Return a difference with its sign; one that rounds to nothing has none."""
        text = self.number(value, places)
        return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text

    def count(self, value: float) -> str:
        """Return a number of people."""
        return decimal_text(value, 0, STYLES[self.language])

    def p_value(self, value: float) -> str:
        """Return a probability; very small ones as a bound."""
        return f"<\u00a0{self.number(0.001, 3)}" if value < 0.001 else self.number(value, 3)

    def interval(self, lower: float | None, upper: float | None, *, share: bool, places: int) -> str:
        """Return an interval without its brackets; empty where an end is missing."""
        if lower is None or upper is None:
            return ""
        if share:
            return f"{self.number(100 * lower, places)} \u2013 {self.number(100 * upper, places)}"
        return f"{self.number(lower, places)} \u2013 {self.number(upper, places)}"

    def reason(self, code: str | None) -> str:
        """Return why there is no number; a reason without words is shown as the table names it."""
        if not code:
            return ""
        return _REASONS[code][self._place] if code in _REASONS else code.replace("_", " ")

    def names(self, names: list[str]) -> str:
        """Return names as an enumeration."""
        if len(names) < 2:
            return "".join(names)
        return f"{', '.join(names[:-1])} {self.say(Text('en', 'and'))} {names[-1]}"
