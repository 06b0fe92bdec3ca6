-- A mean weighted in one place and not in another, or a group joined to another group's estimate, gives a
-- total that no mixture of the groups can give. Holds for cuts by one variable in which everybody who
-- answered has a group.
with

item_means as (

    select
        survey_id,
        wave_id,
        item_id as variable_id,
        cut_id,
        n,
        mean,
        positive_share
    from {{ ref('item_shares') }}

),

scale_means as (

    select
        survey_id,
        wave_id,
        scale_id as variable_id,
        cut_id,
        n,
        mean,
        agree_share as positive_share
    from {{ ref('scale_scores') }}

),

published as (

    select * from item_means
    union all
    select * from scale_means

),

totals as (

    select * from published
    where cut_id = 'total'

),

hulls as (

    select
        survey_id,
        wave_id,
        variable_id,
        cut_id,
        sum(n) as n,
        min(mean) as lowest_mean,
        max(mean) as highest_mean,
        min(positive_share) as lowest_share,
        max(positive_share) as highest_share
    from published
    where cut_id <> 'total' and cut_id not like '%*%'
    group by survey_id, wave_id, variable_id, cut_id

)

select
    totals.survey_id,
    totals.wave_id,
    totals.variable_id,
    hulls.cut_id,
    totals.mean,
    hulls.lowest_mean,
    hulls.highest_mean
from totals
inner join hulls
    on
        totals.survey_id = hulls.survey_id
        and totals.wave_id = hulls.wave_id
        and totals.variable_id = hulls.variable_id
        and totals.n = hulls.n
where
    totals.mean < hulls.lowest_mean - 1e-9
    or totals.mean > hulls.highest_mean + 1e-9
    or totals.positive_share < hulls.lowest_share - 1e-9
    or totals.positive_share > hulls.highest_share + 1e-9
