{#
    The order of the waves of each survey, from 1: by their first day of fieldwork where the codebook knows it, then
    by their ids. `waves` is a relation of survey_id and wave_id.
#}
{% macro ordered_waves(waves) %}
select
    waves.survey_id,
    waves.wave_id,
    cast(
        row_number() over (
            partition by waves.survey_id
            order by described.fieldwork_start asc nulls last, waves.wave_id asc
        ) as bigint
    ) as position
from {{ waves }} as waves
left join (
    {{ describe_waves() | indent(4) }}
) as described
    on
        waves.survey_id = described.survey_id
        and waves.wave_id = described.wave_id
{% endmacro %}
