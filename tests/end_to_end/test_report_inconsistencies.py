"""The mart of contradictions: what the checker finds in the seeds, and nothing of any respondent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from support.projects import ROOT
from werkpeil.audit import audit
from werkpeil.audit.published import read_published

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkpeil.project import Project


@pytest.fixture(scope="module")
def warehouse(bundled: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(bundled.warehouse), read_only=True)
    yield connection
    connection.close()


def test_the_mart_holds_what_the_checker_finds(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.sql(
        "select study_id, rule_id, result_id, arithmetic_nl, arithmetic_en, severity "
        "from marts.report_inconsistencies order by study_id desc, position"
    ).fetchall()
    expected = [
        (study, f.rule, f.number.number_id, f.arithmetic.nl, f.arithmetic.en, f.severity)
        for study, tables in sorted(read_published(ROOT / "seeds").items(), reverse=True)
        for f in audit(tables)
    ]
    assert rows == expected


def test_each_finding_names_the_survey_and_the_place_of_the_number(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = warehouse.sql(
        "select survey_id, wave_id, exhibit, line, row_id, column_id, published_text, "
        "round(expected_low, 2), round(expected_high, 2), provenance "
        "from marts.report_inconsistencies where rule_id = 'mean_outside_bands'"
    ).fetchall()
    assert found == [
        ("per", "2022", "table_4", 307, "mean_tenure", "totaal", "13.0", 14.54, 19.08, "real"),
    ]
    (built,) = warehouse.sql("select count(distinct build_id) from marts.report_inconsistencies").fetchall()
    assert built == (1,)
