-- Who goes somewhere goes to one place: the shares of the destinations of a flow sum to at most 1, unless
-- people could name several.
select
    flows.survey_id,
    flows.wave_id,
    flows.flow_id,
    flows.origin_id,
    sum(flows.flow_share) as flow_sum
from marts.sector_flows as flows
inner join (
    select distinct
        survey_id,
        flow_id,
        is_multiple_response
    from estimates.int_flows
) as planned using (survey_id, flow_id)
where not planned.is_multiple_response
group by flows.survey_id, flows.wave_id, flows.flow_id, flows.origin_id
