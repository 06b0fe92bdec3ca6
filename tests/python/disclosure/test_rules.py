"""Primary rules, at their edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from werkpeil.disclosure.rules import Thresholds, is_small, primary_categories
from werkpeil.errors import InputError


@pytest.mark.parametrize(
    ("counts", "small", "unanimous"),
    [
        ([0, 0, 0], [False, False, False], False),  # nobody
        ([1, 0, 0], [True, True, True], True),  # one person
        ([3, 3, 3], [True, True, True], False),  # a small group
        ([10, 10, 10], [False, False, False], False),  # all just large enough
        ([9, 41, 10], [True, False, False], False),  # a small category
        ([91, 5, 4], [True, True, True], False),  # all but nine
        ([0, 49, 0], [False, False, False], True),  # everybody, of 49
        ([0, 50, 0], [False, False, False], False),  # everybody, of 50
        ([0, 20, 29], [False, False, False], True),  # nobody in a category, of 49
        ([0, 20, 30], [False, False, False], False),  # nobody in a category, of 50
    ],
)
def test_categories_at_the_edges(counts: list[int], small: list[bool], unanimous: bool) -> None:
    row = np.array([counts], dtype=float)
    found, alike = primary_categories(row, row.sum(axis=1), Thresholds())
    assert found.tolist() == [small]
    assert alike.tolist() == [[unanimous] * 3]


def test_nobody_is_not_few() -> None:
    assert is_small(np.array([0.0, 1.0, 9.0, 10.0]), 10).tolist() == [False, True, True, False]


def test_thresholds_are_read_and_what_others_read_is_passed_over() -> None:
    settings = {"minimum_n": 5, "categories_of_rests": True, "reliability": {"n_effective": 30}}
    assert Thresholds.of(settings) == Thresholds(minimum_n=5, categories_of_rests=True)


@pytest.mark.parametrize("value", [0, 1, -3, 2.5, "ten", None])
def test_a_threshold_that_protects_nobody_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="minimum_n"):
        Thresholds.of({"minimum_n": value})
