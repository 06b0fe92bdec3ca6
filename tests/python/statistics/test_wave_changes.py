"""Changes between waves: what everybody, some and nobody in both waves do to their error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from support.panels import change_by_rows, changes_of, overlap_sums, panel
from werkpeil.statistics.wave_changes import KEYS, compare_waves, overlap_covariances

NOBODY = overlap_sums(panel(), ("1", "2"), panel()["mood_1"]).iloc[:0]


def people(answers: dict[str, list[float]], first: dict[str, int] | None = None, **more: Any) -> pd.DataFrame:
    """Waves of people in one stratum, numbered from 0 or from `first`; weights are 1."""
    frames = []
    for wave, y in answers.items():
        start = (first or {}).get(wave, 0)
        frames.append(pd.DataFrame({"wave": wave, "y": y, "person": np.arange(start, start + len(y))}))
    return pd.concat(frames, ignore_index=True).assign(**({"weight": 1.0, "region": 1} | more))


def compared(rows: pd.DataFrame, population: dict[int, float] | None = None, **known: Any) -> Any:
    """The one change of made-up rows."""
    changes = changes_of(rows, ("1", "2"), rows["y"], **known)
    frame = compare_waves(changes, overlap_sums(rows, ("1", "2"), rows["y"], population=population))
    assert len(frame) == 1
    return frame.iloc[0]


BEFORE = [1.0, 2.0, 3.0, 3.0, 4.0, 5.0, 2.0, 4.0]
AFTER = [2.0, 2.0, 4.0, 3.0, 5.0, 5.0, 3.0, 3.0]


def test_everybody_in_both_waves_is_the_paired_t_test() -> None:
    row = compared(people({"1": BEFORE, "2": AFTER}))
    expected = stats.ttest_rel(AFTER, BEFORE)
    differences = DescrStatsW(np.subtract(AFTER, BEFORE))
    assert row["change"] == pytest.approx(differences.mean, rel=1e-12)
    assert row["std_error"] == pytest.approx(differences.std_mean, rel=1e-12)
    assert (row["statistic"], row["df"]) == (pytest.approx(expected.statistic, rel=1e-12), 7)
    assert row["p_value"] == pytest.approx(expected.pvalue, rel=1e-12)
    assert (row["ci_lower"], row["ci_upper"]) == pytest.approx(differences.tconfint_mean(), rel=1e-12)
    assert (row["n"], row["n_overlap"]) == (8, 8)


def test_nobody_in_both_waves_is_the_plain_sum() -> None:
    rows = people({"1": BEFORE, "2": AFTER}, first={"2": 100})
    changes = changes_of(rows, ("1", "2"), rows["y"])
    row = compare_waves(changes, NOBODY).iloc[0]
    expected = stats.ttest_ind(AFTER, BEFORE)
    # Of two samples of one size, the sum of both variances is that of the pooled test.
    assert row["std_error"] == pytest.approx(np.sqrt((np.var(BEFORE, ddof=1) + np.var(AFTER, ddof=1)) / 8))
    assert row["p_value"] == pytest.approx(expected.pvalue, rel=1e-12)
    assert (row["df"], row["n"], row["n_overlap"], row["covariance"]) == (14, 16, 0, 0)


@pytest.mark.parametrize("waves", [("1", "2"), ("2", "3"), ("1", "3")])
@pytest.mark.parametrize("sex", [None, 1])
def test_sums_give_what_the_rows_give(waves: tuple[str, str], sex: int | None) -> None:
    rows = panel()
    y = rows["mood_1"] if sex is None else rows["mood_1"].where(rows["sex"] == sex)
    row = compare_waves(changes_of(rows, waves, y), overlap_sums(rows, waves, y)).iloc[0]
    for name, value in change_by_rows(rows, waves, y).items():
        assert row[name] == pytest.approx(value, rel=1e-10), name


drawn = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.integers(1, 5),
        st.sampled_from([0.0, 0.5, 1.0, 2.0]),
        st.sampled_from([0.0, 1.0, 3.0]),
        st.sampled_from([1, 2]),
        st.sampled_from([1, 2]),
        st.sampled_from(["both", "first", "second"]),
    ),
    min_size=6,
    max_size=30,
)


def as_rows(people_drawn: list[Any]) -> pd.DataFrame:
    """Rows of drawn people: answers, weights and regions of two waves, and in which they are."""
    rows = []
    for person, (before, after, w, later_w, region, later_region, place) in enumerate(people_drawn):
        if place != "second":
            rows.append(("1", person, float(before), w, region))
        if place != "first":
            rows.append(("2", person, float(after), later_w, later_region))
    # Two people per stratum and wave without whom there would be no variance to speak of.
    rows += [(wave, 900 + k, float(k + 1), 1.0, 1 + k % 2) for wave in ("1", "2") for k in range(4)]
    return pd.DataFrame(rows, columns=["wave", "person", "y", "weight", "region"])


@settings(max_examples=12)
@given(drawn)
def test_a_change_has_the_error_of_its_rows_and_never_less_than_nothing(people_drawn: list[Any]) -> None:
    rows = as_rows(people_drawn)
    changes = changes_of(rows, ("1", "2"), rows["y"])
    row = compare_waves(changes, overlap_sums(rows, ("1", "2"), rows["y"])).iloc[0]
    expected = change_by_rows(rows, ("1", "2"), rows["y"])
    assert row["change"] == pytest.approx(expected["change"], abs=1e-9)
    if row["null_reason"] is pd.NA:
        assert row["std_error"] == pytest.approx(expected["std_error"], rel=1e-6)
        of_each = changes[["std_error", "previous_std_error"]].iloc[0]
        assert abs(of_each.iloc[0] - of_each.iloc[1]) <= row["std_error"] * (1 + 1e-9)
        assert row["std_error"] <= of_each.sum() * (1 + 1e-9)
    else:
        assert row["null_reason"] == "no_variance"
        assert np.isnan(row["std_error"])


@settings(max_examples=8)
@given(drawn, st.randoms(use_true_random=False), st.sampled_from([0.25, 3.0]))
def test_the_order_of_rows_and_the_unit_of_weights_do_not_matter(
    people_drawn: list[Any], random: Any, factor: float
) -> None:
    rows = as_rows(people_drawn)
    order = list(range(len(rows)))
    random.shuffle(order)
    other = rows.iloc[order].reset_index(drop=True)
    other["weight"] = other["weight"].where(other["wave"] == "1", other["weight"] * factor)
    found = [overlap_covariances(overlap_sums(frame, ("1", "2"), frame["y"])) for frame in (rows, other)]
    assert found[0]["covariance"].to_numpy() == pytest.approx(found[1]["covariance"].to_numpy(), abs=1e-12)


def test_a_panel_of_a_known_population_has_its_finite_population_correction() -> None:
    rows = people({"1": BEFORE, "2": AFTER})
    changes = changes_of(rows, ("1", "2"), rows["y"])
    changes[["std_error", "previous_std_error"]] *= np.sqrt(1 - 8 / 40)
    row = compare_waves(changes, overlap_sums(rows, ("1", "2"), rows["y"], population={1: 40.0})).iloc[0]
    expected = np.std(np.subtract(AFTER, BEFORE), ddof=1) / np.sqrt(8) * np.sqrt(1 - 8 / 40)
    assert row["std_error"] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("population", "share"),
    [
        (16.0, 0.0),  # two samples of 8 from 16 share 4 by chance, as these do
        (12.0, 0.0),  # fewer than by chance
        (32.0, 0.5),  # by chance 2 of the 4
        (8.0, 0.0),  # the whole population answered
    ],
)
def test_links_by_chance_add_no_covariance(population: float, share: float) -> None:
    rows = people({"1": BEFORE, "2": AFTER}, first={"2": 4})
    free = overlap_covariances(overlap_sums(rows, ("1", "2"), rows["y"]))["covariance"].iloc[0]
    bound = overlap_covariances(overlap_sums(rows, ("1", "2"), rows["y"], population={1: population}))
    assert free != 0
    assert bound["covariance"].iloc[0] == pytest.approx(free * share, abs=1e-15)


def test_independent_draws_from_a_known_population_keep_their_error() -> None:
    """Two samples of 60 from the same 150 people: their errors are right on average over 2,000 draws."""
    random = np.random.default_rng(3)
    draws, size, population = 2000, 60, 150
    truth = random.normal(size=population)
    answers = [truth + random.normal(scale=0.5, size=population) for _ in range(2)]
    means = np.empty((2, draws))
    plain = np.zeros(draws)
    drawn_in = np.zeros((2, draws, population))
    for wave, y in enumerate(answers):
        for draw in range(draws):
            place = random.choice(population, size, replace=False)
            means[wave, draw] = y[place].mean()
            plain[draw] += (1 - size / population) * np.var(y[place], ddof=1) / size
            drawn_in[wave, draw, place] = y[place] - y[place].mean()
    both = (drawn_in != 0).all(axis=0)
    sums = pd.DataFrame(
        dict.fromkeys(KEYS, "x")
        | {"group_id": [str(draw) for draw in range(draws)]}
        | {"n_linked": both.sum(axis=1), "n_both": both.sum(axis=1), "units_both": both.sum(axis=1)}
        | {"sum_zz": (drawn_in[0] * drawn_in[1]).sum(axis=1), "total": 0.0, "previous_total": 0.0}
        | {"sum_z": (drawn_in[1] * both).sum(axis=1), "sum_previous_z": (drawn_in[0] * both).sum(axis=1)}
        | dict.fromkeys(["sum_w", "previous_sum_w", "unit_count", "previous_unit_count"], size)
        | dict.fromkeys(["has_population", "previous_has_population"], True)
        | dict.fromkeys(["unsampled_share", "previous_unsampled_share"], 1 - size / population)
    )
    variances = plain - 2 * overlap_covariances(sums)["covariance"].to_numpy()
    # A variance over 2,000 draws has a relative standard error of 3.2 %; clipping at 0 costs more.
    assert variances.mean() == pytest.approx(np.var(means[1] - means[0], ddof=1), rel=0.12)
    # Without the correction for chance, the covariance would be counted although there is none.
    assert np.corrcoef(means)[0, 1] == pytest.approx(0, abs=0.07)


PANEL = people({"1": BEFORE, "2": AFTER})
TWO = people({"1": [1.0, 2.0], "2": [2.0, 5.0]})
# What is the case, the rows, what is known before, the reason, the change.
EDGES: list[tuple[str, pd.DataFrame, dict[str, Any], str | None, float | None]] = [
    ("nobody moved", people({"1": BEFORE, "2": BEFORE}), {}, "no_variance", 0.0),
    ("everybody moved alike", people({"1": BEFORE, "2": [y + 1 for y in BEFORE]}), {}, "no_variance", 1.0),
    ("one respondent", PANEL, {"null_reason": "one_respondent"}, "one_respondent", 0.375),
    ("a stratum of one", PANEL, {"null_reason": "single_unit_stratum"}, "single_unit_stratum", 0.375),
    ("reworded", PANEL, {"null_reason": "reworded"}, "reworded", None),
    ("items changed", PANEL, {"null_reason": "items_changed"}, "items_changed", None),
    ("not asked", PANEL, {"null_reason": "not_asked"}, "not_asked", None),
    ("nobody", PANEL, {"null_reason": "nobody_answered", "estimate": np.nan}, "nobody_answered", None),
    ("no weight", PANEL, {"null_reason": "zero_weight", "estimate": np.nan}, "zero_weight", None),
    ("two people", TWO, {}, None, 2.0),
    ("nothing to judge by", TWO, {"degrees_of_freedom": 0}, "too_few_respondents", 2.0),
]


@pytest.mark.parametrize(
    ("rows", "known", "reason", "change"), [edge[1:] for edge in EDGES], ids=[edge[0] for edge in EDGES]
)
def test_edges_have_a_reason_and_never_an_error_of_zero(
    rows: pd.DataFrame, known: dict[str, Any], reason: str | None, change: float | None
) -> None:
    row = compared(rows, **known)
    assert (None if row["null_reason"] is pd.NA else row["null_reason"]) == reason
    assert np.isnan(row["change"]) if change is None else row["change"] == pytest.approx(change)
    tested = ["std_error", "ci_lower", "statistic", "df", "p_value", "q_value"]
    assert row[tested].isna().all() == (reason is not None)
    assert row["std_error"] != 0


def test_an_empty_warehouse_has_no_changes_and_its_columns() -> None:
    rows = people({"1": BEFORE, "2": AFTER})
    frame = compare_waves(changes_of(rows, ("1", "2"), rows["y"]).iloc[:0], NOBODY)
    assert len(frame) == 0
    assert str(frame["std_error"].dtype) == "float64"
    assert list(frame[KEYS].dtypes.astype(str).unique()) == ["string"]


def test_values_are_adjusted_within_survey_pair_measure_theme_and_cut() -> None:
    rows = people({"1": BEFORE, "2": AFTER}, first={"2": 100})
    one = changes_of(rows, ("1", "2"), rows["y"])
    variants = [{"variable_id": f"q{k}", "estimate": 3.0 + k / 10} for k in range(4)]
    others = [{"theme_id": "u"}, {"cut_id": "sex"}, {"measure": "positive_share"}, {"survey_id": "other"}]
    others += [{"kind": "scale", "theme_id": None}, {"kind": "item", "theme_id": None}]
    others = [more | {"variable_id": f"x{place}"} for place, more in enumerate(others)]
    changes = pd.concat([one.assign(**more) for more in variants + others], ignore_index=True)
    frame = compare_waves(changes, NOBODY)
    family = frame["p_value"].iloc[:4].to_numpy()
    expected = stats.false_discovery_control(family)
    assert frame["q_value"].iloc[:4].to_numpy() == pytest.approx(expected, rel=1e-12)
    assert (frame["q_value"].iloc[4:] == frame["p_value"].iloc[4:]).all()
