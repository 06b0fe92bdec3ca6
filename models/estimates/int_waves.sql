-- Waves that a codebook names and nobody has landed have a place in the order too: questions change in them.
with

landed as (

    select * from {{ ref('cells_waves') }}

),

wordings as (

    select * from {{ ref('int_wordings') }}

),

comparable_scales as (

    select * from {{ ref('int_comparable_scales') }}

),

described as (
    {{ describe_waves() | indent(4) }}
),

known as (

    select
        survey_id,
        wave_id
    from landed
    union
    select
        survey_id,
        wave_id
    from described
    union
    select
        survey_id,
        wave_id
    from wordings
    union
    select
        survey_id,
        wave_id
    from comparable_scales

),

known_order as (
    {{ ordered_waves('known') | indent(4) }}
),

landed_order as (
    {{ ordered_waves('landed') | indent(4) }}
),

int_waves as (

    select
        known_order.survey_id,
        known_order.wave_id,
        known_order.position as known_position,
        landed_order.position
    from known_order
    left join landed_order
        on
            known_order.survey_id = landed_order.survey_id
            and known_order.wave_id = landed_order.wave_id

)

select * from int_waves
