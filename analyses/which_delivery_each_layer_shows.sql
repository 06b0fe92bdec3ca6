-- Question: does every layer of the cells show the current delivery of each wave, and what did a build
-- change? After a complete build the layers count the same respondents, each with one fingerprint per wave.
-- Run it on the warehouse before and after a build: a fingerprint that differs names the layer and the wave
-- that were built anew.
with

deliveries as (

    select * from {{ ref('stg_landing__waves') }}

),

answers as (

    select
        survey_id,
        wave_id,
        max(fingerprint) as fingerprint,
        count(distinct fingerprint) as fingerprint_count,
        sum(n) as answer_count,
        count(distinct variable_id) as variable_count
    from {{ ref('cells_answers') }}
    group by survey_id, wave_id

),

profiles as (

    select
        survey_id,
        wave_id,
        max(fingerprint) as fingerprint,
        count(distinct fingerprint) as fingerprint_count,
        sum(n) as respondent_count
    from {{ ref('cells_profiles') }}
    group by survey_id, wave_id

),

moments as (

    select
        survey_id,
        wave_id,
        max(fingerprint) as fingerprint,
        count(distinct fingerprint) as fingerprint_count
    from {{ ref('cells_moments') }}
    group by survey_id, wave_id

),

regression_moments as (

    select
        survey_id,
        wave_id,
        max(fingerprint) as fingerprint,
        count(distinct fingerprint) as fingerprint_count
    from {{ ref('regression_moments') }}
    group by survey_id, wave_id

)

select
    deliveries.survey_id,
    deliveries.wave_id,
    deliveries.delivery_id,
    deliveries.landed_at,
    deliveries.accepted_count,
    profiles.respondent_count,
    answers.answer_count / nullif(cast(answers.variable_count as double), 0e0) as answers_per_variable,
    profiles.fingerprint as profiles_fingerprint,
    answers.fingerprint as answers_fingerprint,
    moments.fingerprint as moments_fingerprint,
    regression_moments.fingerprint as regression_moments_fingerprint,
    case
        when profiles.survey_id is null then 'not built'
        when profiles.respondent_count <> deliveries.accepted_count then 'built from another delivery'
        when
            answers.answer_count <> profiles.respondent_count * answers.variable_count
            then 'answers lag behind profiles'
        when
            profiles.fingerprint_count > 1
            or answers.fingerprint_count > 1
            or moments.fingerprint_count > 1
            or regression_moments.fingerprint_count > 1
            then 'built in parts'
        else 'as delivered'
    end as state
from deliveries
left join profiles
    on
        deliveries.survey_id = profiles.survey_id
        and deliveries.wave_id = profiles.wave_id
left join answers
    on
        deliveries.survey_id = answers.survey_id
        and deliveries.wave_id = answers.wave_id
left join moments
    on
        deliveries.survey_id = moments.survey_id
        and deliveries.wave_id = moments.wave_id
left join regression_moments
    on
        deliveries.survey_id = regression_moments.survey_id
        and deliveries.wave_id = regression_moments.wave_id
order by deliveries.survey_id asc, deliveries.wave_id asc
