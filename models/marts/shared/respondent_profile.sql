with

answers as (

    select * from {{ ref('int_answers_grouped') }}

),

valued as (

    select * from {{ ref('int_answers_valued') }}

),

variables as (

    select * from {{ ref('int_variables') }}
    where kind = 'control'

),

estimates as (

    select * from {{ ref('estimates') }}
    where statistic = 'mean'

),

waves as (

    select * from {{ ref('cells_waves') }}

),

banded as (

    select
        answers.survey_id,
        answers.wave_id,
        answers.variable_id,
        valued.answer_id,
        answers.cut_id,
        answers.group_id,
        sum(answers.n) as n,
        sum(answers.sum_w) as sum_w
    from answers
    inner join variables
        on
            answers.survey_id = variables.survey_id
            and answers.variable_id = variables.variable_id
    inner join valued
        on
            answers.survey_id = valued.survey_id
            and answers.variable_id = valued.variable_id
            and answers.answer_value = valued.answer_value
    where valued.answer_id is not null
    group by
        answers.survey_id,
        answers.wave_id,
        answers.variable_id,
        valued.answer_id,
        answers.cut_id,
        answers.group_id

),

profiled as (

    select
        banded.survey_id,
        banded.wave_id,
        banded.variable_id as characteristic_id,
        banded.answer_id as band_id,
        banded.cut_id,
        banded.group_id,
        banded.n,
        banded.sum_w / nullif(sum(banded.sum_w) over answered, 0e0) as share,
        cast(banded.n as double) / nullif(sum(banded.n) over answered, 0) as unweighted_share,
        cast(null as double) as mean,
        cast(null as double) as mean_std_error,
        cast(null as {{ type_text() }}) as mean_null_reason
    from banded
    window
        answered as (
            partition by
                banded.survey_id,
                banded.wave_id,
                banded.variable_id,
                banded.cut_id,
                banded.group_id
        )
    union all
    select
        estimates.survey_id,
        estimates.wave_id,
        estimates.variable_id as characteristic_id,
        'all' as band_id,
        estimates.cut_id,
        estimates.group_id,
        estimates.n,
        cast(null as double) as share,
        cast(null as double) as unweighted_share,
        estimates.estimate as mean,
        estimates.std_error as mean_std_error,
        estimates.null_reason as mean_null_reason
    from estimates
    inner join variables
        on
            estimates.survey_id = variables.survey_id
            and estimates.variable_id = variables.variable_id

),

respondent_profile as (

    select
        profiled.survey_id,
        profiled.wave_id,
        profiled.characteristic_id,
        profiled.band_id,
        profiled.cut_id,
        profiled.group_id,
        cast(profiled.n as bigint) as n,
        profiled.share,
        profiled.unweighted_share,
        profiled.mean,
        profiled.mean_std_error,
        profiled.mean_null_reason,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from profiled
    inner join waves
        on
            profiled.survey_id = waves.survey_id
            and profiled.wave_id = waves.wave_id

)

select * from respondent_profile
