-- Question: of everybody in a wave, who was asked an item, who answered, and why did the others not? One row
-- per wave and item, the largest loss among the asked first. From the cells, so in the warehouse only.
with

cells_answers as (

    select * from {{ ref('cells_answers') }}

),

values_of_answers as (

    select * from {{ ref('int_answers_valued') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

counted as (

    select
        cells_answers.survey_id,
        cells_answers.wave_id,
        cells_answers.variable_id,
        sum(cells_answers.n) as respondent_count,
        sum(case when values_of_answers.missing_reason = 'not_asked' then cells_answers.n else 0 end)
            as not_asked_count,
        sum(case when values_of_answers.missing_reason = 'skipped' then cells_answers.n else 0 end)
            as skipped_count,
        sum(case when values_of_answers.missing_reason = 'dont_know' then cells_answers.n else 0 end)
            as dont_know_count,
        sum(case when values_of_answers.missing_reason = 'refused' then cells_answers.n else 0 end)
            as refused_count,
        sum(case when values_of_answers.missing_reason = 'invalid' then cells_answers.n else 0 end)
            as invalid_count,
        sum(case when values_of_answers.missing_reason is null then cells_answers.n else 0 end)
            as answered_count
    from cells_answers
    inner join values_of_answers
        on
            cells_answers.survey_id = values_of_answers.survey_id
            and cells_answers.variable_id = values_of_answers.variable_id
            and cells_answers.answer_value = values_of_answers.answer_value
    group by cells_answers.survey_id, cells_answers.wave_id, cells_answers.variable_id

)

select
    counted.survey_id,
    counted.wave_id,
    items.item_id,
    items.label_en,
    counted.respondent_count,
    counted.not_asked_count,
    counted.skipped_count,
    counted.dont_know_count,
    counted.refused_count,
    counted.invalid_count,
    counted.answered_count,
    counted.answered_count / nullif(cast(counted.respondent_count - counted.not_asked_count as double), 0e0)
        as answered_share
from counted
inner join items
    on
        counted.survey_id = items.survey_id
        and counted.variable_id = items.item_id
order by answered_share asc nulls last, counted.survey_id asc, counted.wave_id asc, items.item_id asc
