"""GRIM, GRIMMER and ranges, against what others computed."""

from __future__ import annotations

from fractions import Fraction
from statistics import stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from werkpeil.audit import audit, make_tables
from werkpeil.audit.findings import rounded

Row = dict[str, str]


def one(statistic: str, printed: str, **columns: object) -> Row:
    place = {"table": "t", "row": "r", "column": statistic if statistic != "sd" else "mean"}
    return place | {"statistic": statistic, "printed": printed} | {k: str(v) for k, v in columns.items()}


def rules(*rows: Row) -> list[str]:
    return [finding.rule for finding in audit(make_tables(rows))]


# Consistency of mean, n and items as the R package scrutiny (version 0.5) and its tests have it.
SCRUTINY = [("5.19", 40, 1, False), ("5.18", 40, 1, True)]
SCRUTINY += [(f"{5.19 + step / 100:.2f}", 28, 1, mark == "T") for step, mark in enumerate("FFTFFFTFFFTF")]
SCRUTINY += [(f"{0.15 + step / 1000:.3f}", 120, 3, mark == "T") for step, mark in enumerate("TFFTFFTFTF")]
PIGS1 = "7.22 32 T, 4.74 25 F, 5.23 29 F, 2.57 24 F, 6.77 27 F, 2.68 28 T, 7.01 29 F, 7.38 26 T, 3.14 27 F"
PIGS1 += ", 6.89 31 F, 5.00 25 T, 0.24 28 F"
SCRUTINY += [(mean, int(n), 1, mark == "T") for mean, n, mark in (row.split() for row in PIGS1.split(", "))]
# Multi-item means of another public implementation's tests.
SCRUTINY += [("19.20", 5, 2, True), ("19.25", 4, 3, True), ("0.80", 4, 2, False), ("0.80", 5, 2, True)]
SCRUTINY += [("20.95", 12, 1, False), ("18.25", 4, 1, True)]


@pytest.mark.parametrize(("mean", "n", "items", "is_possible"), SCRUTINY)
def test_grim_agrees_with_published_results(mean: str, n: int, items: int, is_possible: bool) -> None:
    assert rules(one("mean", mean, n=n, items=items)) == ([] if is_possible else ["grim"])


# Means, deviations and n of scrutiny's set pigs5, with what its own test expects.
PIGS5 = [
    ("7.22", "5.30", 38, "grim"),
    ("4.74", "6.55", 31, ""),
    ("5.23", "2.55", 35, "grimmer"),
    ("2.57", "2.57", 30, ""),
    ("6.77", "2.18", 33, "grim"),
    ("2.68", "2.59", 34, ""),
    ("7.01", "6.68", 35, "grim"),
    ("7.38", "3.65", 32, ""),
    ("3.14", "5.32", 33, "grim"),
    ("6.89", "4.18", 37, ""),
    ("5.00", "2.18", 31, ""),
    ("0.24", "6.43", 34, ""),
]


@pytest.mark.parametrize(("mean", "sd", "n", "expected"), PIGS5)
def test_grimmer_agrees_with_published_results(mean: str, sd: str, n: int, expected: str) -> None:
    assert rules(one("mean", mean, n=n), one("sd", sd)) == ([expected] if expected else [])


@given(st.lists(st.integers(1, 5), min_size=2, max_size=60))
def test_answers_that_people_gave_are_always_possible(answers: list[int]) -> None:
    n = len(answers)
    mean, deviation = Fraction(sum(answers), n), stdev(answers)
    rows = [
        one("mean", f"{rounded(mean, 2):.2f}", n=n, lowest=1, highest=5),
        one("sd", f"{rounded(deviation, 2):.2f}"),
        one("percent", f"{rounded(Fraction(100 * answers.count(5), n), 1):.1f}", n=n),
    ]
    assert rules(*rows) == []


@given(st.lists(st.lists(st.integers(1, 5), min_size=3, max_size=3), min_size=2, max_size=40))
def test_scores_on_several_items_are_always_possible(people: list[list[int]]) -> None:
    scores = [Fraction(sum(answers), 3) for answers in people]
    mean = sum(scores, Fraction(0)) / len(scores)
    rows = [
        one("mean", f"{rounded(mean, 3):.3f}", n=len(people), items=3, lowest=1, highest=5),
        one("sd", f"{rounded(stdev(map(float, scores)), 3):.3f}"),
    ]
    assert rules(*rows) == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (one("mean", "5.1", lowest=1, highest=5), ["out_of_range"]),
        (one("mean", "5.0", lowest=1, highest=5), []),
        (one("percent", "101"), ["out_of_range"]),
        (one("percent", "-1"), ["out_of_range"]),
        (one("percent", "100,4"), ["out_of_range"]),
        (one("count", "-3"), ["out_of_range"]),
        (one("adjusted_r_squared", "-,002"), []),
        (one("r_squared", "1,2"), ["out_of_range"]),
        (one("percent", "0,0", n=7), []),
        (one("percent", "33", n=1), ["share_of_n"]),
        (one("mean", "3", n=1), []),
        (one("mean", "3.4", n=1), ["grim"]),
    ],
)
def test_ranges_and_the_edges_of_n(row: Row, expected: list[str]) -> None:
    assert rules(row) == expected


def test_a_deviation_larger_than_the_range_allows() -> None:
    # Two people at 1 and 5: mean 3, deviation 2.83, and no more is possible.
    assert rules(one("mean", "3.00", n=2, lowest=1, highest=5), one("sd", "2.83")) == []
    assert rules(one("mean", "3.00", n=2, lowest=1, highest=5), one("sd", "2.90")) == ["deviation_too_large"]
    assert rules(one("mean", "3.00", n=1, lowest=1, highest=5), one("sd", "2.90")) == []
    assert rules(one("mean", "5.00", n=40, lowest=1, highest=5), one("sd", "0.00")) == []
