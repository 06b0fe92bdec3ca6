{#
    Waves whose respondents in a relation (`n` per survey and wave, in any number of rows) are not the accepted ones; a
    wave that the relation lacks counts as 0.
#}
{% macro find_miscounted_waves(relation, waves) %}
select
    waves.survey_id,
    waves.wave_id,
    waves.accepted_count,
    coalesce(counted.n, 0) as n
from {{ waves }} as waves
left join (
    select
        survey_id,
        wave_id,
        sum(n) as n
    from {{ relation }}
    group by survey_id, wave_id
) as counted
    on
        waves.survey_id = counted.survey_id
        and waves.wave_id = counted.wave_id
where coalesce(counted.n, 0) <> waves.accepted_count
{% endmacro %}
