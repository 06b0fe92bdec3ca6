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
        {#- A survey that has groups only. #}
{{ rows_sql([], {
        'survey_id': 'text', 'wave_id': 'text', 'stratum_id': 'text', 'cluster_id': 'text', 'profile_code': 'bigint',
        'variable_id': 'text', 'answer_value': 'double', 'n': 'bigint', 'sum_w': 'double', 'sum_w2': 'double',
        'fingerprint': 'text'
    }) }}
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


{# Columns and scales whose answers are counted. #}
{% macro counted_variables(codebook) %}
    {% do return(
        (answered_columns(codebook) | map(attribute='name') | list)
        + (codebook.get('scales', []) | map(attribute='scale_id') | list)
    ) %}
{% endmacro %}
