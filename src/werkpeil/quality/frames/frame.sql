-- The respondents' shares of the strata beside those of the sample, and the weighted ones beside those of the
-- population: a design may draw more of some strata, which its weights make up for.
with

weighted as (
    select
        survey_id,
        wave_id,
        stratum_id,
        sum(sum_w) as sum_w
    from cells.cells_profiles
    group by survey_id, wave_id, stratum_id
),

counted as (
    select
        strata.survey_id,
        strata.wave_id,
        strata.stratum_id,
        strata.responded,
        weighted.sum_w,
        samples.sampled,
        frames.population
    from estimates.int_strata_responded as strata
    left join weighted using (survey_id, wave_id, stratum_id)
    left join seeds.samples as samples using (survey_id, wave_id, stratum_id)
    left join seeds.strata as frames using (survey_id, wave_id, stratum_id)
)

select
    survey_id,
    wave_id,
    stratum_id,
    case
        when count(sampled) over wave = count(*) over wave
            then
                abs(
                    responded / nullif(sum(responded) over wave, 0)
                    - sampled / nullif(sum(sampled) over wave, 0)
                )
    end as sample_gap,
    case
        when count(population) over wave = count(*) over wave
            then
                abs(
                    coalesce(sum_w, 0) / nullif(sum(sum_w) over wave, 0)
                    - population / nullif(sum(population) over wave, 0)
                )
    end as population_gap
from counted
window wave as (partition by survey_id, wave_id)
