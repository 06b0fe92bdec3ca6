with

valued as (

    select *
    from {{ ref('int_answers_valued') }}
    where missing_reason is null

),

int_measured_answers as (

    select
        survey_id,
        variable_id,
        answer_value,
        'mean' as measure,
        score as y
    from valued
    where score is not null
    union all
    select
        survey_id,
        variable_id,
        answer_value,
        'positive_share' as measure,
        case when category = 'positive' then 1e0 else 0e0 end as y
    from valued
    where has_categories

)

select * from int_measured_answers
