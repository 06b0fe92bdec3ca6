-- Waves are the only time that a survey has: its spine is the days on which their fieldwork began.
with

waves as (

    select * from {{ ref('published_dim_waves') }}

),

wave_days as (

    select distinct fieldwork_start as wave_day
    from waves
    where fieldwork_start is not null

)

select * from wave_days
