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

parts as (

    select
        survey_id,
        wave_id,
        {{ parts_of('sum_w') }} as w_parts,
        {{ parts_of('sum_w2') }} as w2_parts
    from answers
    group by survey_id, wave_id

),

groups as (

    select
        profiles.survey_id,
        profiles.wave_id,
        profiles.profile_code,
        profiles.cut_id,
        profiles.group_id,
        parts.w_parts,
        parts.w2_parts
    from {{ ref('int_profiles_grouped') }} as profiles
    inner join parts
        on
            profiles.survey_id = parts.survey_id
            and profiles.wave_id = parts.wave_id

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
        {{ sum_of_parts('answers.sum_w', 'groups.w_parts') }} as sum_w,
        {{ sum_of_parts('answers.sum_w2', 'groups.w2_parts') }} as sum_w2,
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
