-- Each variable in each landed wave, beside the last landed wave before it in which the variable was asked.
-- Between the two, wordings count that began after the earlier wave, up to and in the later one.
with

all_waves as (

    select * from {{ ref('int_waves') }}

),

waves as (

    select *
    from all_waves
    where position is not null

),

variables as (

    select * from {{ ref('int_variables') }}

),

counts as (

    select *
    from {{ ref('int_answers_counted') }}
    where cut_id = 'total' and asked_count > 0

),

delivered_names as (

    select * from {{ ref('int_delivered_names') }}

),

wordings as (

    select
        wordings.survey_id,
        wordings.item_id,
        wordings.question_nl,
        wordings.question_en,
        wordings.is_comparable,
        wordings.note,
        all_waves.wave_id,
        all_waves.known_position
    from {{ ref('int_wordings') }} as wordings
    inner join all_waves
        on
            wordings.survey_id = all_waves.survey_id
            and wordings.wave_id = all_waves.wave_id

),

comparable_scales as (

    select
        comparable_scales.survey_id,
        comparable_scales.scale_id,
        comparable_scales.note,
        all_waves.known_position
    from {{ ref('int_comparable_scales') }} as comparable_scales
    inner join all_waves
        on
            comparable_scales.survey_id = all_waves.survey_id
            and comparable_scales.wave_id = all_waves.wave_id

),

asked as (

    select
        variables.survey_id,
        variables.variable_id,
        variables.kind,
        waves.wave_id,
        waves.position,
        waves.known_position,
        counts.wave_id is not null as is_asked,
        coalesce(named.delivered_name, usual.delivered_name) as delivered_name
    from variables
    inner join waves on variables.survey_id = waves.survey_id
    left join counts
        on
            variables.survey_id = counts.survey_id
            and variables.variable_id = counts.variable_id
            and waves.wave_id = counts.wave_id
    left join delivered_names as named
        on
            variables.survey_id = named.survey_id
            and variables.variable_id = named.item_id
            and waves.wave_id = named.wave_id
    left join delivered_names as usual
        on
            variables.survey_id = usual.survey_id
            and variables.variable_id = usual.item_id
            and usual.wave_id is null

),

followed as (

    select
        *,
        max(case when is_asked then position end) over (
            partition by survey_id, variable_id
            order by position rows between unbounded preceding and 1 preceding
        ) as last_asked_position
    from asked

),

paired as (

    select
        followed.survey_id,
        followed.variable_id,
        followed.kind,
        followed.wave_id,
        followed.position,
        followed.known_position,
        followed.is_asked,
        followed.delivered_name,
        followed.last_asked_position is not null as was_asked_before,
        previous.wave_id as previous_wave_id,
        previous.known_position as previous_known_position,
        previous.delivered_name as previous_delivered_name
    from followed
    left join asked as previous
        on
            followed.survey_id = previous.survey_id
            and followed.variable_id = previous.variable_id
            and coalesce(followed.last_asked_position, followed.position - 1) = previous.position

),

in_effect as (

    select
        paired.survey_id,
        paired.variable_id,
        paired.wave_id,
        max(wordings.known_position) as known_position
    from paired
    inner join wordings
        on
            paired.survey_id = wordings.survey_id
            and paired.variable_id = wordings.item_id
            and paired.known_position >= wordings.known_position
    group by paired.survey_id, paired.variable_id, paired.wave_id

),

rewordings as (

    select
        paired.survey_id,
        paired.variable_id,
        paired.wave_id,
        max(case when wordings.is_comparable then 0 else 1 end) = 1 as breaks
    from paired
    inner join wordings
        on
            paired.survey_id = wordings.survey_id
            and paired.variable_id = wordings.item_id
            and paired.known_position >= wordings.known_position
            and paired.previous_known_position < wordings.known_position
    group by paired.survey_id, paired.variable_id, paired.wave_id

),

