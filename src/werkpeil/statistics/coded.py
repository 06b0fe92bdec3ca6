"""Columns of few different values, kept as small codes: an answer or a score in a byte or two."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

# Rows that are decoded at a time.
CHUNK = 16384


@dataclass(frozen=True)
class CodedMatrix:
    """A matrix of m rows and k columns that is decoded a part at a time.

    Attributes:
        row_count: m.
        codes: Places in `values`, one array of shape (m,) per column.
        values: The different values of each column.
    """

    row_count: int
    codes: tuple[NDArray[np.unsignedinteger[Any]], ...]
    values: tuple[NDArray[np.float64], ...]

    @classmethod
    def of(cls, matrix: NDArray[np.float64] | CodedMatrix) -> CodedMatrix:
        """Return a matrix of shape (m, k) as codes; one that is coded already, as it is."""
        if isinstance(matrix, CodedMatrix):
            return matrix
        columns = [np.unique(column, return_inverse=True) for column in matrix.T]
        codes = tuple(_small(codes) for _, codes in columns)
        return cls(len(matrix), codes, tuple(values for values, _ in columns))

    @property
    def column_count(self) -> int:
        """Columns."""
        return len(self.codes)

    def __getitem__(self, rows: slice | NDArray[np.intp] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return some rows, decoded."""
        if not self.codes:
            return np.zeros((self.row_count, 0))[rows]
        columns = [
            np.take(values, codes[rows]) for codes, values in zip(self.codes, self.values, strict=True)
        ]
        # Column by column in memory, as it was written.
        return np.array(columns).T

    def kept(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> CodedMatrix:
        """Return some rows, still coded."""
        count = len(np.empty(self.row_count, dtype=bool)[rows])
        return CodedMatrix(count, tuple(codes[rows] for codes in self.codes), self.values)

    def mean_and_spread(self, weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return weighted mean and standard deviation of each column, shape (k,) each."""
        mean, spread = np.zeros(self.column_count), np.zeros(self.column_count)
        size = weight.sum()
        for place, (codes, values) in enumerate(zip(self.codes, self.values, strict=True)):
            shares = np.bincount(codes, weight, len(values)) / size
            mean[place] = shares @ values
            spread[place] = np.sqrt(shares @ np.square(values - mean[place]))
        return mean, spread

    def standardised(self, mean: NDArray[np.float64], spread: NDArray[np.float64]) -> CodedMatrix:
        """Return the matrix less `mean`, divided by `spread`, shape (k,) each; only its values change."""
        moved = zip(self.values, mean, spread, strict=True)
        return CodedMatrix(self.row_count, self.codes, tuple((values - m) / s for values, m, s in moved))


@dataclass(frozen=True)
class Texts:
    """A column of m texts, few of them different.

    Attributes:
        codes: Places in `names`, shape (m,).
        names: The different texts.
    """

    codes: NDArray[np.integer[Any]]
    names: tuple[str, ...]

    @classmethod
    def of(cls, texts: NDArray[np.object_]) -> Texts:
        """Return an array of texts, shape (m,), as codes."""
        codes, names = pd.factorize(texts)
        return cls(codes, tuple(map(str, names)))

    @classmethod
    def of_arrow(cls, column: Any) -> Texts:
        """Return an Arrow array of texts as codes; none of them is missing."""
        coded = column.dictionary_encode()
        return cls(coded.indices.to_numpy(), tuple(coded.dictionary.to_pylist()))

    @classmethod
    def alike(cls, m: int) -> Texts:
        """Return m empty texts."""
        return cls(np.zeros(m, dtype=np.int8), ("",))

    def __getitem__(self, rows: slice | NDArray[np.intp] | NDArray[np.bool_]) -> Texts:
        """Return some of them."""
        return Texts(self.codes[rows], self.names)


@dataclass
class CodedColumn:
    """A column that grows by batches: codes are 0 where there is no value, else its place from 1."""

    _places: dict[Any, int] = field(default_factory=dict)
    _parts: list[NDArray[np.unsignedinteger[Any]]] = field(default_factory=list)

    def add(self, values: NDArray[Any], there: NDArray[np.bool_] | None = None) -> None:
        """Add a batch of values, shape (m,); `there` marks those that are any."""
        codes, found = pd.factorize(values if there is None else values[there])
        coded = np.zeros(len(values), dtype=np.int64)
        coded[slice(None) if there is None else there] = self._codes(codes, found.tolist())
        self._parts.append(_small(coded))

    def add_texts(self, texts: Texts) -> None:
        """Add a batch of texts."""
        self._parts.append(_small(self._codes(texts.codes, texts.names)))

    def _codes(self, codes: NDArray[np.integer[Any]], found: Sequence[Any]) -> NDArray[np.int64]:
        """Return codes of this column for those of a batch."""
        lookup = np.array([self._places.setdefault(value, len(self._places) + 1) for value in found])
        return lookup[codes] if len(codes) else np.zeros(0, dtype=np.int64)

    @property
    def values(self) -> NDArray[Any]:
        """The different values, in the order of their codes from 1."""
        return np.array(list(self._places))

    def codes(self) -> NDArray[np.unsignedinteger[Any]]:
        """Return the codes of all rows, shape (m,)."""
        if len(self._parts) != 1:
            self._parts = [np.concatenate(self._parts)] if self._parts else [np.zeros(0, dtype=np.uint8)]
        return self._parts[0]


def chunks(m: int) -> Iterator[slice]:
    """Yield the rows 0 to m in parts that are small enough to be decoded."""
    return (slice(begin, begin + CHUNK) for begin in range(0, m, CHUNK))


def packed(columns: list[NDArray[np.unsignedinteger[Any]]]) -> list[NDArray[np.int64]]:
    """Return columns of codes, shape (m,) each, as few columns that are equal where all of those are."""
    words: list[NDArray[np.int64]] = []
    room = 0
    for codes in columns:
        bits = int(codes.max(initial=1)).bit_length()
        if bits > room:
            words.append(np.zeros(len(codes), dtype=np.int64))
            room = 63
        words[-1] <<= bits
        words[-1] |= codes.astype(np.int64)
        room -= bits
    return words


def _small(codes: NDArray[Any]) -> NDArray[np.unsignedinteger[Any]]:
    return codes.astype(np.min_scalar_type(int(codes.max(initial=0))))
