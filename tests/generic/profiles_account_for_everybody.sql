{% test profiles_account_for_everybody(model) %}
select
    waves.survey_id,
    waves.wave_id
from {{ ref('stg_landing__waves') }} as waves
left join (
    select survey_id, wave_id, sum(n) as n
    from {{ model }}
    group by survey_id, wave_id
) as counted
    on waves.survey_id = counted.survey_id and waves.wave_id = counted.wave_id
where coalesce(counted.n, 0) <> waves.accepted_count
{% endtest %}