-- An item of a scale beside itself in the wave before of the scale, which need not be that of the item.
scale_items as (

    select
        scales.survey_id,
        scales.variable_id as scale_id,
        scales.wave_id,
        items.variable_id as item_id,
        coalesce(later.is_asked, false) as is_asked,
        coalesce(earlier.is_asked, false) as was_asked,
        max(
            case
                when wordings.is_comparable then 0
                when wordings.known_position is not null then 1
                else 0
            end
        ) = 1 as is_reworded
    from paired as scales
    inner join variables as items
        on
            scales.survey_id = items.survey_id
            and instr('|' || items.scale_ids || '|', '|' || scales.variable_id || '|') > 0
    left join asked as later
        on
            scales.survey_id = later.survey_id
            and scales.wave_id = later.wave_id
            and items.variable_id = later.variable_id
    left join asked as earlier
        on
            scales.survey_id = earlier.survey_id
            and scales.previous_wave_id = earlier.wave_id
            and items.variable_id = earlier.variable_id
    left join wordings
        on
            scales.survey_id = wordings.survey_id
            and items.variable_id = wordings.item_id
            and scales.known_position >= wordings.known_position
            and scales.previous_known_position < wordings.known_position
    where scales.kind = 'scale' and scales.is_asked and scales.was_asked_before
    group by
        scales.survey_id,
        scales.variable_id,
        scales.wave_id,
        items.variable_id,
        later.is_asked,
        earlier.is_asked

),

scale_changes as (

    select
        survey_id,
        scale_id,
        wave_id,
        sum(case when is_asked and not was_asked then 1 else 0 end) as items_added,
        sum(case when was_asked and not is_asked then 1 else 0 end) as items_dropped,
        sum(case when is_asked and was_asked and is_reworded then 1 else 0 end) as items_reworded
    from scale_items
    group by survey_id, scale_id, wave_id

),

declared as (

    select
        paired.survey_id,
        paired.variable_id,
        paired.wave_id,
        max(comparable_scales.note) as note
    from paired
    inner join comparable_scales
        on
            paired.survey_id = comparable_scales.survey_id
            and paired.variable_id = comparable_scales.scale_id
            and paired.known_position >= comparable_scales.known_position
            and paired.previous_known_position < comparable_scales.known_position
    group by paired.survey_id, paired.variable_id, paired.wave_id

),

int_wave_pairs as (

    select
        paired.survey_id,
        paired.variable_id,
        paired.kind,
        paired.wave_id,
        paired.previous_wave_id,
        paired.is_asked,
        paired.was_asked_before,
        paired.delivered_name,
        paired.previous_delivered_name,
        wordings.wave_id as wording_wave_id,
        wordings.question_nl as wording_nl,
        wordings.question_en as wording_en,
        scale_changes.items_added,
        scale_changes.items_dropped,
        scale_changes.items_reworded,
        coalesce(wordings.note, declared.note) as note,
        case
            when not paired.is_asked then 'not_asked'
            when paired.position = 1 then 'first_wave'
            when not paired.was_asked_before then 'new'
            when
                declared.variable_id is not null
                and scale_changes.items_added + scale_changes.items_dropped + scale_changes.items_reworded > 0
                then 'declared_comparable'
            when scale_changes.items_added + scale_changes.items_dropped > 0 then 'items_changed'
            when scale_changes.items_reworded > 0 then 'items_reworded'
            when rewordings.breaks then 'reworded'
            when rewordings.variable_id is not null then 'reworded_comparable'
            when paired.delivered_name <> paired.previous_delivered_name then 'renamed'
            else 'same'
        end as comparability
    from paired
    left join in_effect
        on
            paired.survey_id = in_effect.survey_id
            and paired.variable_id = in_effect.variable_id
            and paired.wave_id = in_effect.wave_id
    left join wordings
        on
            in_effect.survey_id = wordings.survey_id
            and in_effect.variable_id = wordings.item_id
            and in_effect.known_position = wordings.known_position
    left join rewordings
        on
            paired.survey_id = rewordings.survey_id
            and paired.variable_id = rewordings.variable_id
            and paired.wave_id = rewordings.wave_id
    left join scale_changes
        on
            paired.survey_id = scale_changes.survey_id
            and paired.variable_id = scale_changes.scale_id
            and paired.wave_id = scale_changes.wave_id
    left join declared
        on
            paired.survey_id = declared.survey_id
            and paired.variable_id = declared.variable_id
            and paired.wave_id = declared.wave_id

)

select * from int_wave_pairs
