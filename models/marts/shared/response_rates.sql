with

counted as (

    select * from {{ ref('int_strata_counted') }}

),

waves as (

    select * from {{ ref('cells_waves') }}

),

response_rates as (

    select
        counted.survey_id,
        counted.wave_id,
        counted.method,
        counted.cut_id,
        counted.group_id,
        cast(counted.responded as bigint) as n,
        cast(counted.sampled as bigint) as sampled,
        cast(counted.responded as bigint) as responded,
        cast(counted.responded as double) / nullif(counted.sampled, 0) as response_share,
        'people invited in the strata of the group' as base,
        case
            when counted.sampled is null then 'sample_not_known'
            when counted.sampled = 0 then 'nobody_invited'
        end as null_reason,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from counted
    inner join waves
        on
            counted.survey_id = waves.survey_id
            and counted.wave_id = waves.wave_id

)

select * from response_rates
