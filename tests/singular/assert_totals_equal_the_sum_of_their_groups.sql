-- A profile read back into the wrong group, or into two, moves people between groups while every total stays
-- right. For each cut by one variable, the groups and those who are in none of them make up the total.
with

item_shares as (

    select
        survey_id,
        wave_id,
        item_id as variable_id,
        cut_id,
        n,
        asked_count,
        group_count
    from {{ ref('item_shares') }}

),

scale_scores as (

    select
        survey_id,
        wave_id,
        scale_id as variable_id,
        cut_id,
        n,
        asked_count,
        group_count
    from {{ ref('scale_scores') }}

),

cells_answers as (

    select * from {{ ref('cells_answers') }}

),

grouped_profiles as (

    select * from {{ ref('int_profiles_grouped') }}

),

published as (

    select * from item_shares
    union all
    select * from scale_scores

),

totals as (

    select * from published
    where cut_id = 'total'

),

single_cuts as (

    select
        survey_id,
        wave_id,
        variable_id,
        cut_id,
        sum(n) as n,
        sum(asked_count) as asked_count,
        sum(group_count) as group_count
    from published
    where cut_id <> 'total' and cut_id not like '%*%'
    group by survey_id, wave_id, variable_id, cut_id

),

cuts as (

    select distinct
        survey_id,
        cut_id
    from single_cuts

),

-- Counted from the answers' codes, not from what the layers between make of them.
in_no_group as (

    select
        cells_answers.survey_id,
        cells_answers.wave_id,
        cells_answers.variable_id,
        cuts.cut_id,
        sum(case when cells_answers.answer_value >= 0 then cells_answers.n else 0 end) as n,
        sum(case when cells_answers.answer_value <> -1 then cells_answers.n else 0 end) as asked_count,
        sum(cells_answers.n) as group_count
    from cells_answers
    inner join cuts on cells_answers.survey_id = cuts.survey_id
    left join grouped_profiles
        on
            cells_answers.survey_id = grouped_profiles.survey_id
            and cells_answers.wave_id = grouped_profiles.wave_id
            and cells_answers.profile_code = grouped_profiles.profile_code
            and cuts.cut_id = grouped_profiles.cut_id
    where grouped_profiles.group_id is null
    group by cells_answers.survey_id, cells_answers.wave_id, cells_answers.variable_id, cuts.cut_id

)

select
    totals.survey_id,
    totals.wave_id,
    totals.variable_id,
    single_cuts.cut_id,
    totals.n as total_n,
    single_cuts.n + coalesce(in_no_group.n, 0) as parts_n
from totals
inner join single_cuts
    on
        totals.survey_id = single_cuts.survey_id
        and totals.wave_id = single_cuts.wave_id
        and totals.variable_id = single_cuts.variable_id
left join in_no_group
    on
        single_cuts.survey_id = in_no_group.survey_id
        and single_cuts.wave_id = in_no_group.wave_id
        and single_cuts.variable_id = in_no_group.variable_id
        and single_cuts.cut_id = in_no_group.cut_id
where
    totals.n <> single_cuts.n + coalesce(in_no_group.n, 0)
    or totals.asked_count <> single_cuts.asked_count + coalesce(in_no_group.asked_count, 0)
    or totals.group_count <> single_cuts.group_count + coalesce(in_no_group.group_count, 0)
