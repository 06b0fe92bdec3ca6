{#
    Cells: how many people, and with which weight, gave each answer, per stratum, cluster and profile. Answers of
    items, outcomes and controls and scores of scales are counted alike; missing answers by their
    reason. One scan of the respondents per wave; a new wave leaves the cells of the others alone.
#}
{% macro count_answers() %}
{{ depends_on_codebook() }}
    {% for survey_id in var('surveys') %}
        {% set scored = ref('scored_' ~ survey_id) %}
        {% set landed = ref('stg_landing__waves') %}
        {% if execute %}
            {% set book = codebook(survey_id) %}
            {% set definition = answer_counts_sql(book, scored, []) %}
            {% set waves = waves_to_build(survey_id, waves_of(scored, landed, survey_id), definition) %}
{{ answer_counts_sql(book, scored, waves) }}
{{ 'union all' if not loop.last }}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro answer_counts_sql(codebook, scored, waves) %}
    {% set variables = counted_variables(codebook) %}
    {% if not variables %}
{{ no_answers_sql(scored) }}
    {% else %}
select
    survey_id,
    wave_id,
    stratum_id,
    cluster_id,
    profile_code,
    variable_id,
    answer_value,
    count(*) as n,
    sum(weight) as sum_w,
    sum(weight * weight) as sum_w2,
    {{ fingerprint_of(waves) }} as fingerprint
from (
    select
        survey_id,
        wave_id,
        stratum_id,
        cluster_id,
        profile_code,
        weight
        {%- for name in variables %},
        cast({{ name }} as double) as {{ name }}
        {%- endfor %}
    from {{ scored }}
    where {{ in_waves(waves) }}
) as {{ unpivot('respondents', 'answer_value', 'variable_id', variables) }}
group by survey_id, wave_id, stratum_id, cluster_id, profile_code, variable_id, answer_value
    {% endif %}
{% endmacro %}


{# The cells of a survey that has groups only: none. #}
{% macro no_answers_sql(scored) %}
select
    survey_id,
    wave_id,
    stratum_id,
    cluster_id,
    profile_code,
    cast(null as varchar) as variable_id,
    cast(null as double) as answer_value,
    cast(0 as bigint) as n,
    weight as sum_w,
    weight as sum_w2,
    cast(null as varchar) as fingerprint
from {{ scored }}
where 1 = 0
{% endmacro %}


{# Columns and scales whose answers are counted. #}
{% macro counted_variables(codebook) %}
    {% do return(
        (answered_columns(codebook) | map(attribute='name') | list)
        + (codebook.get('scales', []) | map(attribute='scale_id') | list)
    ) %}
{% endmacro %}
