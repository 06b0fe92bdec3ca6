with

band_sets as (

    select * from {{ ref('band_sets') }}

),

dim_bands as (

    select
        band_set_id,
        band_id,
        cast(position as bigint) as position,
        label_nl,
        label_en,
        lower_exclusive,
        upper_inclusive,
        category,
        'real' as provenance,
        {{ literal(build_id()) }} as build_id
    from band_sets

)

select * from dim_bands
