with

pairs as (

    select *
    from {{ ref('int_wave_pairs') }}
    where kind <> 'scale'

),

items as (

    select * from {{ ref('dim_items') }}

),

waves as (

    select * from {{ ref('dim_waves') }}

),

counts as (

    select *
    from {{ ref('int_answers_counted') }}
    where cut_id = 'total'

),

item_crosswalk as (

    select
        pairs.survey_id,
        pairs.wave_id,
        pairs.variable_id as item_id,
        waves.position as wave_position,
        case when pairs.was_asked_before then pairs.previous_wave_id end as previous_wave_id,
        pairs.comparability,
        case when pairs.is_asked then pairs.delivered_name end as delivered_name,
        case when pairs.was_asked_before then pairs.previous_delivered_name end as previous_delivered_name,
        case
            when pairs.is_asked and pairs.wording_wave_id is null then items.question_nl
            when pairs.is_asked then pairs.wording_nl
        end as question_nl,
        case
            when pairs.is_asked and pairs.wording_wave_id is null then items.question_en
            when pairs.is_asked then pairs.wording_en
        end as question_en,
        pairs.wording_wave_id,
        pairs.note,
        coalesce(counts.answered_count, 0) as n,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from pairs
    inner join items
        on
            pairs.survey_id = items.survey_id
            and pairs.variable_id = items.item_id
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

select * from item_crosswalk
