"""Compare what two engines built from the same landing zone: every table of `published`, value by value.

Integers, texts, booleans, dates and nulls must be equal; numbers with a fraction may differ by a billionth of
themselves, for two engines add up in different orders. What tells of the build itself does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
from compare_releases import OF_THE_BUILD

if TYPE_CHECKING:
    import pandas as pd

RELATIVE = 1e-9
# What is nothing but rounding: a difference of two equal shares is 0 on one engine and 1e-17 on another.
ABSOLUTE = 1e-15
FRACTIONS = ("DOUBLE", "FLOAT")


@dataclass(frozen=True)
class Compared:
    """How a table came out on two engines.

    Args:
        table: Its name.
        rows: Rows on the first engine.
        largest: Largest relative difference of its fractions, beyond what is rounding alone.
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
    """Return the largest relative difference of a column's numbers, and how many are too large."""
    one, other = (frame[name].to_numpy(dtype=float) for frame in frames)
    gone = np.isnan(one) != np.isnan(other)
    apart = np.abs(one - other)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.where(apart > ABSOLUTE, apart / np.maximum(np.abs(one), np.abs(other)), 0.0)
    relative = np.where(np.isnan(relative), 0.0, relative)
    too_large = gone | (relative > RELATIVE)
    return float(relative.max(initial=0.0)), int(too_large.sum())
