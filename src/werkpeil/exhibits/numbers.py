"""Numbers as a report prints them: rounded half up, with its decimal mark."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# A double that stands for a decimal fraction differs from it in the 16th digit; sums of thousands of
# answers lose a few more. What agrees in twelve digits is the same number.
SIGNIFICANT_DIGITS = 12


@dataclass(frozen=True)
class NumberStyle:
    """How a report writes its numbers.

    Attributes:
        decimal_mark: Between units and decimals.
        thousands_mark: Between groups of three digits; empty for none.
        leading_zero: Whether a coefficient below one is written 0,05 rather than ,05.
        percent: What follows the number of a share.
    """

    decimal_mark: str = ","
    thousands_mark: str = "."
    leading_zero: bool = True
    percent: str = "%"


def rounded(value: float, places: int) -> Decimal:
    """Return a number rounded half away from zero, as SPSS and the authors of the reports do.

    Python and DuckDB round the binary number they hold (2.675 to 2.67) or to even; here the decimal that
    the number stands for is rounded.

    Args:
        value: A finite number.
        places: Decimals to keep, 0 or more.

    Raises:
        ValueError: the number is not finite.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be rounded")
    meant = Decimal(f"{value:.{SIGNIFICANT_DIGITS}g}")
    result = meant.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return abs(result) if result.is_zero() else result


def decimal_text(value: float, places: int, style: NumberStyle, *, coefficient: bool = False) -> str:
    """Return a number with its decimals; a coefficient drops its leading zero where the style does."""
    text = f"{rounded(value, places):,}"
    text = text.translate({ord(","): style.thousands_mark, ord("."): style.decimal_mark})
    if coefficient and not style.leading_zero:
        sign = "-" if text.startswith("-") else ""
        text = sign + text.removeprefix("-").removeprefix("0" if style.decimal_mark in text else "")
    return text


def share_text(value: float, places: int, style: NumberStyle) -> str:
    """Return a share from 0 to 1 as a percentage."""
    # The shift of two decimals is exact in decimal and would not be in binary.
    percentage = float(Decimal(f"{value:.{SIGNIFICANT_DIGITS}g}").scaleb(2))
    return decimal_text(percentage, places, style) + style.percent


def number_format(places: int, *, is_share: bool = False) -> str:
    """Return the format of a spreadsheet for the same number."""
    decimals = "." + "0" * places if places else ""
    return f"0{decimals}%" if is_share else f"#,##0{decimals}"
