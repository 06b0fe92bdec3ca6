"""Statements of a report as predicates: rows of the seed `claim_predicates`, asked of any set of numbers.

Answers have three values: true, false, and unknown where a number that matters is not there (Kleene 1952,
section 64). What is false whatever the missing numbers are is false, not unknown.
"""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

# Numbers that differ by less are the same: sums come in another order on another engine.
_SAME = 1e-9

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b - _SAME,
    "<=": lambda a, b: a <= b + _SAME,
    ">": lambda a, b: a > b + _SAME,
    ">=": lambda a, b: a >= b - _SAME,
    "=": lambda a, b: abs(a - b) <= _SAME,
}
_COMPARISON = re.compile(r"\s*(<=|>=|<|>|=)\s*(-?\d+(?:\.\d+)?)\s*")
_COUNTED = re.compile(r"(\w*?)(\d+)\.\.\1(\d+)")
_KEYS = {"statistic": 1, "variable": 2, "cut": 3, "group": 4}


class Address(NamedTuple):
    """Where a number stands: what computes it, its kind, and whose it is."""

    source: str
    statistic: str
    variable: str
    cut: str
    group: str


@dataclass(frozen=True)
class Bound:
    """Comparisons with numbers, all of which must hold."""

    comparisons: tuple[tuple[str, float], ...]

    @classmethod
    def parse(cls, text: str) -> Bound:
        """Read a bound such as `>= 0.45, < 0.5`.

        Raises:
            InputError: if it cannot be read.
        """
        found = [_COMPARISON.fullmatch(part) for part in text.split(",")]
        if not all(found):
            raise InputError(f"'{text}' is no bound.", hint="write comparisons like `>= 0.45, < 0.5`.")
        return cls(tuple((match[1], float(match[2])) for match in found if match))

    def holds(self, value: float) -> bool:
        """Tell whether a number meets all comparisons."""
        return all(_COMPARISONS[sign](value, limit) for sign, limit in self.comparisons)

    def holds_between(self, low: int, high: int) -> bool | None:
        """Tell whether the whole numbers of a range meet them: all, none (false), or some (unknown)."""
        answers = {self.holds(value) for value in range(low, high + 1)}
        return answers.pop() if len(answers) == 1 else None


@dataclass(frozen=True)
class Side:
    """Numbers on one side of a comparison: every combination of what the parts list, in that order."""

    source: str
    statistics: tuple[str, ...]
    variables: tuple[str, ...]
    cuts: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def cells(self) -> list[Address]:
        """The addresses."""
        parts = (self.statistics, self.variables, self.cuts, self.groups)
        return [Address(self.source, *combination) for combination in product(*parts)]


@dataclass(frozen=True)
class Predicate:
    """One part of what must hold for a statement.

    Args:
        claim_id: The statement.
        operator: What is asked, such as `within` or `above`; docs/method/reproduction.md has them all.
        left: The numbers that are asked about.
        other: What they are compared with, if the operator compares.
        by: What makes a case of its own.
        aggregate: `min`, `max` or `mean`.
        decimals: Decimals to round to first.
        is_absolute: Whether signs are left out.
        bound: What a number must meet.
        cases: How many cases must hold; all if there is none.
        claim_ids: Other statements that must hold.
        reason: Why it cannot be asked.
    """

    claim_id: str
    operator: str
    left: Side | None = None
    other: Side | None = None
    by: tuple[str, ...] = ()
    aggregate: str = ""
    decimals: int | None = None
    is_absolute: bool = False
    bound: Bound = Bound(())
    cases: Bound | None = None
    claim_ids: tuple[str, ...] = ()
    reason: str = ""

    @property
    def cells(self) -> list[Address]:
        """The addresses of all numbers that it reads, each once."""
        sides = [side.cells for side in (self.left, self.other) if side]
        return list(dict.fromkeys(address for cells in sides for address in cells))


@dataclass(frozen=True)
class Answer:
    """What numbers say of a predicate.

    Args:
        holds: True, false, or null if it cannot be said.
        held: Cases that hold.
        known: Cases of which it can be said.
        cases: All cases.
    """

    holds: bool | None
    held: int = 0
    known: int = 0
    cases: int = 0


def both(answers: Iterable[bool | None]) -> bool | None:
    """Return whether all hold: false if one does not, unknown if none fails and one is unknown."""
    found = list(answers)
    if False in found:
        return False
    return None if None in found or not found else True


