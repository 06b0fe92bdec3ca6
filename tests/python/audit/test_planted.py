"""Mistakes that a test plants are found; reports without any are left alone."""

from __future__ import annotations

import re

import pytest

from support.reports import BANDS, PREDICTORS, Report, consistent_report
from werkpeil.audit import audit

REPORTS = 100
SEEDS = range(8)


def found(report: Report) -> set[tuple[str, str]]:
    return {(finding.rule, str(finding.number.cell)) for finding in audit(report.tables())}


def test_consistent_reports_are_left_alone_in_99_of_100() -> None:
    noisy = {seed: told for seed in range(REPORTS) if (told := found(consistent_report(seed)))}
    assert len(noisy) <= REPORTS / 100, noisy


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_count_is_found(seed: int) -> None:
    report = consistent_report(seed)
    row = report.find(f"profile/{BANDS[seed % 4]}/all", "count")
    row["printed"] = str(int(row["printed"]) + 7 + 11 * (seed % 3))
    cell = f"profile/{BANDS[seed % 4]}/all"
    assert ("sum", cell) in found(report)
    # Without the columns that add up, its percentage tells.
    report.relations = [r for r in report.relations if r["relation"] == "shares"]
    assert any(rule == "share_of_count" for rule, _ in found(report))


@pytest.mark.parametrize("seed", SEEDS)
def test_two_swapped_rows_are_found(seed: int) -> None:
    report = consistent_report(seed)
    first, second = (report.find(f"profile/{BANDS[place]}/all", "count") for place in (0, 3))
    if first["printed"] == second["printed"]:
        pytest.skip("the two rows are equal, swapping them changes nothing")
    first["printed"], second["printed"] = second["printed"], first["printed"]
    told = found(report)
    assert {("sum", f"profile/{BANDS[0]}/all"), ("sum", f"profile/{BANDS[3]}/all")} <= told
    assert any(rule == "share_of_count" for rule, _ in told)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_swapped_answers_are_out_of_order(seed: int) -> None:
    report = consistent_report(seed)
    first, last = (report.find(f"answers_all/{answer}/all", "percent") for answer in ("yes", "unsure"))
    if first["printed"] == last["printed"]:
        pytest.skip("the two rows are equal, swapping them changes nothing")
    first["printed"], last["printed"] = last["printed"], first["printed"]
    assert any(rule == "ranked" and cell.endswith("/all") for rule, cell in found(report))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mean_outside_its_groups_and_bands_is_found(seed: int) -> None:
    report = consistent_report(seed)
    report.find("profile/mean/all", "mean")["printed"] = "29.5"
    told = found(report)
    assert ("mean_outside_bands", "profile/mean/all") in told
    assert ("total_outside_groups", "profile/mean/all") in told


@pytest.mark.parametrize("seed", SEEDS)
def test_an_impossible_mean_is_found(seed: int) -> None:
    report = consistent_report(seed)
    row = report.find("scores/trust/all", "mean")
    row["n"], row["items"] = "28", "1"
    row["printed"] = "2.17"  # 61/28 = 2.18, 60/28 = 2.14
    assert ("grim", "scores/trust/all") in found(report)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_star_too_many_is_found(seed: int) -> None:
    report = consistent_report(seed)
    cells = [f"models/{name}/{outcome}" for name in PREDICTORS for outcome in ("stay", "leave")]
    rows = {cell: report.find(cell, "beta") for cell in cells}
    without = [c for c, row in rows.items() if re.fullmatch(r"-?0\.0[01]\d", row["printed"])]
    if not without:
        pytest.skip("no coefficient is near zero in this report")
    rows[without[0]]["printed"] += "***"
    assert ("stars_impossible", without[0]) in found(report)


@pytest.mark.parametrize(
    ("cell", "statistic", "rule"),
    [
        ("rate/total/all", "percent", "ratio"),
        ("text/rate_north/value", "percent", "restatement"),
        ("profile/n/east", "count", "same_group"),
    ],
)
@pytest.mark.parametrize("seed", range(5))
def test_a_number_that_differs_between_two_places_is_found(
    cell: str, statistic: str, rule: str, seed: int
) -> None:
    report = consistent_report(seed)
    row = report.find(cell, statistic)
    row["printed"] = str(int(row["printed"]) + 3)
    assert rule in {told for told, _ in found(report)}


def test_percentages_of_several_answers_are_told_unless_they_say_so() -> None:
    report = Report()
    for answer, share in (("car", "62,1"), ("train", "40,0"), ("bike", "33,3")):
        report.add(f"travel/{answer}/all", "percent", share)
    report.relate("shares", "", "travel/car|train|bike/*")
    assert found(report) == {("shares_above_100", "travel/car/all")}
    report.relations[0]["relation"] = "multiple"
    assert found(report) == set()
