-- A stratum that people report and the sample does not have (an answer that the register lacks) had nobody
-- invited; counted by register, a stratum without a sample count is one whose sample nobody told.
with

samples as (

    select * from {{ ref('samples') }}

),

responded as (

    select * from {{ ref('int_strata_responded') }}

),

reported as (

    select * from {{ ref('int_strata_reported') }}

),

register_strata as (

    select
        coalesce(responded.survey_id, samples.survey_id) as survey_id,
        coalesce(responded.wave_id, samples.wave_id) as wave_id,
        coalesce(responded.stratum_id, samples.stratum_id) as stratum_id,
        coalesce(responded.responded, 0) as responded,
        samples.sampled
    from responded
    full join samples
        on
            responded.survey_id = samples.survey_id
            and responded.wave_id = samples.wave_id
            and responded.stratum_id = samples.stratum_id

),

sampled_waves as (

    select distinct
        survey_id,
        wave_id
    from samples

),

reported_waves as (

    select distinct
        survey_id,
        wave_id
    from reported

),

reported_samples as (

    select samples.*
    from samples
    inner join reported_waves
        on
            samples.survey_id = reported_waves.survey_id
            and samples.wave_id = reported_waves.wave_id

),

reported_strata as (

    select
        coalesce(reported.survey_id, reported_samples.survey_id) as survey_id,
        coalesce(reported.wave_id, reported_samples.wave_id) as wave_id,
        coalesce(reported.stratum_id, reported_samples.stratum_id) as stratum_id,
        coalesce(reported.responded, 0) as responded,
        case
            when sampled_waves.survey_id is not null or reported_samples.survey_id is not null
                then coalesce(reported_samples.sampled, 0)
        end as sampled
    from reported
    full join reported_samples
        on
            reported.survey_id = reported_samples.survey_id
            and reported.wave_id = reported_samples.wave_id
            and reported.stratum_id = reported_samples.stratum_id
    left join sampled_waves
        on
            reported.survey_id = sampled_waves.survey_id
            and reported.wave_id = sampled_waves.wave_id

),

int_strata_methods as (

    select
        'register' as method,
        register_strata.*
    from register_strata
    union all
    select
        'as_reported' as method,
        reported_strata.*
    from reported_strata
    union all
    select
        'as_reported_in_sample' as method,
        reported_strata.*
    from reported_strata
    where sampled > 0

)

select * from int_strata_methods
