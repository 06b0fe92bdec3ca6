"""The respondents of the regressions, as the warehouse gives them: record batches of a few columns.

They are read in batches, and nothing is kept of them but sums; fits that read them many times keep codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from werkpeil.statistics.coded import CodedColumn, CodedMatrix, packed
from werkpeil.statistics.regression import places_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True)
class People:
    """Respondents of a batch, m of them.

    Attributes:
        values: Some variables in their own units, NaN where one was not answered, shape (m, k).
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
        totals = cells[cells["position_a"] == 0].drop_duplicates("variable_b")
        centres = zip(totals["variable_b"], totals["centre_b"], strict=True)
        self._centres = {str(name): float(centre) for name, centre in centres}

    def rows(self, batch: Any) -> People:
        """Return all respondents and variables of a batch; each model then picks its own."""
        flat = batch.column("centred_values").flatten().to_numpy(zero_copy_only=False)
        # What nobody answered has a place too, and neither moments nor a centre.
        v = len(flat) // batch.num_rows if batch.num_rows else max(self._places.values(), default=0)
        values = np.array(flat, dtype=float).reshape(batch.num_rows, v)
        for name, place in self._places.items():
            values[:, place - 1] += self._centres[name]
        weight, stratum, cluster = (
            batch.column(name).to_numpy(zero_copy_only=False)
            for name in ("weight", "stratum_id", "cluster_id")
        )
        return People(values, weight, stratum, cluster)

    def column(self, rows: People, variable: str) -> NDArray[np.float64]:
        """Return a variable, shape (m,)."""
        return rows.values[:, self._places[variable] - 1]

    def people(self, rows: People, variables: list[str]) -> People:
        """Return who answered all of some variables; each of them was answered by somebody."""
        values = rows.values[:, [self._places[name] - 1 for name in variables]]
        complete = ~np.isnan(values).any(axis=1)
        return People(values[complete], rows.weight[complete], rows.stratum[complete], rows.cluster[complete])


@dataclass(frozen=True)
class DistinctRows:
    """Respondents who agree in outcome, terms, stratum and, in clustered designs, cluster, m such rows.

    Attributes:
        y: Outcome, shape (m,).
        x: Terms, m rows of p columns.
        stratum: Shape (m,).
        cluster: Shape (m,); all the same in unclustered designs.
        count: Respondents behind each row, shape (m,).
        weighted_count: Those of them with a weight above 0.
        weight: Sum of their weights.
        squared_weight: Sum of their squared weights.
    """

    y: NDArray[np.float64]
    x: CodedMatrix
    stratum: NDArray[np.object_]
    cluster: NDArray[np.object_]
    count: NDArray[np.int64]
    weighted_count: NDArray[np.int64]
    weight: NDArray[np.float64]
    squared_weight: NDArray[np.float64]


class CodedWave:
    """The respondents of a wave: some twenty bytes each, and one or two for each of some variables.

    An iterative fit reads its rows many times; they are held once for all models, not once for each.
    """

    def __init__(
        self, reader: Reader, batches: Iterable[Any], variables: Iterable[str], *, clustered: bool
    ) -> None:
        """Read a wave.

        Args:
            reader: Of the wave.
            batches: Its record batches.
            variables: What to keep; each was answered by somebody.
            clustered: Whether clusters are to be kept.
        """
        self._columns = {name: CodedColumn() for name in dict.fromkeys(variables)}
        self._stratum, self._cluster = CodedColumn(), CodedColumn()
        weights = [np.zeros(0)]
        for batch in batches:
            rows = reader.rows(batch)
            for name, column in self._columns.items():
                values = reader.column(rows, name)
                column.add(values, ~np.isnan(values))
            self._stratum.add(rows.stratum)
            self._cluster.add(rows.cluster if clustered else np.full(len(rows.weight), "", dtype=object))
            weights.append(rows.weight)
        self._weight = np.concatenate(weights)

    def distinct(self, outcome: str, terms: Sequence[str]) -> DistinctRows:
        """Return the distinct rows of those who answered an outcome and all terms."""
        columns = [self._columns[name] for name in (outcome, *terms)]
        complete = np.flatnonzero(np.logical_and.reduce([column.codes() > 0 for column in columns]))
        own = [column.codes()[complete] for column in [*columns, self._stratum, self._cluster]]
        weight = self._weight[complete]
        table = _grouped(packed(own), weight)
        first = table["row_min"].to_numpy()
        y, *x, stratum, cluster = (codes[first] - np.uint8(1) for codes in own)
        return DistinctRows(
            y=columns[0].values[y],
            x=CodedMatrix(len(first), tuple(x), tuple(column.values for column in columns[1:])),
            stratum=self._stratum.values.astype(object)[stratum],
            cluster=self._cluster.values.astype(object)[cluster],
            count=table["weight_count"].to_numpy(),
            weighted_count=table["is_weighted_sum"].to_numpy(),
            weight=table["weight_sum"].to_numpy(),
            squared_weight=table["squared_weight_sum"].to_numpy(),
        )


def _grouped(words: list[NDArray[np.int64]], weight: NDArray[np.float64]) -> Any:
    keys = {f"word_{place}": word for place, word in enumerate(words)}
    table = pa.table(
        keys
        | {
            "row": np.arange(len(weight)),
            "is_weighted": (weight > 0).astype(np.int64),
            "weight": weight,
            "squared_weight": np.square(weight),
        }
    )
    sums = [("row", "min"), ("weight", "count")]
    sums += [(name, "sum") for name in ("is_weighted", "weight", "squared_weight")]
    # One thread: sums of weights would else differ in their last digit from run to run.
    return table.group_by(list(keys), use_threads=False).aggregate(sums)
