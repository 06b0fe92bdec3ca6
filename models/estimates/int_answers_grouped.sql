{% set cells = fingerprints_in(ref('cells_answers')) %}

{% set profiles %}
select
    survey_id,
    wave_id,
    {{ digest_of(['profile_code', 'cut_id', 'group_id']) }} as digest
from {{ ref('int_profiles_grouped') }}
group by survey_id, wave_id
{% endset %}

with

{{ changed_waves({'cells': cells, 'profiles': profiles}) }},

answers as (

    {{ rows_to_build(ref('cells_answers')) | indent(4) }}

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
        {{ ordered_sum('answers.sum_w') }} as sum_w,
        {{ ordered_sum('answers.sum_w2') }} as sum_w2,
        answers.wave_fingerprint as fingerprint
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
        answers.answer_value,
        answers.wave_fingerprint

)

-- In an order of their own, so that what adds them up comes to the same whichever waves are built together.
select *
from int_answers_grouped
order by survey_id, wave_id, cut_id, group_id, variable_id, stratum_id, cluster_id, answer_value
