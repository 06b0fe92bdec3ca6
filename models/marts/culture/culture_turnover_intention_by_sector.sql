{{ culture_motives([
    {
        'measure_id': 'culture_intenders_of_respondents', 'item': 'turnover_intention_because_of_culture',
        'statistic': 'positive_share_of_everybody', 'base': 'respondents'
    },
    {
        'measure_id': 'culture_intenders_of_intenders', 'item': 'turnover_intention_because_of_culture',
        'statistic': 'positive_share', 'base': 'intenders'
    }
]) }},

flows as (

    select * from {{ ref('sector_flows') }}
    where survey_id = 'werkonderzoek' and flow_id = 'intends_because_of_culture'

),

destinations as (

    select
        survey_id,
        wave_id,
        destination_id as measure_id,
        'culture_intenders' as base,
        case when origin_id = 'total' then 'total' else 'sector' end as cut_id,
        origin_id as group_id,
        item_id,
        cut_id as base_cut_id,
        group_id as base_group_id,
        n,
        base_n,
        flow_share as measure_share,
        flow_share_std_error as measure_share_std_error,
        flow_share_ci_lower as measure_share_ci_lower,
        flow_share_ci_upper as measure_share_ci_upper,
        null_reason as measure_share_null_reason,
        flow_share_unweighted as measure_share_unweighted,
        provenance
    from flows

),

measures as (

    select * from motives
    union all
    select * from destinations

),

culture_turnover_intention_by_sector as (

    select
        measures.*,
        {{ literal(build_id()) }} as build_id
    from measures

)

select * from culture_turnover_intention_by_sector
