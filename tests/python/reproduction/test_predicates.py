"""Predicates: true, false and unknown, and that a flipped number flips the answer."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.projects import ROOT
from werkpeil.errors import InputError
from werkpeil.reproduction.predicates import Address, Answer, Bound, both, evaluate, read_predicate

with (ROOT / "seeds" / "claim_predicates.csv").open(encoding="utf-8") as seed:
    COLUMNS = next(csv.reader(seed))


def ask(values: dict[str, float | None], operator: str, **columns: str) -> bool | None:
    """Ask of numbers named `variable` or `variable/group`; the statistic is `mean`, the cut `c`."""
    return answer(values, operator, **columns).holds


def answer(values: dict[str, float | None], operator: str, **columns: str) -> Answer:
    placed = {}
    for name, value in values.items():
        variable, _, group = name.partition("/")
        if value is not None:
            placed[Address("estimates", "mean", variable, "c", group or "all")] = value
    return evaluate(read_predicate(row(operator, **columns)), placed)


def row(operator: str, **columns: str) -> dict[str, str]:
    address = {"source": "estimates", "statistic": "mean", "cut_ids": "c", "group_ids": "all"}
    given_columns: dict[str, str] = {"claim_id": "k", "part": "1", "operator": operator} | address | columns
    return dict.fromkeys(COLUMNS, "") | given_columns


# The edge table: operator, columns, numbers, answer.
EDGES: list[tuple[str, dict[str, str], dict[str, float | None], bool | None]] = [
    ("within", {"variable_ids": "a;b", "bound": "> 1, < 3"}, {"a": 2, "b": 2.9}, True),
    ("within", {"variable_ids": "a;b", "bound": "> 1, < 3"}, {"a": 2, "b": 3}, False),
    ("within", {"variable_ids": "a;b", "bound": "> 1"}, {"a": 2, "b": None}, None),
    ("within", {"variable_ids": "a;b", "bound": "> 1"}, {"a": 0, "b": None}, False),
    ("within", {"variable_ids": "a;b;d", "bound": "> 1", "cases": ">= 2"}, {"a": 2, "b": 2, "d": None}, True),
    (
        "within",
        {"variable_ids": "a;b;d", "bound": "> 1", "cases": ">= 2"},
        {"a": 0, "b": 0, "d": None},
        False,
    ),
    ("within", {"variable_ids": "a;b;d", "bound": "> 1", "cases": "<= 1"}, {"a": 2, "b": 0, "d": None}, None),
    ("within", {"variable_ids": "a", "bound": "= 3.2", "decimals": "1"}, {"a": 3.15}, True),
    ("within", {"variable_ids": "a", "bound": "= 3.2", "decimals": "1"}, {"a": 3.149}, False),
    ("within", {"variable_ids": "a", "bound": "= -0.3", "decimals": "1"}, {"a": -0.25}, True),
    ("within", {"variable_ids": "a;b", "aggregate": "max", "bound": "<= 3"}, {"a": 1, "b": 4}, False),
    ("within", {"variable_ids": "a;b", "aggregate": "min", "bound": "= 1"}, {"a": 1, "b": 4}, True),
    ("within", {"variable_ids": "a;b", "aggregate": "mean", "bound": "= 2.5"}, {"a": 1, "b": 4}, True),
    ("within", {"variable_ids": "a;b", "aggregate": "mean", "bound": "= 2.5"}, {"a": 1, "b": None}, None),
    ("within", {"variable_ids": "a", "is_absolute": "true", "bound": "> 1"}, {"a": -2}, True),
    ("above", {"variable_ids": "a;b", "other_variable_ids": "a;b;d"}, {"a": 3, "b": 2, "d": 1}, True),
    ("above", {"variable_ids": "a;b", "other_variable_ids": "d"}, {"a": 3, "b": 1, "d": 1}, False),
    ("above", {"variable_ids": "a;b", "other_variable_ids": "d"}, {"a": 0, "b": None, "d": 1}, False),
    ("above", {"variable_ids": "a;b", "other_variable_ids": "d"}, {"a": 2, "b": None, "d": 1}, None),
    (
        "rank",
        {"variable_ids": "a", "other_variable_ids": "a;b;d", "bound": "<= 1"},
        {"a": 2, "b": 2, "d": 1},
        True,
    ),
    (
        "rank",
        {"variable_ids": "a", "other_variable_ids": "a;b;d", "bound": "<= 1"},
        {"a": 2, "b": 3, "d": None},
        False,
    ),
    (
        "rank",
        {"variable_ids": "a", "other_variable_ids": "a;b;d", "bound": "<= 2"},
        {"a": 2, "b": 3, "d": None},
        None,
    ),
    (
        "rank",
        {"variable_ids": "a", "other_variable_ids": "a;b;d", "bound": "<= 3"},
        {"a": 2, "b": 3, "d": None},
        True,
    ),
    ("rank", {"variable_ids": "a", "other_variable_ids": "b", "bound": "<= 2"}, {"a": None, "b": 3}, None),
    ("spread", {"variable_ids": "a;b;d", "bound": "<= 0.1"}, {"a": 1, "b": 1.1, "d": 1.05}, True),
    ("spread", {"variable_ids": "a;b;d", "bound": "<= 0.1"}, {"a": 1, "b": 1.2, "d": 1.05}, False),
    ("spread", {"variable_ids": "a;b", "bound": "<= 0.1"}, {"a": 1, "b": None}, None),
    ("rises", {"variable_ids": "a", "group_ids": "x;y;z"}, {"a/x": 1, "a/y": 2, "a/z": 3}, True),
    ("rises", {"variable_ids": "a", "group_ids": "x;y;z"}, {"a/x": 1, "a/y": 1, "a/z": 3}, False),
    ("falls", {"variable_ids": "a", "group_ids": "x;y;z"}, {"a/x": 3, "a/y": 2, "a/z": 1}, True),
    ("never_rises", {"variable_ids": "a", "group_ids": "x;y;z"}, {"a/x": 3, "a/y": 3, "a/z": 1}, True),
    ("never_rises", {"variable_ids": "a", "group_ids": "x;y;z"}, {"a/x": 3, "a/y": None, "a/z": 1}, None),
    ("never_rises", {"variable_ids": "a", "group_ids": "x;y;z"}, {"a/x": 1, "a/y": 3, "a/z": None}, False),
]


@pytest.mark.parametrize(("operator", "columns", "values", "expected"), EDGES)
def test_each_operator_says_yes_no_and_unknown(
    operator: str, columns: dict[str, str], values: dict[str, float | None], expected: bool | None
) -> None:
    assert ask(values, operator, **columns) is expected


def test_cases_are_made_by_the_keys_and_compared_within_themselves() -> None:
    values: dict[str, float | None] = {"a/x": 2, "b/x": 1, "a/y": 8, "b/y": 9}
    by_group = {"variable_ids": "a", "group_ids": "x;y", "other_variable_ids": "b", "by_keys": "group"}
    assert answer(values, "above", **by_group) == Answer(holds=False, held=1, known=2, cases=2)
    assert ask(values, "above", **by_group, cases=">= 1") is True
    at_once = {"variable_ids": "a", "group_ids": "x;y", "other_variable_ids": "b"}
    assert ask(values, "above", **at_once) is False


def test_means_over_groups_are_compared_with_means() -> None:
    values: dict[str, float | None] = {"a/x": 1, "a/y": 9, "b/x": 4, "b/y": 4}
    columns = {"variable_ids": "a", "group_ids": "x;y", "other_variable_ids": "b", "aggregate": "mean"}
    assert ask(values, "above", **columns) is True
    assert ask(values | {"b/x": None}, "above", **columns) is None


def test_counted_names_are_written_out() -> None:
    predicate = read_predicate(row("within", variable_ids="q09_9..q09_11;z", bound="> 0"))
    assert [cell.variable for cell in predicate.cells] == ["q09_9", "q09_10", "q09_11", "z"]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"operator": "guess", "variable_ids": "a"}, "another name"),
        ({"operator": "within", "variable_ids": "a"}, "a bound"),
        ({"operator": "within", "variable_ids": "", "bound": "> 1"}, "variables"),
        ({"operator": "within", "variable_ids": "a", "bound": "about 3"}, "is no bound"),
        ({"operator": "above", "variable_ids": "a", "by_keys": "colour"}, "by_keys"),
        ({"operator": "claims"}, "claim_ids"),
        ({"operator": "untestable"}, "a reason"),
    ],
)
def test_a_row_that_cannot_be_asked_is_refused_and_named(columns: dict[str, str], told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_predicate(row(**columns))
    assert told in str(caught.value)
    assert "claim_predicates, k part 1" in str(caught.value)


numbers = st.floats(-100, 100).map(lambda value: round(value, 3))
THREE = {"variable_ids": "a;b", "other_variable_ids": "d"}
ASKED: list[tuple[str, dict[str, str]]] = [
    ("above", THREE),
    ("rank", THREE | {"bound": "<= 2"}),
    ("rank", THREE | {"bound": "<= 2", "aggregate": "min"}),
    ("within", {"variable_ids": "a;b;d", "bound": "> 0, < 50"}),
    ("within", {"variable_ids": "a;b;d", "bound": "> 0", "cases": "<= 1"}),
    ("spread", {"variable_ids": "a;b;d", "bound": "<= 30"}),
    ("rises", {"variable_ids": "a;b;d"}),
    ("never_rises", {"variable_ids": "a;b;d"}),
]


@given(
    asked=st.sampled_from(ASKED),
    values=st.tuples(numbers, numbers, numbers),
    hidden=st.sets(st.sampled_from("abd")),
)
def test_what_is_said_of_some_numbers_stays_true_of_all(
    asked: tuple[str, dict[str, str]], values: tuple[float, ...], hidden: set[str]
) -> None:
    """Kleene's order: more numbers can turn unknown into an answer, never an answer into another."""
    everything: dict[str, float | None] = dict(zip("abd", values, strict=True))
    some = {name: None if name in hidden else value for name, value in everything.items()}
    operator, columns = asked
    whole = ask(everything, operator, **columns)
    assert whole is not None
    assert ask(some, operator, **columns) in {None, whole}