def read_predicate(row: Mapping[str, str]) -> Predicate:
    """Return the predicate of a row of the seed, as texts; empty texts stand for nothing.

    Raises:
        InputError: if the row cannot be used.
    """
    name = row["operator"]
    where = f"claim_predicates, {row['claim_id']} part {row['part']}"
    try:
        left = _side(row, row) if row["source"] else None
        other = _side(row, {key: row[f"other_{key}"] or row[key] for key in _LISTS}) if left else None
        bound = Bound.parse(row["bound"]) if row["bound"] else Bound(())
        cases = Bound.parse(row["cases"]) if row["cases"] else None
    except InputError as error:
        raise InputError(error.what, where=where, hint=error.hint) from None
    predicate = Predicate(
        claim_id=row["claim_id"],
        operator=name,
        left=left,
        other=other if name in {"above", "rank"} else None,
        by=_listed(row["by_keys"]),
        aggregate=row["aggregate"],
        decimals=int(float(row["decimals"])) if row["decimals"] else None,
        is_absolute=row["is_absolute"].lower() == "true",
        bound=bound,
        cases=cases,
        claim_ids=_listed(row["claim_ids"]),
        reason=row["reason"],
    )
    missing = _lacks(predicate)
    if missing:
        raise InputError(f"The operator '{name}' needs {missing}.", where=where, hint="fill that column.")
    return predicate


def evaluate(predicate: Predicate, values: Mapping[Address, float]) -> Answer:
    """Ask a predicate of numbers.

    Args:
        predicate: Of any operator but `claims` and `untestable`, which ask no numbers.
        values: The numbers that are there, by address.
    """
    decide = _OPERATORS[predicate.operator]
    answers = [decide(predicate, _Case(predicate, left, other, values)) for left, other in _cases(predicate)]
    held = sum(answer is True for answer in answers)
    unknown = sum(answer is None for answer in answers)
    needed = predicate.cases or Bound(((">=", len(answers)),))
    holds = needed.holds_between(held, held + unknown) if answers else None
    return Answer(holds, held, len(answers) - unknown, len(answers))


# Reading.

_LISTS = ("statistic", "variable_ids", "cut_ids", "group_ids")


def _side(row: Mapping[str, str], lists: Mapping[str, str]) -> Side:
    statistics, variables, cuts, groups = (_listed(lists[key]) for key in _LISTS)
    return Side(row["source"], statistics, variables, cuts, groups)


def _listed(text: str) -> tuple[str, ...]:
    """Split a list; `q09_1..q09_11` counts from the one to the other."""
    names: list[str] = []
    for part in filter(None, text.split(";")):
        counted = _COUNTED.fullmatch(part)
        if counted:
            names += [f"{counted[1]}{number}" for number in range(int(counted[2]), int(counted[3]) + 1)]
        else:
            names.append(part)
    return tuple(names)


def _lacks(predicate: Predicate) -> str:
    """What a predicate needs and does not have; empty if nothing."""
    needed = {"untestable": ("a reason", predicate.reason), "claims": ("claim_ids", predicate.claim_ids)}
    if predicate.operator in needed:
        what, given = needed[predicate.operator]
        return "" if given else what
    faults = {
        "another name: there is none of this one": predicate.operator not in _OPERATORS,
        "a source, a statistic, variables, cuts and groups": not predicate.cells,
        "a bound": predicate.operator in {"within", "rank", "spread"} and not predicate.bound.comparisons,
        f"by_keys of {', '.join(_KEYS)}": any(key not in _KEYS for key in predicate.by),
    }
    return next((what for what, is_missing in faults.items() if is_missing), "")


# Asking.


def _cases(predicate: Predicate) -> list[tuple[list[Address], list[Address]]]:
    """The cases of a predicate: their cells on the left, and on the other side less those on the left."""
    left = predicate.left.cells if predicate.left else []
    other = predicate.other.cells if predicate.other else []
    if predicate.operator == "within" and not predicate.by and not predicate.aggregate:
        return [([cell], []) for cell in left]

    def key(cell: Address) -> tuple[str, ...]:
        return tuple(cell[_KEYS[name]] for name in predicate.by)

    keys = dict.fromkeys(map(key, left))
    mine = {k: [cell for cell in left if key(cell) == k] for k in keys}
    return [
        (cells, [cell for cell in other if key(cell) == k and cell not in cells]) for k, cells in mine.items()
    ]


