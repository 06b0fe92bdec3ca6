{#
    Where the gate keeps what its suites find, build after build. It writes after a build, into tables that
    every build finds or makes; `create ... if not exists` leaves what earlier builds found.
#}
{% macro create_quality_tables() %}
    {% if execute %}
    {% do run_query("create schema if not exists quality") %}
    {% set quality_checks %}
    create table if not exists quality.quality_checks (
        build_id {{ type_text() }}, check_id {{ type_text() }}, table_name {{ type_text() }},
        column_name {{ type_text() }}, about {{ type_text() }}, severity {{ type_text() }},
        survey_id {{ type_text() }}, wave_id {{ type_text() }}, row_count bigint, broken_count bigint,
        has_passed boolean, error {{ type_text() }}, checked_at timestamp
    )
    {% endset %}
    {% do run_query(quality_checks) %}
    {% set quality_broken_rows %}
    create table if not exists quality.quality_broken_rows (
        build_id {{ type_text() }}, check_id {{ type_text() }}, position bigint, row_json {{ type_text() }}
    )
    {% endset %}
    {% do run_query(quality_broken_rows) %}
    {% endif %}
{% endmacro %}
