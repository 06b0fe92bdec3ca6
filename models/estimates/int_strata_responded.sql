with

profiles as (

    select * from {{ ref('cells_profiles') }}

),

int_strata_responded as (

    select
        survey_id,
        wave_id,
        stratum_id,
        cast(sum(n) as bigint) as responded
    from profiles
    group by survey_id, wave_id, stratum_id

)

select * from int_strata_responded
