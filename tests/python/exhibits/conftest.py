"""A small schema of marts and dimensions, made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = """
    create schema marts;
    create table marts.dim_waves as
        select * from (values ('per', '2022', 1), ('per', '2024', 2)) as t (survey_id, wave_id, position);
    create table marts.dim_groups as
        select * from (values
            ('per', 'total', 'total', 1, 'Totaal', 'Total'),
            ('per', 'domain', 'inspectie', 2, 'Inspectie', 'Inspection'),
            ('per', 'domain', 'beleid', 1, 'Beleid', 'Policy'),
            ('per', 'site', 'beleid', 9, 'Locatie beleid', 'Site policy')
        ) as t (survey_id, cut_id, group_id, position, label_nl, label_en);
    create table marts.dim_items as
        select * from (values
            ('per', 'q02', 2, 'Tweede', 'Second', cast(null as text), cast(null as text)),
            ('per', 'q01', 1, 'Eerste | "a" & <b>', 'First_1', null, null),
            ('per', 'age', 3, 'Leeftijd', 'Age', null, 'ages')
        ) as t (survey_id, item_id, position, label_nl, label_en, answer_set_id, band_set_id);
    create table marts.dim_scales (
        survey_id text, scale_id text, position bigint, label_nl text, label_en text
    );
    create table marts.regression_fits (
        survey_id text, model_id text, position bigint, label_nl text, label_en text
    );
    create table marts.dim_answers (
        answer_set_id text, answer_id text, position bigint, label_nl text, label_en text
    );
    create table marts.dim_bands as
        select * from (values ('ages', 'old', 2, 'Oud', 'Old'), ('ages', 'young', 1, 'Jong', 'Young'))
            as t (band_set_id, band_id, position, label_nl, label_en);
    create table marts.figure as
        select 'per' as survey_id, '2022' as wave_id, t.*, 'synthetic' as provenance, 'b1' as build_id
        from (values
            ('q01', 'domain', 'beleid', 1200, 0.285, 0.25, 0.32, 0.15, '*', null),
            ('q01', 'domain', 'inspectie', 40, 0.5, 0.35, 0.65, 2.675, '*', null),
            ('q01', 'total', 'total', 1240, 0.3, 0.27, 0.33, -0.05, '*', null),
            ('q02', 'domain', 'beleid', 1100, 0.123, null, null, 1.0, null, null),
            ('q02', 'domain', 'inspectie', 4, null, null, null, null, null, 'small_group')
        ) as t (
            item_id, cut_id, group_id, n, agreed, agreed_ci_lower, agreed_ci_upper, mean, stars,
            suppression_reason
        );
"""


@pytest.fixture
def marts() -> Iterator[Any]:
    """A connection with a schema `marts`."""
    connection = duckdb.connect()
    connection.execute(SCHEMA)
    yield connection
    connection.close()
