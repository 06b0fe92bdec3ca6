with

answers as (

    select * from {{ ref('int_answers_grouped') }}

),

valued as (

    select * from {{ ref('int_answers_valued') }}

),

int_answers_counted as (

    select
        answers.survey_id,
        answers.wave_id,
        answers.cut_id,
        answers.group_id,
        answers.variable_id,
        cast(sum(answers.n) as bigint) as group_count,
        cast(sum(case when valued.missing_reason = 'not_asked' then 0 else answers.n end) as bigint)
            as asked_count,
        cast(sum(case when valued.missing_reason is null then answers.n else 0 end) as bigint)
            as answered_count
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
        answers.variable_id

)

select * from int_answers_counted
