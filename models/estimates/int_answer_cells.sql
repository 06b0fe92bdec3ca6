{% set grouped = fingerprints_in(ref('int_answers_grouped')) %}

{% set columns = ['answer_id', 'category', 'missing_reason', 'score'] %}
{% set values = worth_of_answers(ref('int_answers_grouped'), ref('int_answers_valued'), columns) %}

with

{{ changed_waves({'grouped': grouped, 'given_values': values}) }},

answers as (

    {{ rows_to_build(ref('int_answers_grouped')) | indent(4) }}

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
        cast(sum(answers.n) as bigint) as n,
        min(answers.wave_fingerprint) as fingerprint
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
