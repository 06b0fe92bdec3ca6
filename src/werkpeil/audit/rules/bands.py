"""A mean against the bands of the same people.

Each band has a lowest and a highest value; with everybody at the low end of their band the mean is lowest,
with everybody at the high end highest.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Finding, Shown, Text, joined, say
from werkpeil.audit.printed import Interval
from werkpeil.audit.rules.common import range_text, read_limits, shown
from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.audit.tables import Cell, Number, Relation, Tables


def check_bands(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check that means lie where the bands put them.

    Raises:
        InputError: if the detail does not give each band its limits.
    """
    limits = read_limits(relation)
    for whole_cell, cells in tables.instances(relation):
        mean = tables.number(whole_cell, "mean") if whole_cell else None
        if len(limits) != len(cells):
            raise InputError(
                f"{len(cells)} bands have {len(limits)} pairs of limits.",
                where=relation.where,
                hint="detail holds a pair for each part, in their order: 0..5|6..10|11..",
            )
        numbers = _sizes(tables, cells)
        if mean is None or numbers is None:
            continue
        expected = _expected(limits, numbers, mean)
        if mean.printed.interval.meets(expected):
            continue
        told = _told(limits, numbers, mean, expected)
        yield Finding("mean_outside_bands", mean, tuple(numbers), expected, told, "high")


def _sizes(tables: Tables, cells: Sequence[Cell]) -> list[Number] | None:
    """The counts of all bands, or else their percentages; None where one is missing or only about right."""
    for statistic in ("count", "percent"):
        numbers = [tables.cells.get(cell, {}).get(statistic) for cell in cells]
        known = [n for n in numbers if n is not None and n.printed.reading == "eq"]
        if len(known) == len(numbers) and sum(n.printed.value for n in known) > 0:
            return known
    return None


def _expected(limits: Sequence[Interval], sizes: Sequence[Number], mean: Number) -> Interval:
    """What the mean can be; rounded percentages widen it by what their rounding can move."""
    lows = [mean.lowest if limit.low is None else limit.low for limit in limits]
    highs = [mean.highest if limit.high is None else limit.high for limit in limits]
    low, high = _mean_of(lows, sizes), _mean_of(highs, sizes)
    return Interval(None if low is None else low[0] - low[1], None if high is None else high[0] + high[1])


def _mean_of(ends: Sequence[Fraction | None], sizes: Sequence[Number]) -> tuple[Fraction, Fraction] | None:
    """The mean with everybody at one end of their band, and how far rounded sizes can move it.

    With errors `e` of the sizes `p` the mean of the ends `x` moves by `sum e (x - mean) / sum (p + e)`.
    """
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return None
    everybody = sum((size.printed.value for size in sizes), Fraction(0))
    mean = (
        sum((size.printed.value * end for size, end in zip(sizes, known, strict=True)), Fraction(0))
        / everybody
    )
    halves = [size.printed.half if size.statistic == "percent" else Fraction(0) for size in sizes]
    moved = sum((half * abs(end - mean) for half, end in zip(halves, known, strict=True)), Fraction(0))
    return mean, moved / max(everybody - sum(halves), Fraction(1))


def _told(limits: Sequence[Interval], numbers: Sequence[Number], mean: Number, expected: Interval) -> Text:
    is_low = expected.low is not None and mean.printed.value < expected.low
    end = expected.low if is_low else expected.high
    ends = [limit.low if is_low else limit.high for limit in limits]
    bounds = [(mean.lowest if is_low else mean.highest) if value is None else value for value in ends]
    terms = joined([joined([bound, shown(n)], " x ") for bound, n in zip(bounds, numbers, strict=True)])
    return say(
        "({terms})/{total} = {end}, gedrukt {mean}; de banden laten {range} toe",
        "({terms})/{total} = {end}, printed {mean}; the bands allow {range}",
        terms=terms, total=sum(n.printed.value for n in numbers), end=Shown(end or Fraction(0), 2),
        mean=shown(mean), range=range_text(expected, 2),
    )  # fmt: skip
