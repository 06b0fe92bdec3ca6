"""Raking, trimming and the steps of weighting: published numbers, R's survey, properties and edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from numpy.typing import NDArray

from werkpeil.statistics.weighting import (
    Margin,
    NotPossibleError,
    Settings,
    Weighted,
    margin_of,
    rake,
    rake_within,
    trim,
    weigh_wave,
    weigh_waves,
)

Floats = NDArray[np.float64]

# Kalton and Flores-Cervantes (2003), as in the tests of R's survey (kalton.R): four rows by three columns.
SAMPLE = np.array([[20, 40, 40], [50, 140, 310], [100, 50, 50], [30, 100, 70]])
POPULATION = np.array([[80, 40, 55], [60, 150, 340], [170, 60, 200], [55, 165, 125]])
# Printed in kalton.Rout.save for rake().
KALTON = [[1.81, 1.45, 2.02], [1.08, 0.87, 1.21], [2.20, 1.76, 2.45], [1.83, 1.47, 2.04]]


def crossed_classes(counts: NDArray[np.int64], stratum: str = "all") -> pd.DataFrame:
    """Classes of a table of counts, of rows a0, a1, ... and columns b0, b1, ...; an empty cell is none."""
    rows = [
        {"stratum_id": stratum, "class_id": f"a{a}*b{b}", "n": int(counts[a, b])}
        for a, b in np.argwhere(counts > 0)
    ]
    return pd.DataFrame(rows, columns=["stratum_id", "class_id", "n"])


def margin_rows(**populations: Any) -> pd.DataFrame:
    """Rows of the seed `margins`: per margin its populations, by answer or of a0, a1, ..."""
    rows = []
    for name, parts in populations.items():
        named = parts if isinstance(parts, dict) else {f"{name}{i}": n for i, n in enumerate(parts)}
        rows += [(name, answer, people) for answer, people in named.items()]
    return pd.DataFrame(rows, columns=["margin_id", "answer_id", "population"])


def strata_rows(column: str, **people: float) -> pd.DataFrame:
    return pd.DataFrame({"stratum_id": list(people), column: list(people.values())})


NO_STRATA, NO_SAMPLES = strata_rows("population"), strata_rows("sampled")
NO_MARGINS = margin_rows()


def settings(
    base: str = "none", *margins: str, adjusted: bool = False, ratio: float | None = None
) -> Settings:
    names = tuple(dict.fromkeys(name for margin in margins for name in margin.split("*")))
    return Settings(base, adjusted, margins, names, ratio)


def raked(
    counts: NDArray[np.int64], margins: pd.DataFrame, *names: str, ratio: float | None = None
) -> tuple[Weighted, Floats]:
    """Weigh a table raked to its margins; give the weights as that table, NaN where nobody is."""
    found = weigh_wave(
        settings("none", *(names or ("a", "b")), ratio=ratio),
        crossed_classes(counts),
        NO_STRATA,
        NO_SAMPLES,
        margins,
    )
    table = np.full(counts.shape, np.nan)
    table[counts > 0] = found.weights
    return found, table


# Oracles


def test_raking_gives_the_factors_of_kalton_and_flores_cervantes() -> None:
    margins = margin_rows(a=POPULATION.sum(axis=1), b=POPULATION.sum(axis=0))
    found, table = raked(SAMPLE, margins)
    np.testing.assert_allclose(table.round(2), KALTON, atol=1e-12)
    assert (found.steps, found.reason) == (["rake"], None)
    assert found.raked is not None
    assert found.raked.is_converged
    assert 1 < found.raked.iterations < 30
    assert found.raked.largest_difference < 1e-10


def test_one_crossed_margin_is_poststratification() -> None:
    crossed = {f"a{a}*b{b}": int(POPULATION[a, b]) for a, b in np.ndindex(POPULATION.shape)}
    found, table = raked(SAMPLE, margin_rows(**{"a*b": crossed}), "a*b")
    np.testing.assert_allclose(table, POPULATION / SAMPLE, rtol=1e-12)
    # The same table in kalton.Rout.save, of which 4.00 and 1.79 are the corners.
    assert table[2, 2] == pytest.approx(4.00)
    assert table[3, 2] == pytest.approx(1.79, abs=5e-3)
    assert found.raked is not None
    assert found.raked.iterations == 1


def test_design_weights_times_adjustment_are_population_over_respondents() -> None:
    classes = pd.DataFrame({"stratum_id": ["n", "s"], "class_id": ["all", "all"], "n": [20, 30]})
    strata, samples = strata_rows("population", n=1000, s=600), strata_rows("sampled", n=50, s=40)
    base = weigh_wave(settings("design"), classes, strata, samples, NO_MARGINS)
    np.testing.assert_allclose(base.weights, [20, 15])
    both = weigh_wave(settings("design", adjusted=True), classes, strata, samples, NO_MARGINS)
    np.testing.assert_allclose(both.weights, [50, 20])
    assert (both.steps, both.population_total) == (["design", "nonresponse"], 1600)
    without = weigh_wave(settings("design", adjusted=True), classes, strata, NO_SAMPLES, NO_MARGINS)
    np.testing.assert_allclose(without.weights, both.weights)
    sample = weigh_wave(settings(adjusted=True), classes, NO_STRATA, samples, NO_MARGINS)
    np.testing.assert_allclose(sample.weights, [2.5, 40 / 30])
    assert sample.population_total == 90


def test_raking_starts_from_the_design_weights() -> None:
    # Within a class raking multiplies; the ratio of two strata's weights stays that of the design.
    classes = pd.DataFrame(
        {"stratum_id": ["n", "n", "s", "s"], "class_id": ["f", "m", "f", "m"], "n": [10, 20, 15, 15]}
    )
    found = weigh_wave(
        settings("design", "sex", adjusted=True),
        classes,
        strata_rows("population", n=900, s=300),
        NO_SAMPLES,
        margin_rows(sex={"f": 700, "m": 500}),
    )
    assert found.steps == ["design", "nonresponse", "rake"]
    np.testing.assert_allclose(found.base_weights, [30, 30, 10, 10])
    np.testing.assert_allclose(found.weights[:2] / found.weights[2:], [3, 3])
    np.testing.assert_allclose(found.weights @ classes["n"].to_numpy(), 1200)


def test_trimming_shares_what_is_cut_equally_among_the_others() -> None:
    # Worked by hand: 2 at 10 above 6 leave 8, shared by 8 people: 1 each; nobody is lifted above 6.
    np.testing.assert_allclose(trim(np.array([2.0, 3, 5]), np.array([10.0, 4, 1]), 6), [6, 5, 2])
    # Here the middle is lifted above the cap by its part and cut in turn.
    counts, weights = np.array([2.0, 3, 5]), np.array([10.0, 5.5, 1])
    found = trim(counts, weights, 6)
    np.testing.assert_allclose(found, [6, 6, (counts @ weights - 30) / 5])
    with pytest.raises(ValueError, match="above the mean"):
        trim(counts, weights, 4.15)


def test_trimmed_weights_keep_both_the_cap_and_the_margins() -> None:
    margins = margin_rows(a=POPULATION.sum(axis=1), b=POPULATION.sum(axis=0))
    found, table = raked(SAMPLE, margins, ratio=1.5)
    mean = POPULATION.sum() / SAMPLE.sum()
    assert found.steps == ["rake", "trim"]
    assert np.nanmax(table) <= 1.5 * mean * (1 + 1e-6)
    np.testing.assert_allclose((table * SAMPLE).sum(axis=1), POPULATION.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose((table * SAMPLE).sum(axis=0), POPULATION.sum(axis=0), rtol=1e-9)
    # Only the 50 people of the third row and column were above 2.25 (2.45).
    assert found.trimmed_count == 50


def test_a_cap_that_the_margins_forbid_is_not_forced() -> None:
    # The third row needs 430 for 200 people, 2.15 each on average; 1.3 times the mean is 1.95.
    margins = margin_rows(a=POPULATION.sum(axis=1), b=POPULATION.sum(axis=0))
    found, table = raked(SAMPLE, margins, ratio=1.3)
    assert (found.steps, found.reason, found.trimmed_count) == (["rake"], "cap_cannot_hold", None)
    np.testing.assert_allclose(table.round(2), KALTON, atol=1e-12)


def test_trimming_without_raking_keeps_the_sum() -> None:
    classes = pd.DataFrame({"stratum_id": ["n", "s"], "class_id": ["all", "all"], "n": [10, 90]})
    strata = strata_rows("population", n=1000, s=900)
    found = weigh_wave(settings("design", ratio=3), classes, strata, NO_SAMPLES, NO_MARGINS)
    np.testing.assert_allclose(found.weights, [57, 10 + 430 / 90])
    assert (found.steps, found.trimmed_count) == (["design", "trim"], 10)


# Properties

# Raking takes milliseconds an example; that many show a slip.
few = examples(max_examples=25)

tables = st.tuples(st.integers(2, 4), st.integers(2, 4)).flatmap(
    lambda shape: st.tuples(
        *[
            st.lists(st.integers(1, 60), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
                lambda cells: np.array(cells).reshape(shape)
            )
            for _ in range(2)
        ]
    )
)


@few
@given(tables)
def test_raked_margins_are_the_targets_and_weights_are_positive(tables: tuple[Any, Any]) -> None:
    sample, population = tables
    found, table = raked(sample, margin_rows(a=population.sum(axis=1), b=population.sum(axis=0)))
    assert found.reason is None
    assert (table > 0).all()
    np.testing.assert_allclose((table * sample).sum(axis=1), population.sum(axis=1), rtol=1e-7)
    np.testing.assert_allclose((table * sample).sum(axis=0), population.sum(axis=0), rtol=1e-7)


@few
@given(tables)
def test_the_order_of_margins_does_not_matter(tables: tuple[Any, Any]) -> None:
    sample, population = tables
    margins = margin_rows(a=population.sum(axis=1), b=population.sum(axis=0))
    one, other = (
        weigh_wave(
            Settings("none", is_adjusted=False, margins=names, variables=("a", "b"), maximum_ratio=None),
            crossed_classes(sample),
            NO_STRATA,
            NO_SAMPLES,
            margins,
        )
        for names in (("a", "b"), ("b", "a"))
    )
    np.testing.assert_allclose(one.weights, other.weights, rtol=1e-6)


@few
@given(tables)
def test_factors_are_a_product_of_one_per_margin(tables: tuple[Any, Any]) -> None:
    sample, population = tables
    _, table = raked(sample, margin_rows(a=population.sum(axis=1), b=population.sum(axis=0)))
    ratios = table[:, :1] * table[:1, :] / table[0, 0]
    np.testing.assert_allclose(table, ratios, rtol=1e-9)


@few
@given(tables, st.integers(2, 5))
def test_more_respondents_alike_share_the_same_weight(tables: tuple[Any, Any], times: int) -> None:
    sample, population = tables
    margins = margin_rows(a=population.sum(axis=1), b=population.sum(axis=0))
    _, once = raked(sample, margins)
    _, more = raked(sample * times, margins)
    np.testing.assert_allclose(more * times, once, rtol=1e-7)


@few
@given(tables)
def test_a_class_told_in_two_parts_changes_nothing(tables: tuple[Any, Any]) -> None:
    sample, population = tables
    margins = margin_rows(a=population.sum(axis=1), b=population.sum(axis=0))
    classes = crossed_classes(sample)
    halves = pd.concat([classes.assign(n=classes["n"] // 2), classes.assign(n=(classes["n"] + 1) // 2)])
    halves = halves[halves["n"] > 0].reset_index(drop=True)
    own = settings("none", "a", "b")
    whole = weigh_wave(own, classes, NO_STRATA, NO_SAMPLES, margins)
    split = weigh_wave(own, halves, NO_STRATA, NO_SAMPLES, margins)
    by_class = dict(zip(classes["class_id"], whole.weights, strict=True))
    np.testing.assert_allclose(split.weights, halves["class_id"].map(by_class).to_numpy(), rtol=1e-9)


@given(
    st.lists(st.tuples(st.integers(1, 50), st.floats(0.01, 100)), min_size=1, max_size=12), st.floats(1.01, 6)
)
def test_trimming_keeps_the_sum_the_order_and_the_cap(people: list[tuple[int, float]], ratio: float) -> None:
    counts, weights = (np.array(column, dtype=float) for column in zip(*people, strict=True))
    cap = ratio * float(counts @ weights) / counts.sum()
    found = trim(counts, weights, cap)
    assert found.max() <= cap
    assert counts @ found == pytest.approx(counts @ weights, rel=1e-9)
    assert (np.diff(found[np.argsort(weights)]) >= -1e-9 * cap).all()
    assert (found >= np.minimum(weights, cap) * (1 - 1e-12)).all()


@few
@given(tables, st.floats(1.05, 4))
def test_trimming_holds_both_or_says_so(tables: tuple[Any, Any], ratio: float) -> None:
    sample, population = tables
    margins = margin_rows(a=population.sum(axis=1), b=population.sum(axis=0))
    found, table = raked(sample, margins, ratio=ratio)
    np.testing.assert_allclose((table * sample).sum(axis=1), population.sum(axis=1), rtol=1e-6)
    if found.reason is None:
        assert table.max() <= ratio * population.sum() / sample.sum() * (1 + 2e-6)
    else:
        assert found.reason == "cap_cannot_hold"
        assert found.steps == ["rake"]


# Missing answers


def test_who_gives_no_answer_keeps_their_share() -> None:
    classes = pd.DataFrame({"stratum_id": "all", "class_id": ["f", "m", "missing"], "n": [30, 50, 20]})
    found = weigh_wave(
        settings("none", "sex"), classes, NO_STRATA, NO_SAMPLES, margin_rows(sex={"f": 600, "m": 400})
    )
    # 20 % keep 20 % of 1,000; the other 800 are divided 6 to 4.
    np.testing.assert_allclose(found.weights, [480 / 30, 320 / 50, 200 / 20])


def test_answers_without_a_known_population_keep_their_share_and_joined_answers_are_one_part() -> None:
    classes = pd.DataFrame({"stratum_id": "all", "class_id": ["f", "m", "x", "y"], "n": [30, 50, 10, 10]})
    rows = margin_rows(sex={"f": 600, "m|y": 400, "x": None})
    found = weigh_wave(settings("none", "sex"), classes, NO_STRATA, NO_SAMPLES, rows)
    np.testing.assert_allclose(found.weights, [540 / 30, 360 / 60, 10, 360 / 60])


# What cannot be done


def one_margin(**counts: int) -> pd.DataFrame:
    return pd.DataFrame({"stratum_id": "all", "class_id": list(counts), "n": list(counts.values())})


@pytest.mark.parametrize(
    ("classes", "margins", "reason", "detail"),
    [
        (one_margin(f=1, m=1), {}, "no_margins", "sex"),
        (one_margin(f=1, m=1), {"f": None, "m": None}, "no_margins", "sex"),
        (one_margin(f=1, m=1), {"f": 0, "m": 0}, "no_margins", "sex"),
        (one_margin(missing=5), {"f": 5, "m": 5}, "nobody_answered", "sex"),
        (one_margin(f=1, m=1, x=1), {"f": 5, "m": 5}, "unlisted_answer", "sex=x"),
        (one_margin(f=3), {"f": 5, "m": 5}, "empty_margin_class", "sex=m"),
        (one_margin(f=3, m=1), {"f": 5, "m": 0}, "zero_population", "sex=m"),
    ],
)
def test_a_margin_that_cannot_be_met_says_why(
    classes: pd.DataFrame, margins: dict[str, Any], reason: str, detail: str
) -> None:
    found = weigh_wave(settings("none", "sex"), classes, NO_STRATA, NO_SAMPLES, margin_rows(sex=margins))
    assert (found.reason, found.detail, found.steps) == (reason, detail, [])
    np.testing.assert_array_equal(found.weights, np.ones(len(classes)))


def test_margins_of_other_populations_are_refused_and_small_differences_are_scaled() -> None:
    found, _ = raked(np.array([[5, 5], [5, 5]]), margin_rows(a=[50, 50], b=[60, 50]))
    assert (found.reason, found.detail) == ("margins_disagree", "b: 110 people, not 100")
    found, table = raked(np.array([[5, 5], [5, 5]]), margin_rows(a=[50, 50], b=[60.3, 40.2]))
    assert found.reason is None
    np.testing.assert_allclose((table * 5).sum(axis=0), [60, 40], rtol=1e-9)


def test_margins_that_contradict_each_other_do_not_converge_and_change_nothing() -> None:
    # Who is in a0 is in b0 and the other way about, but the margins give them unequal numbers.
    found, table = raked(np.array([[5, 0], [0, 5]]), margin_rows(a=[50, 50], b=[70, 30]))
    assert (found.reason, found.steps) == ("not_converged", [])
    assert found.raked is not None
    assert not found.raked.is_converged
    assert found.raked.largest_difference == pytest.approx(0.2)
    assert found.detail == "largest difference 0.2 after 1000 cycles"
    np.testing.assert_array_equal(table[[0, 1], [0, 1]], [1, 1])


def test_weights_that_would_have_to_be_zero_are_not_given() -> None:
    # Only b1 of a0 and b0 of a1 may stay: raking would have to empty the class a0*b0.
    found, table = raked(np.array([[5, 5], [5, 0]]), margin_rows(a=[50, 50], b=[50, 50]))
    assert (found.reason, found.steps) == ("not_converged", [])
    assert np.nanmin(table) == 1


@pytest.mark.parametrize(
    ("strata", "samples", "adjusted", "reason", "detail"),
    [
        ({}, {}, False, "no_strata", "no population of its strata"),
        ({"n": 100}, {}, False, "stratum_without_population", "s"),
        ({"n": 100, "s": 0}, {}, False, "population_below_sample", "s: 0 against 30"),
        ({"n": 10, "s": 100}, {}, False, "population_below_sample", "n: 10 against 20"),
        ({"n": 100, "s": 100}, {"n": 40}, False, "stratum_without_sample", "s"),
        ({"n": 100, "s": 100}, {"n": 20, "s": 29}, True, "more_responded_than_sampled", "s: 29 against 30"),
    ],
)
def test_strata_that_contradict_each_other_say_why(
    strata: dict[str, float], samples: dict[str, float], adjusted: bool, reason: str, detail: str
) -> None:
    classes = pd.DataFrame({"stratum_id": ["n", "s"], "class_id": "all", "n": [20, 30]})
    found = weigh_wave(
        settings("design", adjusted=adjusted),
        classes,
        strata_rows("population", **strata),
        strata_rows("sampled", **samples),
        NO_MARGINS,
    )
    assert (found.reason, found.detail) == (reason, detail)
    assert found.steps == (["design"] if adjusted else [])


def test_an_adjustment_without_numbers_of_invited_people_is_refused() -> None:
    found = weigh_wave(settings(adjusted=True), one_margin(all=5), NO_STRATA, NO_SAMPLES, NO_MARGINS)
    assert (found.reason, found.steps) == ("no_samples", [])


def test_an_empty_stratum_is_told_and_raking_makes_up_for_it() -> None:
    strata = strata_rows("population", n=100, s=50)
    classes = pd.DataFrame({"stratum_id": ["n", "n"], "class_id": ["f", "m"], "n": [10, 10]})
    found = weigh_wave(settings("design"), classes, strata, NO_SAMPLES, NO_MARGINS)
    assert (found.weights @ [10, 10], found.population_total, found.unrepresented) == (100, 150, 50)
    rows = margin_rows(sex={"f": 75, "m": 75})
    found = weigh_wave(settings("design", "sex"), classes, strata, NO_SAMPLES, rows)
    np.testing.assert_allclose(found.weights, [7.5, 7.5])


def test_one_respondent_stands_for_everybody() -> None:
    found = weigh_wave(
        settings("design", "sex", adjusted=True, ratio=2),
        one_margin(f=1),
        strata_rows("population", all=250),
        strata_rows("sampled", all=10),
        margin_rows(sex={"f": 250}),
    )
    assert (found.steps, found.reason) == (["design", "nonresponse", "rake", "trim"], None)
    np.testing.assert_allclose(found.weights, [250])


def test_a_margin_refuses_to_be_made_of_nothing() -> None:
    with pytest.raises(NotPossibleError) as failure:
        margin_of("sex", ["f"], margin_rows(sex={"m": 5})[["answer_id", "population"]], np.ones(1), None)
    assert failure.value.reason == "unlisted_answer"


def test_raking_that_breaks_down_is_not_converged() -> None:
    margin = Margin("a", ("x",), np.array([0, 0]), np.array([1e308]), np.array([1e308]))
    found = rake(np.ones(2), np.full(2, 1e-320), [margin])
    assert not found.is_converged
    assert rake_within(np.ones(2), found, [margin], 2)[0] is None


# All waves


def waves(*names: str) -> pd.DataFrame:
    classes = crossed_classes(SAMPLE)
    return pd.concat([classes.assign(survey_id="s", wave_id=name) for name in names], ignore_index=True)


def declared(**more: Any) -> pd.DataFrame:
    row = {"survey_id": "s", "is_declared": True, "base": "none", "is_adjusted": False, "margins": "a|b"}
    return pd.DataFrame([row | {"variables": "a|b", "maximum_ratio": np.nan} | more])


def seeded(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    parts = [frame.assign(survey_id="s", wave_id=name) for name in names]
    return pd.concat(parts, ignore_index=True) if parts else frame.assign(survey_id="", wave_id="")


MARGINS = margin_rows(a=POPULATION.sum(axis=1), b=POPULATION.sum(axis=0))


def weighed(classes: pd.DataFrame, margins: pd.DataFrame, built: pd.DataFrame | None = None) -> pd.DataFrame:
    return weigh_waves(classes, declared(), seeded(NO_STRATA), seeded(NO_SAMPLES), margins, built)


def test_every_wave_is_weighed_once_and_again_when_its_margins_change() -> None:
    classes, margins = waves("1", "2"), seeded(MARGINS, "1", "2")
    first = weighed(classes, margins)
    assert sorted(first["wave_id"].unique()) == ["1", "2"]
    assert first.groupby("wave_id")["fingerprint"].nunique().tolist() == [1, 1]
    ledger = first[["survey_id", "wave_id", "fingerprint"]].drop_duplicates()
    assert len(weighed(classes, margins, ledger)) == 0
    # Neither the order of rows nor another survey's rows are a change.
    others = pd.concat([margins.iloc[::-1], margins.assign(survey_id="t")], ignore_index=True)
    assert len(weighed(classes.iloc[::-1], others, ledger)) == 0
    changed = margins.copy()
    changed.loc[(changed["wave_id"] == "2") & (changed["answer_id"] == "a0"), "population"] += 5
    assert weighed(classes, changed, ledger)["wave_id"].unique().tolist() == ["2"]


def test_rows_of_classes_and_margins_add_up() -> None:
    table = weighed(waves("1"), seeded(MARGINS, "1"))
    classes, margins = table[table["margin_id"].isna()], table[table["margin_id"].notna()]
    assert len(classes) == 12
    assert classes["sum_w"].sum() == pytest.approx(POPULATION.sum())
    for _, margin in margins.groupby("margin_id"):
        assert margin["n"].sum() == SAMPLE.sum()
        np.testing.assert_allclose(margin["sum_w"], margin["target"], rtol=1e-9)
        np.testing.assert_allclose(margin["sum_w"], margin["population"].astype(float), rtol=1e-9)


def test_the_form_of_the_table_is_the_same_when_nothing_is_to_be_weighed() -> None:
    full = weighed(waves("1"), seeded(MARGINS, "1"))
    for empty in (
        weighed(waves("1").iloc[:0], seeded(MARGINS, "1")),
        weigh_waves(
            waves("1"),
            declared(is_declared=False),
            seeded(NO_STRATA),
            seeded(NO_SAMPLES),
            seeded(MARGINS),
            None,
        ),
    ):
        assert len(empty) == 0
        assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_a_wave_without_margins_is_told_and_keeps_its_weights() -> None:
    table = weighed(waves("1", "2"), seeded(MARGINS, "1"))
    assert table.groupby("wave_id")["null_reason"].first().isna().tolist() == [True, False]
    assert set(table.loc[table["wave_id"] == "2", "weight"]) == {1.0}


def test_permuting_classes_changes_no_weight() -> None:
    classes = waves("1")
    shuffled = classes.sample(frac=1, random_state=7)
    margins = seeded(MARGINS, "1")
    pd.testing.assert_frame_equal(weighed(shuffled, margins), weighed(classes, margins))
