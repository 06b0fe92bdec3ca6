-- How far a group moves from one wave to the next beyond what chance explains: the end of the interval that is
-- nearer to zero. A change without an interval counts in full where both waves have a hundred people.
with

sets as (
    select
        answer_set_id,
        min(score) as lowest,
        max(score) as highest
    from marts.dim_answers
    where score is not null
    group by answer_set_id
),

moves as (
    select
        survey_id,
        previous_wave_id,
        wave_id,
        variable_id,
        cut_id,
        group_id,
        measure,
        case
            when ci_lower is not null then greatest(ci_lower, -ci_upper, 0e0)
            when wave_n >= 100 and previous_n >= 100 then abs(change)
        end as beyond_chance
    from marts.wave_changes
    where kind = 'item' and change is not null
)

select
    moves.survey_id,
    moves.previous_wave_id,
    moves.wave_id,
    moves.variable_id,
    moves.cut_id,
    moves.group_id,
    case when moves.measure = 'mean' then moves.beyond_chance / nullif(sets.highest - sets.lowest, 0) end
        as relative_jump,
    case when moves.measure = 'positive_share' then moves.beyond_chance end as share_jump
from moves
inner join marts.dim_items as items on moves.survey_id = items.survey_id and moves.variable_id = items.item_id
inner join sets on items.answer_set_id = sets.answer_set_id
