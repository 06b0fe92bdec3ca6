"""Numbers that are printed more than once, or that name the end of a range, and rows in a stated order."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Finding, Shown, joined, say
from werkpeil.audit.printed import Interval
from werkpeil.audit.rules.common import range_text, shown
from werkpeil.audit.rules.sums import exact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.audit.tables import Number, Relation, Statistic, Tables


def check_restates(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check that a repeated number is the number, to the decimals of both."""
    for whole, parts in _with_numbers(tables, relation):
        for part in parts:
            if whole.printed.interval.meets(part.printed.interval):
                continue
            decimals = max(whole.printed.decimals, part.printed.decimals)
            yield Finding(
                rule="restatement",
                number=whole,
                others=(part,),
                expected=part.printed.interval,
                arithmetic=say(
                    "{here} tegenover {there} ({place}): verschil {gap}",
                    "{here} against {there} ({place}): difference {gap}",
                    here=_worded(whole), there=_worded(part), place=str(part.cell),
                    gap=Shown(whole.printed.value - part.printed.value, decimals),
                ),
                severity="medium",
            )  # fmt: skip


def check_end(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check that a number called the lowest or highest of others is that."""
    is_highest = relation.kind == "highest"
    for whole, parts in _with_numbers(tables, relation):
        if not parts:
            continue
        chosen = (max if is_highest else min)(parts, key=lambda number: number.printed.value)
        if whole.printed.interval.meets(chosen.printed.interval):
            continue
        beyond = [p for p in parts if not whole.printed.interval.meets(_beyond(p, is_highest=is_highest))]
        yield Finding(
            rule="range_end",
            number=whole,
            others=tuple(beyond or [chosen]),
            expected=chosen.printed.interval,
            arithmetic=say(
                "genoemd als {end_nl} {whole}; in de tabel {others}",
                "named as the {end_en} {whole}; in the table {others}",
                end_nl="hoogste" if is_highest else "laagste", end_en="highest" if is_highest else "lowest",
                whole=_worded(whole),
                others=joined([_placed(number) for number in (beyond or [chosen])], ", "),
            ),
            severity="medium",
        )  # fmt: skip


def check_same_group(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check that counts that are said to be of the same people are equal, each pair of them."""
    for whole, parts in _with_numbers(tables, relation, "count"):
        same = [whole, *parts]
        for place, later in enumerate(same):
            for earlier in same[:place]:
                if not exact(later).meets(exact(earlier)):
                    yield _unequal(later, earlier)


def _unequal(later: Number, earlier: Number) -> Finding:
    return Finding(
        rule="same_group",
        number=later,
        others=(earlier,),
        expected=earlier.printed.interval,
        arithmetic=say(
            "{later} tegenover {earlier} ({place}): verschil {gap}",
            "{later} against {earlier} ({place}): difference {gap}",
            later=_worded(later), earlier=_worded(earlier), place=str(earlier.cell),
            gap=Shown(later.printed.value - earlier.printed.value, 0),
        ),
        severity="medium",
    )  # fmt: skip


def check_ranked(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check that numbers stand in the order that the report gives them: descending, or as the detail says."""
    for _, cells in tables.instances(relation):
        numbers = [
            n for n in (tables.number(cell, *_of_a_size(tables, cells)) for cell in cells) if n is not None
        ]
        for first, second in pairwise(numbers):
            a, b = (second, first) if relation.detail == "ascending" else (first, second)
            if a.printed.value < b.printed.value:
                yield Finding(
                    rule="ranked",
                    number=second,
                    others=(first,),
                    expected=None,
                    arithmetic=say(
                        "{second} staat na {first}, maar hoort ervoor",
                        "{second} stands after {first} but belongs before it",
                        second=shown(second), first=shown(first),
                    ),
                    severity="low",
                )  # fmt: skip


def check_median(tables: Tables, relation: Relation) -> Iterator[Finding]:
    """Check that a number is the median of others: between the medians of their lowest and highest values."""
    for whole, parts in _with_numbers(tables, relation):
        lows = [low for part in parts if (low := part.printed.interval.low) is not None]
        highs = [high for part in parts if (high := part.printed.interval.high) is not None]
        if not lows or len(lows) < len(parts) or len(highs) < len(parts):
            continue
        expected = Interval(median(lows), median(highs))
        if whole.printed.interval.meets(expected):
            continue
        yield Finding(
            rule="median",
            number=whole,
            others=tuple(parts),
            expected=expected,
            arithmetic=say(
                "gedrukt {whole}; de mediaan van {n} getallen ligt tussen {range}",
                "printed {whole}; the median of {n} numbers is between {range}",
                whole=shown(whole),
                n=len(parts),
                range=range_text(expected, whole.printed.decimals + 1),
            ),
            severity="high",
        )


def _of_a_size(tables: Tables, cells: Sequence[object]) -> tuple[Statistic, ...]:
    held = [set(tables.cells.get(cell, {})) for cell in cells]  # type: ignore[call-overload]  # cells of the tables
    order: tuple[Statistic, ...] = ("percent", "mean", "count", "other")
    return tuple(statistic for statistic in order if any(statistic in names for names in held))


def _with_numbers(
    tables: Tables, relation: Relation, *statistics: Statistic
) -> Iterator[tuple[Number, list[Number]]]:
    """The number of each whole, and those of its parts, of the same statistic where they have it."""
    for whole_cell, part_cells in tables.instances(relation):
        whole = tables.number(whole_cell, *statistics) if whole_cell else None
        if whole is None:
            continue
        parts = [tables.number(cell, whole.statistic) or tables.number(cell) for cell in part_cells]
        yield whole, [part for part in parts if part is not None and part is not whole]


def _beyond(number: Number, *, is_highest: bool) -> Interval:
    """The values that a range up to a number must reach."""
    interval = number.printed.interval
    return Interval(interval.low, None) if is_highest else Interval(None, interval.high)


_BOUNDS = {
    "gt": (">", ">"),
    "ge": ("ten minste", "at least"),
    "lt": ("<", "<"),
    "le": ("ten hoogste", "at most"),
}


def _worded(number: Number) -> object:
    words = _BOUNDS.get(number.printed.reading)
    if words is None:
        return shown(number)
    return say("{nl} {value}", "{en} {value}", nl=words[0], en=words[1], value=shown(number))


def _placed(number: Number) -> object:
    return say("{value} ({place})", "{value} ({place})", value=shown(number), place=str(number.cell))
