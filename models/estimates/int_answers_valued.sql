with

counted as (

    select distinct
        survey_id,
        variable_id,
        answer_value
    from {{ ref('cells_answers') }}

),

variables as (

    select * from {{ ref('int_variables') }}

),

answer_sets as (

    select *
    from {{ ref('answer_sets') }}
    where missing_reason is null

),

band_sets as (

    select * from {{ ref('band_sets') }}

),

reasons as (

    select * from {{ ref('missing_reasons') }}

),

categorised_sets as (

    select answer_set_id as set_id
    from answer_sets
    where category is not null
    union
    select band_set_id as set_id
    from band_sets
    where category is not null

),

int_answers_valued as (

    select
        counted.survey_id,
        counted.variable_id,
        counted.answer_value,
        reasons.missing_reason,
        coalesce(answer_sets.answer_id, band_sets.band_id) as answer_id,
        coalesce(answer_sets.category, band_sets.category) as category,
        categorised_sets.set_id is not null as has_categories,
        variables.kind = 'outcome' and variables.universe is not null as is_routed_outcome,
        case
            when reasons.missing_reason is not null then null
            when variables.answer_set_id is not null then answer_sets.score
            else counted.answer_value
        end as score
    from counted
    inner join variables
        on
            counted.survey_id = variables.survey_id
            and counted.variable_id = variables.variable_id
    left join reasons
        on counted.answer_value = cast(reasons.reason_code as double)
    left join answer_sets
        on
            variables.answer_set_id = answer_sets.answer_set_id
            and counted.answer_value = cast(answer_sets.answer_code as double)
    left join band_sets
        on
            variables.band_set_id = band_sets.band_set_id
            and reasons.missing_reason is null
            and (band_sets.lower_exclusive is null or counted.answer_value > band_sets.lower_exclusive)
            and (band_sets.upper_inclusive is null or counted.answer_value <= band_sets.upper_inclusive)
    left join categorised_sets
        on coalesce(variables.answer_set_id, variables.band_set_id) = categorised_sets.set_id

)

select * from int_answers_valued