@given(low=numbers, high=numbers)
def test_flipping_numbers_flips_the_answer(low: float, high: float) -> None:
    low, high = min(low, high), max(low, high) + 1
    pair: dict[str, Any] = {"variable_ids": "a", "other_variable_ids": "b"}
    assert ask({"a": high, "b": low}, "above", **pair) is True
    assert ask({"a": low, "b": high}, "above", **pair) is False
    trend = {"variable_ids": "a", "group_ids": "x;y"}
    assert ask({"a/x": low, "a/y": high}, "rises", **trend) is True
    assert ask({"a/x": high, "a/y": low}, "rises", **trend) is False
    ranked = pair | {"bound": "<= 1"}
    assert ask({"a": high, "b": low}, "rank", **ranked) is True
    assert ask({"a": low, "b": high}, "rank", **ranked) is False


@given(values=st.lists(st.sampled_from([True, False, None]), max_size=5))
def test_all_of_is_the_least_of_them(values: list[bool | None]) -> None:
    order = {False: 0, None: 1, True: 2}
    expected = min(values, key=order.__getitem__) if values else None
    assert both(values) is expected


@given(limit=st.integers(0, 6), low=st.integers(0, 6), more=st.integers(0, 6))
def test_a_bound_between_two_counts_is_that_of_each(limit: int, low: int, more: int) -> None:
    bound = Bound.parse(f">= {limit}")
    answers = {bound.holds(count) for count in range(low, low + more + 1)}
    assert bound.holds_between(low, low + more) is (answers.pop() if len(answers) == 1 else None)
