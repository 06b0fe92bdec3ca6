"""Columns as codes give back what went in; respondents who agree are taken together, as by pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from werkpeil.statistics.coded import CHUNK, CodedColumn, CodedMatrix, chunks, packed
from werkpeil.statistics.cumulative_logit import SAMPLE, fit_categories
from werkpeil.statistics.regression_rows import CodedWave, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

rng_seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=30)
@given(rng_seeds, st.integers(0, 40), st.integers(1, 4))
def test_a_matrix_comes_back_and_has_the_moments_of_its_rows(seed: int, m: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.choice([-1.5, 0.0, 2.0, 1e9], size=(m, k))
    coded = CodedMatrix.of(matrix)
    np.testing.assert_array_equal(coded[:], matrix)
    np.testing.assert_array_equal(coded[5:11], matrix[5:11])
    chosen = rng.uniform(size=m) < 0.5
    np.testing.assert_array_equal(coded.kept(chosen)[:], matrix[chosen])
    assert coded.kept(chosen).row_count == chosen.sum()
    if m:
        w = rng.uniform(0.1, 2, m)
        mean, spread = coded.mean_and_spread(w)
        np.testing.assert_allclose(mean, np.average(matrix, axis=0, weights=w), rtol=1e-12, atol=1e-6)
        second = np.average(np.square(matrix - mean), axis=0, weights=w)
        np.testing.assert_allclose(spread, np.sqrt(second), rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(
            coded.standardised(mean, np.full(k, 2.0))[:], (matrix - mean) / 2, rtol=1e-12
        )


def test_a_matrix_without_columns_has_its_rows() -> None:
    coded = CodedMatrix.of(np.zeros((3, 0)))
    assert coded[1:].shape == (2, 0)
    assert coded.kept(np.array([True, False, False]))[:].shape == (1, 0)


def test_a_column_of_many_values_takes_wider_codes() -> None:
    column = CodedColumn()
    column.add(np.array([0.5, 0.25, 0.5]), np.array([True, False, True]))
    column.add(np.arange(70_000.0))
    codes = column.codes()
    assert codes.dtype == np.uint32
    assert codes[:3].tolist() == [1, 0, 1]
    np.testing.assert_array_equal(column.values[codes[3:] - 1], np.arange(70_000.0))
    empty = CodedColumn()
    empty.add(np.array([1.0]), np.array([False]))
    assert empty.codes().tolist() == [0]


@settings(max_examples=20)
@given(rng_seeds, st.integers(1, 30))
def test_packed_columns_are_equal_where_all_columns_are(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    columns = [rng.integers(0, 2 ** rng.integers(1, 9), 200).astype(np.uint16) for _ in range(k)]
    columns[0][100:] = columns[0][:100]
    words = packed(columns)
    assert len(words) <= 1 + sum(int(codes.max()).bit_length() for codes in columns) // 50
    frame, short = pd.DataFrame(np.column_stack(columns)), pd.DataFrame(np.column_stack(words))
    np.testing.assert_array_equal(frame.groupby(list(frame)).ngroup(), _renumbered(frame, short))


def _renumbered(frame: pd.DataFrame, short: pd.DataFrame) -> Any:
    """Return the groups of the short form by the number that the first member has in the long one."""
    numbers = frame.groupby(list(frame)).ngroup()
    return numbers.groupby([short[column] for column in short]).transform("first")


def test_parts_cover_all_rows() -> None:
    assert list(chunks(0)) == []
    assert sum(len(range(*part.indices(2 * CHUNK + 1))) for part in chunks(2 * CHUNK + 1)) == 2 * CHUNK + 1


NAMES = ["a", "b", "c"]
CELLS = pd.DataFrame(
    {"position_a": 0, "position_b": [1, 2, 3], "variable_b": NAMES, "centre_b": [3.0, 0.5, -2.0]}
)


def batches_of(frame: pd.DataFrame, size: int) -> Iterator[Any]:
    """Yield a frame of variables, weight, stratum and cluster as the warehouse would give it."""
    for begin in range(0, len(frame), size):
        part = frame.iloc[begin : begin + size]
        values = (part[NAMES] - CELLS["centre_b"].to_numpy()).to_numpy(float)
        yield pa.record_batch(
            {
                **{f"value_{place}": pa.array(values[:, place - 1]) for place in (1, 2, 3)},
                "weight": pa.array(part["weight"]),
                "stratum_id": pa.array(part["stratum"]),
                "cluster_id": pa.array(part["cluster"]),
            }
        )


@settings(max_examples=25)
@given(rng_seeds, st.integers(0, 60), st.integers(1, 70), st.booleans())
def test_respondents_who_agree_are_taken_together(seed: int, n: int, size: int, clustered: bool) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.choice([1.0, 2.5, np.nan], size=(n, 3)), columns=NAMES)
    frame["weight"] = rng.choice([0.0, 0.7, 2.0], n)
    frame["stratum"], frame["cluster"] = rng.choice(["s", "t"], n), rng.choice(["1", "2", "none"], n)
    wave = CodedWave(Reader(CELLS), batches_of(frame, size), ["b", "c", "a"], clustered=clustered)
    found = wave.distinct("b", ["a"])
    own = frame.dropna(subset=["a", "b"]).assign(cluster=frame["cluster"] if clustered else "")
    expected = own.groupby(["b", "a", "stratum", "cluster"]).agg(
        count=("weight", "size"),
        weighted=("weight", lambda weights: (weights > 0).sum()),
        weight=("weight", "sum"),
        squared=("weight", lambda weights: np.square(weights).sum()),
    )
    keys = pd.MultiIndex.from_arrays(
        [found.y, found.x[:][:, 0], found.stratum, found.cluster], names=expected.index.names
    )
    sums = [found.count, found.weighted_count, found.weight, found.squared_weight]
    table = pd.DataFrame(np.column_stack(sums), index=keys, columns=list(expected)).sort_index()
    assert table.index.is_unique
    pd.testing.assert_frame_equal(table, expected, check_dtype=False, check_index_type=False, rtol=1e-12)


@pytest.mark.parametrize("separated", [True, False])
def test_a_logit_of_many_rows_does_not_trust_its_first_ones(separated: bool) -> None:
    rng = np.random.default_rng(7)
    m = SAMPLE + 4000
    x = rng.normal(size=(m, 1))
    y = (rng.uniform(size=m) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    if separated:
        y[:SAMPLE] = x[:SAMPLE, 0] > 0
    fit = fit_categories(y, x, np.ones(m), m)
    assert fit.null_reason is None
    order = rng.permutation(m)
    again = fit_categories(y[order], x[order], np.ones(m), m)
    np.testing.assert_allclose(fit.parameters, again.parameters, rtol=1e-9, atol=1e-9)
