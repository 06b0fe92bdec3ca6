"""Tests between groups, from sums, against scipy on the rows, NIST and R's survey."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from support.groups import compared, one, people_of, relation_of, strata_of, sums_of
from support.projects import SURVEYS
from werkpeil.statistics.group_comparisons import compare_groups
from werkpeil.statistics.group_tests import blocks

NIST = Path(scipy.__file__).parent / "stats" / "tests" / "data" / "nist_anova"
Floats = NDArray[np.float64]


samples = st.lists(st.integers(1, 5), min_size=2, max_size=25).filter(lambda x: len(set(x)) > 1)


@settings(max_examples=15, deadline=None)
@given(samples, samples)
def test_two_groups_are_compared_as_by_scipy_on_the_rows(a: list[int], b: list[int]) -> None:
    frame = compared(people_of(a + b, ["a"] * len(a) + ["b"] * len(b)), ["a", "b"])
    for test, equal in (("pooled", True), ("welch", False)):
        expected = stats.ttest_ind(a, b, equal_var=equal)
        row = one(frame, test)
        assert row["statistic"] == pytest.approx(expected.statistic, rel=1e-8, abs=1e-9)
        assert row["p_value"] == pytest.approx(expected.pvalue, rel=1e-8)
        assert row["df"] == pytest.approx(expected.df, rel=1e-9)
        interval = expected.confidence_interval(0.95)
        assert (row["ci_lower"], row["ci_upper"]) == pytest.approx((interval.low, interval.high), abs=1e-8)
        assert row["difference"] == pytest.approx(np.mean(a) - np.mean(b), abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(samples, samples, samples)
def test_three_groups_are_compared_as_by_scipy_on_the_rows(a: list[int], b: list[int], c: list[int]) -> None:
    frame = compared(people_of(a + b + c, ["a"] * len(a) + ["b"] * len(b) + ["c"] * len(c)), ["a", "b", "c"])
    expected = stats.f_oneway(a, b, c)
    assume(expected.statistic > 1e-9)  # where means are equal, scipy's own rounding may be negative
    row = one(frame, "pooled", omnibus=True)
    assert row["statistic"] == pytest.approx(expected.statistic, rel=1e-8, abs=1e-9)
    assert row["p_value"] == pytest.approx(expected.pvalue, rel=1e-8)
    assert (row["group_count"], row["n"]) == (3, len(a + b + c))
    welch = one(frame, "welch", omnibus=True)
    by_hand = welch_anova([np.array(x, dtype=float) for x in (a, b, c)])
    assert (welch["statistic"], welch["df"]) == pytest.approx(by_hand, rel=1e-8, abs=1e-9)


def welch_anova(samples: list[Floats]) -> tuple[float, float]:
    """Welch (1951), term by term."""
    k = len(samples)
    w = np.array([len(x) / x.var(ddof=1) for x in samples])
    m = np.array([x.mean() for x in samples])
    grand = (w * m).sum() / w.sum()
    a = (w * (m - grand) ** 2).sum() / (k - 1)
    lam = sum((1 - wi / w.sum()) ** 2 / (len(x) - 1) for wi, x in zip(w, samples, strict=True))
    return a / (1 + 2 * (k - 2) / (k**2 - 1) * lam), (k**2 - 1) / (3 * lam)


@settings(max_examples=12, deadline=None)
@given(samples, samples)
def test_with_equal_weights_and_no_strata_the_design_test_knows_the_same_difference(
    a: list[int], b: list[int]
) -> None:
    frame = compared(people_of(a + b, ["a"] * len(a) + ["b"] * len(b)), ["a", "b"])
    row = one(frame, "design")
    n, m = len(a) + len(b), (len(a), len(b))
    # Linearised: sums of squares over n_g^2, times n / (n - 1).
    variance = n / (n - 1) * (np.var(a) / m[0] + np.var(b) / m[1])
    assert row["std_error"] == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert row["df"] == n - 2
    omnibus = one(frame, "design", omnibus=True)
    assert omnibus["statistic"] == pytest.approx(row["statistic"] ** 2, rel=1e-7, abs=1e-9)
    assert omnibus["df"] == row["df"]


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_moving_all_answers_or_all_rows_changes_no_test(seed: int, clustered: bool) -> None:
    people = made_up(seed, clustered=clustered)
    groups = ["a", "b", "c"]
    first = compared(people, groups)
    moved = compared(people.assign(y=people["y"] + 100).sample(frac=1, random_state=seed), groups)
    for column in ("statistic", "p_value", "df", "difference", "effect_size"):
        np.testing.assert_allclose(first[column], moved[column], rtol=1e-7, atol=1e-9)


def made_up(seed: int, *, clustered: bool = False, n: int = 80) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return people_of(
        rng.integers(1, 6, n),
        rng.choice(["a", "b", "c"], n),
        rng.uniform(0.5, 3, n),
        np.array(["x", "y"])[np.arange(n) % 2],
        rng.choice([f"k{i}" for i in range(12)], n) if clustered else "none",
    )


NIST_F = [("SiRstv", 1.18046237440255, 1e-11), ("AtmWtAg", 15.9467335677930, 1e-9)]
NIST_F += [("SmLs01", 21.0, 1e-12), ("SmLs02", 201.0, 1e-12), ("SmLs03", 2001.0, 1e-12)]
NIST_F += [("SmLs04", 21.0, 1e-8), ("SmLs05", 201.0, 1e-8), ("SmLs06", 2001.0, 1e-8)]
# Numbers like 1000000000000.4 hold four digits behind the point: the file, not the method, is the limit.
NIST_F += [("SmLs07", 21.0, 1e-2), ("SmLs08", 201.0, 1e-2), ("SmLs09", 2001.0, 1e-2)]


@pytest.mark.parametrize(("name", "expected", "tolerance"), NIST_F)
def test_analysis_of_variance_is_that_of_nist(name: str, expected: float, tolerance: float) -> None:
    path = NIST / f"{name}.dat"
    if not path.exists():
        pytest.skip("this scipy comes without NIST's data")
    rows = np.loadtxt(path, skiprows=60)
    certified = [line for line in path.read_text().splitlines() if line.startswith("Between")]
    assert float(certified[0].split()[-1]) == pytest.approx(expected)
    groups = sorted({str(int(g)) for g in rows[:, 0]}, key=int)
    frame = compared(people_of(rows[:, 1], [str(int(g)) for g in rows[:, 0]]), groups, has_pairs=False)
    assert one(frame, "pooled", omnibus=True)["statistic"] == pytest.approx(expected, rel=tolerance)
    assert frame["group_b"].isna().all()


# Stata's auto data, mileage of domestic and foreign cars.
DOMESTIC = [
    22,
    17,
    22,
    20,
    15,
    18,
    26,
    20,
    16,
    19,
    14,
    14,
    21,
    29,
    16,
    22,
    22,
    24,
    19,
    30,
    18,
    16,
    17,
    28,
    21,
]
DOMESTIC += [
    12,
    12,
    14,
    22,
    14,
    15,
    18,
    14,
    20,
    21,
    19,
    19,
    18,
    19,
    24,
    16,
    28,
    34,
    25,
    26,
    18,
    18,
    18,
    19,
    19,
]
DOMESTIC += [19, 24]
FOREIGN = [17, 23, 25, 23, 35, 24, 21, 21, 25, 28, 30, 14, 26, 35, 18, 31, 18, 23, 41, 25, 25, 17]


def test_mileage_of_domestic_and_foreign_cars_differs_as_in_stata() -> None:
    people = people_of(DOMESTIC + FOREIGN, ["d"] * len(DOMESTIC) + ["f"] * len(FOREIGN))
    row = one(compared(people, ["d", "f"]), "pooled")
    assert (row["n_a"], row["n_b"]) == (52, 22)
    assert (row["estimate_a"], row["estimate_b"]) == pytest.approx((19.826923, 24.772727), abs=5e-7)
    assert row["statistic"] == pytest.approx(-3.6308484, abs=5e-8)
    assert row["p_value"] == pytest.approx(0.000525416, abs=5e-10)


def schools() -> tuple[pd.DataFrame, dict[str, float]]:
    frame = pd.read_csv(SURVEYS / "apistrat" / "apistrat.csv")
    people = people_of(frame["api00"], frame["sch_wide"].str.lower(), frame["pw"], frame["stype"])
    return people, {"E": 4421, "H": 755, "M": 1018}


def test_the_design_test_is_svyttest() -> None:
    people, population = schools()
    row = one(compared(people, ["yes", "no"], population=population), "design")
    assert row["difference"] == pytest.approx(82.78358544, rel=1e-9)
    assert row["statistic"] == pytest.approx(3.868381908, rel=1e-9)
    assert row["df"] == 196
    assert row["p_value"] == pytest.approx(0.0001490544708, rel=1e-9)


def edge(a: list[float], b: list[float], **columns: Any) -> pd.DataFrame:
    people = people_of(a + b, ["a"] * len(a) + ["b"] * len(b))
    return people.assign(**columns)


EDGES = [
    ("empty group", edge([1, 2, 4], []), dict.fromkeys(("pooled", "welch", "design"), "empty_group")),
    ("one person", edge([1, 2, 4], [3]), dict.fromkeys(("pooled", "welch", "design"), "one_respondent")),
    ("no variance", edge([2, 2, 2], [3, 3]), dict.fromkeys(("pooled", "welch", "design"), "no_variance")),
    ("all alike", edge([2, 2, 2], [2, 2]), dict.fromkeys(("pooled", "welch", "design"), "no_variance")),
    (
        "zero weights",
        edge([1, 2, 4], [3, 5], weight=[1.0, 1, 1, 0, 0]),
        {"design": "zero_weight", "welch": None},
    ),
    (
        "single-unit stratum",
        edge([1, 2, 4, 5], [3, 5, 2], stratum=["x", "y", "y", "y", "y", "y", "y"]),
        {"design": "single_unit_stratum", "welch": None, "pooled": None},
    ),
    (
        "one unit per stratum and group",
        edge([1, 2], [3, 5], cluster=["k", "k", "l", "l"]),
        {"design": "too_few_respondents", "welch": None},
    ),
]


@pytest.mark.parametrize("measure", ["mean", "positive_share"])
@pytest.mark.parametrize(("people", "reasons"), [e[1:] for e in EDGES], ids=[e[0] for e in EDGES])
def test_what_cannot_be_tested_has_a_reason(
    people: pd.DataFrame, reasons: dict[str, str | None], measure: str
) -> None:
    if measure == "positive_share":
        people = people.assign(y=(people["y"] > 2).astype(float))
    frame = compared(people, ["a", "b"], measure=measure)
    for test, reason in reasons.items():
        row = one(frame, test)
        known = None if pd.isna(row["null_reason"]) else row["null_reason"]
        if measure == "mean" or reason in {"empty_group", "zero_weight", "one_respondent"}:
            assert known == reason
    no_value = frame["p_value"].isna()
    assert (no_value == frame["null_reason"].notna()).all()
    for column in ("std_error", "statistic", "ci_lower", "q_value"):
        assert frame.loc[no_value, column].isna().all()
    assert (frame["std_error"].dropna() > 0).all()


def test_groups_of_one_are_left_out_of_the_test_of_all() -> None:
    a, b = [1, 2, 4, 4], [3, 5, 5]
    people = people_of([*a, *b, 2], ["a"] * 4 + ["b"] * 3 + ["c"])
    frame = compared(people, ["a", "b", "c", "d"])
    row = one(frame, "pooled", omnibus=True)
    assert (row["group_count"], row["n"]) == (2, 7)
    assert row["statistic"] == pytest.approx(stats.f_oneway(a, b).statistic)
    assert one(compared(people_of(a, "a"), ["a", "b"]), "welch", omnibus=True)["null_reason"] == "one_group"


def test_effect_sizes_are_those_of_cohen() -> None:
    # Variances 1 and 1, means 2 and 3: d = -1. Shares 1/2 and 1/4: 2 asin(sqrt(.5)) - 2 asin(.5).
    row = one(compared(people_of([1, 2, 3, 2, 3, 4], list("aaabbb")), ["a", "b"]), "pooled")
    assert (row["effect_size"], row["effect_size_type"]) == (pytest.approx(-1.0), "cohen_d")
    shares = compared(
        people_of([1, 0, 1, 0, 1, 0, 0, 0], list("aaaabbbb")), ["a", "b"], measure="positive_share"
    )
    row = one(shares, "design")
    assert row["effect_size"] == pytest.approx(np.pi / 2 - np.pi / 3)
    # Phi squared of the table 2 2, 1 3: (6 - 2)^2 / (4 4 3 5).
    assert one(shares, "pooled", omnibus=True)["effect_size"] == pytest.approx(16 / 240)


def test_long_lists_of_variables_are_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    people = made_up(3)
    sums = pd.concat(
        [sums_of(people.assign(y=people["y"] * k)).assign(variable_id=f"q{k}") for k in (1, 2, 3)]
    )
    whole = list(blocks(sums, ["a", "b", "c"], strata_of(people), "mean"))
    monkeypatch.setattr("werkpeil.statistics.group_tests.BLOCK", 12)
    parts = list(blocks(sums, ["a", "b", "c"], strata_of(people), "mean"))
    assert (len(whole), [part.variables for part in parts]) == (1, [["q1", "q2"], ["q3"]])
    np.testing.assert_allclose(np.concatenate([part.mean for part in parts]), whole[0].mean)


def test_nothing_gives_no_rows_but_their_columns() -> None:
    people = made_up(1)
    table = pd.DataFrame({"survey_id": [], "wave_id": [], "cut_id": [], "group_id": [], "position": []})
    variables = pd.DataFrame({"survey_id": ["s"], "variable_id": ["q"], "theme_id": [None]})
    frame = compare_groups(relation_of(sums_of(people).iloc[:0]), table, variables, strata_of(people))
    assert len(frame) == 0
    assert {"difference", "q_value", "null_reason"} <= set(frame.columns)


def test_a_wave_is_compared_again_only_when_something_of_it_changed() -> None:
    people = made_up(1)
    names = sorted(set(people["group"]))
    groups = pd.DataFrame(
        {"survey_id": "s", "wave_id": "1", "cut_id": "c", "group_id": names, "position": range(len(names))}
    ).assign(has_pairs=True)
    variables = pd.DataFrame({"survey_id": ["s"], "variable_id": ["q"], "theme_id": ["t"]})
    inputs = [relation_of(sums_of(people)), groups, variables, strata_of(people)]
    found = compare_groups(*inputs)
    assert len(found) > 3
    ledger = found[["survey_id", "wave_id", "fingerprint"]].drop_duplicates()
    assert len(ledger) == 1
    assert compare_groups(*inputs, ledger).empty
    shuffled = [frame.sample(frac=1, random_state=1) for frame in (sums_of(people), *inputs[1:])]
    assert compare_groups(relation_of(shuffled[0]), *shuffled[1:], ledger).empty
    for place, changed in enumerate(
        [
            relation_of(sums_of(made_up(2))),
            groups.assign(has_pairs=False),
            variables.assign(theme_id="u"),
            strata_of(people).assign(unsampled_share=0.5),
        ]
    ):
        again = compare_groups(*inputs[:place], changed, *inputs[place + 1 :], ledger)
        assert set(again["fingerprint"]).isdisjoint(ledger["fingerprint"]), place
        assert len(again) > 0


@settings(max_examples=8, deadline=None)
@given(samples, samples, st.integers(2, 4))
def test_a_weight_counts_as_so_many_respondents_in_what_is_estimated(
    a: list[int], b: list[int], times: int
) -> None:
    people = people_of(a + b, ["a"] * len(a) + ["b"] * len(b))
    weights = np.where(np.arange(len(people)) % 2 == 0, times, 1)
    weighted = one(compared(people.assign(weight=weights.astype(float)), ["a", "b"]), "design")
    repeated = one(compared(people.loc[np.repeat(people.index, weights)], ["a", "b"]), "pooled")
    for column in ("estimate_a", "estimate_b", "difference"):
        assert weighted[column] == pytest.approx(repeated[column], abs=1e-9)


def test_a_group_in_which_everybody_agrees_is_compared_with_one_that_differs() -> None:
    # Group a says 3; group b 1, 2, 3, variance 1 / 3 of its mean: t = (3 - 2) / sqrt(1 / 3), as in scipy.
    frame = compared(people_of([3, 3, 3, 1, 2, 3], list("aaabbb")), ["a", "b"])
    assert one(frame, "welch")["statistic"] == pytest.approx(np.sqrt(3))
    assert one(frame, "welch")["df"] == pytest.approx(2)
    assert one(frame, "design")["std_error"] > 0
    assert one(frame, "welch", omnibus=True)["null_reason"] == "no_variance"


@pytest.mark.parametrize("cluster", ["none", "own"])
@pytest.mark.parametrize("seed", range(6))
def test_what_uneven_weights_leave_of_equal_answers_is_rounding(seed: int, cluster: str) -> None:
    # Sums of weights with fractions do not cancel to the last bit, and each engine adds them up differently.
    rng = np.random.default_rng(seed)
    people = people_of([0] * 400 + [1] * 300, ["a"] * 400 + ["b"] * 300)
    clusters = rng.choice([f"k{number}" for number in range(30)], 700) if cluster == "own" else "none"
    people = people.assign(weight=rng.lognormal(0, 1, 700), cluster=clusters)
    frame = compared(people, ["a", "b"])
    assert set(frame["null_reason"]) == {"no_variance"}


@pytest.mark.parametrize("measure", ["mean", "positive_share"])
@pytest.mark.parametrize("seed", [0, 1, 29, 41])
def test_groups_of_which_all_say_the_same_tell_of_no_effect(seed: int, measure: str) -> None:
    # What is left of equal means is rounding, and a share of rounding in rounding is any number.
    rng = np.random.default_rng(seed)
    y = 1.0 if measure == "positive_share" else rng.uniform(0.1, 7)
    people = people_of([y] * 700, ["a"] * 400 + ["b"] * 300).assign(weight=rng.lognormal(0, 1, 700))
    frame = compared(people, ["a", "b"], measure=measure)
    assert set(frame["null_reason"]) == {"no_variance"}
    assert set(frame["effect_size"].fillna(0.0)) == {0.0}
    assert frame.loc[frame["effect_size_type"] == "eta_squared", "effect_size"].isna().all()


def test_shares_of_none_and_all_are_no_crash() -> None:
    nobody = compared(people_of([0, 0, 0, 0, 0], list("aabbb")), ["a", "b"], measure="positive_share")
    assert set(nobody["null_reason"]) == {"no_variance"}
    mixed = compared(people_of([1, 1, 1, 0, 1, 0], list("aaabbb")), ["a", "b"], measure="positive_share")
    assert 0 < one(mixed, "design", omnibus=True)["p_value"] < 1
