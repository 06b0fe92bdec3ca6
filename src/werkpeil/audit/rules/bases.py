"""Percentages of two counts, whom they count, and percentages whose base is not printed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Finding, Shown, Text, joined, say
from werkpeil.audit.printed import Interval
from werkpeil.audit.rules.common import HUNDRED, shown, shown_sum

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.audit.tables import Cell, Number, Relation, Tables

# A base is looked for up to so many times the people that are there; beyond it nearly everything fits.
_TIMES_THE_PEOPLE = 20
_MOST = 100_000


def check_ratio(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check percentages against the two counts they come from, and that both count the same people."""
    for whole_cell, part_cells in tables.instances(relation):
        percent = tables.number(whole_cell, "percent") if whole_cell else None
        if percent is None or whole_cell is None:
            continue
        base_cells = tables.resolve(relation.base, relation, whole_cell)
        counts, bases = _counts(tables, part_cells), _counts(tables, base_cells)
        if counts is None or bases is None or not sum(number.printed.value for number in bases):
            continue
        people = sum((number.printed.value for number in counts), Fraction(0))
        base = sum((number.printed.value for number in bases), Fraction(0))
        share = HUNDRED * people / base
        if not percent.printed.interval.holds(share):
            yield Finding(
                rule="ratio",
                number=percent,
                others=(*counts, *bases),
                expected=Interval(share, share),
                arithmetic=say(
                    "{a}/{b} = {share}, gedrukt {percent}", "{a}/{b} = {share}, printed {percent}",
                    a=_summed(counts), b=_summed(bases), percent=shown(percent),
                    share=Shown(share, max(2, percent.printed.decimals + 1)),
                ),
                severity="high",
            )  # fmt: skip
        yield from _scope(tables, percent, counts, bases)


def _counts(tables: Tables, cells: Sequence[Cell]) -> list[Number] | None:
    counts = [tables.number(cell, "count") for cell in cells]
    known = [n for n in counts if n is not None and n.printed.reading == "eq"]
    return known if len(known) == len(counts) and known else None


def _summed(numbers: Sequence[Number]) -> object:
    return shown(numbers[0]) if len(numbers) == 1 else joined(["(", shown_sum(numbers), ")"], "")


def _scope(
    tables: Tables, percent: Number, counts: Sequence[Number], bases: Sequence[Number]
) -> Iterator[Finding]:
    """Groups that are counted in the numerator and cannot be in the denominator.

    Groups are compared by their names: those that declared sums break a count into, in either table.
    """
    above = _leaves(tables, [number.cell for number in counts])
    below = _leaves(tables, [number.cell for number in bases])
    outside = {name: cell for name, cell in above.items() if name not in below}
    if not outside or len(outside) == len(above) or set(above) - set(outside) != set(below):
        return
    extra = [
        number for number in (tables.number(cell, "count") for cell in outside.values()) if number is not None
    ]
    added = sum((number.printed.value for number in extra), Fraction(0))
    people = sum((number.printed.value for number in counts), Fraction(0))
    base = sum((number.printed.value for number in bases), Fraction(0))
    yield Finding(
        rule="different_people",
        number=percent,
        others=(*counts, *bases, *extra),
        expected=Interval(HUNDRED * (people - added) / base, HUNDRED * (people - added) / base),
        arithmetic=say(
            "{people}/{base} = {share}, maar {extra} in de teller ({names}) zitten niet in de noemer; "
            "zonder hen "
            "({people} - {extra})/{base} = {without}",
            "{people}/{base} = {share}, but {extra} in the numerator ({names}) are not in the "
            "denominator; without them "
            "({people} - {extra})/{base} = {without}",
            people=people, base=base, extra=added, names=", ".join(dict.fromkeys(n.cell.row for n in extra)),
            share=Shown(HUNDRED * people / base, 2), without=Shown(HUNDRED * (people - added) / base, 2),
        ),
        severity="medium",
    )  # fmt: skip


