"""Numbers as they stand in reports."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from werkpeil.audit.printed import Interval, read_printed


@pytest.mark.parametrize(
    ("text", "is_count", "value", "decimals", "stars"),
    [
        ("87,8%", False, "87.8", 1, 0),
        ("1.9%", False, "1.9", 1, 0),
        ("-,024***", False, "-0.024", 3, 3),
        ("\u2212.5", False, "-0.5", 1, 0),
        ("100%", False, "100", 0, 0),
        ("1.234,56", False, "1234.56", 2, 0),
        ("1,234,567.8", False, "1234567.8", 1, 0),
        ("2.914", True, "2914", 0, 0),
        ("161,141", True, "161141", 0, 0),
        ("1 355", True, "1355", 0, 0),
        ("559", True, "559", 0, 0),
        (".05", False, "0.05", 2, 0),
        ("0,60", False, "0.60", 2, 0),
    ],
)
def test_a_number_is_read_as_a_person_reads_it(
    text: str, is_count: bool, value: str, decimals: int, stars: int
) -> None:
    printed = read_printed(text, is_count=is_count)
    assert (printed.value, printed.decimals, printed.stars) == (Fraction(value), decimals, stars)


@pytest.mark.parametrize("text", ["", "-", "n.v.t.", "12.5.1x", "a third", "%"])
def test_what_is_no_number_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        read_printed(text, is_count=False)


def test_a_count_has_no_decimals() -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        read_printed("12.5", is_count=True)


def test_words_take_their_value_from_the_column_for_it() -> None:
    printed = read_printed("bijna 50%", is_count=False, value="50", reading="lt")
    assert printed.interval == Interval(None, Fraction(50))
    assert read_printed("about half", is_count=False, value="50", reading="approx").interval.holds(3)


@given(st.integers(-(10**6), 10**6), st.integers(0, 4))
def test_a_number_lies_in_its_own_interval_and_the_interval_is_one_unit_wide(
    value: int, decimals: int
) -> None:
    number = Fraction(value, 10**decimals)
    printed = read_printed(f"{float(number):.{decimals}f}", is_count=False)
    assert printed.value == number
    assert printed.interval.holds(number)
    assert printed.interval.high is not None
    assert printed.interval.low is not None
    assert printed.interval.high - printed.interval.low == Fraction(1, 10**decimals)
