-- Counts of a variable are built from answers, the sample of its variances from profiles. Should they
-- disagree, a score is of people who are not in the wave, or a standard error of another sample than its
-- mean.
with

profiles as (

    select * from {{ ref('cells_profiles') }}

),

grouped_profiles as (

    select * from {{ ref('int_profiles_grouped') }}

),

item_cells as (

    select
        survey_id,
        wave_id,
        item_id as variable_id,
        cut_id,
        group_id,
        n,
        group_count
    from {{ ref('item_shares') }}

),

scale_cells as (

    select
        survey_id,
        wave_id,
        scale_id as variable_id,
        cut_id,
        group_id,
        n,
        group_count
    from {{ ref('scale_scores') }}

),

published as (

    select * from item_cells
    union all
    select * from scale_cells

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

)

select
    published.survey_id,
    published.wave_id,
    published.variable_id,
    published.cut_id,
    published.group_id,
    published.n,
    published.group_count,
    sizes.n as respondents
from published
left join sizes
    on
        published.survey_id = sizes.survey_id
        and published.wave_id = sizes.wave_id
        and published.cut_id = sizes.cut_id
        and published.group_id = sizes.group_id
where
    published.group_count <> coalesce(sizes.n, 0)
    or published.n > coalesce(sizes.n, 0)
