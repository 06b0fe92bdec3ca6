"""Compare what two engines built from the same landing zone: every table of `published`, value by value.

Integers, texts, booleans, dates and nulls must be equal; numbers with a fraction may differ by a billionth of
themselves, for two engines add up in different orders. A difference of two nearly equal numbers has no such
digits left, however well both are known: it may differ by a billionth of its standard error, and what follows
from it by as much as that moves it. What tells of the build itself does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
from compare_releases import OF_THE_BUILD

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

RELATIVE = 1e-9
# What is nothing but rounding: a difference of two equal shares is 0 on one engine and 1e-17 on another.
ABSOLUTE = 1e-15
FRACTIONS = ("DOUBLE", "FLOAT")
# Numbers that are 0 where nothing differs, with what else than themselves they are measured by: the column of
# their standard error, of the number that was taken from another, or 1 where they are in such units.
DIFFERENCES = {
    "b": ("std_error",),
    "change": ("std_error",),
    "ci_lower": ("std_error",),
    "ci_upper": ("std_error",),
    "difference": ("difference_std_error", "published_value"),
    "difference_ci_lower": ("difference_std_error",),
    "difference_ci_upper": ("difference_std_error",),
    "average_marginal_effect": ("average_marginal_effect_std_error",),
    "average_marginal_effect_ci_lower": ("average_marginal_effect_std_error",),
    "average_marginal_effect_ci_upper": ("average_marginal_effect_std_error",),
    "statistic": (),
    "effect_size": (),
}
# What a difference was taken from, which measures it where nobody differs from another and it has no error.
WITHOUT_ERROR = {"change": "estimate"}
# Probabilities, with the statistic that they follow from: a number, or two of which one divides the other.
PROBABILITIES = {
    "p_value": ("statistic",),
    "q_value": ("statistic",),
    "average_marginal_effect_p_value": ("average_marginal_effect", "average_marginal_effect_std_error"),
}


@dataclass(frozen=True)
class Compared:
    """How a table came out on two engines.

    Args:
        table: Its name.
        rows: Rows on the first engine.
        largest: Largest difference of its fractions, of themselves or of what they are measured by.
        differences: What is not equal, in words; empty if all is.
    """

    table: str
    rows: int
    largest: float
    differences: tuple[str, ...]


def compare_tables(table: str, first: Any, second: Any) -> Compared:
    """Return how one table came out.

    Args:
        table: Its name.
        first: A DuckDB relation or Arrow table of its rows on one engine.
        second: The same on the other.
    """
    with duckdb.connect() as connection:
        kinds = {}
        for name, rows in {"first": first, "second": second}.items():
            connection.register(f"{name}_told", rows)
            connection.execute(f"create table {name} as select * from {name}_told")
            described = connection.execute(f"describe {name}").fetchall()
            kinds[name] = {column: kind for column, kind, *_ in described if column not in OF_THE_BUILD}
        if kinds["first"] != kinds["second"]:
            odd = dict(sorted(set(kinds["first"].items()) ^ set(kinds["second"].items())))
            return Compared(table, 0, 0.0, (f"other columns or types: {', '.join(odd)}",))
        exact = [name for name, kind in kinds["first"].items() if kind not in FRACTIONS]
        fractions = [name for name, kind in kinds["first"].items() if kind in FRACTIONS]
        # Rows have no order: those that agree in all that must be equal are told apart by their fractions.
        order = ", ".join(f'"{name}" nulls first' for name in [*exact, *fractions]) or "1"
        frames = [connection.execute(f"select * from {name} order by {order}").df() for name in kinds]
    if len(frames[0]) != len(frames[1]):
        return Compared(table, len(frames[0]), 0.0, (f"{len(frames[0])} and {len(frames[1])} rows",))
    found = [f"{name}: {count} values" for name in exact if (count := _unequal(frames, name))]
    largest = 0.0
    for name in fractions:
        distance, count = _distance(frames, name)
        largest = max(largest, distance)
        if count:
            found.append(f"{name}: {count} values, up to {distance:.1e}")
    return Compared(table, len(frames[0]), largest, tuple(found))


def _unequal(frames: list[pd.DataFrame], name: str) -> int:
    one, other = (frame[name] for frame in frames)
    same = (one == other) | (one.isna() & other.isna())
    return int((~same.fillna(value=False).astype(bool)).sum())


def _distance(frames: list[pd.DataFrame], name: str) -> tuple[float, int]:
    """Return the largest difference of a column's numbers, as a share, and how many are too large."""
    one, other = (frame[name].to_numpy(dtype=float) for frame in frames)
    gone = np.isnan(one) != np.isnan(other)
    apart = np.abs(one - other)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(apart > ABSOLUTE, apart / _yardstick(frames[0], name, one, other), 0.0)
    share = np.where(np.isnan(share), 0.0, share)
    too_large = gone | (share > RELATIVE)
    return float(share.max(initial=0.0)), int(too_large.sum())


def _yardstick(
    frame: pd.DataFrame, name: str, one: NDArray[np.float64], other: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what a difference of two numbers is a share of, per row; the numbers themselves as a rule."""
    own = np.maximum(np.abs(one), np.abs(other))
    if name in DIFFERENCES:
        others = [np.abs(frame[column]) for column in DIFFERENCES[name] if column in frame]
        if others and WITHOUT_ERROR.get(name) in frame:
            others.append(np.abs(frame[WITHOUT_ERROR[name]]).where(np.isnan(np.fmax.reduce(others))))
        return np.fmax.reduce([own, *others] if DIFFERENCES[name] else [own, np.ones(len(own))])
    numbers = [
        frame[column].to_numpy(dtype=float) for column in PROBABILITIES.get(name, ()) if column in frame
    ]
    if numbers:
        # A statistic t that moves by a share of 1 + |t| moves its probability's logarithm by 1 + |t| as much.
        statistic = numbers[0] if len(numbers) == 1 else numbers[0] / numbers[1]
        return own * np.square(1.0 + np.nan_to_num(np.abs(statistic), posinf=0.0))
    return own
