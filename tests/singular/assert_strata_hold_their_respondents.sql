-- A population below the sample, or under a stratum that nobody is in, is a slip in seeds/strata.csv: the
-- first leaves estimates without an error, the second takes the correction away from the stratum that was
-- meant. A stratum of which people were invited (seeds/samples.csv) may be empty: none of them answered.
with

populations as (

    select * from {{ ref('strata') }}

),

profiles as (

    select * from {{ ref('cells_profiles') }}

),

invited as (

    select * from {{ ref('samples') }}

),

landed as (

    select distinct
        survey_id,
        wave_id
    from profiles

),

sampled as (

    select
        survey_id,
        wave_id,
        stratum_id,
        sum(n) as n
    from profiles
    group by survey_id, wave_id, stratum_id

)

select
    populations.survey_id,
    populations.wave_id,
    populations.stratum_id,
    populations.population,
    sampled.n
from populations
inner join landed
    on
        populations.survey_id = landed.survey_id
        and populations.wave_id = landed.wave_id
left join sampled
    on
        populations.survey_id = sampled.survey_id
        and populations.wave_id = sampled.wave_id
        and populations.stratum_id = sampled.stratum_id
left join invited
    on
        populations.survey_id = invited.survey_id
        and populations.wave_id = invited.wave_id
        and populations.stratum_id = invited.stratum_id
where (sampled.n is null and invited.sampled is null) or sampled.n > populations.population
