-- Where one answer is the destination, the flows of an origin are a partition of its base; the total of a
-- flow holds everybody of its origins. A destination lost in a join, or counted twice, breaks one of the two.
with

flows as (

    select * from {{ ref('sector_flows') }}

),

origins as (

    select
        survey_id,
        wave_id,
        flow_id,
        origin_id,
        is_multiple_response,
        sum(n) as n,
        max(base_n) as base_n,
        sum(flow_share) as flow_share
    from flows
    group by survey_id, wave_id, flow_id, origin_id, is_multiple_response

),

torn as (

    select
        survey_id,
        wave_id,
        flow_id,
        origin_id
    from origins
    where not is_multiple_response and (n <> base_n or abs(flow_share - 1) > 1e-9)

),

sums as (

    select
        survey_id,
        wave_id,
        flow_id,
        destination_id,
        sum(case when origin_id <> 'total' then n else 0 end) as n_of_origins,
        max(case when origin_id = 'total' then n end) as n_of_total
    from flows
    group by survey_id, wave_id, flow_id, destination_id

)

select * from torn
union all
select
    survey_id,
    wave_id,
    flow_id,
    destination_id as origin_id
from sums
where n_of_total is null or n_of_origins > n_of_total
