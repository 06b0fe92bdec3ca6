with

surveys as (

    select * from {{ ref('dim_surveys') }}

),

groups as (

    select * from {{ ref('int_groups') }}

),

dim_groups as (

    select
        groups.survey_id,
        groups.cut_id,
        groups.group_id,
        cast(groups.cut_position as bigint) as cut_position,
        cast(groups.group_position as bigint) as position,
        groups.cut_label_nl,
        groups.cut_label_en,
        groups.group_label_nl as label_nl,
        groups.group_label_en as label_en,
        surveys.provenance,
        {{ literal(build_id()) }} as build_id
    from groups
    inner join surveys on groups.survey_id = surveys.survey_id

)

select * from dim_groups
