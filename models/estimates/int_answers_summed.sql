-- Scores are centred on the wave's mean before they are squared; a positive answer is 1 and any other 0.
{% set grouped = fingerprints_in(ref('int_answers_grouped')) %}

{% set columns = ['missing_reason', 'category', 'has_categories', 'score'] %}
{% set values = worth_of_answers(ref('int_answers_grouped'), ref('int_answers_valued'), columns) %}

{% set compared %}
select
    survey_id,
    wave_id,
    {{ digest_of(['cut_id']) }} as digest
from {{ ref('int_compared_groups') }}
group by survey_id, wave_id
{% endset %}

with

{{ changed_waves({'grouped': grouped, 'given_values': values, 'compared': compared}) }},

answers as (

    {{ rows_to_build(ref('int_answers_grouped')) | indent(4) }}

),

valued as (

    select *
    from {{ ref('int_answers_valued') }}
    where missing_reason is null

),

variables as (

    select *
    from {{ ref('int_variables') }}
    where kind <> 'scale'

),

cuts as (

    select distinct
        survey_id,
        cut_id
    from {{ ref('int_compared_groups') }}

),

centres as (

    select
        answers.survey_id,
        answers.wave_id,
        answers.variable_id,
        sum(answers.n * valued.score) / sum(answers.n) as centre
    from answers
    inner join valued
        on
            answers.survey_id = valued.survey_id
            and answers.variable_id = valued.variable_id
            and answers.answer_value = valued.answer_value
    where answers.cut_id = 'total' and valued.score is not null
    group by answers.survey_id, answers.wave_id, answers.variable_id

),

measures as (

    select 'mean' as measure
    union all
    select 'positive_share' as measure

),

scored as (

    select
        answers.*,
        measures.measure,
        case when measures.measure = 'mean' then centres.centre else 0e0 end as centre,
        case
            when measures.measure = 'mean' then valued.score - centres.centre
            when valued.category = 'positive' then 1e0
            else 0e0
        end as y
    from answers
    inner join cuts
        on
            answers.survey_id = cuts.survey_id
            and answers.cut_id = cuts.cut_id
    inner join variables
        on
            answers.survey_id = variables.survey_id
            and answers.variable_id = variables.variable_id
    inner join valued
        on
            answers.survey_id = valued.survey_id
            and answers.variable_id = valued.variable_id
            and answers.answer_value = valued.answer_value
    inner join measures
        on
            (measures.measure = 'mean' and valued.score is not null)
            or (measures.measure = 'positive_share' and valued.has_categories)
    left join centres
        on
            answers.survey_id = centres.survey_id
            and answers.wave_id = centres.wave_id
            and answers.variable_id = centres.variable_id

),

int_answers_summed as (

    select
        survey_id,
        wave_id,
        cut_id,
        group_id,
        variable_id,
        measure,
        stratum_id,
        cluster_id,
        max(centre) as centre,
        cast(sum(n) as bigint) as n,
        cast(sum(case when sum_w > 0 then n else 0 end) as bigint) as n_weighted,
        sum(n * y) as sum_y,
        sum(n * y * y) as sum_y2,
        sum(sum_w) as sum_w,
        sum(sum_w * y) as sum_wy,
        sum(sum_w * y * y) as sum_wy2,
        sum(sum_w2) as sum_w2,
        sum(sum_w2 * y) as sum_w2y,
        sum(sum_w2 * y * y) as sum_w2y2,
        min(wave_fingerprint) as fingerprint
    from scored
    group by survey_id, wave_id, cut_id, group_id, variable_id, measure, stratum_id, cluster_id

)

select * from int_answers_summed
