"""What speed is held to, as ratios within one run, and whether it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# Both sides begin with answers coded and scales scored, each in its form; or both with what was delivered.
READY, DELIVERED = "answer", "seconds"
Entries = dict[str, dict[str, Any]]
MILLION = 1_000_000
OURS = "Werkpeil, its SQL in bare DuckDB"


@dataclass(frozen=True)
class Verdict:
    """One goal and what was measured.

    Attributes:
        letter: Of the tasks that it is about.
        goal: In words.
        measured: In words; says at which size, if not at the goal's.
        holds: `yes`, `no`, or `not measured` where a side is absent or the size is another.
    """

    letter: str
    goal: str
    measured: str
    holds: str


@dataclass(frozen=True)
class _Ratio:
    """A goal on a ratio of two entries: `over` by `under`, at least or at most a bound."""

    letter: str
    goal: str
    task: str
    over: str
    under: str
    bound: float
    size: int | None
    at_most: bool = False
    of: str = DELIVERED

    def judge(self, entries: Entries) -> Verdict:
        over = _find(entries, self.task, self.over, self.size)
        under = _find(entries, self.task, self.under, self.size)
        size = (over or under or {}).get("size")
        if over is None or under is None or under["status"] != "done" or not _measured(under, self.of):
            return Verdict(self.letter, self.goal, "a side is absent", "not measured")
        if over["status"] != "done" and (over["status"] != "stopped" or self.of == READY):
            return Verdict(self.letter, self.goal, f"the peer: {over['status']}", "not measured")
        ratio = _measured(over, self.of) / _measured(under, self.of)
        is_bound = over["status"] == "stopped"
        reached = ratio <= self.bound if self.at_most else ratio >= self.bound
        measured = f"{'more than ' if is_bound else ''}{ratio:,.{2 if ratio < 10 else 0}f}"
        if self.size is not None and size != self.size:
            return Verdict(self.letter, self.goal, f"{measured} at {size:,}", "not measured")
        holds = "yes" if reached else "not measured" if is_bound and not self.at_most else "no"
        return Verdict(self.letter, self.goal, measured, holds)


def _measured(entry: dict[str, Any], what: str) -> float:
    """Return what a ratio is about; 0 if it was not measured."""
    return float(entry.get("stages", {}).get(READY, 0) if what == READY else entry.get(what, 0))


FLOOR = "floor: DuckDB sums each column"
DBT = "Werkpeil through dbt"
SCORED = "Werkpeil, of a scored wave"
RATIOS = (
    _Ratio(
        "a", "5M: 150 times faster than R survey", "means", "R survey", SCORED, 150, 5 * MILLION, of=READY
    ),
    _Ratio(
        "a",
        "5M: 150 times faster than R survey, scoring included",
        "means",
        "R survey",
        OURS,
        150,
        5 * MILLION,
    ),
    _Ratio(
        "a",
        "5M: 150 times faster than R survey, scoring and dbt included",
        "means",
        "R survey",
        DBT,
        150,
        5 * MILLION,
    ),
    _Ratio("a", "5M: 30 times faster than svy", "means", "svy", SCORED, 30, 5 * MILLION, of=READY),
    _Ratio("a", "5M: 30 times faster than svy, scoring included", "means", "svy", OURS, 30, 5 * MILLION),
    _Ratio(
        "a", "5M: 30 times faster than svy, scoring and dbt included", "means", "svy", DBT, 30, 5 * MILLION
    ),
    _Ratio(
        "a", "5M: a fifteenth of R survey's memory", "means", "R survey", SCORED, 15, 5 * MILLION, of="peak"
    ),
    _Ratio(
        "a",
        "5M: a fifteenth of R survey's memory, scoring included",
        "means",
        "R survey",
        OURS,
        15,
        5 * MILLION,
        of="peak",
    ),
    _Ratio(
        "a",
        "cells of all items by profile at most 10 bare scans",
        "cells",
        "Werkpeil",
        FLOOR,
        10,
        5 * MILLION,
        at_most=True,
    ),
    _Ratio(
        "b",
        "5M: classical 35 times faster than statsmodels",
        "regressions",
        "statsmodels WLS",
        SCORED,
        35,
        5 * MILLION,
        of=READY,
    ),
    _Ratio(
        "b",
        "5M: classical 35 times faster than statsmodels, scoring included",
        "regressions",
        "statsmodels WLS",
        "Werkpeil",
        35,
        5 * MILLION,
    ),
    _Ratio(
        "b",
        "5M: a twenty-fifth of statsmodels' memory",
        "regressions",
        "statsmodels WLS",
        SCORED,
        25,
        5 * MILLION,
        of="peak",
    ),
    _Ratio(
        "b",
        "500k: design errors 25 times faster than svyglm",
        "design",
        "R svyglm",
        SCORED,
        25,
        MILLION // 2,
        of=READY,
    ),
    _Ratio(
        "b",
        "500k: design errors 25 times faster than svyglm, scoring included",
        "design",
        "R svyglm",
        "Werkpeil",
        25,
        MILLION // 2,
    ),
    *(
        _Ratio(
            "c",
            f"{words} within 1.5 times {reader}",
            f"land_{suffix}",
            "werkpeil land",
            reader,
            1.5,
            None,
            at_most=True,
        )
        for suffix, words, reader in (
            ("sav", "SPSS", "pyreadstat"),
            ("csv", "CSV", "DuckDB read_csv"),
            ("parquet", "Parquet", "DuckDB read_parquet"),
        )
    ),
    *(
        _Ratio("d", f"demo build at most twice {peer}", "demo", "werkpeil build", peer, 2, None, at_most=True)
        for peer in ("dbt, as many empty models", "dbt, as many empty models and checks")
    ),
    *(
        _Ratio(
            "e",
            f"{history} (5M in all) at most 1.15 times into an empty warehouse",
            "wave",
            history,
            "into an empty one",
            1.15,
            5 * MILLION,
            at_most=True,
        )
        for history in ("after one wave", "after ten waves")
    ),
)


@dataclass(frozen=True)
class _Equality:
    """A goal on how far answers may lie apart, against each contestant that is named."""

    letter: str
    goal: str
    task: str
    others: tuple[str, ...]
    of: str
    bound: float

    def judge(self, entries: Entries) -> Verdict:
        found = [
            entry["agreement"][self.of]
            for entry in entries.values()
            if entry["task"] == self.task and entry["contestant"] in self.others and entry.get("agreement")
        ]
        found = [value for value in found if not math.isnan(value)]
        if not found:
            return Verdict(self.letter, self.goal, "a side is absent", "not measured")
        worst = max(found)
        return Verdict(self.letter, self.goal, f"{worst:.1e}", "yes" if worst <= self.bound else "no")


EQUALITIES = (
    _Equality("a", "standard errors equal R survey's to 1e-12", "means", ("R survey",), "std_error", 1e-12),
    _Equality(
        "b",
        "coefficients equal statsmodels' to 1e-11",
        "regressions",
        ("statsmodels WLS",),
        "estimate",
        1e-11,
    ),
    _Equality(
        "b",
        "coefficients equal those of 80 bits to 1e-11",
        "regressions",
        ("numpy, 80 bits",),
        "estimate",
        1e-11,
    ),
    _Equality("b", "coefficients equal svyglm's to 1e-11", "design", ("R svyglm",), "estimate", 1e-11),
)


def judge(entries: Entries) -> list[Verdict]:
    """Return every goal with what was measured, in the order of their letters."""
    verdicts = [ratio.judge(entries) for ratio in RATIOS]
    verdicts += [equality.judge(entries) for equality in EQUALITIES]
    return sorted([*verdicts, *_readers(entries)], key=lambda verdict: verdict.letter)


def _readers(entries: Entries) -> Iterator[Verdict]:
    goal = "p95 of a mart query at most 3 times that of select 1"
    found = next((entry for entry in entries.values() if entry["task"] == "readers"), None)
    if found is None or found["status"] != "done":
        yield Verdict("f", goal, "a side is absent", "not measured")
        return
    ratio = found["marts"]["all"]["p95"] / found["nothing"]["p95"]
    yield Verdict("f", goal, f"{ratio:.2f}", "yes" if ratio <= 3 else "no")


def _find(entries: Entries, task: str, contestant: str, size: int | None) -> dict[str, Any] | None:
    """Return an entry of a size, or of the largest size if there is none of it."""
    found = [e for e in entries.values() if e["task"] == task and e["contestant"] == contestant]
    found = [entry for entry in found if entry["status"] != "not_here"]
    chosen = [entry for entry in found if entry["size"] == size]
    chosen = chosen or sorted(found, key=lambda entry: int(entry["size"]))
    return chosen[-1] if chosen else None
