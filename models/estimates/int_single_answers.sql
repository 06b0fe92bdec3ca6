-- A share is estimated once: an answer that is alone in its category has that of the category already.
-- Variables whose answers have categories are shown by these, but for controls and the destinations of flows.
with

variables as (

    select *
    from {{ ref('int_variables') }}
    where kind <> 'scale'

),

flows as (

    select * from {{ ref('flows') }}

),

sets as (

    select
        answer_set_id as set_id,
        answer_id,
        position,
        category
    from {{ ref('answer_sets') }}
    where missing_reason is null
    union all
    select
        band_set_id as set_id,
        band_id as answer_id,
        position,
        category
    from {{ ref('band_sets') }}

),

sized_sets as (

    select
        set_id,
        answer_id,
        position,
        category,
        count(category) over (partition by set_id) > 0 as has_categories,
        category is not null and count(*) over (partition by set_id, category) = 1 as is_category
    from sets

),

destinations as (

    select distinct
        variables.survey_id,
        variables.variable_id
    from variables
    inner join flows
        on
            variables.survey_id = flows.survey_id
            and instr('*' || flows.destination_variables || '*', '*' || variables.variable_id || '*') > 0

),

int_single_answers as (

    select
        variables.survey_id,
        variables.variable_id,
        sized_sets.answer_id,
        sized_sets.position,
        sized_sets.is_category,
        case
            when sized_sets.is_category then sized_sets.category || '_share'
            else 'answer_share:' || sized_sets.answer_id
        end as statistic
    from variables
    inner join sized_sets on coalesce(variables.answer_set_id, variables.band_set_id) = sized_sets.set_id
    left join destinations
        on
            variables.survey_id = destinations.survey_id
            and variables.variable_id = destinations.variable_id
    where
        not sized_sets.has_categories
        or variables.kind = 'control'
        or destinations.variable_id is not null

)

select * from int_single_answers
