with

groups as (

    select * from {{ ref('int_groups') }}

),

dim_groups as (

    select
        survey_id,
        cut_id,
        group_id,
        cast(cut_position as bigint) as cut_position,
        cast(group_position as bigint) as position,
        cut_label_nl,
        cut_label_en,
        group_label_nl as label_nl,
        group_label_en as label_en,
        {{ literal(build_id()) }} as build_id
    from groups

)

select * from dim_groups
