"""How far answers lie apart: by hand, and whatever the numbers are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from benchmarks.agreement import Agreement, compare, read_answers
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = st.floats(min_value=1e-6, max_value=1e6)


def key(variable: str, kind: str = "design") -> tuple[str, str, str, str]:
    return kind, variable, "1", "mean"


def test_differences_are_relative_to_ours() -> None:
    ours = {key("a"): (4.0, 0.1), key("b"): (2.0, 0.2)}
    theirs = {key("a"): (4.0004, 0.1), key("b"): (2.0, 0.2002)}
    found = compare(ours, theirs)
    assert (found.compared, found.absent) == (2, 0)
    assert found.estimate == pytest.approx(1e-4)
    assert found.std_error == pytest.approx(1e-3)


def test_a_coefficient_near_zero_is_held_against_its_error() -> None:
    found = compare({key("a"): (1e-9, 0.1)}, {key("a"): (2e-9, 0.1)})
    assert found.estimate == pytest.approx(1e-8)


def test_what_the_other_lacks_is_counted_and_kinds_that_it_never_gave_are_not() -> None:
    ours = {key("a"): (1.0, 1.0), key("b"): (1.0, 1.0), key("a", "classical"): (1.0, 1.0)}
    found = compare(ours, {key("a"): (1.0, math.nan)})
    assert (found.compared, found.absent) == (1, 1)
    assert found.estimate == 0
    assert math.isnan(found.std_error)


def test_nothing_to_compare_is_no_agreement() -> None:
    found = compare({key("a"): (1.0, 1.0)}, {})
    assert found.compared == 0
    assert math.isnan(found.estimate)


@pytest.mark.parametrize(("mine", "other"), [(1.0, math.nan), (math.nan, 1.0), (1.0, math.inf), (0.0, 1.0)])
def test_a_number_against_none_is_infinitely_far(mine: float, other: float) -> None:
    assert compare({key("a"): (mine, math.nan)}, {key("a"): (other, math.nan)}).estimate == math.inf


@given(st.dictionaries(st.text(max_size=3).map(key), st.tuples(NUMBERS, NUMBERS), min_size=1))
def test_answers_agree_with_themselves(answers: dict[tuple[str, str, str, str], tuple[float, float]]) -> None:
    assert compare(answers, answers) == Agreement(len(answers), 0, 0.0, 0.0)


@given(NUMBERS, NUMBERS, st.floats(min_value=1e-9, max_value=1e-2))
def test_a_shift_is_found_whatever_its_unit(estimate: float, error: float, shift: float) -> None:
    scale = max(estimate, error)
    found = compare({key("a"): (estimate, error)}, {key("a"): (estimate + shift * scale, error)})
    assert found.estimate == pytest.approx(shift, rel=1e-4)


def test_answers_are_read_with_absent_numbers(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(
        "kind,variable,group,statistic,estimate,std_error\ndesign,a,1,mean,1.5,\ndesign,b,1,mean,NA,0.5\n"
    )
    answers = read_answers(file)
    assert answers[key("a")][0] == 1.5
    assert math.isnan(answers[key("a")][1])
    assert math.isnan(answers[key("b")][0])
