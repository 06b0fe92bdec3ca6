with

waves as (

    select * from {{ ref('cells_waves') }}

),

scales as (

    select * from {{ ref('dim_scales') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

reliability as (

    select *
    from {{ ref('reliability') }}
    where item_id is not null

),

scale_item_reliability as (

    select
        waves.survey_id,
        waves.wave_id,
        scales.scale_id,
        items.item_id,
        items.position,
        cast(coalesce(reliability.n, 0) as bigint) as n,
        reliability.item_rest_correlation,
        reliability.item_rest_correlation_weighted,
        reliability.alpha_if_dropped,
        reliability.alpha_if_dropped_weighted,
        reliability.loading,
        case
            when reliability.item_id is null then 'nobody_answered'
            else reliability.null_reason
        end as null_reason,
        case
            when reliability.item_id is null then 'nobody_answered'
            else reliability.weighted_null_reason
        end as weighted_null_reason,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from waves
    inner join scales on waves.survey_id = scales.survey_id
    inner join items
        on
            scales.survey_id = items.survey_id
            and instr('|' || items.scale_ids || '|', '|' || scales.scale_id || '|') > 0
    left join reliability
        on
            waves.survey_id = reliability.survey_id
            and waves.wave_id = reliability.wave_id
            and scales.scale_id = reliability.scale_id
            and items.item_id = reliability.item_id

)

select * from scale_item_reliability
