"""What is published of the bundled surveys: every hidden number has a reason, and the attacker recovers none.

The two studies are attacked in the tests of their exhibits, where their waves are built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from support.published import (
    assert_nothing_told,
    read_tables,
    shares_lost,
    told_of_hidden_cells,
    variables_of,
)
from support.told import told_facts, told_of_hidden
from werkpeil.publishing.catalog import read_meanings
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from werkpeil.project import Project

# Columns that a published mart has beside those of the mart.
ADDED = {"suppression_reason", "reliability_flag"}


def tables_of(project: Project, schema: str) -> dict[str, list[str]]:
    """Tables of a schema, with their columns."""
    query = (
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "where schema_name = ? group by table_name"
    )
    with open_warehouse(project, read_only=True) as connection:
        return {str(name): list(columns) for name, columns in connection.execute(query, [schema]).fetchall()}


def test_the_attacker_recovers_nothing_of_fevs(bundled: Project) -> None:
    tables = read_tables(bundled, "fevs", "2018")
    assert_nothing_told(tables, variables_of(tables)[:3], [], least=100)


@pytest.mark.parametrize("project_name", ["bundled", "small"])
def test_every_null_number_has_a_reason_and_every_reason_a_null_number(
    request: pytest.FixtureRequest, project_name: str
) -> None:
    """In all published tables: what is not hidden is what the mart says, and no hidden number is left."""
    project: Project = request.getfixturevalue(project_name)
    meanings = read_meanings(project)
    marts, published = tables_of(project, "marts"), tables_of(project, "published")
    assert published
    with open_warehouse(project, read_only=True) as connection:
        for name, columns in published.items():
            assert [column for column in columns if column not in ADDED] == marts[name], name
            shown = connection.execute(f"select * from published.{name}").df()
            true = connection.execute(f"select * from marts.{name}").df()
            assert differing(shown, true, meanings[name].grain) == [], name


def differing(shown: pd.DataFrame, true: pd.DataFrame, keys: list[str]) -> list[str]:
    """What is published that is not the mart's, or lost without a reason, of rows that both have."""
    columns = [column for column in true.columns if not column.endswith("null_reason")]
    joined = shown.merge(true[columns], on=keys, how="inner", suffixes=("", "__true"))
    found = []
    for column in set(columns) - set(keys):
        lost = joined[column].isna() & joined[f"{column}__true"].notna()
        if (lost & joined["suppression_reason"].isna()).any():
            found.append(f"{column} is lost without a reason")
        kept = joined[column].notna()
        if (joined.loc[kept, column] != joined.loc[kept, f"{column}__true"]).any():
            found.append(f"{column} is another number")
    return found


@pytest.mark.parametrize("project_name", ["bundled", "small"])
def test_no_table_tells_what_another_hides(request: pytest.FixtureRequest, project_name: str) -> None:
    """Both ends of a shown difference or change are shown, a mean sits with shown shares, and so on."""
    assert told_of_hidden_cells(request.getfixturevalue(project_name)) == []


def test_a_fact_about_a_hidden_cell_is_found(bundled: Project) -> None:
    """The counter-proof: hide one cell of each kind that is shown now; the table that tells it is found."""
    with open_warehouse(bundled, read_only=True) as connection:
        facts = told_facts(connection)
    facts = facts[facts["what"] != "group"]
    for what, own in facts.groupby("what"):
        fact = own.iloc[0]
        cell = {"mean": "positive", "missing": "missing", "answered": "row", "cut": "row"}.get(
            what, fact["cell_id"]
        )
        hidden = fact[["survey_id", "wave_id", "variable_id", "cut_id", "group_id"]].to_dict()
        decision = pd.DataFrame(
            [hidden | {"cell_id": cell, "category": None if cell in {"row", "missing"} else cell}]
        )
        found = told_of_hidden(facts, decision)
        assert fact["table_name"] in set(found["table_name"]), what


def test_less_is_lost_than_by_hiding_whole_rows(bundled: Project, record_property: Any) -> None:
    lost = shares_lost(bundled).loc["fevs"]
    record_property("lost", lost.round(4).to_dict())
    assert lost["primary_positive"] < lost["decided_positive"] < lost["rows_positive"]
