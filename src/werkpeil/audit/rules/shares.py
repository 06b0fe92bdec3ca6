"""Percentages beside counts, percentages of one base, and counts within their base.

A percentage `p` printed with `d` decimals was between `p - 0.5 x 10^-d` and `p + 0.5 x 10^-d`; a count `k`
and that interval give the interval of the base, `100 k / p`. One whole number must lie in the intervals of
all cells of a distribution: the counts together, or a larger base up to the printed one, if answers are
missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Finding, Shown, Text, joined, say
from werkpeil.audit.printed import Interval
from werkpeil.audit.rules.common import HUNDRED, first_whole, last_whole, meet, shown, shown_sum, total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.audit.tables import Cell, Number, Relation, Tables

# Printed percentages are shown in the arithmetic with two decimals, or one more than they have.
_DECIMALS = 2


@dataclass(frozen=True)
class Row:
    """One cell of a distribution that has both a count and a percentage."""

    count: Number
    percent: Number

    @property
    def people(self) -> int:
        """The count."""
        return int(self.count.printed.value)

    def bases(self, people: int | None = None) -> Interval:
        """What the base can be, if the percentage is right and so is the count, or `people` in its place."""
        return bases_of(self.people if people is None else people, self.percent.printed.interval)

    def fits(self, base: int, people: int | None = None) -> bool:
        """Whether count and percentage agree on a base."""
        return self.bases(people).holds(base)


@dataclass(frozen=True)
class Repair:
    """The one count that, changed, makes a whole distribution agree with its percentages."""

    count: Number
    people: int
    base: int


def bases_of(people: int, percent: Interval) -> Interval:
    """Return the bases of which a count is the percentage.

    Args:
        people: The count.
        percent: What the percentage can be.

    Returns:
        Bases from above 0; every one for nobody and a percentage that can be 0; none (ends crossed) where
        the count and the percentage cannot go together.
    """
    if people == 0:
        return Interval(None, None) if percent.holds(0) else Interval(Fraction(1), Fraction(0))
    low = HUNDRED * people / percent.high if percent.high else None
    high = HUNDRED * people / percent.low if percent.low is not None and percent.low > 0 else None
    if percent.high is not None and percent.high <= 0:
        return Interval(Fraction(1), Fraction(0))
    return Interval(low, high)


def rows_with_both(tables: Tables, cells: Sequence[Cell]) -> list[Row]:
    """Return the cells that print an exact count and a percentage."""
    pairs = [(tables.number(cell, "count"), tables.number(cell, "percent")) for cell in cells]
    return [Row(k, p) for k, p in pairs if k is not None and p is not None and k.printed.whole is not None]


def find_repair(rows: Sequence[Row]) -> Repair | None:
    """Return the one count that must be changed, and into what, if exactly one such change exists."""
    repairs = [repair for position in range(len(rows)) for repair in _repairs(rows, position)]
    return repairs[0] if len(repairs) == 1 else None


def _repairs(rows: Sequence[Row], position: int) -> Iterator[Repair]:
    """Counts that would do in one place, with the base that they make."""
    others = [row for place, row in enumerate(rows) if place != position]
    elsewhere = sum(row.people for row in others)
    allowed = meet([row.bases() for row in others])
    if allowed.low is None or allowed.high is None:
        return
    for base in range(max(first_whole(allowed.low), elsewhere), last_whole(allowed.high) + 1):
        if rows[position].fits(base, base - elsewhere):
            yield Repair(rows[position].count, base - elsewhere, base)


def check_shares(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check distributions: each percentage against its count, the counts against their base, and the sum."""
    for _, cells in tables.instances(relation):
        base = _printed_base(tables, relation, cells)
        counts = [n for n in (tables.number(cell, "count") for cell in cells) if n is not None]
        rows = rows_with_both(tables, cells)
        if rows and len(rows) == len(counts):
            yield from _counts_and_percentages(rows, base)
        if base is not None:
            yield from _too_many(counts, base)
        yield from _sum_of_shares(tables, cells, relation)


