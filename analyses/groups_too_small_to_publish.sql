-- Question: which groups have so few respondents that none of their numbers may be published, and how much of
-- a cut is lost with them? Counted before any item is looked at; an item that was not put to everybody loses
-- more. The least that may be published is a setting of disclosure control; the query takes 10 unless told
-- otherwise: dbt compile --select groups_too_small_to_publish --vars '{smallest_group: 20}'
with

profiles as (

    select * from {{ ref('cells_profiles') }}

),

grouped_profiles as (

    select * from {{ ref('int_profiles_grouped') }}

),

groups as (

    select * from {{ ref('dim_groups') }}

),

sizes as (

    select
        grouped_profiles.survey_id,
        grouped_profiles.wave_id,
        grouped_profiles.cut_id,
        grouped_profiles.group_id,
        sum(profiles.n) as n
    from grouped_profiles
    inner join profiles
        on
            grouped_profiles.survey_id = profiles.survey_id
            and grouped_profiles.wave_id = profiles.wave_id
            and grouped_profiles.profile_code = profiles.profile_code
    group by
        grouped_profiles.survey_id,
        grouped_profiles.wave_id,
        grouped_profiles.cut_id,
        grouped_profiles.group_id

),

shares as (

    select
        survey_id,
        wave_id,
        cut_id,
        group_id,
        n,
        n / cast(sum(n) over (partition by survey_id, wave_id, cut_id) as double) as cut_share
    from sizes

)

select
    shares.survey_id,
    shares.wave_id,
    shares.cut_id,
    shares.group_id,
    groups.label_nl,
    groups.label_en,
    shares.n,
    shares.cut_share
from shares
inner join groups
    on
        shares.survey_id = groups.survey_id
        and shares.cut_id = groups.cut_id
        and shares.group_id = groups.group_id
where shares.n < {{ var('smallest_group', 10) }}
order by shares.survey_id asc, shares.wave_id asc, shares.cut_id asc, shares.n asc, shares.group_id asc
