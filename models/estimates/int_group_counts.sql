with

profiles as (

    select * from {{ ref('cells_profiles') }}

),

groups as (

    select * from {{ ref('int_profiles_grouped') }}

),

int_group_counts as (

    select
        groups.survey_id,
        groups.wave_id,
        groups.cut_id,
        groups.group_id,
        cast(sum(profiles.n) as bigint) as n,
        min(profiles.smallest_weight) as smallest_weight,
        max(profiles.largest_weight) as largest_weight
    from profiles
    inner join groups
        on
            profiles.survey_id = groups.survey_id
            and profiles.wave_id = groups.wave_id
            and profiles.profile_code = groups.profile_code
    group by groups.survey_id, groups.wave_id, groups.cut_id, groups.group_id

)

select * from int_group_counts
