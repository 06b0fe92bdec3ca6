"""Numbers are rounded and written as the authors of a report did."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from werkpeil.exhibits.numbers import NumberStyle, decimal_text, number_format, rounded, share_text

DUTCH = NumberStyle(decimal_mark=",", thousands_mark=".", leading_zero=False)
ENGLISH = NumberStyle(decimal_mark=".", thousands_mark=",")


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (2.675, 2, "2.68"),  # the double lies below 2.675
        (0.285, 2, "0.29"),
        (0.125, 2, "0.13"),  # half to even would give 0.12
        (-0.125, 2, "-0.13"),
        (1.005, 2, "1.01"),
        (0.1 + 0.2, 1, "0.3"),
        (2.5, 0, "3"),
        (-0.0004, 3, "0.000"),  # no minus before a zero
        (sum([0.1] * 15) / 10, 2, "0.15"),
    ],
)
def test_halves_go_away_from_zero(value: float, places: int, text: str) -> None:
    assert str(rounded(value, places)) == text


@given(st.integers(-(10**8), 10**8), st.integers(0, 4), st.integers(0, 4))
def test_what_was_typed_in_decimals_is_rounded_as_typed(digits: int, decimals: int, places: int) -> None:
    typed = Decimal(digits).scaleb(-decimals)
    expected = typed.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert rounded(float(typed), places) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be rounded"):
        rounded(value, 1)


@pytest.mark.parametrize(
    ("value", "places", "style", "coefficient", "text"),
    [
        (0.0494, 3, DUTCH, True, ",049"),
        (-0.0835, 2, DUTCH, True, "-,08"),
        (1.25, 2, DUTCH, True, "1,25"),
        (0.0, 3, DUTCH, True, ",000"),
        (0.5, 0, DUTCH, True, "1"),
        (0.4, 0, DUTCH, True, "0"),
        (0.0494, 3, DUTCH, False, "0,049"),
        (1234567.5, 1, DUTCH, False, "1.234.567,5"),
        (1234567.5, 1, ENGLISH, False, "1,234,567.5"),
    ],
)
def test_numbers_have_the_marks_of_their_report(
    value: float, places: int, style: NumberStyle, coefficient: bool, text: str
) -> None:
    assert decimal_text(value, places, style, coefficient=coefficient) == text


def test_shares_are_percentages() -> None:
    assert share_text(0.285, 0, ENGLISH) == "29%"
    assert share_text(0.12649999999999997, 1, DUTCH) == "12,7%"
    assert share_text(1.0, 1, DUTCH) == "100,0%"
    assert share_text(0.0, 1, DUTCH) == "0,0%"


def test_a_spreadsheet_shows_the_same_decimals() -> None:
    assert number_format(0) == "#,##0"
    assert number_format(3) == "#,##0.000"
    assert number_format(1, is_share=True) == "0.0%"
