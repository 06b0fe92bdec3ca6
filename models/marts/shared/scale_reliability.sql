with

waves as (

    select * from {{ ref('cells_waves') }}

),

scales as (

    select * from {{ ref('dim_scales') }}

),

reliability as (

    select *
    from {{ ref('reliability') }}
    where item_id is null

),

scale_reliability as (

    select
        waves.survey_id,
        waves.wave_id,
        scales.scale_id,
        cast(coalesce(reliability.n, 0) as bigint) as n,
        cast(coalesce(reliability.n_complete, 0) as bigint) as n_complete,
        cast(coalesce(reliability.item_count, 0) as bigint) as item_count,
        reliability.alpha_pairwise,
        reliability.alpha_listwise,
        reliability.alpha_listwise_ci_lower,
        reliability.alpha_listwise_ci_upper,
        reliability.alpha_pairwise_weighted,
        reliability.alpha_listwise_weighted,
        reliability.alpha_standardised,
        reliability.mean_item_correlation,
        reliability.omega,
        reliability.omega_method,
        case
            when reliability.scale_id is null then 'nobody_answered'
            else reliability.alpha_null_reason
        end as alpha_null_reason,
        case
            when reliability.scale_id is null then 'nobody_answered'
            else reliability.alpha_weighted_null_reason
        end as alpha_weighted_null_reason,
        case
            when reliability.scale_id is null then 'nobody_answered'
            else reliability.omega_null_reason
        end as omega_null_reason,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from waves
    inner join scales on waves.survey_id = scales.survey_id
    left join reliability
        on
            waves.survey_id = reliability.survey_id
            and waves.wave_id = reliability.wave_id
            and scales.scale_id = reliability.scale_id

)

select * from scale_reliability
