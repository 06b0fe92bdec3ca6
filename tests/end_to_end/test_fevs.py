"""The bundled FEVS wave: the publisher's numbers, and the golden copy of its marts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.golden import MARTS, differences, golden_lines, mart_lines
from werkpeil.statistics.reliability import cronbach_alpha, item_covariances
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from werkpeil.project import Project

# Weighted percent positive on Q40, computed with pandas and PSPP outside this project.
Q40 = {
    "AM": 80.205,
    "DL": 67.913,
    "ED": 46.452,
    "EP": 60.949,
    "GS": 79.145,
    "HU": 57.707,
    "NU": 75.705,
    "OM": 71.671,
    "SB": 62.424,
    "SE": 86.573,
}
ALPHAS = {"leaders_lead": 0.9039, "supervisors": 0.9423, "intrinsic_work_experience": 0.8671}


def test_positive_shares_of_q40_by_agency_are_the_published_ones(bundled: Project) -> None:
    with open_warehouse(bundled) as connection:
        shares = dict(
            connection.execute(
                "select group_id, 100 * positive_share from marts.item_shares "
                "where survey_id = 'fevs' and item_id = 'q40' and cut_id = 'agency'"
            ).fetchall()
        )
    assert set(shares) == set(Q40)
    for agency, expected in Q40.items():
        assert shares[agency] == pytest.approx(expected, abs=5e-4), agency


@pytest.mark.parametrize(("scale", "expected"), ALPHAS.items())
def test_alpha_from_item_covariances_is_the_published_one(
    bundled: Project, scale: str, expected: float
) -> None:
    with open_warehouse(bundled) as connection:
        moments = connection.execute(
            f"select * from cells.cells_moments where survey_id = 'fevs' and moment_set = '{scale}'"
        ).df()
    _, covariance = item_covariances(moments)
    assert cronbach_alpha(covariance) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("mart", MARTS)
def test_marts_equal_their_golden_copy(bundled: Project, mart: str) -> None:
    found = differences(golden_lines(mart), mart_lines(bundled, mart))
    assert not found, "\n".join(found[:40])


def test_a_changed_number_is_seen_in_the_golden_copy() -> None:
    golden = golden_lines("scale_scores")
    header = golden[0].split(",")
    fields = golden[1].split(",")
    place = header.index("mean")
    fields[place] = str(float(fields[place]) * (1 + 1e-8))
    changed = [golden[0], ",".join(fields), *golden[2:]]
    assert len(differences(golden, changed)) == 1
    assert differences(golden, golden[:-1])
    assert not differences(golden, golden)


def test_provenance_is_in_every_row(bundled: Project) -> None:
    expected = {"fevs": "real", "per": "synthetic", "werkonderzoek": "synthetic"}
    printed = {"werkonderzoek": "real", "per": "real"}
    with open_warehouse(bundled) as connection:
        for mart in survey_marts(connection):
            # What a report printed is real, whatever wave stands in the warehouse.
            known = printed if mart == "report_inconsistencies" else expected
            found = connection.execute(
                f"select distinct survey_id, provenance from marts.{mart} order by 1"
            ).fetchall()
            assert dict(found).items() <= known.items(), mart
            assert len(found) == len(dict(found)), mart


def survey_marts(connection: Any) -> list[str]:
    """Return every mart that tells surveys apart; `dim_answers` is of no survey."""
    found = connection.execute(
        "select table_name from information_schema.columns "
        "where table_schema = 'marts' and column_name = 'survey_id' order by 1"
    ).fetchall()
    return [name for (name,) in found]


def test_no_mart_holds_a_respondent(bundled: Project) -> None:
    with open_warehouse(bundled) as connection:
        columns = connection.execute(
            "select table_name, column_name from information_schema.columns "
            "where table_schema in ('marts', 'estimates', 'cells')"
        ).fetchall()
    assert columns
    assert not [column for column in columns if column[1] in {"respondent_id", "row_number", "open_text"}]
