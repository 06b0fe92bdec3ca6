-- A group that drops out of a mart leaves a table that looks complete. Every item and scale is due for every
-- group that any wave of its survey has, also where nobody answered.
with

waves as (

    select * from {{ ref('dim_waves') }}

),

items as (

    select
        survey_id,
        item_id as variable_id
    from {{ ref('dim_items') }}

),

scales as (

    select
        survey_id,
        scale_id as variable_id
    from {{ ref('dim_scales') }}

),

item_cells as (

    select
        survey_id,
        wave_id,
        item_id as variable_id,
        cut_id,
        group_id
    from {{ ref('item_shares') }}

),

scale_cells as (

    select
        survey_id,
        wave_id,
        scale_id as variable_id,
        cut_id,
        group_id
    from {{ ref('scale_scores') }}

),

variables as (

    select * from items
    union all
    select * from scales

),

groups as (

    select distinct
        survey_id,
        cut_id,
        group_id
    from {{ ref('int_profiles_grouped') }}

),

shown as (

    select * from item_cells
    union all
    select * from scale_cells

),

planned as (

    select
        waves.survey_id,
        waves.wave_id,
        variables.variable_id,
        groups.cut_id,
        groups.group_id
    from waves
    inner join variables on waves.survey_id = variables.survey_id
    inner join groups on waves.survey_id = groups.survey_id

)

select
    coalesce(planned.survey_id, shown.survey_id) as survey_id,
    coalesce(planned.wave_id, shown.wave_id) as wave_id,
    coalesce(planned.variable_id, shown.variable_id) as variable_id,
    coalesce(planned.cut_id, shown.cut_id) as cut_id,
    coalesce(planned.group_id, shown.group_id) as group_id,
    case when shown.survey_id is null then 'planned, not shown' else 'shown, not planned' end as fault
from planned
full outer join shown
    on
        planned.survey_id = shown.survey_id
        and planned.wave_id = shown.wave_id
        and planned.variable_id = shown.variable_id
        and planned.cut_id = shown.cut_id
        and planned.group_id = shown.group_id
where planned.survey_id is null or shown.survey_id is null
