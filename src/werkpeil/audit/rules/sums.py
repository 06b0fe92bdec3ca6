"""Rows and columns that add up, parts within their whole, and totals between their groups."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Finding, Shown, Text, joined, say
from werkpeil.audit.printed import Interval
from werkpeil.audit.rules.common import range_text, read_limits, shown, shown_sum, total, weighted
from werkpeil.audit.rules.shares import find_repair, rows_with_both

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.audit.tables import Number, Relation, Statistic, Tables

_AVERAGES: tuple[Statistic, ...] = ("mean", "percent")
_BOUNDS_OF_SHARES = Interval(Fraction(0), Fraction(100))


def exact(number: Number) -> Interval:
    """Return what a number can be before rounding; a printed count is what it is."""
    whole = number.printed.whole
    return number.printed.interval if number.statistic != "count" or whole is None else _point(whole)


def _point(value: Fraction | int) -> Interval:
    return Interval(Fraction(value), Fraction(value))


def check_sum(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check that parts add up to their whole: counts exactly, other numbers within their rounding."""
    for whole, parts, statistic in _complete(tables, relation):
        possible = total([exact(part) for part in parts])
        if possible.meets(exact(whole)):
            continue
        decimals = max(number.printed.decimals for number in (whole, *parts))
        added = sum((part.printed.value for part in parts), Fraction(0))
        yield Finding(
            rule="sum",
            number=whole,
            others=tuple(parts),
            expected=possible,
            arithmetic=say(
                "{terms} = {sum}, gedrukt {whole}: verschil {gap}",
                "{terms} = {sum}, printed {whole}: difference {gap}",
                terms=shown_sum(parts), sum=Shown(added, decimals), whole=shown(whole),
                gap=Shown(whole.printed.value - added, decimals),
            ),
            severity="high" if statistic == "count" and added > whole.printed.value else "medium",
        )  # fmt: skip


def check_within(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check that some parts of a whole leave a rest: not negative, not more people than the base leaves."""
    for whole, parts, statistic in _complete(tables, relation):
        rest = _difference(exact(whole), total([exact(part) for part in parts]))
        allowed = Interval(
            Fraction(0), _rest_of_base(tables, relation, whole, parts) if statistic == "count" else None
        )
        if rest.meets(allowed):
            continue
        decimals = max(number.printed.decimals for number in (whole, *parts))
        added = sum((part.printed.value for part in parts), Fraction(0))
        yield Finding(
            rule="within",
            number=whole,
            others=tuple(parts),
            expected=None,
            arithmetic=say(
                "{whole} - ({terms}) = {rest} voor wie in geen van deze groepen is; mogelijk is {allowed}",
                "{whole} - ({terms}) = {rest} for those in none of these groups; possible is {allowed}",
                whole=shown(whole), terms=shown_sum(parts),
                rest=Shown(whole.printed.value - added, decimals), allowed=range_text(allowed, 0),
            ),
            severity="high",
        )  # fmt: skip


def check_groups(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check that a mean or percentage of everybody lies where those of its groups put it."""
    for whole_cell, part_cells in tables.instances(relation):
        whole = tables.number(whole_cell, *_AVERAGES) if whole_cell else None
        if whole is None:
            continue
        parts = [tables.number(cell, whole.statistic) for cell in part_cells]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts) or not known:
            continue
        sizes = [_size(tables, relation, number) for number in (whole, *known)]
        if all(size is not None for size in sizes):
            people = [size for size in sizes if size is not None]
            bounds = Interval(whole.lowest, whole.highest)
            if relation.detail:
                bounds = read_limits(relation)[0]
            elif whole.statistic == "percent":
                bounds = _BOUNDS_OF_SHARES
            yield from _weighted_groups(tables, relation, [whole, *known], people, bounds)
        else:
            yield from _hull(whole, known)


def _hull(whole: Number, parts: Sequence[Number]) -> Iterator[Finding]:
    """Without sizes: between the lowest and the highest group."""
    lows = [part.printed.interval.low for part in parts]
    highs = [part.printed.interval.high for part in parts]
    hull = Interval(
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
    )
    if not whole.printed.interval.meets(hull):
        yield Finding(
            rule="total_outside_groups",
            number=whole,
            others=tuple(parts),
            expected=hull,
            arithmetic=say(
                "{whole} ligt buiten de groepen {parts}: tussen {range}",
                "{whole} is outside its groups {parts}: between {range}",
                whole=shown(whole), parts=joined([shown(part) for part in parts], "; "),
                range=range_text(hull, whole.printed.decimals + 1),
            ),
            severity="high",
        )  # fmt: skip


