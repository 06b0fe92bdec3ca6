-- Crossed cuts are left out: their groups differ in two ways at once.
with

profiles as (

    select * from {{ ref('int_profiles_grouped') }}

),

groups as (

    select * from {{ ref('int_groups') }}

),

cuts as (

    select *
    from {{ ref('cuts') }}
    where instr(variables, '*') = 0

),

occurring as (

    select distinct
        profiles.survey_id,
        profiles.wave_id,
        profiles.cut_id,
        profiles.group_id
    from profiles
    inner join cuts
        on
            profiles.survey_id = cuts.survey_id
            and profiles.cut_id = cuts.cut_id

),

int_compared_groups as (

    select
        occurring.survey_id,
        occurring.wave_id,
        occurring.cut_id,
        occurring.group_id,
        groups.group_position as position,
        count(*) over (partition by occurring.survey_id, occurring.wave_id, occurring.cut_id)
        <= {{ var('maximum_groups_in_pairs') }} as has_pairs
    from occurring
    inner join groups
        on
            occurring.survey_id = groups.survey_id
            and occurring.cut_id = groups.cut_id
            and occurring.group_id = groups.group_id

)

select * from int_compared_groups
