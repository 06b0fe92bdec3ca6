"""Each rule on a few numbers worked by hand, and at its edges."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import median

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.outliers_influence import variance_inflation_factor

from support.reports import Report, text
from werkpeil.audit import Finding, audit
from werkpeil.audit.printed import Interval, read_printed
from werkpeil.audit.rules.bases import smallest_base
from werkpeil.audit.rules.shares import bases_of, find_repair, rows_with_both
from werkpeil.audit.rules.stars import read_models


def told(report: Report) -> list[tuple[str, str]]:
    return [(finding.rule, str(finding.number.cell)) for finding in audit(report.tables())]


def distribution(*rows: tuple[int, str], base: int | None = None) -> Report:
    report = Report()
    for place, (count, share) in enumerate(rows):
        report.add(f"t/row{place}/all", "count", str(count))
        report.add(f"t/row{place}/all", "percent", share)
    if base is not None:
        report.add("t/n/all", "count", str(base))
    cells = "t/" + "|".join(f"row{place}" for place in range(len(rows))) + "/*"
    report.relate("shares", "", cells, "t/n/*" if base is not None else "")
    return report


# --- Percentages and counts ---------------------------------------------------------------------


def test_percentages_may_be_of_those_who_answered_or_of_all() -> None:
    assert told(distribution((30, "33.3"), (60, "66.7"), base=100)) == []
    assert told(distribution((30, "30"), (60, "60"), base=100)) == [("shares_below_100", "t/row0/all")]
    assert told(distribution((30, "30.0"), (60, "66.7"), base=100)) == [
        ("share_of_count", "t/row0/all"),
        ("shares_below_100", "t/row0/all"),
    ]


def test_one_wrong_count_is_named_and_mended() -> None:
    report = distribution((53, "5.0"), (238, "34.3"), (421, "60.7"))
    (culprit, *rest) = audit(report.tables())
    assert (culprit.number.printed.text, culprit.expected) == ("53", Interval(Fraction(35), Fraction(35)))
    assert {finding.severity for finding in rest} == {"medium"}
    cells = list(report.tables().cells)
    assert find_repair(rows_with_both(report.tables(), cells)).base == 694  # type: ignore[union-attr]  # there is one


def test_nobody_has_any_percentage_of_nothing() -> None:
    assert told(distribution((0, "0"), (0, "0"))) == [("shares_below_100", "t/row0/all")]
    assert told(distribution((0, "0.0"), (5, "100"))) == []
    assert told(distribution((0, "2.0"), (5, "98"))) == [
        ("share_of_count", "t/row0/all"),
        ("share_of_count", "t/row1/all"),
    ]
    assert told(distribution((5, "100"))) == []


def test_counts_do_not_exceed_their_base() -> None:
    assert told(distribution((60, "60"), (40, "40"), base=100)) == []
    assert told(distribution((60, "59"), (41, "41"), base=100)) == [("count_within_base", "t/row0/all")]


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=6).filter(lambda counts: sum(counts) > 0),
    st.integers(0, 2),
)
def test_the_base_of_right_percentages_is_among_those_that_fit(counts: list[int], decimals: int) -> None:
    total = sum(counts)
    for count in counts:
        share = read_printed(text(Fraction(100 * count, total), decimals), is_count=False)
        assert bases_of(count, share.interval).holds(total)
    shares = [read_printed(text(Fraction(100 * c, total), decimals), is_count=False).interval for c in counts]
    smallest = smallest_base(shares, total)
    assert smallest is not None
    assert smallest <= total


def test_the_smallest_base_is_that_of_whole_people() -> None:
    def shares(*texts: str) -> list[Interval]:
        return [read_printed(one, is_count=False).interval for one in texts]

    assert smallest_base(shares("100"), 50) == 1
    assert smallest_base(shares("33.3", "66.7"), 50) == 3
    assert smallest_base(shares("12,5"), 50) == 8
    assert smallest_base(shares("60", "60"), 50) is None  # together more people than there are
    assert smallest_base(shares("0.4"), 100) is None


# --- Sums, parts and groups ---------------------------------------------------------------------


def test_rounded_parts_may_miss_their_sum_by_their_rounding() -> None:
    report = Report()
    for name, share in (("a", "33"), ("b", "33"), ("total", "67")):
        report.add(f"t/{name}/all", "percent", share)
    report.relate("sum", "t/total/*", "t/a|b/*")
    assert told(report) == []
    report.find("t/total/all", "percent")["printed"] = "68"
    assert told(report) == [("sum", "t/total/all")]


def test_a_total_with_an_empty_part_is_not_checked() -> None:
    report = Report()
    for cell, count in (("t/a/x", 3), ("t/total/x", 9), ("t/a/y", 3), ("t/b/y", 4), ("t/total/y", 9)):
        report.add(cell, "count", str(count))
    report.relate("sum", "t/total/*", "t/a|b/*")
    assert told(report) == [("sum", "t/total/y")]


@pytest.mark.parametrize(("whole", "expected"), [("40", []), ("29", ["within"]), ("61", ["within"])])
def test_what_is_left_beside_parts_is_not_negative_nor_more_than_the_base_leaves(
    whole: str, expected: list[str]
) -> None:
    report = Report()
    for column, people, count in (("a", 50, "10"), ("b", 50, "20"), ("total", 130, whole)):
        report.add(f"t/n/{column}", "count", str(people))
        report.add(f"t/yes/{column}", "count", count)
    report.relate("within", "t/yes/total", "t/yes/a|b", "t/n/*")
    assert [rule for rule, _ in told(report)] == expected


def groups(whole: str, first: tuple[int, str], second: tuple[int, str], *, everybody: int) -> list[Finding]:
    report = Report()
    for column, (people, mean) in (("a", first), ("b", second), ("total", (everybody, whole))):
        report.add(f"t/n/{column}", "count", str(people))
        report.add(f"t/mean/{column}", "mean", mean)
    report.relate("groups", "t/mean/total", "t/mean/a|b", "t/n/*", detail="1..5")
    return audit(report.tables())


def test_a_total_is_the_weighted_mean_of_its_groups() -> None:
    assert groups("3.5", (100, "3.0"), (100, "4.0"), everybody=200) == []
    (finding,) = groups("3.8", (100, "3.0"), (100, "4.0"), everybody=200)
    assert finding.expected == Interval(Fraction("3.45"), Fraction("3.55"))


def test_those_in_no_group_must_have_a_possible_mean() -> None:
    assert groups("3.8", (100, "3.0"), (100, "4.0"), everybody=300) == []
    (finding,) = groups("2.0", (100, "3.0"), (100, "4.0"), everybody=300)
    assert "(600 - 700)/100 = -1.0" in finding.arithmetic.en
    assert groups("3.0", (0, "3.0"), (0, "4.0"), everybody=0) == []


# --- Stars --------------------------------------------------------------------------------------


def test_the_smallest_error_is_that_of_least_squares_at_a_vif_of_one() -> None:
    random = np.random.default_rng(7)
    x = random.normal(size=(300, 4)) + random.normal(size=(300, 1))
    y = x @ [0.2, 0, -0.1, 0.4] + random.normal(size=300)
    z, v = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1), (y - y.mean()) / y.std(ddof=1)
    fit = sm.OLS(v, sm.add_constant(z)).fit()
    for statistic, value in (("adjusted_r_squared", fit.rsquared_adj), ("r_squared", fit.rsquared)):
        report = Report()
        for place in range(4):
            report.add(f"t/x{place}/y", "beta", text(fit.params[place + 1], 9))
        report.add("t/n/y", "count", "300")
        report.add("t/r2/y", statistic, text(value, 9))
        report.relate("model", "t/r2/*", "t/x0|x1|x2|x3/*", "t/n/*")
        tables = report.tables()
        (model,) = read_models(tables, tables.relations[0])
        for place in range(4):
            vif = variance_inflation_factor(sm.add_constant(z), place + 1)
            assert fit.bse[place + 1] == pytest.approx(model.smallest_error * math.sqrt(vif), rel=1e-6)
        assert model.needed(1) == pytest.approx(1.968, abs=1e-3)


def test_stars_of_two_models_may_ask_for_different_vifs() -> None:
    report = Report()
    for outcome, beta in (("one", "0.080"), ("two", "0.066*")):
        report.add(f"t/x/{outcome}", "beta", beta)
        report.add(f"t/n/{outcome}", "count", "2000")
        report.add(f"t/r2/{outcome}", "r_squared", "0.100")
    report.relate("model", "t/r2/*", "t/x/*", "t/n/*", detail="5")
    (finding,) = audit(report.tables())
    assert (finding.rule, str(finding.number.cell)) == ("stars_disagree", "t/x/two")
    # (0.0665 / 0.02124 / 1.96)^2 and (0.0795 / 0.02124 / 1.96)^2
    assert "VIF <= 2.55" in finding.arithmetic.en
    assert "VIF >= 3.64" in finding.arithmetic.en


@pytest.mark.parametrize(("n", "r2"), [("5", "0.1"), ("100", "1.0")])
def test_a_model_without_degrees_of_freedom_or_residuals_says_nothing(n: str, r2: str) -> None:
    report = Report()
    report.add("t/x/y", "beta", "0.010***")
    report.add("t/n/y", "count", n)
    report.add("t/r2/y", "r_squared", r2)
    report.relate("model", "t/r2/*", "t/x/*", "t/n/*", detail="4")
    assert told(report) == []


# --- Scope of numerator and denominator ---------------------------------------------------------


def test_a_rate_counts_the_same_people_above_and_below() -> None:
    report = Report()
    for table, counts in (("invited", (100, 80)), ("responded", (50, 20))):
        for row, count in zip(("a", "b"), counts, strict=True):
            report.add(f"{table}/{row}/all", "count", str(count))
        report.add(f"{table}/both/all", "count", str(sum(counts)))
        report.relate("sum", f"{table}/both/*", f"{table}/a|b/*")
    report.add("responded/other/all", "count", "20")
    report.add("responded/total/all", "count", "90")
    report.relate("sum", "responded/total/*", "responded/both|other/*")
    report.add("rate/both/all", "percent", "38.9")
    report.add("rate/total/all", "percent", "50.0")
    report.relate("ratio", "rate/both/*", "responded/both/*", "invited/both/*")
    report.relate("ratio", "rate/total/*", "responded/total/*", "invited/both/*")
    (finding,) = audit(report.tables())
    assert (finding.rule, str(finding.number.cell)) == ("different_people", "rate/total/all")
    assert "(90 - 20)/180 = 38.89" in finding.arithmetic.en


# --- Medians ------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=9), st.integers(0, 1))
def test_the_median_of_rounded_numbers_is_that_of_the_numbers(tenths: list[int], decimals: int) -> None:
    report = Report()
    for place, value in enumerate(tenths):
        report.add(f"t/row{place}/all", "percent", text(Fraction(value, 10), decimals))
    report.add("t/median/all", "percent", text(Fraction(median(tenths)) / 10, decimals))
    cells = "|".join(f"row{place}" for place in range(len(tenths)))
    report.relate("median", "t/median/all", f"t/{cells}/all")
    assert told(report) == []


def test_a_number_that_is_no_median_is_told() -> None:
    report = Report()
    for row, share in (("a", "40"), ("b", "51"), ("c", "54"), ("median", "54")):
        report.add(f"t/{row}/all", "percent", share)
    report.relate("median", "t/median/*", "t/a|b|c/*")
    (finding,) = audit(report.tables())
    assert (finding.rule, finding.expected) == ("median", Interval(Fraction("50.5"), Fraction("51.5")))


def test_stars_in_parts_stand_for_each_of_several_wholes() -> None:
    report = Report()
    for row in ("a", "b"):
        report.add(f"t/{row}/all", "percent", "40")
        report.add(f"t/{row}/women", "percent", "30" if row == "a" else "45")
        report.add(f"t/{row}/men", "percent", "35")
    report.relate("groups", "t/a|b/all", "t/*/women|men")
    assert told(report) == [("total_outside_groups", "t/a/all")]