def _weighted_groups(
    tables: Tables, relation: Relation, numbers: Sequence[Number], people: Sequence[int], bounds: Interval
) -> Iterator[Finding]:
    """With sizes: the weighted mean of the groups, or what the groups leave for those in none of them."""
    whole, *parts = numbers
    finding = _implied(whole, parts, people, bounds)
    if finding is None:
        return
    arithmetic, expected = finding
    repaired = [_size(tables, relation, number, repaired=True) or 0 for number in numbers]
    if repaired != list(people):
        again = _implied(whole, parts, repaired, bounds)
        told = (
            say("met verbeterde aantallen: {a}", "with mended counts: {a}", a=again[0])
            if again
            else say("met verbeterde aantallen klopt het", "with mended counts it agrees")
        )
        arithmetic = joined([arithmetic, told], "; ")
    yield Finding("total_outside_groups", whole, tuple(parts), expected, arithmetic, "high")


def _implied(
    whole: Number, parts: Sequence[Number], people: Sequence[int], bounds: Interval
) -> tuple[Text, Interval] | None:
    """The arithmetic where groups and whole do not agree, with what the whole can be; None where they do."""
    everybody, sizes = people[0], people[1:]
    sums = weighted(sizes, [part.printed.interval for part in parts])
    rest = everybody - sum(sizes)
    if everybody <= 0 or rest < 0 or sums.low is None or sums.high is None:
        return None
    expected = Interval(
        None if bounds.low is None and rest else (sums.low + rest * (bounds.low or 0)) / everybody,
        None if bounds.high is None and rest else (sums.high + rest * (bounds.high or 0)) / everybody,
    )
    if whole.printed.interval.meets(expected):
        return None
    decimals = whole.printed.decimals
    added = sum((size * part.printed.value for size, part in zip(sizes, parts, strict=True)), Fraction(0))
    terms = joined([joined([size, shown(part)], " x ") for size, part in zip(sizes, parts, strict=True)])
    values = {
        "terms": terms, "sum": Shown(added, 0), "n": everybody, "whole": shown(whole),
        "needed": Shown(everybody * whole.printed.value, 0), "range": range_text(expected, decimals + 1),
    }  # fmt: skip
    if not rest:
        return say(
            "({terms})/{n} = {mean}, gedrukt {whole}; mogelijk is {range}",
            "({terms})/{n} = {mean}, printed {whole}; possible is {range}",
            **values, mean=Shown(added / everybody, decimals + 1),
        ), expected  # fmt: skip
    implied = (everybody * whole.printed.value - added) / rest
    return say(
        "{n} x {whole} = {needed}, de groepen samen {terms} = {sum}: de andere {rest} zouden ({needed} "
        "- {sum})/{rest} = {implied} "
        "hebben; mogelijk is {range}",
        "{n} x {whole} = {needed}, the groups together {terms} = {sum}: the other {rest} would have "
        "({needed} - {sum})/{rest} = "
        "{implied}; possible is {range}",
        **values, rest=rest, implied=Shown(implied, 1),
    ), expected  # fmt: skip


def _size(tables: Tables, relation: Relation, number: Number, *, repaired: bool = False) -> int | None:
    """People behind a number: its own n, or the counts at the base address, for its row and column."""
    if not relation.base:
        return number.n
    cells = tables.resolve(relation.base, relation, number.cell)
    counts = [tables.number(cell, "count") for cell in cells]
    whole = [count.printed.whole for count in counts if count is not None]
    if not whole or None in whole:
        return None
    people = sum(size for size in whole if size is not None)
    repair = find_repair(rows_with_both(tables, cells)) if repaired else None
    return people if repair is None else repair.base


def _complete(tables: Tables, relation: Relation) -> Iterator[tuple[Number, list[Number], str]]:
    """Wholes and parts of one statistic, where the report prints all of them."""
    for whole_cell, part_cells in tables.instances(relation):
        held = tables.cells.get(whole_cell, {}) if whole_cell else {}
        for statistic, whole in held.items():
            if statistic == "percent" and "count" in held:
                continue  # beside counts it may have a base of its own
            parts = [tables.cells.get(cell, {}).get(statistic) for cell in part_cells]
            known = [part for part in parts if part is not None]
            if len(known) == len(parts) and known and statistic in {"count", "percent", "other"}:
                yield whole, known, statistic


def _rest_of_base(
    tables: Tables, relation: Relation, whole: Number, parts: Sequence[Number]
) -> Fraction | None:
    sizes = [_size(tables, relation, number) if relation.base else None for number in (whole, *parts)]
    people = [size for size in sizes if size is not None]
    return Fraction(people[0] - sum(people[1:])) if len(people) == len(sizes) else None


def _difference(a: Interval, b: Interval) -> Interval:
    low = a.low - b.high if a.low is not None and b.high is not None else None
    high = a.high - b.low if a.high is not None and b.low is not None else None
    return Interval(low, high)
