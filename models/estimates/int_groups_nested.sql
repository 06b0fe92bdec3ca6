-- A cut lies within another if each of its groups does: units lie in organisations, ages do not lie in sexes.
-- Crossed cuts say by their names what they lie in.
with

profiles as (

    select * from {{ ref('int_profiles_grouped') }}

),

cuts as (

    select *
    from {{ ref('cuts') }}
    where instr(variables, '*') = 0

),

grouped as (

    select
        profiles.survey_id,
        profiles.wave_id,
        profiles.profile_code,
        profiles.cut_id,
        profiles.group_id
    from profiles
    inner join cuts
        on
            profiles.survey_id = cuts.survey_id
            and profiles.cut_id = cuts.cut_id

),

group_profiles as (

    select
        survey_id,
        wave_id,
        cut_id,
        group_id,
        count(*) as profile_count
    from grouped
    group by survey_id, wave_id, cut_id, group_id

),

cut_sizes as (

    select
        survey_id,
        wave_id,
        cut_id,
        count(*) as group_count
    from group_profiles
    group by survey_id, wave_id, cut_id

),

meetings as (

    select
        child.survey_id,
        child.wave_id,
        child.cut_id,
        child.group_id,
        parent.cut_id as parent_cut_id,
        parent.group_id as parent_group_id,
        count(*) as profile_count
    from grouped as child
    inner join grouped as parent
        on
            child.survey_id = parent.survey_id
            and child.wave_id = parent.wave_id
            and child.profile_code = parent.profile_code
            and child.cut_id <> parent.cut_id
    group by
        child.survey_id,
        child.wave_id,
        child.cut_id,
        child.group_id,
        parent.cut_id,
        parent.group_id

),

inside as (

    select
        meetings.*,
        count(*) over (
            partition by meetings.survey_id, meetings.wave_id, meetings.cut_id, meetings.parent_cut_id
        ) as inside_count
    from meetings
    inner join group_profiles
        on
            meetings.survey_id = group_profiles.survey_id
            and meetings.wave_id = group_profiles.wave_id
            and meetings.cut_id = group_profiles.cut_id
            and meetings.group_id = group_profiles.group_id
            and meetings.profile_count = group_profiles.profile_count

),

int_groups_nested as (

    select
        inside.survey_id,
        inside.wave_id,
        inside.cut_id,
        inside.group_id,
        inside.parent_cut_id,
        inside.parent_group_id
    from inside
    inner join cut_sizes
        on
            inside.survey_id = cut_sizes.survey_id
            and inside.wave_id = cut_sizes.wave_id
            and inside.cut_id = cut_sizes.cut_id
            and inside.inside_count = cut_sizes.group_count

)

select * from int_groups_nested
