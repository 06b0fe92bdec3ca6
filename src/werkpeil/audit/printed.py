"""A printed number: its value, its decimals, its stars, and what it can have been before it was rounded.

Values are fractions, because a test on the last printed digit must not fail by a binary error. An interval
includes both ends: whether a report rounds halves up or to even is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal, get_args

Reading = Literal["eq", "approx", "lt", "le", "gt", "ge"]
READINGS: tuple[Reading, ...] = get_args(Reading)

_STARS = re.compile(r"\*+$")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[.,'\u2019 ]\d{3})+")
_PLAIN = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)")


@dataclass(frozen=True)
class Interval:
    """What a number can be; None is unbounded.

    Args:
        low: Lowest possible value, included.
        high: Highest possible value, included.
    """

    low: Fraction | None
    high: Fraction | None

    def meets(self, other: Interval) -> bool:
        """Whether a value lies in both."""
        below = self.high is not None and other.low is not None and self.high < other.low
        above = self.low is not None and other.high is not None and self.low > other.high
        return not below and not above

    def holds(self, value: Fraction | int) -> bool:
        """Whether a value lies in it."""
        return self.meets(Interval(Fraction(value), Fraction(value)))


@dataclass(frozen=True)
class Printed:
    """A number as it stands in a report.

    Args:
        text: The text in the report.
        value: Its value, percentages as 0 to 100.
        decimals: Printed decimals.
        stars: Stars behind it.
        reading: `eq` for the number itself, `approx` for about, otherwise the bound that the words give.
    """

    text: str
    value: Fraction
    decimals: int
    stars: int = 0
    reading: Reading = "eq"

    @cached_property
    def half(self) -> Fraction:
        """Half a unit of the last printed decimal."""
        return Fraction(1, 2 * 10**self.decimals)

    @cached_property
    def interval(self) -> Interval:
        """What it can have been before rounding; unbounded for a number that is only about right."""
        if self.reading == "eq":
            return Interval(self.value - self.half, self.value + self.half)
        if self.reading in {"lt", "le"}:
            return Interval(None, self.value)
        if self.reading in {"gt", "ge"}:
            return Interval(self.value, None)
        return Interval(None, None)

    @property
    def whole(self) -> int | None:
        """The value of a number without decimals that is meant exactly; None for any other."""
        return int(self.value) if self.reading == "eq" and self.value.denominator == 1 else None


def read_printed(text: str, *, is_count: bool, value: str = "", reading: Reading = "eq") -> Printed:
    """Return a number from its text.

    Args:
        text: As printed: `1.141`, `87,8%`, `-,024***`, `12.5`.
        is_count: Whether separators part thousands. In other numbers the last one is the decimal mark.
        value: The number that a text in words stands for.
        reading: How the number is meant.

    Raises:
        ValueError: if there is no number in it, with what was expected.
    """
    plain = _plain(value or text)
    stars = _STARS.search(plain)
    digits = plain[: stars.start()].rstrip() if stars else plain
    if is_count and _GROUPED.fullmatch(digits):
        digits = re.sub(r"[.,'\u2019 ]", "", digits)
    elif not is_count:
        digits = _without_thousands(digits)
    if not _PLAIN.fullmatch(digits):
        raise ValueError(f"'{text}' is not a number; write the number that it stands for in the column value")
    whole, _, decimals = digits.replace(",", ".").partition(".")
    if is_count and decimals.strip("0"):
        raise ValueError(f"'{text}' is not a whole number, and the statistic is a count")
    number = Fraction(f"{whole if whole.strip('+-') else whole + '0'}.{decimals or 0}")
    return Printed(text, number, len(decimals), len(stars.group()) if stars else 0, reading)


def _plain(text: str) -> str:
    """The text without signs that are no part of the number."""
    for typographic in ("\u2212", "\u2013"):
        text = text.replace(typographic, "-")
    return text.replace("\u00a0", " ").replace("%", "").replace("\u2217", "*").strip()


def _without_thousands(digits: str) -> str:
    """A number with decimals without its separators of thousands."""
    marks = [mark for mark in digits if mark in ".,"]
    if len(marks) < 2:
        return digits
    decimal_mark = marks[-1] if marks.count(marks[-1]) == 1 else None
    return "".join(mark for mark in digits if mark not in ".," or mark == decimal_mark)
