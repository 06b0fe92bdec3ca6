with

scales as (

    select * from {{ ref('scales') }}

),

variables as (

    select *
    from {{ ref('int_variables') }}
    where kind = 'scale'

),

items as (

    select *
    from {{ ref('int_variables') }}
    where scale_ids is not null

),

sizes as (

    select
        scales.survey_id,
        scales.scale_id,
        count(*) as item_count
    from scales
    inner join items
        on
            scales.survey_id = items.survey_id
            and instr('|' || items.scale_ids || '|', '|' || scales.scale_id || '|') > 0
    group by scales.survey_id, scales.scale_id

),

dim_scales as (

    select
        scales.survey_id,
        scales.scale_id,
        cast(variables.position as bigint) as position,
        scales.label_nl,
        scales.label_en,
        cast(sizes.item_count as bigint) as item_count,
        cast(scales.minimum_items as bigint) as minimum_items,
        scales.band_set_id,
        scales.note,
        {{ literal(build_id()) }} as build_id
    from scales
    inner join variables
        on
            scales.survey_id = variables.survey_id
            and scales.scale_id = variables.variable_id
    inner join sizes
        on
            scales.survey_id = sizes.survey_id
            and scales.scale_id = sizes.scale_id

)

select * from dim_scales
