"""Clustered samples and a finite population give the numbers of R's survey and of Stata's manual."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from werkpeil.project import Project

# svymean of R's survey. The second stage of apiclus2 is not used: with replacement, its error is 30.712.
EXPECTED = [
    ("apiclus1_weighted", "2000", "api00", 644.1693989, 23.54224069, 1e-9),
    ("apiclus2", "2000", "api00", 670.81, 30.712, 2e-5),
    ("apistrat", "without", "api00", 662.2873632, 9.536132297, 1e-9),
    ("fpc", "without", "x", 5.448148118, 0.7412683268, 1e-9),
    ("fpc", "with", "x", 5.448148118, 0.6160407198, 1e-9),
]


@pytest.mark.parametrize(("survey", "wave", "item", "mean", "std_error", "precision"), EXPECTED)
def test_means_and_errors_are_those_of_svymean(
    small: Project, survey: str, wave: str, item: str, mean: float, std_error: float, precision: float
) -> None:
    with open_warehouse(small) as connection:
        rows = connection.execute(
            "select mean, mean_std_error from marts.item_shares where survey_id = ? and wave_id = ? "
            "and item_id = ? and cut_id = 'total'",
            [survey, wave, item],
        ).fetchall()
    assert len(rows) == 1
    assert rows[0] == pytest.approx((mean, std_error), rel=precision)
