-- A join between cells and mart that loses an answer (a score without a row in its answer set, say) shrinks
-- n, and the share is computed of the rest without a trace.
with

cells_answers as (

    select * from {{ ref('cells_answers') }}

),

item_totals as (

    select
        survey_id,
        wave_id,
        item_id as variable_id,
        n,
        asked_count,
        group_count
    from {{ ref('item_shares') }}
    where cut_id = 'total'

),

scale_totals as (

    select
        survey_id,
        wave_id,
        scale_id as variable_id,
        n,
        asked_count,
        group_count
    from {{ ref('scale_scores') }}
    where cut_id = 'total'

),

published as (

    select * from item_totals
    union all
    select * from scale_totals

),

counted as (

    select
        survey_id,
        wave_id,
        variable_id,
        sum(case when answer_value >= 0 then n else 0 end) as n,
        sum(case when answer_value <> -1 then n else 0 end) as asked_count,
        sum(n) as group_count
    from cells_answers
    group by survey_id, wave_id, variable_id

)

select
    coalesce(counted.survey_id, published.survey_id) as survey_id,
    coalesce(counted.wave_id, published.wave_id) as wave_id,
    coalesce(counted.variable_id, published.variable_id) as variable_id,
    counted.n as counted_n,
    published.n as published_n
from counted
full outer join published
    on
        counted.survey_id = published.survey_id
        and counted.wave_id = published.wave_id
        and counted.variable_id = published.variable_id
where not coalesce(
        counted.n = published.n
        and counted.asked_count = published.asked_count
        and counted.group_count = published.group_count, false
    )
