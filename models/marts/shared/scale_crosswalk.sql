with

pairs as (

    select *
    from {{ ref('int_wave_pairs') }}
    where kind = 'scale'

),

waves as (

    select * from {{ ref('dim_waves') }}

),

counts as (

    select *
    from {{ ref('int_answers_counted') }}
    where cut_id = 'total'

),

scale_crosswalk as (

    select
        pairs.survey_id,
        pairs.wave_id,
        pairs.variable_id as scale_id,
        waves.position as wave_position,
        case when pairs.was_asked_before then pairs.previous_wave_id end as previous_wave_id,
        pairs.comparability,
        cast(pairs.items_added as bigint) as items_added,
        cast(pairs.items_dropped as bigint) as items_dropped,
        cast(pairs.items_reworded as bigint) as items_reworded,
        pairs.note,
        coalesce(counts.answered_count, 0) as n,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from pairs
    inner join waves
        on
            pairs.survey_id = waves.survey_id
            and pairs.wave_id = waves.wave_id
    left join counts
        on
            pairs.survey_id = counts.survey_id
            and pairs.wave_id = counts.wave_id
            and pairs.variable_id = counts.variable_id

)

select * from scale_crosswalk
