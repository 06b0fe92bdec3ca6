with

inconsistencies as (

    select * from {{ ref('inconsistencies') }}

),

results as (

    select * from {{ ref('published_results') }}

),

report_inconsistencies as (

    select
        results.survey_id,
        results.wave_id,
        results.study_id,
        cast(inconsistencies.position as bigint) as position,
        results.exhibit,
        cast(results.line as bigint) as line,
        results.result_id,
        results.table_id,
        results.row_id,
        results.column_id,
        inconsistencies.rule_id,
        inconsistencies.rule_nl,
        inconsistencies.rule_en,
        inconsistencies.severity,
        results.published_text,
        results.value as published_value,
        inconsistencies.expected_low,
        inconsistencies.expected_high,
        inconsistencies.arithmetic_nl,
        inconsistencies.arithmetic_en,
        inconsistencies.other_number_ids as other_result_ids,
        'real' as provenance,
        {{ literal(build_id()) }} as build_id
    from inconsistencies
    inner join results on inconsistencies.number_id = results.result_id

)

select * from report_inconsistencies
