-- Question: how do the sectors of the Werkonderzoek differ in the distribution of each culture scale over its
-- bands, unweighted, before weights and standard errors smooth the picture? Beside it the weighted shares of
-- the mart.
with

answers as (

    select * from {{ ref('int_answers_grouped') }}

),

values_of_answers as (

    select * from {{ ref('int_answers_valued') }}
    where missing_reason is null

),

scale_scores as (

    select * from {{ ref('scale_scores') }}

),

sectors as (

    select * from {{ ref('dim_groups') }}

),

counted as (

    select
        answers.survey_id,
        answers.wave_id,
        answers.cut_id,
        answers.group_id,
        answers.variable_id as scale_id,
        sum(case when values_of_answers.category = 'negative' then answers.n else 0 end) as disagree_count,
        sum(case when values_of_answers.category = 'neutral' then answers.n else 0 end) as neutral_count,
        sum(case when values_of_answers.category = 'positive' then answers.n else 0 end) as agree_count
    from answers
    inner join values_of_answers
        on
            answers.survey_id = values_of_answers.survey_id
            and answers.variable_id = values_of_answers.variable_id
            and answers.answer_value = values_of_answers.answer_value
    where answers.survey_id = 'werkonderzoek' and answers.cut_id = 'sector'
    group by answers.survey_id, answers.wave_id, answers.cut_id, answers.group_id, answers.variable_id

)

select
    counted.wave_id,
    counted.scale_id,
    sectors.label_nl as sector_label_nl,
    counted.disagree_count,
    counted.neutral_count,
    counted.agree_count,
    scale_scores.disagree_share,
    scale_scores.neutral_share,
    scale_scores.agree_share,
    scale_scores.mean
from counted
inner join scale_scores
    on
        counted.survey_id = scale_scores.survey_id
        and counted.wave_id = scale_scores.wave_id
        and counted.scale_id = scale_scores.scale_id
        and counted.cut_id = scale_scores.cut_id
        and counted.group_id = scale_scores.group_id
inner join sectors
    on
        counted.survey_id = sectors.survey_id
        and counted.cut_id = sectors.cut_id
        and counted.group_id = sectors.group_id
order by counted.wave_id asc, counted.scale_id asc, sectors.position asc