class _Case:
    """The numbers of one case; null where one is missing."""

    def __init__(
        self,
        predicate: Predicate,
        left: Sequence[Address],
        other: Sequence[Address],
        values: Mapping[Address, float],
    ) -> None:
        def number(cell: Address) -> float | None:
            value = values.get(cell)
            if value is None or math.isnan(value):
                return None
            value = abs(value) if predicate.is_absolute else value
            return (
                value if rounds_later or predicate.decimals is None else _rounded(value, predicate.decimals)
            )

        # A spread is rounded as a whole, and not made of rounded numbers.
        rounds_later = predicate.operator == "spread"
        self.left = [number(cell) for cell in left]
        self.other = [number(cell) for cell in other]
        if predicate.aggregate == "mean" and predicate.other:
            self.left, self.other = _means(left, self.left), _means(other, self.other)


def _means(cells: Sequence[Address], numbers: Sequence[float | None]) -> list[float | None]:
    """Means over groups, each group counted once."""
    together: dict[Address, list[float | None]] = {}
    for cell, number in zip(cells, numbers, strict=True):
        together.setdefault(cell._replace(group=""), []).append(number)
    return [_mean(found) for found in together.values()]


def _mean(numbers: Sequence[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) / len(known) if known and len(known) == len(numbers) else None


def _rounded(value: float, decimals: int) -> float:
    """Round half away from zero, as reports do; what is a half but for its binary form is a half."""
    scaled = abs(value) * 10**decimals
    return math.copysign(math.floor(scaled + 0.5 + 1e-9) / 10**decimals, value)


def _within(predicate: Predicate, case: _Case) -> bool | None:
    if predicate.aggregate:
        known = [number for number in case.left if number is not None]
        if len(known) < len(case.left) or not known:
            return None
        aggregated = {"min": min(known), "max": max(known), "mean": sum(known) / len(known)}
        return predicate.bound.holds(aggregated[predicate.aggregate])
    return both(None if number is None else predicate.bound.holds(number) for number in case.left)


def _above(_: Predicate, case: _Case) -> bool | None:
    return both(_compared(operator.gt, high, low) for high in case.left for low in case.other)


def _rank(predicate: Predicate, case: _Case) -> bool | None:
    """Ranks are 1 plus how many are higher: ties share the better one."""
    ranks = [
        _rank_of(number, [*case.left[:at], *case.left[at + 1 :], *case.other])
        for at, number in enumerate(case.left)
    ]
    choose = min if predicate.aggregate == "min" else max
    if any(rank is None for rank in ranks):
        return None
    lows, highs = zip(*[rank for rank in ranks if rank], strict=True)
    return predicate.bound.holds_between(choose(lows), choose(highs))


def _rank_of(number: float | None, others: Sequence[float | None]) -> tuple[int, int] | None:
    """The lowest and the highest rank that a number can have."""
    if number is None:
        return None
    higher = sum(_compared(operator.gt, other, number) is True for other in others)
    unknown = sum(other is None for other in others)
    return 1 + higher, 1 + higher + unknown


def _spread(predicate: Predicate, case: _Case) -> bool | None:
    known = [number for number in case.left if number is not None]
    if not known or len(known) < len(case.left):
        return None
    spread = max(known) - min(known)
    return predicate.bound.holds(
        spread if predicate.decimals is None else _rounded(spread, predicate.decimals)
    )


def _compared(
    compare: Callable[[float, float], bool], first: float | None, second: float | None
) -> bool | None:
    """A comparison of two numbers; equal but for the order of addition is equal."""
    if first is None or second is None:
        return None
    return compare(0.0 if abs(first - second) <= _SAME else first - second, 0.0)


def _trend(compare: Callable[[float, float], bool]) -> Callable[[Predicate, _Case], bool | None]:
    def follows(_: Predicate, case: _Case) -> bool | None:
        return both(_compared(compare, later, earlier) for earlier, later in pairwise(case.left))

    return follows


_OPERATORS: dict[str, Callable[[Predicate, _Case], bool | None]] = {
    "within": _within,
    "above": _above,
    "rank": _rank,
    "spread": _spread,
    "rises": _trend(operator.gt),
    "falls": _trend(operator.lt),
    "never_rises": _trend(operator.le),
}
