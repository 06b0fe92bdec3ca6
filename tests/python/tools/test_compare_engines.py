"""The comparison of engines finds what differs, and takes for equal what addition alone made different."""

from __future__ import annotations

from types import ModuleType  # noqa: TC003 - pytest reads the annotations of fixtures
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.releases import tool

ROWS = {"item_id": ["a", "b", None], "n": [1, 2, None], "mean": [0.1, 3.0, None], "build_id": ["x", "x", "x"]}


@pytest.fixture(scope="module")
def engines() -> ModuleType:
    tool("compare_releases")  # which it imports
    return tool("compare_engines")


def told(engines: ModuleType, **changed: Any) -> Any:
    return engines.compare_tables("t", pa.table(ROWS), pa.table({**ROWS, **changed}))


def test_equal_tables_are_equal_whatever_their_order_and_build(engines: ModuleType) -> None:
    backwards = {name: values[::-1] for name, values in ROWS.items()}
    found = told(engines, **{**backwards, "build_id": ["y", "y", "y"]})
    assert (found.rows, found.largest, found.differences) == (3, 0.0, ())


@pytest.mark.parametrize(
    ("changed", "differences"),
    [
        ({"n": [1, 3, None]}, ("n: 1 values",)),
        ({"item_id": ["a", "b", ""]}, ("item_id: 1 values",)),
        ({"n": [1, 2, 0]}, ("n: 1 values",)),
        ({"mean": [0.1, 3.0 + 1e-8, None]}, ("mean: 1 values, up to 3.3e-09",)),
        ({"mean": [0.1, None, None]}, ("mean: 1 values, up to 0.0e+00",)),
        ({"n": ["1", "2", None]}, ("other columns or types: n",)),
        ({"more": [1, 2, 3]}, ("other columns or types: more",)),
    ],
)
def test_what_differs_is_told(
    engines: ModuleType, changed: dict[str, list[Any]], differences: tuple[str, ...]
) -> None:
    assert told(engines, **changed).differences == differences


def test_a_row_more_is_told(engines: ModuleType) -> None:
    more = {name: [*values, values[0]] for name, values in ROWS.items()}
    assert told(engines, **more).differences == ("3 and 4 rows",)


def test_a_billionth_is_rounding(engines: ModuleType) -> None:
    found = told(engines, mean=[0.1, 3.0 * (1 + 5e-10), None])
    assert found.differences == ()
    assert found.largest == pytest.approx(5e-10, rel=1e-3)


CHANGES = {
    "change": [1e-6, 0.2],
    "ci_upper": [0.19, 1e-8],
    "std_error": [0.1, 0.1],
    "statistic": [1e-5, 4.4],
    "p_value": [0.9, 1e-5],
}


@pytest.mark.parametrize(
    ("column", "row", "within", "beyond"),
    [
        ("change", 0, 5e-11, 2e-10),
        ("ci_upper", 1, 5e-11, 2e-10),
        ("std_error", 0, 5e-11, 2e-10),
        ("statistic", 0, 5e-10, 2e-9),
        ("statistic", 1, 4e-9, 5e-9),
        ("p_value", 0, 5e-10, 4e-9),
        ("p_value", 1, 2e-13, 4e-13),
    ],
)
def test_a_difference_is_as_exact_as_its_error(
    engines: ModuleType, column: str, row: int, within: float, beyond: float
) -> None:
    for moved, is_equal in ((within, True), (beyond, False)):
        values = list(CHANGES[column])
        values[row] += moved
        changed = pa.table({**CHANGES, column: values})
        found = engines.compare_tables("t", pa.table(CHANGES), changed)
        assert (found.differences == ()) is is_equal, moved


def test_a_difference_without_an_error_is_as_exact_as_itself(engines: ModuleType) -> None:
    frames = [pa.table({"change": [1e-6 + moved]}) for moved in (0.0, 1e-14)]
    assert engines.compare_tables("t", *frames).differences == ("change: 1 values, up to 1.0e-08",)


@pytest.mark.parametrize(
    ("error", "moved", "is_equal"),
    [(None, 2e-9, True), (None, 4e-9, False), (1e-3, 5e-13, True), (1e-3, 2e-12, False)],
)
def test_a_change_where_nobody_differs_is_as_exact_as_what_it_was_taken_from(
    engines: ModuleType, error: float | None, moved: float, is_equal: bool
) -> None:
    frames = [
        pa.table({"change": [change], "std_error": pa.array([error], pa.float64()), "estimate": [3.0]})
        for change in (0.0, moved)
    ]
    assert (engines.compare_tables("t", *frames).differences == ()) is is_equal


def test_nothing_beside_nothing_is_equal(engines: ModuleType) -> None:
    empty = pa.table(ROWS).slice(0, 0)
    assert engines.compare_tables("t", empty, empty).differences == ()


NUMBERS = st.lists(st.tuples(st.sampled_from("abc"), st.floats(-1e6, 1e6)), min_size=1, max_size=20)


@given(NUMBERS, st.randoms())
def test_any_order_of_rows_is_equal(engines: ModuleType, rows: list[tuple[str, float]], chance: Any) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    frames = [pd.DataFrame(held, columns=["k", "v"]) for held in (rows, shuffled)]
    assert engines.compare_tables("t", *frames).differences == ()
