"""The respondents of the regressions, as the warehouse gives them: record batches of a few columns.

They are read in batches, and nothing is kept of them but sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from werkpeil.statistics.regression import places_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Rows:
    """A record batch as arrays, m respondents of v variables.

    Attributes:
        answered: Whether a respondent answered a variable, shape (m, v).
        centred: Answers less their centres, shape (m, v).
        weight: Shape (m,).
        stratum: Shape (m,).
        cluster: Shape (m,).
    """

    answered: NDArray[np.bool_]
    centred: NDArray[np.float64]
    weight: NDArray[np.float64]
    stratum: NDArray[np.object_]
    cluster: NDArray[np.object_]


@dataclass(frozen=True)
class People:
    """The respondents of a batch who answered some variables, m of them.

    Attributes:
        values: Those variables in their own units, shape (m, k).
        weight: Shape (m,).
        stratum: Shape (m,).
        cluster: Shape (m,).
    """

    values: NDArray[np.float64]
    weight: NDArray[np.float64]
    stratum: NDArray[np.object_]
    cluster: NDArray[np.object_]


class Reader:
    """Picks variables out of record batches of `scored_regression_rows` of one wave."""

    def __init__(self, cells: pd.DataFrame) -> None:
        """Look up each variable's place in a row, and what was taken off it, in the wave's moments."""
        self._places = places_of(cells)
        self._centres = cells[cells["position_a"] == 0].drop_duplicates("variable_b").set_index("variable_b")

    def rows(self, batch: Any) -> Rows:
        """Return a batch as arrays; each model then picks its own respondents and variables."""
        codes, kept = pd.factorize(batch.column("pattern").to_numpy(zero_copy_only=False))
        # What nobody answered has a place too, and no moments.
        v = len(kept[0]) if len(kept) else max(self._places.values(), default=0)
        letters = np.array([list(pattern) for pattern in kept], dtype="<U1").reshape(len(kept), v)
        flat = batch.column("centred_values").flatten().to_numpy(zero_copy_only=False)
        weight, stratum, cluster = (
            batch.column(name).to_numpy(zero_copy_only=False)
            for name in ("weight", "stratum_id", "cluster_id")
        )
        return Rows((letters == "1")[codes], flat.reshape(len(codes), v), weight, stratum, cluster)

    def people(self, rows: Rows, variables: list[str]) -> People:
        """Return who answered all of some variables; each of them was answered by somebody."""
        places = np.array([self._places[name] - 1 for name in variables])
        shift = self._centres.loc[variables, "centre_b"].to_numpy(dtype=float)
        complete = rows.answered[:, places].all(axis=1)
        values = rows.centred[np.ix_(complete, places)] + shift
        return People(values, rows.weight[complete], rows.stratum[complete], rows.cluster[complete])


@dataclass(frozen=True)
class DistinctRows:
    """Respondents who agree in outcome, terms, stratum and, in clustered designs, cluster, m such rows.

    Attributes:
        y: Outcome, shape (m,).
        x: Terms, shape (m, p).
        stratum: Shape (m,).
        cluster: Shape (m,); all the same in unclustered designs.
        count: Respondents behind each row, shape (m,).
        weighted_count: Those of them with a weight above 0.
        weight: Sum of their weights.
        squared_weight: Sum of their squared weights.
    """

    y: NDArray[np.float64]
    x: NDArray[np.float64]
    stratum: NDArray[np.object_]
    cluster: NDArray[np.object_]
    count: NDArray[np.int64]
    weighted_count: NDArray[np.int64]
    weight: NDArray[np.float64]
    squared_weight: NDArray[np.float64]


SUMS = ("count", "weighted_count", "weight", "squared_weight")


def distinct_rows(
    reader: Reader, batches: Iterable[Any], models: dict[str, list[str]], *, clustered: bool
) -> dict[str, DistinctRows]:
    """Reduce the rows to the distinct ones of each model, in one pass.

    Args:
        reader: Of the wave.
        batches: Record batches.
        models: Outcome and terms per model.
        clustered: Whether rows of different clusters are to be kept apart.

    Returns:
        The distinct rows of those who answered all variables of a model, per model.
    """
    parts: dict[str, list[Any]] = {model: [] for model in models}
    for batch in batches:
        rows = reader.rows(batch)
        for model, variables in models.items():
            people = reader.people(rows, variables)
            parts[model].append(_grouped(_table(people, clustered=clustered), len(variables)))
    return {
        model: _arranged(_grouped(pa.concat_tables(parts[model]), len(variables)), len(variables))
        for model, variables in models.items()
    }


def _table(people: People, *, clustered: bool) -> Any:
    columns = {f"value_{place}": column for place, column in enumerate(people.values.T)}
    everybody = np.ones(len(people.weight), dtype=np.int64)
    return pa.table(
        columns
        | {
            "stratum": pa.array(people.stratum, pa.string()),
            "cluster": pa.array(people.cluster if clustered else [""] * len(everybody), pa.string()),
            "count": everybody,
            "weighted_count": (people.weight > 0).astype(np.int64),
            "weight": people.weight,
            "squared_weight": np.square(people.weight),
        }
    )


def _grouped(table: Any, k: int) -> Any:
    keys = [*(f"value_{place}" for place in range(k)), "stratum", "cluster"]
    # One thread: sums of weights would else differ in their last digit from run to run.
    found = table.group_by(keys, use_threads=False).aggregate([(name, "sum") for name in SUMS])
    return pa.table({name: found[name] for name in keys} | {name: found[f"{name}_sum"] for name in SUMS})


def _arranged(table: Any, k: int) -> DistinctRows:
    values = np.column_stack([table[f"value_{place}"].to_numpy() for place in range(k)])
    keys = (table[name].to_numpy() for name in ("stratum", "cluster"))
    return DistinctRows(values[:, 0], values[:, 1:], *keys, *(table[name].to_numpy() for name in SUMS))
