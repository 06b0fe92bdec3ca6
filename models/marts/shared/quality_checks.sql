-- A view, because the gate runs after the build that it checks: what it finds is here as soon as written.
with

checks as (

    select * from {{ source('quality', 'quality_checks') }}

),

waves as (

    select * from {{ ref('dim_waves') }}

),

quality_checks as (

    select
        checks.check_id,
        checks.survey_id,
        checks.wave_id,
        checks.table_name,
        checks.column_name,
        checks.about,
        checks.severity,
        checks.row_count,
        checks.broken_count,
        checks.has_passed,
        checks.checked_at,
        waves.n,
        waves.provenance,
        checks.build_id
    from checks
    inner join waves
        on
            checks.survey_id = waves.survey_id
            and checks.wave_id = waves.wave_id
            and checks.build_id = waves.build_id

)

select * from quality_checks
