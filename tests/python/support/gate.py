"""A small built warehouse with everything the gate looks at, in memory, which a test may break."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from support.panels import land_panel
from support.projects import add_seed_rows, make_project
from werkpeil.building.dbt import require_success, run_dbt
from werkpeil.landing import sync_raw
from werkpeil.sql import identifier, literal, literals
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

SCHEMAS = ["marts", "estimates", "cells", "seeds"]
# What the panel lacks: a sample and a population that its respondents mirror, known response, and more
# items than it asks, so that there are p-values enough to tell whether they are uniform.
ADDED = """
    insert into seeds.samples
        select survey_id, wave_id, stratum_id, 2 * responded from estimates.int_strata_responded
        where survey_id = 'panel';
    insert into seeds.strata
        select survey_id, wave_id, stratum_id, cast(100 * sum(sum_w) as integer) from cells.cells_profiles
        where survey_id = 'panel'
        group by survey_id, wave_id, stratum_id;
    update marts.response_rates set response_share = 0.5;
    create table estimates.copies as
        select 'copy_' || range || '_' as prefix from range(8);
    insert into estimates.int_answers_grouped by name
        select * exclude (prefix) replace (prefix || variable_id as variable_id)
        from (select answers.*, prefix from estimates.int_answers_grouped as answers, estimates.copies)
        where variable_id like 'mood_%';
    insert into estimates.int_answers_valued by name
        select * exclude (prefix) replace (prefix || variable_id as variable_id)
        from (select answers.*, prefix from estimates.int_answers_valued as answers, estimates.copies)
        where variable_id like 'mood_%';
    insert into estimates.int_variables by name
        select * exclude (prefix) replace (prefix || variable_id as variable_id)
        from (select variables.*, prefix from estimates.int_variables as variables, estimates.copies)
        where variable_id like 'mood_%';
"""


def panel_project(folder: Path) -> Project:
    """Return a project with the three waves of the made-up panel, its marts built and not tested."""
    project = make_project(folder, extra=("panel",), published=False)
    models = ["survey_id,model_id,outcome_id,label_nl,label_en,exhibit,position"]
    models += ["panel,mood,mood_1,Model,Model,,1"]
    add_seed_rows(project.seeds / "regression_models.csv", models)
    terms = ["panel,mood,mood_3,1", "panel,mood,hours,2"]
    add_seed_rows(project.seeds / "regression_terms.csv", ["survey_id,model_id,term_id,position", *terms])
    land_panel(project, folder)
    with open_warehouse(project, read_only=False) as connection:
        sync_raw(project, connection)
    untested = ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    require_success(project, run_dbt(project, untested))
    return project


def results_of(project: Project) -> Any:
    """Return a connection to a copy in memory of what the gate reads, with what the panel lacks."""
    connection = duckdb.connect()
    connection.execute(f"attach {literal(str(project.warehouse))} as built (read_only)")
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        f"where table_catalog = 'built' and table_schema in ({literals(SCHEMAS)}) "
        "and table_name not like 'quality_%'"
    ).fetchall()
    for schema in SCHEMAS:
        connection.execute(f"create schema {schema}")
    for schema, table in tables:
        place = f"{schema}.{identifier(table)}"
        connection.execute(f"create table {place} as select * from built.{place}")
    connection.execute("detach built")
    connection.execute(ADDED)
    return connection
