{#
    Cells: how many people, and with which weight, gave each answer, per stratum, cluster and profile. Answers of
    items, outcomes and controls and scores of scales are counted alike; missing answers by their
    reason. The respondents of a wave are read once; a new wave leaves the cells of the others alone.
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


{# What each wave is counted by, or of no wave, which tells what a model is made of, what it would be counted by. #}
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
        {% for wave in waves or [none] %}
            {% set counted = in_waves([wave] if wave else []) %}
            {#- A wave that nobody is counted of needs no query to see how. #}
            {% set codes = codes_of_answers(codebook) if wave else {} %}
select
    {{ literal(codebook.survey_id) }} as survey_id,
    {{ literal(wave.wave_id) }} as wave_id,
    units.stratum_id,
    units.cluster_id,
    units.profile_code,
    counted.variable_id,
    counted.answer_value,
    counted.n,
    counted.sum_w,
    counted.sum_w2,
    {{ literal(wave.fingerprint) }} as fingerprint
from (
    {{ count_values(scored, counted, 'cell_number', variables, codes) }}
) as counted
{#- Each cell has its unit. DuckDB would look for the units of an inner join in every row that is counted. #}
left join (
    select
        cell_number,
        any_value(stratum_id) as stratum_id,
        any_value(cluster_id) as cluster_id,
        any_value(profile_code) as profile_code
    from {{ scored }}
    where {{ counted }}
    group by cell_number
) as units
    on counted.cell_number = units.cell_number
{{ 'union all' if not loop.last }}
        {% endfor %}
    {% endif %}
{% endmacro %}


{# The lowest and the highest code of each column of answers that are numbered, reasons of missing included. #}
{% macro codes_of_answers(codebook) %}
    {% set found = {} %}
    {% for column in answered_columns(codebook) if column.answers %}
        {% set codes = valid_answers(codebook, column) | map(attribute='answer_code') | map('int') | list %}
        {% set codes = codes + codebook.reasons | map(attribute='reason_code') | map('int') | list %}
        {% do found.update({column.name: [codes | min, codes | max]}) %}
    {% endfor %}
    {% do return(found) %}
{% endmacro %}


{# Columns and scales whose answers are counted. #}
{% macro counted_variables(codebook) %}
    {% do return(
        (answered_columns(codebook) | map(attribute='name') | list)
        + (codebook.get('scales', []) | map(attribute='scale_id') | list)
    ) %}
{% endmacro %}