def check_some_shares(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check percentages of which not all are printed: together no more than 100."""
    for _, cells in tables.instances(relation):
        yield from _sum_of_shares(tables, cells, relation)


def _printed_base(tables: Tables, relation: Relation, cells: Sequence[Cell]) -> Number | None:
    if not relation.base:
        return None
    return tables.number(tables.resolve(relation.base, relation, cells[0])[0], "count")


def _counts_and_percentages(rows: Sequence[Row], base: Number | None) -> Iterator[Finding]:
    counted = sum(row.people for row in rows)
    largest = int(base.printed.value) if base is not None else counted
    together = meet([row.bases() for row in rows])
    allowed = meet([together, Interval(Fraction(counted), Fraction(max(largest, counted)))])
    wrong = [row for row in rows if not row.fits(counted)]
    if not wrong or (
        allowed.low is not None
        and allowed.high is not None
        and first_whole(allowed.low) <= last_whole(allowed.high)
    ):
        return
    repair = find_repair(rows)
    for row in wrong:
        is_culprit = repair is not None and repair.count is row.count
        number, other = (row.count, row.percent) if is_culprit else (row.percent, row.count)
        expected = Fraction(repair.people) if repair and is_culprit else HUNDRED * row.people / counted
        yield Finding(
            rule="share_of_count",
            number=number,
            others=(other,) if base is None else (other, base),
            expected=Interval(expected, expected),
            arithmetic=_of_a_base(row, counted, base, repair, together),
            severity="high" if is_culprit or repair is None else "medium",
        )


def _of_a_base(
    row: Row, counted: int, base: Number | None, repair: Repair | None, together: Interval
) -> Text:
    """The arithmetic of one percentage: on the counts together, on the printed base, and after a repair."""
    decimals = max(_DECIMALS, row.percent.printed.decimals + 1)

    def share(people: int, of: int) -> Shown:
        return Shown(HUNDRED * people / of, decimals)

    parts: list[object] = [
        say(
            "{k}/{b} = {p} (som van de aantallen als basis), gedrukt {printed}",
            "{k}/{b} = {p} (the counts together as base), printed {printed}",
            k=row.people, b=counted, p=share(row.people, counted), printed=shown(row.percent),
        )
    ]  # fmt: skip
    if base is not None and base.printed.value > 0:
        n = int(base.printed.value)
        parts.append(
            say("op de gedrukte basis {k}/{b} = {p}", "on the printed base {k}/{b} = {p}",
                k=row.people, b=n, p=share(row.people, n))
        )  # fmt: skip
    if repair is not None:
        people = repair.people if repair.count is row.count else row.people
        parts.append(
            say(
                "met {new} in plaats van {old} klopt de hele kolom: {k}/{b} = {p}",
                "with {new} for {old} the whole column agrees: {k}/{b} = {p}",
                new=repair.people, old=shown(repair.count), k=people, b=repair.base,
                p=share(people, repair.base),
            )
        )  # fmt: skip
    else:
        parts.append(_fitting_bases(row, together))
    return joined(parts, "; ")


def _fitting_bases(row: Row, together: Interval) -> Text:
    own = row.bases()
    if own.low is None or own.high is None:
        return say("bij dit percentage past elke basis", "any base goes with this percentage")
    none = together.low is not None and together.high is not None and together.low > together.high
    shared = (
        say("geen basis past bij alle rijen", "no base goes with all rows")
        if none
        else say("die alle rijen past is geen heel getal in het bereik", "none in range goes with all rows")
    )
    return say(
        "{k} is {p} % van een basis tussen {low} en {high}; {shared}",
        "{k} is {p} % of a base between {low} and {high}; {shared}",
        k=row.people, p=shown(row.percent), low=Shown(own.low, 1), high=Shown(own.high, 1), shared=shared,
    )  # fmt: skip


def _too_many(counts: Sequence[Number], base: Number) -> Iterator[Finding]:
    whole = [number.printed.whole for number in counts]
    if None in whole or base.printed.whole is None or not whole:
        return
    people = sum(number for number in whole if number is not None)
    if people > base.printed.whole:
        yield Finding(
            rule="count_within_base",
            number=counts[0],
            others=(*counts[1:], base),
            expected=None,
            arithmetic=say(
                "{terms} = {sum} > {base}: {more} meer dan de basis",
                "{terms} = {sum} > {base}: {more} more than the base",
                terms=shown_sum(counts), sum=people, base=shown(base), more=people - base.printed.whole,
            ),
            severity="high",
        )  # fmt: skip


def _sum_of_shares(tables: Tables, cells: Sequence[Cell], relation: Relation) -> Iterator[Finding]:
    percents = [n for n in (tables.number(cell, "percent") for cell in cells) if n is not None]
    if not percents or any(number.printed.reading != "eq" for number in percents):
        return
    possible = total([number.printed.interval for number in percents])
    added = sum((number.printed.value for number in percents), Fraction(0))
    decimals = max(number.printed.decimals for number in percents)
    values = {"terms": shown_sum(percents), "sum": Shown(added, decimals)}
    slack = Shown(sum((number.printed.half for number in percents), Fraction(0)), decimals + 1)
    if possible.low is not None and possible.low > HUNDRED:
        what = say(
            "{terms} = {sum} > 100 (afronding laat {slack} toe): meer antwoorden per persoon mogelijk, "
            "maar dat staat er niet",
            "{terms} = {sum} > 100 (rounding allows {slack}): several answers per person, but nothing "
            "says so",
            **values, slack=slack,
        )  # fmt: skip
        yield Finding("shares_above_100", percents[0], tuple(percents[1:]), None, what, "medium")
    elif relation.kind == "shares" and possible.high is not None and possible.high < HUNDRED:
        what = say(
            "{terms} = {sum} < 100 (afronding laat {slack} toe): een deel van de basis staat in geen rij",
            "{terms} = {sum} < 100 (rounding allows {slack}): part of the base is in no row",
            **values, slack=slack,
        )  # fmt: skip
        yield Finding("shares_below_100", percents[0], tuple(percents[1:]), None, what, "medium")
