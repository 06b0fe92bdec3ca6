-- Shares are ranked as they are weighted and before any rounding for print; nine decimals take away only
-- what the order of addition leaves, so that destinations with equal weights tie.
with

waves as (

    select * from {{ ref('cells_waves') }}

),

flows as (

    select * from {{ ref('int_flows') }}

),

shares as (

    select * from {{ ref('answer_shares') }}

),

planned as (

    select
        waves.survey_id,
        waves.wave_id,
        flows.flow_id,
        flows.origin_id,
        flows.destination_id,
        flows.origin_position,
        flows.destination_position,
        flows.is_multiple_response,
        flows.cut_id,
        flows.group_id,
        flows.variable_id as item_id,
        flows.answer_id,
        coalesce(shares.n, 0) as n,
        coalesce(shares.base_n, 0) as base_n,
        shares.answer_share as flow_share,
        shares.answer_share_std_error as flow_share_std_error,
        shares.answer_share_ci_lower as flow_share_ci_lower,
        shares.answer_share_ci_upper as flow_share_ci_upper,
        shares.answer_share_unweighted as flow_share_unweighted,
        case
            when shares.survey_id is null then 'empty_group'
            else shares.answer_share_null_reason
        end as null_reason,
        round(shares.answer_share, 9) as ranked_share,
        waves.provenance
    from waves
    inner join flows on waves.survey_id = flows.survey_id
    left join shares
        on
            waves.survey_id = shares.survey_id
            and waves.wave_id = shares.wave_id
            and flows.cut_id = shares.cut_id
            and flows.group_id = shares.group_id
            and flows.variable_id = shares.item_id
            and flows.answer_id = shares.answer_id

),

ranked as (

    select
        planned.*,
        rank() over (
            partition by planned.survey_id, planned.wave_id, planned.flow_id, planned.origin_id
            order by planned.ranked_share desc nulls last
        ) as standing,
        count(*) over (
            partition by
                planned.survey_id, planned.wave_id, planned.flow_id, planned.origin_id, planned.ranked_share
        ) as sharing
    from planned

),

sector_flows as (

    select
        survey_id,
        wave_id,
        flow_id,
        origin_id,
        destination_id,
        cast(origin_position as bigint) as origin_position,
        cast(destination_position as bigint) as destination_position,
        is_multiple_response,
        cut_id,
        group_id,
        item_id,
        answer_id,
        n,
        base_n,
        flow_share,
        flow_share_std_error,
        flow_share_ci_lower,
        flow_share_ci_upper,
        flow_share_unweighted,
        cast(case when ranked_share > 0 then standing end as bigint) as rank,
        ranked_share > 0 and sharing > 1 as is_tied,
        null_reason,
        provenance,
        {{ literal(build_id()) }} as build_id
    from ranked

)

select * from sector_flows
