"""Tables 3 and 4 of the culture study, from a synthetic wave that was made to carry them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from support.projects import ROOT
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from werkpeil.project import Project

TARGETS = ROOT / "src" / "werkpeil" / "synthesis" / "targets" / "werkonderzoek.csv"
# C03 and C04: no beta of that size can carry the stars that are printed with it.
IMPOSSIBLE = {
    "cul_t3_lerend_vermogen__turnover_intention_private_sector",
    "cul_t3_menselijke_maat__turnover_intention_private_sector",
}


def printed(measure: str) -> list[dict[str, str]]:
    """Return what the report prints of one measure in its regression tables."""
    with TARGETS.open(encoding="utf-8", newline="") as stream:
        return [
            row
            for row in csv.DictReader(stream)
            if row["measure"] == measure and row["exhibit"] in {"table_3", "table_4"}
        ]


def test_the_betas_and_their_stars_are_those_that_are_printed(culture: Project) -> None:
    with open_warehouse(culture) as connection:
        found = {
            (model, term): (beta, stars)
            for model, term, beta, stars in connection.execute(
                "select model_id, term_id, beta, significance from marts.culture_regressions "
                "where std_error_type = 'classical'"
            ).fetchall()
        }
    targets = [row for row in printed("standardised_beta") if row["result_id"] not in IMPOSSIBLE]
    assert len(targets) == 110
    same_stars = 0
    for row in targets:
        beta, stars = found[row["outcome"], row["predictor"]]
        assert beta == pytest.approx(float(row["value"]), abs=0.02), row["result_id"]
        same_stars += (stars or "none") == row["significance"]
    assert same_stars >= 0.9 * len(targets)


def test_n_and_adjusted_r_squared_are_those_that_are_printed(culture: Project) -> None:
    with open_warehouse(culture) as connection:
        found = {
            model: (n, r_squared)
            for model, n, r_squared in connection.execute(
                "select distinct model_id, n, adjusted_r_squared from marts.culture_regressions "
                "where std_error_type = 'classical'"
            ).fetchall()
        }
    assert len(found) == 8
    assert len(printed("n")) == len(printed("adjusted_r_squared")) == 8
    for row in printed("n"):
        assert found[row["outcome"]][0] == int(float(row["value"])), row["result_id"]
    for row in printed("adjusted_r_squared"):
        assert found[row["outcome"]][1] == pytest.approx(float(row["value"]), abs=0.01), row["result_id"]


def test_both_kinds_of_errors_and_the_provenance_stand_in_the_table(culture: Project) -> None:
    with open_warehouse(culture) as connection:
        kinds = connection.execute(
            "select std_error_type, provenance, count(*) from marts.culture_regressions "
            "group by all order by 1"
        ).fetchall()
    assert kinds == [("classical", "synthetic", 112), ("design", "synthetic", 112)]


def test_means_by_attitude_are_those_of_the_text(culture: Project) -> None:
    with open_warehouse(culture) as connection:
        means = dict(
            connection.execute(
                "select group_id, mean from marts.culture_aspects_by_attitude "
                "where aspect_id = 'menselijke_maat' and cut_id = 'employer_satisfaction'"
            ).fetchall()
        )
    # Printed in section 3.3.1: 3.8, 3.4 and 3.1.
    assert means == {
        "positive": pytest.approx(3.8, abs=0.05),
        "neutral": pytest.approx(3.4, abs=0.05),
        "negative": pytest.approx(3.1, abs=0.05),
    }
