"""Numbers that are impossible by themselves: outside their range, or not reachable by so many whole answers.

GRIM: the sum of `n` whole answers to `k` items is a whole number, so a mean is a multiple of `1 / (n k)`
(Brown and Heathers 2017, Social Psychological and Personality Science 8, 363-369). It says something only
while `n k` is below `10^decimals`. GRIMMER adds the standard deviation: the sum of squares of whole numbers
is whole and has the parity of their sum (Anaya 2016, PeerJ Preprints 4:e2400; in the form of Allard 2018).
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Finding, Shown, say
from werkpeil.audit.printed import Interval
from werkpeil.audit.rules.common import HUNDRED, first_whole, last_whole, meet, range_text, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkpeil.audit.tables import Number, Tables

_MOST_SUMS = 200_000


def check_numbers(tables: Tables) -> Iterator[Finding]:
    """Check every number by itself, and each standard deviation with the mean of its cell."""
    for number in tables.numbers:
        finding = _out_of_range(number)
        if finding is not None:
            yield finding
        elif number.statistic == "mean":
            yield from _grim(number)
        elif number.statistic == "percent":
            yield from _share_of_n(tables, number)
        elif number.statistic == "sd":
            yield from _deviation(number, tables.number(number.cell, "mean"))


def _out_of_range(number: Number) -> Finding | None:
    allowed = Interval(number.lowest, number.highest)
    if number.statistic == "percent":
        allowed = Interval(Fraction(0), HUNDRED) if allowed == Interval(None, None) else allowed
    elif number.statistic in {"count", "sd"}:
        allowed = Interval(Fraction(0), None)
    elif number.statistic in {"r_squared", "adjusted_r_squared"}:
        allowed = Interval(None, Fraction(1))
    if number.printed.interval.meets(allowed):
        return None
    return Finding(
        rule="out_of_range",
        number=number,
        others=(),
        expected=allowed,
        arithmetic=say(
            "{x} kan niet: mogelijk is {range}",
            "{x} cannot be: possible is {range}",
            x=shown(number),
            range=range_text(allowed, number.printed.decimals),
        ),
        severity="high",
    )


def _grim(number: Number) -> Iterator[Finding]:
    if number.n is None or number.printed.reading != "eq":
        return
    answers = number.n * number.items
    low, high = _ends(number, answers)
    if low <= high:
        return
    decimals = number.printed.decimals + 1
    below, above = Fraction(high, answers), Fraction(low, answers)
    yield Finding(
        rule="grim",
        number=number,
        others=(),
        expected=Interval(below, above),
        arithmetic=say(
            "{n} personen x {k} vragen = {m} gehele antwoorden: som {a} geeft {x}, som {b} geeft {y}; "
            "{printed} ligt ertussen",
            "{n} people x {k} items = {m} whole answers: a sum of {a} gives {x}, of {b} gives {y}; "
            "{printed} is between",
            n=number.n, k=number.items, m=answers, a=high, b=low,
            x=Shown(below, decimals), y=Shown(above, decimals), printed=shown(number),
        ),
        severity="high",
    )  # fmt: skip


def _ends(number: Number, multiple: int) -> tuple[int, int]:
    """The lowest and highest whole sum that is printed as the number; crossed if there is none."""
    interval = number.printed.interval
    if interval.low is None or interval.high is None:
        return 0, 0
    return first_whole(interval.low * multiple), last_whole(interval.high * multiple)


def _share_of_n(tables: Tables, number: Number) -> Iterator[Finding]:
    """A percentage of n people is a whole number of them, if nobody has a weight (then leave out n)."""
    if number.n is None or number.printed.reading != "eq" or tables.number(number.cell, "count") is not None:
        return
    interval = number.printed.interval
    if interval.low is None or interval.high is None:
        return
    low, high = first_whole(interval.low * number.n / 100), last_whole(interval.high * number.n / 100)
    if low <= high:
        return
    decimals = number.printed.decimals + 1
    yield Finding(
        rule="share_of_n",
        number=number,
        others=(),
        expected=Interval(HUNDRED * high / number.n, HUNDRED * low / number.n),
        arithmetic=say(
            "{a}/{n} = {x} en {b}/{n} = {y}; {printed} ligt ertussen",
            "{a}/{n} = {x} and {b}/{n} = {y}; {printed} is between",
            a=high, b=low, n=number.n, x=Shown(HUNDRED * high / number.n, decimals),
            y=Shown(HUNDRED * low / number.n, decimals), printed=shown(number),
        ),
        severity="high",
    )  # fmt: skip


def _deviation(number: Number, mean: Number | None) -> Iterator[Finding]:
    """The standard deviation of whole answers: within what the range allows, and reachable (GRIMMER)."""
    if mean is None or mean.n is None or mean.n < 2 or mean.printed.reading != "eq":
        return
    largest = _largest_deviation(mean)
    low = number.printed.interval.low
    if largest is not None and low is not None and low > 0 and float(low) > largest + 1e-9:
        yield Finding(
            rule="deviation_too_large",
            number=number,
            others=(mean,),
            expected=Interval(Fraction(0), Fraction(largest)),
            arithmetic=say(
                "bij gemiddelde {m} op {lo} tot {hi} en n = {n} is de standaardafwijking ten hoogste "
                "{most}, gedrukt {sd}",
                "at mean {m} on {lo} to {hi} and n = {n} the standard deviation is at most {most}, "
                "printed {sd}",
                m=shown(mean), lo=mean.lowest, hi=mean.highest, n=mean.n,
                most=Shown(largest, number.printed.decimals + 1), sd=shown(number),
            ),
            severity="high",
        )  # fmt: skip
    elif _reachable(number, mean) is False:
        yield Finding(
            rule="grimmer",
            number=number,
            others=(mean,),
            expected=None,
            arithmetic=say(
                "geen {n} gehele antwoorden hebben gemiddelde {m} en standaardafwijking {sd}: geen "
                "kwadratensom past",
                "no {n} whole answers have mean {m} and standard deviation {sd}: no sum of squares fits",
                n=mean.n * mean.items, m=shown(mean), sd=shown(number),
            ),
            severity="high",
        )  # fmt: skip


def _largest_deviation(mean: Number) -> float | None:
    """The largest standard deviation, `sqrt(n/(n-1) (highest - m)(m - lowest))`, for any m it can be."""
    interval = mean.printed.interval
    if mean.n is None or mean.lowest is None or mean.highest is None:
        return None
    inside = meet([interval, Interval(mean.lowest, mean.highest)])
    if inside.low is None or inside.high is None or inside.low > inside.high:
        return None
    middle = (mean.lowest + mean.highest) / 2
    at = min(max(middle, inside.low), inside.high)
    return math.sqrt(float(Fraction(mean.n, mean.n - 1) * (mean.highest - at) * (at - mean.lowest)))


def _reachable(number: Number, mean: Number) -> bool | None:
    """Whether some whole answers have both; None where that cannot be said.

    A score on `k` items is a whole number of k-ths, so sums are taken of `k` times the scores.
    """
    low, high = number.printed.interval.low, number.printed.interval.high
    if mean.n is None or low is None or high is None or number.printed.reading != "eq":
        return None
    first, last = _ends(mean, mean.n * mean.items)
    if last < first or last - first > _MOST_SUMS:
        return None
    least, most = (Fraction(end) ** 2 * mean.items**2 * (mean.n - 1) for end in (max(low, Fraction(0)), high))
    return any(_has_squares(total, mean.n, least, most) for total in range(first, last + 1))


def _has_squares(total: int, n: int, least: Fraction, most: Fraction) -> bool:
    """Whether a whole sum of squares of the parity of the sum lies between two sums of squared deviations."""
    centre = Fraction(total * total, n)
    first = first_whole(least + centre)
    first += (first - total) % 2
    return first <= last_whole(most + centre)
