"""Weights that the warehouse makes itself, and what estimates do with them; beside R's survey where R is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyreadstat
import pytest

from support.landed import contents, empty_landed_wave
from support.projects import SHARED, SURVEYS, make_project, shared_file, without_checks
from support.r import told_by_r
from werkpeil.building import build
from werkpeil.landing import land
from werkpeil.statistics.weighting import Margin, rake, rake_within, trim
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

# Kalton and Flores-Cervantes (2003): row by row.
SAMPLE = np.array([20, 40, 40, 50, 140, 310, 100, 50, 50, 30, 100, 70], dtype=float)
ROWS, COLUMNS = np.repeat(np.arange(4), 3), np.tile(np.arange(3), 4)


@pytest.fixture(scope="session")
def from_r() -> dict[str, list[float]]:
    """What R says; of the voters and carers too where the shared data are."""
    files = [SHARED / "ces11" / "CES11.csv", SHARED / "efc" / "efc.sav"]
    arguments = [str(path) for path in files] if all(path.exists() for path in files) else []
    return told_by_r("against_r_weights.R", *arguments)


def rows_of(project: Project, query: str) -> list[dict[str, Any]]:
    with open_warehouse(project) as connection:
        result = connection.execute(query)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def mean_of(project: Project, survey: str, item: str = "api00") -> dict[str, Any]:
    query = "select * from marts.item_shares where cut_id = 'total'"
    (row,) = rows_of(project, f"{query} and survey_id = '{survey}' and item_id = '{item}'")
    return row


def result_of(project: Project, survey: str) -> dict[str, Any]:
    (row,) = rows_of(project, f"select * from marts.weighting_results where survey_id = '{survey}'")
    return row


# Design weights


def test_weights_made_of_strata_give_the_mean_and_error_of_the_delivered_ones(public_data: Project) -> None:
    row = mean_of(public_data, "schools")
    # The delivered weights have single precision (44.209999); those made of counts have not.
    assert row["mean"] == pytest.approx(662.2873632, rel=1e-7)
    assert row["mean_std_error"] == pytest.approx(9.408940803, rel=1e-7)
    assert row["design_effect"] == pytest.approx(1.204457269, rel=1e-7)
    result = result_of(public_data, "schools")
    assert (result["base"], result["taken_steps"], result["null_reason"]) == ("design", "design", None)
    # 4,421 elementary schools for 100, 755 high and 1,018 middle schools for 50 each.
    assert result["smallest_weight"] == pytest.approx(755 / 50, rel=1e-12)
    assert result["largest_weight"] == pytest.approx(44.21, rel=1e-12)
    assert (result["sum_w"], result["population"]) == (pytest.approx(6194), 6194)
    # The total number of pupils: weights that sum to the population make it a mean times that
    # sum, and in a stratified sample without domains the sum of weights is fixed.
    pupils = mean_of(public_data, "schools", "enroll")
    assert pupils["mean"] * result["sum_w"] == pytest.approx(3687177.532, rel=1e-7)
    assert pupils["mean_std_error"] * result["sum_w"] == pytest.approx(114641.7161, rel=1e-7)


def test_weights_made_of_strata_give_what_r_gives(
    public_data: Project, from_r: dict[str, list[float]]
) -> None:
    row = mean_of(public_data, "schools")
    assert [row["mean"], row["mean_std_error"]] == pytest.approx(from_r["schools"], rel=1e-10)


def test_a_delivered_weight_is_used_and_told(public_data: Project) -> None:
    result = result_of(public_data, "apistrat")
    assert (result["base"], result["declared_steps"], result["n"]) == ("delivered", None, 200)
    assert result["largest_weight"] == pytest.approx(44.21, abs=1e-5)
    assert result["weight_design_effect"] == pytest.approx(1 + result["weight_cv"] ** 2)
    assert result["iterations"] is None


# Raking


def test_poststratified_clusters_have_the_mean_of_r(public_data: Project) -> None:
    assert mean_of(public_data, "apiclus1")["mean"] == pytest.approx(642.31, abs=5e-3)
    result = result_of(public_data, "apiclus1")
    assert (result["taken_steps"], result["iterations"], result["is_converged"]) == ("rake", 1, True)


def test_raked_margins_are_those_of_the_population(public_data: Project) -> None:
    rows = rows_of(
        public_data, "select * from marts.weighting_margins where survey_id in ('districts', 'capped')"
    )
    assert len(rows) == 2 * (3 + 2)
    for row in rows:
        assert row["weighted_share"] == pytest.approx(row["population"] / 6194, abs=1e-9)
        assert row["base_share"] == pytest.approx(row["unweighted_share"], rel=1e-12)
    plain, capped = result_of(public_data, "districts"), result_of(public_data, "capped")
    assert plain["largest_margin_difference"] < 1e-10
    assert plain["largest_weight"] > 1.8 * 6194 / 183
    assert capped["taken_steps"] == "rake|trim"
    assert capped["largest_weight"] <= 1.8 * 6194 / 183 * (1 + 1e-6)
    assert 0 < capped["trimmed_share"] < 0.5
    assert capped["weight_cv"] < plain["weight_cv"]


def test_estimates_under_raked_weights_are_those_of_r(
    public_data: Project, from_r: dict[str, list[float]]
) -> None:
    for survey, name in (("apiclus1", "clusters post-stratified"), ("districts", "clusters raked")):
        row = mean_of(public_data, survey)
        # Weights are taken as fixed; R's residuals credit calibration, so its error is a little smaller.
        fixed, calibrated = from_r[f"{name}, fixed"], from_r[name]
        assert [row["mean"], row["mean_std_error"]] == pytest.approx(fixed, rel=1e-8)
        assert row["mean"] == pytest.approx(calibrated[0], rel=1e-8)
        assert calibrated[1] < row["mean_std_error"] < 1.01 * calibrated[1]
    result = result_of(public_data, "districts")
    found = [result["smallest_weight"], result["largest_weight"], result["sum_w"]]
    assert found == pytest.approx(from_r["clusters raked weights"], rel=1e-8)


def test_raking_and_trimming_are_those_of_r(from_r: dict[str, list[float]]) -> None:
    wanted = [np.array([175.0, 550, 430, 345]), np.array([365.0, 415, 720])]
    margins = [
        Margin(name, tuple(map(str, range(len(people)))), codes, people, people)
        for name, codes, people in zip("ab", (ROWS, COLUMNS), wanted, strict=True)
    ]
    raked = rake(SAMPLE, np.ones(12), margins)
    assert raked.weights == pytest.approx(np.array(from_r["kalton raked"]), rel=1e-8)
    assert trim(SAMPLE, raked.weights, 2.25) == pytest.approx(np.array(from_r["kalton trimmed"]), rel=1e-8)
    both, trimmed_count = rake_within(SAMPLE, raked, margins, 1.5)
    assert both is not None
    assert both.weights.max() == pytest.approx(2.25, rel=2e-6)
    assert trimmed_count == 50


# Surveys with weights and labels of their own


def test_weighted_shares_of_voters_are_those_computed_elsewhere(public_data: Project) -> None:
    shared_file("ces11/CES11.csv")
    query = "select * from marts.item_shares where survey_id = 'ces11' and item_id = 'importance'"
    shares = {row["group_id"]: row for row in rows_of(public_data, f"{query} and cut_id = 'gender'")}
    assert 100 * shares["female"]["positive_share"] == pytest.approx(64.6706, abs=5e-5)
    assert 100 * shares["male"]["positive_share"] == pytest.approx(51.0992, abs=5e-5)
    assert result_of(public_data, "ces11")["base"] == "delivered"


def test_voters_and_carers_are_those_of_r(public_data: Project, from_r: dict[str, list[float]]) -> None:
    shared_file("ces11/CES11.csv")
    shared_file("efc/efc.sav")
    query = "select * from marts.item_shares where survey_id = 'ces11' and item_id = 'importance'"
    for row in rows_of(public_data, f"{query} and cut_id = 'gender'"):
        found = [row["positive_share"], row["positive_share_std_error"]]
        assert found == pytest.approx(from_r[f"voters {row['group_id'].title()}"], rel=1e-8)
    (scale,) = rows_of(public_data, "select * from marts.scale_reliability where survey_id = 'efc'")
    found = [scale[name] for name in ("alpha_pairwise", "alpha_standardised", "mean_item_correlation")]
    assert found == pytest.approx(from_r["carers alpha"], rel=1e-8)
    query = "select * from marts.scale_item_reliability where survey_id = 'efc' order by position"
    items = rows_of(public_data, query)
    assert [row["alpha_if_dropped"] for row in items] == pytest.approx(from_r["carers dropped"], rel=1e-8)


def test_labelled_answers_of_carers_are_those_of_the_file(public_data: Project) -> None:
    frame, _ = pyreadstat.read_sav(shared_file("efc/efc.sav"))
    items = [name for name in frame.columns if name.startswith(("c8", "c90"))]
    assert len(items) == 9
    query = "select * from marts.item_shares where survey_id = 'efc' and cut_id = 'c161sex'"
    cells = {(row["item_id"], row["group_id"]): row for row in rows_of(public_data, query)}
    for item in (*items, "c160age"):
        for group, code in (("male", 1), ("female", 2)):
            answers = frame.loc[frame["c161sex"] == code, item].dropna()
            row = cells[item, group]
            assert (row["n"], row["mean"]) == (len(answers), pytest.approx(answers.mean(), rel=1e-12))
            if item != "c160age":
                assert row["positive_share"] == pytest.approx((answers >= 3).mean(), rel=1e-12)


# Incremental


def test_a_changed_margin_weighs_its_wave_again_and_leaves_history_unread(tmp_path: Path) -> None:
    project = without_checks(make_project(tmp_path, extra=("apiclus1",), published=False))
    whole = SURVEYS / "apiclus1" / "apiclus1.csv"
    for wave_id in ("2000", "2001"):
        land(project, whole, "apiclus1", wave_id)
    build(project)
    query = "select * from marts.weighting_results order by wave_id"
    reasons = [row["null_reason"] for row in rows_of(project, query)]
    assert reasons == [None, "no_margins"]
    layers = ("scored.scored_weighting_classes", "scored.weighting", "scored.scored_apiclus1")
    layers += ("cells.cells_answers", "cells.cells_profiles")
    before = {table: contents(project, table, "2000") for table in layers}

    # If anything scanned the old wave, it would now find nobody in it.
    empty_landed_wave(project, "apiclus1", "2000")
    with (project.seeds / "margins.csv").open("a", encoding="utf-8") as seed:
        seed.writelines(f"apiclus1,2001,stype,{part}\n" for part in ("E,5000", "H,500", "M,500"))
    build(project)
    assert {table: contents(project, table, "2000") for table in layers} == before
    older, newer = rows_of(project, query)
    assert (older["sum_w"], newer["sum_w"]) == (pytest.approx(6194), pytest.approx(6000))
    assert (newer["taken_steps"], newer["null_reason"]) == ("rake", None)
