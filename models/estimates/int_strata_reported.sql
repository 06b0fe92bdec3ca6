-- Whoever does not report all of it is in no stratum here.
with

reported as (
    {{ rows_sql(reported_strata(), {'survey_id': 'text', 'variables': 'text'}) | indent(4) }}
),

cuts as (

    select * from {{ ref('cuts') }}

),

groups as (

    select * from {{ ref('int_profiles_grouped') }}

),

profiles as (

    select * from {{ ref('cells_profiles') }}

),

int_strata_reported as (

    select
        profiles.survey_id,
        profiles.wave_id,
        groups.group_id as stratum_id,
        cast(sum(profiles.n) as bigint) as responded
    from reported
    inner join cuts
        on
            reported.survey_id = cuts.survey_id
            and reported.variables = cuts.variables
    inner join groups
        on
            cuts.survey_id = groups.survey_id
            and cuts.cut_id = groups.cut_id
    inner join profiles
        on
            groups.survey_id = profiles.survey_id
            and groups.wave_id = profiles.wave_id
            and groups.profile_code = profiles.profile_code
    group by profiles.survey_id, profiles.wave_id, groups.group_id

)

select * from int_strata_reported
