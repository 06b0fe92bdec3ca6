-- Made-up answers must never be read as measured ones: each row says of which kind the delivery of its wave
-- is.
with

deliveries as (

    select * from {{ ref('stg_landing__waves') }}

),

published as (

    select
        survey_id,
        wave_id,
        provenance
    from {{ ref('dim_waves') }}
    union
    select
        survey_id,
        wave_id,
        provenance
    from {{ ref('item_shares') }}
    union
    select
        survey_id,
        wave_id,
        provenance
    from {{ ref('scale_scores') }}

)

select
    published.survey_id,
    published.wave_id,
    published.provenance,
    deliveries.provenance as delivered_as
from published
left join deliveries
    on
        published.survey_id = deliveries.survey_id
        and published.wave_id = deliveries.wave_id
where coalesce(deliveries.provenance, 'absent') <> coalesce(published.provenance, 'unknown')
