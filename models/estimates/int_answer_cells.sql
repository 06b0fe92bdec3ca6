with

answers as (

    select * from {{ ref('int_answers_grouped') }}

),

valued as (

    select * from {{ ref('int_answers_valued') }}

),

int_answer_cells as (

    select
        answers.survey_id,
        answers.wave_id,
        answers.cut_id,
        answers.group_id,
        answers.variable_id,
        valued.answer_id,
        valued.category,
        valued.missing_reason,
        valued.score,
        sum(answers.sum_w) as sum_w,
        cast(sum(answers.n) as bigint) as n
    from answers
    inner join valued
        on
            answers.survey_id = valued.survey_id
            and answers.variable_id = valued.variable_id
            and answers.answer_value = valued.answer_value
    group by
        answers.survey_id,
        answers.wave_id,
        answers.cut_id,
        answers.group_id,
        answers.variable_id,
        valued.answer_id,
        valued.category,
        valued.missing_reason,
        valued.score

)

select * from int_answer_cells
