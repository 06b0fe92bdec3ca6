-- Waves that share no respondent with another need no covariance, and are left out.
with

overlap as (

    select * from {{ ref('cells_overlap') }}

),

linked_waves as (

    select
        survey_id,
        wave_id
    from overlap
    where previous_wave_id <> 'none'
    union
    select
        survey_id,
        previous_wave_id as wave_id
    from overlap
    where previous_wave_id <> 'none'

),

answers as (

    select * from {{ ref('int_answers_grouped') }}

),

measured as (

    select * from {{ ref('int_measured_answers') }}

),

points as (

    select * from {{ ref('estimates') }}

),

int_unit_totals as (

    select
        answers.survey_id,
        answers.wave_id,
        answers.cut_id,
        answers.group_id,
        answers.variable_id,
        measured.measure,
        answers.stratum_id,
        answers.cluster_id,
        cast(sum(answers.n) as bigint) as n,
        {{ ordered_sum('answers.sum_w') }} as sum_w,
        {{ ordered_sum('answers.sum_w * (measured.y - points.estimate)') }} as total
    from answers
    inner join linked_waves
        on
            answers.survey_id = linked_waves.survey_id
            and answers.wave_id = linked_waves.wave_id
    inner join measured
        on
            answers.survey_id = measured.survey_id
            and answers.variable_id = measured.variable_id
            and answers.answer_value = measured.answer_value
    inner join points
        on
            answers.survey_id = points.survey_id
            and answers.wave_id = points.wave_id
            and answers.cut_id = points.cut_id
            and answers.group_id = points.group_id
            and answers.variable_id = points.variable_id
            and measured.measure = points.statistic
    where points.estimate is not null
    group by
        answers.survey_id,
        answers.wave_id,
        answers.cut_id,
        answers.group_id,
        answers.variable_id,
        measured.measure,
        answers.stratum_id,
        answers.cluster_id

)

select * from int_unit_totals
