"""Conditions as people write them, read or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from werkpeil.errors import InputError
from werkpeil.semantic.query import OPERATORS, Condition, read_condition


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wave = 2024", Condition("wave", "=", ("2024",))),
        ("wave=2024", Condition("wave", "=", ("2024",))),
        ("wave = '2024'", Condition("wave", "=", ("2024",))),
        ("  sector  !=  rijk ", Condition("sector", "!=", ("rijk",))),
        ("sector IN (rijk, 'zbo')", Condition("sector", "in", ("rijk", "zbo"))),
        ("sector not   in (rijk)", Condition("sector", "not in", ("rijk",))),
        ("sector in rijk,zbo", Condition("sector", "in", ("rijk", "zbo"))),
        ("cut_group__sector = in", Condition("cut_group__sector", "=", ("in",))),
        ("sector in ('a, b', \"c = d\", e)", Condition("sector", "in", ("a, b", "c = d", "e"))),
        ("sector = o'brien", Condition("sector", "=", ("o'brien",))),
    ],
)
def test_a_condition_is_read_as_it_is_meant(text: str, expected: Condition) -> None:
    assert read_condition(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "wave", "wave =", "= 2024", "wave > 2023", "wave like '2%'", "wave in ()", "wave in (2023,)",
     "wave = {{ 1 }}", "wave = 2023 or wave = 2024", "wave = 2023; drop table x"],
)  # fmt: skip
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_condition(text)


@given(st.text() | st.text("wave =!in('\"),{} ").map("wave = {}".format))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_condition(text)
    except InputError:
        return
    assert found.operator in OPERATORS
    assert all(found.values)


@given(st.sampled_from(OPERATORS), st.text(st.characters(categories=("L", "N")), min_size=1))
def test_what_is_written_is_read_back(operator: str, value: str) -> None:
    text = f"wave {operator} ({value})" if "in" in operator else f"wave {operator} {value}"
    assert read_condition(text) == Condition("wave", operator, (value,))
