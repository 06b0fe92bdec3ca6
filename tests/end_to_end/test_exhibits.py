"""Exhibits printed from marts, beside what the report prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from werkpeil.cli.main import app
from werkpeil.exhibits import exhibit_ids, exhibit_named, read_exhibit
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from werkpeil.exhibits import Table
    from werkpeil.project import Project

# Rows as the report prints them, with the labels of this project.
PRINTED = {
    "culture.table_1": ("Rijk", "1,7%", "28,6%", "Rijk (87,8%)", "Gemeenten (3,4%)"),
    "culture.table_2": ("ZBO's", "4,2%", "36,0%", "28,0%", "30,3%", "56,8%", "48,1%"),
    "culture.table_3": ("n", "4.374", "4.349", "4.349", "4.349", "4.349"),
    "culture.table_4": ("n", "4.578", "4.578", "4.567"),
    "craft.table_4": ("N totaal", "17.3% (643)", "19.1% (711)", "35.5% (1.323)", "17.0% (632)"),
}


def rows_of(table: Table) -> dict[str, tuple[str, ...]]:
    return {row.label: (row.label, *(cell.text for cell in row.cells)) for row in table.rows}


@pytest.mark.parametrize("exhibit_id", PRINTED)
def test_tables_are_printed_as_in_the_reports(request: pytest.FixtureRequest, exhibit_id: str) -> None:
    with open_warehouse(request.getfixturevalue(exhibit_id.partition(".")[0])) as connection:
        table = read_exhibit(connection, exhibit_named(exhibit_id), schema="marts")
    printed = PRINTED[exhibit_id]
    assert rows_of(table)[printed[0]][: len(printed)] == printed
    assert (table.provenance, table.is_internal) == ("synthetic", True)


@pytest.mark.parametrize("study", ["culture", "craft"])
def test_every_exhibit_can_be_read_both_ways_in_both_languages(
    request: pytest.FixtureRequest, study: str
) -> None:
    with open_warehouse(request.getfixturevalue(study)) as connection:
        for exhibit_id in exhibit_ids():
            if not exhibit_id.startswith(f"{study}."):
                continue
            for way in ("report", "design"):
                for language in ("nl", "en"):
                    exhibit = exhibit_named(exhibit_id, way)
                    table = read_exhibit(connection, exhibit, schema="marts", language=language)
                    assert any(cell.text for row in table.rows for cell in row.cells), (exhibit_id, way)


def test_an_exhibit_of_the_marts_says_that_it_may_not_be_passed_on(
    culture: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WERKPEIL_PROJECT", str(culture.root))
    shown = CliRunner().invoke(app, ["export", "--exhibit", "culture.table_4", "--internal"])
    assert shown.exit_code == 0, shown.output
    assert "NIET VOOR PUBLICATIE" in shown.output
    assert "4.578" in shown.output
