with

craft_response as (

    select
        survey_id,
        wave_id,
        method,
        cut_id,
        group_id,
        case when instr(cut_id, 'domain') > 0 then split_part(group_id, '*', 1) else 'total' end as domain_id,
        case
            when instr(cut_id, '*') > 0 then split_part(group_id, '*', 2)
            when instr(cut_id, 'is_manager') > 0 then group_id
            else 'total'
        end as manager_id,
        n,
        sampled,
        responded,
        response_share,
        base,
        null_reason,
        provenance,
        build_id
    from {{ ref('response_rates') }}
    where survey_id = 'per'

)

select * from craft_response
