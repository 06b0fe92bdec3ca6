-- With weights that sum to 0 or less every estimate of the wave is null or has the wrong sign, and null comes
-- with a reason and so looks intended. Squares that are smaller than the sum allows (n * sum of squares >=
-- square of the sum) mean that weights and squares were counted of different people.
with

profiles as (

    select * from {{ ref('cells_profiles') }}

),

sums as (

    select
        survey_id,
        wave_id,
        sum(n) as n,
        sum(sum_w) as sum_w,
        sum(sum_w2) as sum_w2
    from profiles
    group by survey_id, wave_id

)

select *
from sums
where not coalesce(sum_w > 0 and n * sum_w2 >= sum_w * sum_w * (1 - 1e-9), false)
