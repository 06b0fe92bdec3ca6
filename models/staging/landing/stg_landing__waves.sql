with

register as (

    select * from {{ source('raw', 'landing_register') }}

),

stg_landing__waves as (

    select
        survey_id,
        wave_id,
        delivery_id,
        provenance,
        cast(rows_read - rows_forgotten as bigint) as read_count,
        cast(rows_accepted as bigint) as accepted_count,
        cast(rows_rejected as bigint) as rejected_count,
        cast(landed_at as timestamp) as landed_at,
        cast(retired_at as timestamp) as retired_at,
        scored_as
    from register
    where is_current

)

select * from stg_landing__waves
