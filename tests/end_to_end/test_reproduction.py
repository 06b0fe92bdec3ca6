"""The marts of reproduction on a synthetic wave of one report, without any wave of the other."""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import TYPE_CHECKING

import duckdb
import pytest

from support.projects import ROOT, copy_project
from werkpeil.building.dbt import require_success, run_dbt
from werkpeil.reproduction.page import render
from werkpeil.reproduction.reading import read_reproduction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkpeil.project import Project

# Statements that the report's own tables deny, and what is known of each.
DENIED = {"cul_003": "C16", "cul_021": "C02", "cul_044": "C13", "cul_059": "C15", "cul_060": "C15"}


@pytest.fixture(scope="module", params=["culture", "craft"])
def either(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of either study."""
    project: Project = request.getfixturevalue(request.param)
    connection = duckdb.connect(str(project.warehouse), read_only=True)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def warehouse(culture: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(culture.warehouse), read_only=True)
    yield connection
    connection.close()


def test_every_printed_number_and_statement_has_a_row(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.sql("select count(*) from marts.reproduction_results").fetchall() == [(594,)]
    assert warehouse.sql("select count(*) from marts.reproduction_claims").fetchall() == [(158,)]


def test_synthetic_numbers_are_called_so_in_every_row(warehouse: duckdb.DuckDBPyConnection) -> None:
    for table in ("reproduction_results", "reproduction_claims"):
        found = warehouse.sql(
            f"select distinct survey_id, provenance from marts.{table} order by all"
        ).fetchall()
        assert found == [("per", "real"), ("werkonderzoek", "synthetic")]


def test_a_wave_that_is_not_there_is_a_reason_and_no_gap(warehouse: duckdb.DuckDBPyConnection) -> None:
    numbers = warehouse.sql(
        "select verdict, reason, count(*) from marts.reproduction_results where survey_id = 'per' "
        "and verdict <> 'printed_error' group by all order by 2"
    ).fetchall()
    assert numbers == [
        ("cannot_be_computed", "definition", 22),
        ("cannot_be_computed", "wave_not_in_warehouse", 267),
    ]
    claims = warehouse.sql(
        "select distinct verdict, reason from marts.reproduction_claims where survey_id = 'per'"
    ).fetchall()
    assert claims == [("cannot_be_evaluated", "wave_not_in_warehouse")]


def test_what_was_calibrated_to_the_report_is_reproduced(warehouse: duckdb.DuckDBPyConnection) -> None:
    verdicts = Counter(
        dict(
            warehouse.sql(
                "select verdict, count(*) from marts.reproduction_results where survey_id = 'werkonderzoek' "
                "group by all"
            ).fetchall()
        )
    )
    assert verdicts["cannot_be_computed"] == 35
    assert verdicts["printed_error"] == 5
    assert verdicts["reproduced"] + verdicts["within_error"] >= 250
    # Counts of people are given exactly.
    exact = warehouse.sql(
        "select result_id, computed_value, verdict from marts.reproduction_results "
        "where result_id in ('cul_t321_n_leavers', 'cul_t321_n_culture_leavers') order by 1 desc"
    ).fetchall()
    assert exact == [
        ("cul_t321_n_leavers", 1141, "reproduced"),
        ("cul_t321_n_culture_leavers", 343, "reproduced"),
    ]


def test_the_cell_of_a_number_is_that_of_the_mart(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Numbers of three kinds against the marts that exhibits are printed from."""
    (share,), (beta,), (mean,) = (
        warehouse.sql(
            f"select computed_value from marts.reproduction_results where result_id = '{name}'"
        ).fetchall()
        for name in (
            "cul_t1_zbo_dest2_hbo",
            "cul_t4_lerend_vermogen__employer_pride",
            "cul_t331_menselijke_maat_not_proud",
        )
    )
    flow = warehouse.sql(
        "select 100 * flow_share from marts.sector_flows where flow_id = 'left_because_of_culture' "
        "and origin_id = 'zbo' and destination_id = 'hbo' and wave_id = '2022'"
    ).fetchall()
    coefficient = warehouse.sql(
        "select beta from marts.regression_coefficients where model_id = 'employer_pride' "
        "and term_id = 'lerend_vermogen' and std_error_type = 'classical' and wave_id = '2022'"
    ).fetchall()
    score = warehouse.sql(
        "select mean from marts.scale_scores where scale_id = 'menselijke_maat' "
        "and cut_id = 'employer_pride' and group_id = 'negative' and wave_id = '2022'"
    ).fetchall()
    assert flow[0] == pytest.approx(share)
    assert coefficient[0] == pytest.approx(beta)
    assert score[0] == pytest.approx(mean)


def test_statements_that_the_tables_deny_fail_as_printed(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.sql(
        "select claim_id, finding from marts.reproduction_claims "
        "where not holds_as_printed and study_id = 'culture_2022'"
    ).fetchall()
    assert dict(found) == DENIED
    (held,) = warehouse.sql(
        "select count(*) from marts.reproduction_claims where holds_as_printed and study_id = 'culture_2022'"
    ).fetchall()
    assert held == (26,)


def test_a_planted_number_is_found(culture: Project, tmp_path: Path) -> None:
    """Two printed numbers are changed: the verdict turns, and so does the statement about them."""
    project = copy_project(culture, tmp_path)
    seed = project.seeds / "published_results.csv"
    with seed.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["result_id"] == "cul_t321_n_leavers":
            row["published_text"], row["value"] = "1.200", "1200"
    with seed.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    selected = ["int_published_cells", "claim_evaluations", "reproduction_results", "reproduction_claims"]
    command = ["build", "--select", "published_results", *selected, "--exclude-resource-type", "test"]
    require_success(project, run_dbt(project, [*command, "unit_test"]))
    with duckdb.connect(str(project.warehouse), read_only=True) as connection:
        number = connection.sql(
            "select verdict, difference, std_error_null_reason from marts.reproduction_results "
            "where result_id = 'cul_t321_n_leavers'"
        ).fetchall()
        claim = connection.sql(
            "select holds_as_printed, holds_as_computed from marts.reproduction_claims "
            "where claim_id = 'cul_019'"
        ).fetchall()
    assert number == [("differs", -59, "counted")]
    assert claim == [(False, True)]


def test_the_page_shows_every_exhibit_in_both_languages(warehouse: duckdb.DuckDBPyConnection) -> None:
    reproduction = read_reproduction(warehouse, "marts")
    page = render(reproduction)
    assert page.count('<th scope="row">') == 594 + 158
    assert not re.search(r">[+-]0([.,]0+)?<", page), "nothing has no sign"
    assert "SYNTHETISCHE GEGEVENS" in page
    assert "SYNTHETIC DATA" in page
    assert page.count('lang="nl"') == page.count('lang="en"') + 1
    assert page.count("lang='nl'") == page.count("lang='en'")
    exhibits = {
        (row["study_id"], row["exhibit"]) for row in reproduction.results if row["computed_value"] is not None
    }
    assert page.count("role='img' aria-label='") == len(exhibits)
    for outside in ("http://", "https://", "<script", "<link"):
        assert outside not in page.replace("http://www.w3.org/2000/svg", "")


def test_the_seeds_name_numbers_that_exist() -> None:
    """Every correction and every rule of published_sources is of use to some printed number."""
    with (ROOT / "seeds" / "published_sources.csv").open(encoding="utf-8") as stream:
        rules = list(csv.DictReader(stream))
    with (ROOT / "seeds" / "published_results.csv").open(encoding="utf-8") as stream:
        results = list(csv.DictReader(stream))
    keys = ("table_id", "measure", "row_id", "column_id", "group_id")
    used = set()
    for result in results:
        for rule in rules:
            if rule["study_id"] == result["study_id"] and all(
                not rule[key] or result[key] in rule[key].split("|") for key in keys
            ):
                used.add((rule["study_id"], rule["position"]))
                break
        else:
            assert result["restates"], result["result_id"]
    assert {(rule["study_id"], rule["position"]) for rule in rules} == used


# What is decided of the cells behind each printed number and statement, told from the decisions themselves
# and not from the published tables: a mean is hidden with any category, and everything with its row.
HIDDEN_READERS = """
    select distinct cells.reader_kind, cells.reader_id
    from marts.reproduction_cells as cells
    inner join marts.disclosure_decisions as decisions
        on cells.survey_id = decisions.survey_id
        and cells.wave_id = decisions.wave_id
        and cells.cut_id = decisions.cut_id
        and cells.group_id = decisions.group_id
        and (
            decisions.variable_id = 'every_variable'
            or cells.variable_id = decisions.variable_id and (
                decisions.cell_id = 'row'
                or starts_with(cells.statistic, decisions.category || '_share')
                or starts_with(cells.statistic || '_', 'answer_share:' || decisions.cell_id || '_')
                or starts_with(cells.statistic, 'mean') and decisions.cell_id <> 'missing'
            )
        )
    where cells.source in ('estimates', 'group_counts')
"""


def test_nothing_is_published_that_reads_a_hidden_cell(either: duckdb.DuckDBPyConnection) -> None:
    told = {
        "result": (
            "computed_value",
            "difference",
            "std_error",
            "tolerance",
            "verdict",
            "n",
            "significance_agrees",
        ),
        "claim": ("verdict", "reason", "holds_as_computed", "computed_known_count", "computed_held_count"),
    }
    for kind, columns in told.items():
        hidden = {
            name
            for (name,) in either.sql(
                f"select reader_id from ({HIDDEN_READERS}) where reader_kind = '{kind}'"
            ).fetchall()
        }
        assert hidden, kind
        published = either.sql(
            f"select {kind}_id, suppression_reason, {', '.join(columns)} from published.reproduction_{kind}s"
        ).fetchall()
        by_name = {name: (reason, values) for name, reason, *values in published}
        assert all(by_name[name][0] == "protected" for name in hidden), kind
        for reason, values in by_name.values():
            assert reason is None or values == [None] * len(columns)


def test_what_reads_shown_cells_only_is_published_as_it_is(either: duckdb.DuckDBPyConnection) -> None:
    for kind in ("result", "claim"):
        table = f"reproduction_{kind}s"
        shown = (
            f"(select * exclude suppression_reason from published.{table} where suppression_reason is null)"
        )
        (changed,) = either.sql(f"select count(*) from (from {shown} except from marts.{table})").fetchall()
        assert changed == (0,)
        (computed,) = either.sql(
            f"select count(*) from {shown} where verdict not in ('cannot_be_computed', 'cannot_be_evaluated')"
        ).fetchall()
        assert computed[0] > 20
        (rows,) = either.sql(
            f"select (select count(*) from published.{table}) - (select count(*) from marts.{table})"
        ).fetchall()
        assert rows == (0,)


def test_the_page_of_a_release_says_what_is_hidden(warehouse: duckdb.DuckDBPyConnection) -> None:
    reproduction = read_reproduction(warehouse, "published")
    hidden = [row for row in reproduction.results if row["suppression_reason"] == "protected"]
    said = [row for row in reproduction.claims if row["suppression_reason"] == "protected"]
    page = render(reproduction)
    assert page.count('<th scope="row">') == 594 + 158
    assert page.count("hidden: could tell of persons") == len(hidden) + len(said)
    assert "NOT FOR PUBLICATION" not in page
