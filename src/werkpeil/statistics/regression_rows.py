"""The respondents of the regressions, as the warehouse gives them: record batches of a few columns.

They are read in batches, and nothing is kept of them but sums; fits that read them many times keep codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from werkpeil.sql import of_wave
from werkpeil.statistics.additive import BATCH, of_one_size, sum_batches
from werkpeil.statistics.coded import CodedColumn, CodedMatrix, Texts, packed
from werkpeil.statistics.regression import places_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from werkpeil.statistics.additive import Sums


@dataclass(frozen=True)
class WaveRows:
    """The respondents of a wave.

    Attributes:
        relation: `scored_regression_rows`.
        survey_id: Survey.
        wave_id: Wave.
        variable_count: Variables of the survey's models.
    """

    relation: Any
    survey_id: str
    wave_id: str
    variable_count: int

    def batches(self) -> Iterator[Any]:
        """Yield them in record batches of one size, the last one excepted."""
        return self._read(self._chosen("weight", "stratum_id", "cluster_id"))

    def sums(self, function: Callable[[Any], Sums], *, with_design: bool) -> Sums:
        """Return the sums over all of them.

        Args:
            function: Returns what a record batch adds. On an engine that runs Python where the rows lie it is
                sent there, and no row leaves it; it must hold nothing that cannot be sent.
            with_design: Whether it reads stratum and cluster.
        """
        chosen = self._chosen("weight", *(("stratum_id", "cluster_id") if with_design else ()))
        if hasattr(chosen, "sums"):
            return dict(chosen.sums(function, BATCH))
        return sum_batches(function, self._read(chosen))

    def _chosen(self, *others: str) -> Any:
        columns = [f"value_{place}" for place in range(1, self.variable_count + 1)]
        own = self.relation.filter(of_wave(self.survey_id, self.wave_id))
        return own.project(", ".join([*columns, *others]))

    def _read(self, chosen: Any) -> Iterator[Any]:
        return of_one_size(chosen.to_arrow_reader(BATCH), BATCH)


@dataclass(frozen=True)
class People:
    """Respondents of a batch, m of them, with k variables.

    Attributes:
        values: The variables in their own units, 0 where one was not answered, shape (k, m).
        answered: Whether it was, shape (k, m).
        weight: Shape (m,).
        stratum: Of each of them.
        cluster: Of each of them.
    """

    values: NDArray[np.float64]
    answered: NDArray[np.bool_]
    weight: NDArray[np.float64]
    stratum: Texts
    cluster: Texts

    def in_order(self, order: NDArray[np.intp]) -> People:
        """Return them in another order."""
        values = np.empty_like(self.values)
        for own, column in zip(values, self.values, strict=True):
            np.take(column, order, out=own, mode="clip")
        texts = (self.stratum[order], self.cluster[order])
        return People(values, self.answered[:, order], self.weight[order], *texts)


class Reader:
    """Picks variables out of record batches of `scored_regression_rows` of one wave."""

    def __init__(self, cells: pd.DataFrame) -> None:
        """Look up each variable's place in a row, and what was taken off it, in the wave's moments."""
        places = places_of(cells)
        totals = cells[cells["position_a"] == 0].drop_duplicates("variable_b")
        centres = dict(zip(totals["variable_b"].astype(str), totals["centre_b"].astype(float), strict=True))
        # What nobody answered has a place too, and no moments.
        self._columns = [(f"value_{place}", centres[name]) for name, place in places.items()]
        self._rows = {name: row for row, name in enumerate(places)}

    def people(self, batch: Any) -> People:
        """Return all respondents and variables of a batch."""
        values = np.empty((len(self._columns), batch.num_rows))
        answered = np.empty(values.shape, dtype=bool)
        for row, (name, centre) in enumerate(self._columns):
            column = batch.column(name).to_numpy(zero_copy_only=False)
            np.equal(column, column, out=answered[row])
            np.add(column, centre, out=values[row])
            values[row, ~answered[row]] = 0.0
        weight = batch.column("weight").to_numpy(zero_copy_only=False)
        texts = (Texts.of_arrow(batch.column(name)) for name in ("stratum_id", "cluster_id"))
        return People(values, answered, weight, *texts)

    def rows(self, variables: Sequence[str]) -> list[int]:
        """Return where variables stand among those of people; each of them was answered by somebody."""
        return [self._rows[name] for name in variables]


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
        rows = reader.rows(list(self._columns))
        for batch in batches:
            people = reader.people(batch)
            for row, column in zip(rows, self._columns.values(), strict=True):
                column.add(people.values[row], people.answered[row])
            self._stratum.add_texts(people.stratum)
            self._cluster.add_texts(people.cluster if clustered else Texts.alike(len(people.weight)))
            weights.append(people.weight)
        self._weight = np.concatenate(weights)

    def distinct(self, outcome: str, terms: Sequence[str]) -> DistinctRows:
        """Return the distinct rows of those who answered an outcome and all terms."""
        columns = [self._columns[name] for name in (outcome, *terms)]
        complete = np.flatnonzero(np.logical_and.reduce([column.codes() > 0 for column in columns]))
        own = [column.codes()[complete] for column in [*columns, self._stratum, self._cluster]]
        weight = self._weight[complete]
        first, alike = _alike(packed(own))
        y, *x, stratum, cluster = (codes[first] - np.uint8(1) for codes in own)
        return DistinctRows(
            y=columns[0].values[y],
            x=CodedMatrix(len(first), tuple(x), tuple(column.values for column in columns[1:])),
            stratum=self._stratum.values.astype(object)[stratum],
            cluster=self._cluster.values.astype(object)[cluster],
            count=np.bincount(alike, minlength=len(first)),
            weighted_count=np.bincount(alike[weight > 0], minlength=len(first)),
            weight=np.bincount(alike, weight, len(first)).astype(float),
            squared_weight=np.bincount(alike, np.square(weight), len(first)).astype(float),
        )


def _alike(words: list[NDArray[np.int64]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first row of each set of rows that agree in all words, and the set of each row.

    Sets are in the order of their first rows, for a fit begins with some that are like the others. Rows are
    put in order, not hashed: a hash table of rows that nearly all differ takes three times the memory.
    """
    order = np.lexsort(words)
    begins = np.zeros(len(order), dtype=bool)
    begins[:1] = True
    for word in words:
        own = word[order]
        begins[1:] |= own[1:] != own[:-1]
    first = order[begins]
    of_row = np.empty(len(order), dtype=np.intp)
    of_row[order] = np.cumsum(begins) - 1
    del order, begins
    by_first = np.argsort(first)
    place = np.empty(len(first), dtype=np.intp)
    place[by_first] = np.arange(len(first))
    return first[by_first], place[of_row]
