"""Cross-products per pattern of answers: those of the rows, however these come, of changed waves alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from werkpeil.statistics.additive import add_to, of_one_size, sum_batches
from werkpeil.statistics.regression_moments import TYPES, pattern_table, products_of, sum_waves
from werkpeil.statistics.regression_rows import WaveRows

if TYPE_CHECKING:
    import pytest
    from numpy.typing import NDArray

    from werkpeil.statistics.additive import Sums

rng_seeds = st.integers(0, 2**32 - 1)


def products(values: NDArray[np.float64], weight: NDArray[np.float64], size: int) -> Sums:
    return sum_batches(partial(products_of, values.shape[1]), batches(values, weight, size))


def batches(values: NDArray[np.float64], weight: NDArray[np.float64], size: int) -> list[Any]:
    columns = {f"value_{place}": pa.array(column) for place, column in enumerate(values.T, start=1)}
    return pa.table({**columns, "weight": pa.array(weight)}).to_batches(max_chunksize=size)


def of_rows(values: NDArray[np.float64], weight: NDArray[np.float64]) -> dict[tuple[str, int, int], Any]:
    """Return n, sum and weighted sum per pattern and pair, a respondent at a time."""
    found: dict[tuple[str, int, int], Any] = {}
    for row, w in zip(values, weight, strict=True):
        pattern = "".join("0" if np.isnan(value) else "1" for value in row)
        whole = [1.0, *row]
        places = [place for place, value in enumerate(whole) if not np.isnan(value)]
        for a in places:
            for b in places:
                if a <= b:
                    product = whole[a] * whole[b]
                    old = found.get((pattern, a, b), np.zeros(3))
                    found[pattern, a, b] = old + np.array([1, product, w * product])
    return found


@settings(max_examples=25)
@given(rng_seeds, st.integers(0, 40), st.sampled_from([1, 2, 4]), st.integers(1, 15))
@example(seed=1, n=6, v=70, size=4)  # more variables than a whole number has bits
def test_sums_are_those_of_the_rows(seed: int, n: int, v: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.choice([-2.0, 0.5, 1.0, np.nan], size=(n, v), p=[0.3, 0.3, 0.3, 0.1])
    weight = rng.choice([0.0, 0.25, 2.0], n)
    names = [f"x{place}" for place in range(v)]
    table = pattern_table(products(values, weight, size), names, [3.0] * v)
    expected = of_rows(values, weight)
    keys = list(zip(table["pattern"], table["position_a"], table["position_b"], strict=True))
    assert sorted(keys) == keys
    assert set(keys) == set(expected)
    for key, row in zip(keys, table.itertuples(index=False), strict=True):
        np.testing.assert_allclose([row.n, row.sum_xy, row.sum_wxy], expected[key], rtol=1e-12, atol=1e-12)
        assert row.variable_a == ("one", *names)[key[1]]
        assert row.centre_b == (0.0, *[3.0] * v)[key[2]]


def test_nobody_has_no_rows_and_what_nobody_answered_is_in_none() -> None:
    assert pattern_table({}, ["x", "y"], [0.0, 0.0]).empty
    values = np.array([[1.0, np.nan], [2.0, np.nan]])
    table = pattern_table(products(values, np.zeros(2), 5), ["x", "y"], [0.0, 0.0])
    assert table["variable_b"].tolist() == ["one", "x", "x"]
    assert table["sum_xy"].tolist() == [2.0, 3.0, 5.0]
    assert table["sum_wxy"].tolist() == [0.0, 0.0, 0.0]


def test_digits_are_kept_where_a_product_of_all_rows_at_once_keeps_them() -> None:
    rng = np.random.default_rng(5)
    values, weight = rng.normal(size=(200_000, 3)), rng.uniform(0.5, 2, 200_000)
    found = products(values, weight, 4096)[bytes([1, 1, 1, 1])]
    rows = np.column_stack([np.ones(len(values)), values]).astype(np.longdouble)
    exact = np.array([[(a * b * weight).sum() for b in rows.T] for a in rows.T])
    scale = np.sqrt(np.outer(np.diag(exact), np.diag(exact)))
    assert np.abs((found[1] - exact) / scale).max() < 1e-14


# --- Waves ---------------------------------------------------------------------------------------


def warehouse(waves: dict[str, str]) -> Any:
    """Return a relation that is like `scored_regression_rows` and, by its fingerprints, `cells_profiles`."""
    rng = np.random.default_rng(3)
    frames = [
        pd.DataFrame(
            {
                "survey_id": "s",
                "wave_id": wave,
                "stratum_id": "all",
                "cluster_id": "none",
                "weight": 1.0,
                "value_1": rng.normal(size=30),
                "value_2": np.nan,
                "fingerprint": fingerprint,
            }
        )
        for wave, fingerprint in waves.items()
    ]
    return duckdb.connect().from_df(pd.concat(frames))


def summed(waves: dict[str, str], variables: pd.DataFrame, built: pd.DataFrame | None) -> pd.DataFrame:
    relation = warehouse(waves)
    return sum_waves(relation, relation, variables, built)


VARIABLES = pd.DataFrame(
    {"survey_id": ["s", "t"], "position": 1, "variable_id": "x", "centre": [3.0, 1.0], "definition": "made"}
)


def ledger(table: pd.DataFrame) -> pd.DataFrame:
    return table[["survey_id", "wave_id", "fingerprint"]].drop_duplicates()


def test_only_waves_whose_rows_or_variables_changed_are_added_up() -> None:
    first = summed({"1": "a", "2": "a"}, VARIABLES, None)
    assert list(first) == list(TYPES)
    assert first.groupby("wave_id")["n"].max().tolist() == [30, 30]
    built = ledger(first)
    assert summed({"1": "a", "2": "a"}, VARIABLES, built).empty
    assert set(summed({"1": "a", "2": "b"}, VARIABLES, built)["wave_id"]) == {"2"}
    moved = VARIABLES.assign(definition="made in another way")
    assert set(summed({"1": "a"}, moved, built)["wave_id"]) == {"1"}
    other = VARIABLES.assign(centre=[3.0, 2.0])
    assert summed({"1": "a"}, other, built).empty, "another survey's variables are not its own"


def test_a_retired_wave_has_no_rows_and_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    both = warehouse({"1": "a", "2": "a"})
    built = ledger(summed({"1": "a", "2": "a"}, VARIABLES, None))
    moved = VARIABLES.assign(definition="made in another way")
    told = sum_waves(warehouse({"2": "a"}), both, moved, built)
    assert set(told["wave_id"]) == {"2"}
    assert "s 1 are not added up anew" in caplog.text


def test_a_wave_is_read_by_its_columns_and_in_batches_of_one_size() -> None:
    relation = warehouse({"1": "a", "2": "a"})
    [rows] = WaveRows(relation, "s", "1", 1).batches()
    assert rows.schema.names == ["value_1", "weight", "stratum_id", "cluster_id"]
    assert rows.num_rows == 30
    for sizes in ([30], [7, 7, 7, 7, 2], [1] * 30, [13, 0, 2, 15], [28, 2]):
        starts = np.cumsum([0, *sizes])
        ragged = (rows.slice(start, size) for start, size in zip(starts, sizes, strict=False))
        told = list(of_one_size(ragged, 7))
        assert [batch.num_rows for batch in told] == [7, 7, 7, 7, 2]
        assert pa.Table.from_batches(told).combine_chunks().equals(pa.Table.from_batches([rows]))
    assert list(of_one_size([], 7)) == []


def test_sums_of_batches_are_added_in_their_order() -> None:
    # 1e16 + 1 is 1e16: in another order the ones would have been added up first.
    numbers = [1e16, 1.0, 1.0, -1e16, 1.0]
    assert sum_batches(lambda number: {"a": (number,)}, numbers) == {"a": (1.0,)}
    assert sum_batches(lambda number: {number: (1,)}, []) == {}
    total: Any = {"a": (1, np.ones(2))}
    add_to(total, {"a": (2, np.ones(2)), "b": (5,)})
    assert total["a"][0] == 3
    assert total["a"][1].tolist() == [2.0, 2.0]
    assert total["b"] == (5,)


def test_an_engine_that_runs_python_is_sent_the_function_and_gives_sums() -> None:
    class Cluster:
        """Rows that stay where they are."""

        columns = ""

        def filter(self, condition: str) -> Cluster:
            assert condition == "survey_id = 's' and wave_id = '1'"
            return self

        def project(self, columns: str) -> Cluster:
            self.columns = columns
            return self

        def sums(self, function: Any, _batch: int) -> dict[str, Any]:
            return {self.columns: (function("a batch"),)}

    found = WaveRows(Cluster(), "s", "1", 2).sums(str.upper, with_design=False)
    assert found == {"value_1, value_2, weight": ("A BATCH",)}