def _leaves(tables: Tables, cells: Sequence[Cell]) -> dict[tuple[str, str], Cell]:
    """The cells that counts are sums of, down to those that are no sum, by row and column."""
    leaves: dict[tuple[str, str], Cell] = {}
    waiting, seen = list(cells), set(cells)
    while waiting:
        cell = waiting.pop(0)
        parts = [part for part in tables.sums.get(cell, []) if part not in seen]
        if not tables.sums.get(cell):
            leaves[cell.row, cell.column] = cell
        seen.update(parts)
        waiting += parts
    return leaves


def check_unknown_base(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check that percentages of several groups can be of as many people as there are, without weights.

    Of each group the smallest base is sought of which every printed percentage is a whole number of people;
    the bases together must not exceed the people at `base`.
    """
    base = tables.number(tables.resolve(relation.base, relation)[0], "count")
    people = base.printed.whole if base is not None else None
    if base is None or people is None:
        return
    most = min(_TIMES_THE_PEOPLE * people, _MOST)
    found: list[tuple[list[Number], int | None]] = []
    for _, cells in tables.instances(relation):
        percents = [n for n in (tables.number(cell, "percent") for cell in cells) if n is not None]
        if percents:
            found.append((percents, smallest_base([n.printed.interval for n in percents], most)))
    for percents, smallest in found:
        if smallest is None or smallest > people:
            yield _too_large(percents, smallest, base, people, most)
    together = sum(smallest or people + 1 for _, smallest in found)
    if together > people and len(found) > 1:
        terms = joined(
            [Shown(Fraction(smallest or 0), 0) if smallest else f"> {most}" for _, smallest in found]
        )
        yield Finding(
            rule="unknown_base",
            number=base,
            others=tuple(number for percents, _ in found for number in percents),
            expected=Interval(Fraction(together), None),
            arithmetic=say(
                "kleinste bases van de groepen {terms} = {sum} > {n}: deze percentages zijn geen "
                "ongewogen aandelen van "
                "deze {n} personen",
                "smallest bases of the groups {terms} = {sum} > {n}: these percentages are no "
                "unweighted shares of these "
                "{n} people",
                terms=terms, sum=together, n=people,
            ),
            severity="high",
        )  # fmt: skip


def _too_large(
    percents: Sequence[Number], smallest: int | None, base: Number, people: int, most: int
) -> Finding:
    counts: Text | str = ""
    if smallest is not None:
        needed = [joined([_least(n.printed.interval, smallest), shown(n)], " = ") for n in percents]
        counts = joined([say(" ({counts})", " ({counts})", counts=joined(list(needed), "; "))])
    return Finding(
        rule="unknown_base",
        number=percents[0],
        others=(*percents[1:], base),
        expected=None,
        arithmetic=say(
            "kleinste basis waarvan {shares} gehele aantallen zijn: {n}{counts}, meer dan de {people} "
            "personen samen",
            "smallest base of which {shares} are whole numbers: {n}{counts}, more than the {people} "
            "people together",
            shares=joined([shown(n) for n in percents], "; "), n=smallest or f"> {most}", counts=counts,
            people=people,
        ),
        severity="high",
    )  # fmt: skip


def smallest_base(percents: Sequence[Interval], most: int) -> int | None:
    """Return the smallest number of people of which all percentages are whole people, who fit in it together.

    Args:
        percents: What each percentage can be.
        most: Where to stop.
    """
    ends = [_in_whole_numbers(percent) for percent in percents]
    for base in range(1, most + 1):
        people = 0
        for low, high, unit in ends:
            least = -(-low * base // unit)
            if least * unit > high * base:
                break
            people += least
        else:
            if people <= base:
                return base
    return None


def _in_whole_numbers(percent: Interval) -> tuple[int, int, int]:
    """Ends of a percentage as whole numbers over one unit, for a search through many bases."""
    low = max(percent.low or Fraction(0), Fraction(0)) / 100
    high = Fraction(1) if percent.high is None else percent.high / 100
    unit = low.denominator * high.denominator
    return int(low * unit), int(high * unit), unit


def _least(percent: Interval, base: int) -> int:
    """The smallest count that is printed as a percentage of a base."""
    low, _, unit = _in_whole_numbers(percent)
    return -(-low * base // unit)
