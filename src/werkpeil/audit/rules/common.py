"""Sums and weighted means of intervals, and how numbers are shown in the arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Shown, Text, joined, say
from werkpeil.audit.printed import Interval, read_printed
from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.audit.tables import Number, Relation

HUNDRED = Fraction(100)


def shown(number: Number) -> Shown:
    """Return a number as it is printed, with the decimal mark of the reader."""
    return Shown(number.printed.value, number.printed.decimals)


def shown_sum(numbers: Sequence[Number]) -> Text:
    """Return `a + b + c`."""
    return joined([shown(number) for number in numbers])


def total(intervals: Sequence[Interval]) -> Interval:
    """Return what the sum of several numbers can be."""
    return weighted([Fraction(1)] * len(intervals), intervals)


def weighted(weights: Sequence[Fraction | int], intervals: Sequence[Interval]) -> Interval:
    """Return what a weighted sum can be, for weights that are not negative."""
    lows = [interval.low for interval in intervals]
    highs = [interval.high for interval in intervals]
    return Interval(_weighted(weights, lows), _weighted(weights, highs))


def _weighted(weights: Sequence[Fraction | int], ends: Sequence[Fraction | None]) -> Fraction | None:
    if any(end is None for end in ends):
        return None
    return sum(
        (Fraction(w) * end for w, end in zip(weights, ends, strict=True) if end is not None), Fraction(0)
    )


def meet(intervals: Sequence[Interval]) -> Interval:
    """Return where all intervals overlap; its low end is above its high end if they do not."""
    lows = [interval.low for interval in intervals if interval.low is not None]
    highs = [interval.high for interval in intervals if interval.high is not None]
    return Interval(max(lows, default=None), min(highs, default=None))


def first_whole(low: Fraction) -> int:
    """Return the lowest whole number that is not below a value."""
    return -((-low.numerator) // low.denominator)


def last_whole(high: Fraction) -> int:
    """Return the highest whole number that is not above a value."""
    return high.numerator // high.denominator


def read_limits(relation: Relation) -> list[Interval]:
    """Return the limits of bands from `0..5|6..10|11..`; an open end is unbounded.

    Raises:
        InputError: if it is not written so.
    """
    limits = []
    for band in relation.detail.split("|"):
        low, mark, high = (part.strip() for part in band.partition(".."))
        try:
            ends = [read_printed(end, is_count=False).value if end else None for end in (low, high)]
        except ValueError as error:
            raise InputError(f"The limits '{band}' cannot be read: {error}.", where=relation.where) from error
        if not mark:
            raise InputError(
                f"'{band}' gives no limits.", where=relation.where, hint="write them as 0..5|6..10|11.."
            )
        limits.append(Interval(*ends))
    return limits


def range_text(interval: Interval, decimals: int) -> Text:
    """Return an interval in words."""
    low = None if interval.low is None else Shown(interval.low, decimals)
    high = None if interval.high is None else Shown(interval.high, decimals)
    if low is None:
        return say("ten hoogste {high}", "at most {high}", high=high)
    if high is None:
        return say("ten minste {low}", "at least {low}", low=low)
    return say("{low} tot {high}", "{low} to {high}", low=low, high=high)
