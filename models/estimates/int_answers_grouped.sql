with

answers as (

    select * from {{ ref('cells_answers') }}

),

groups as (

    select * from {{ ref('int_profiles_grouped') }}

),

int_answers_grouped as (

    select
        answers.survey_id,
        answers.wave_id,
        groups.cut_id,
        groups.group_id,
        answers.variable_id,
        answers.stratum_id,
        answers.cluster_id,
        answers.answer_value,
        cast(sum(answers.n) as bigint) as n,
        sum(answers.sum_w) as sum_w,
        sum(answers.sum_w2) as sum_w2
    from answers
    inner join groups
        on
            answers.survey_id = groups.survey_id
            and answers.wave_id = groups.wave_id
            and answers.profile_code = groups.profile_code
    group by
        answers.survey_id,
        answers.wave_id,
        groups.cut_id,
        groups.group_id,
        answers.variable_id,
        answers.stratum_id,
        answers.cluster_id,
        answers.answer_value

)

select * from int_answers_grouped
