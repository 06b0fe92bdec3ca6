{#
    The rows that regressions are computed from: the centred variables of a survey's models, a column each in the order of
    `int_regression_variables`, and no number where one was not answered. Surveys have different variables: `value_1` is
    the first one of each, and a survey with fewer has none in the last columns. A view that holds nothing.
#}
{% macro respondents_for_regressions() %}
{{ depends_on_codebook() }}
    {% set surveys = {} %}
    {% for survey_id in var('surveys') %}
        {% set scored = ref('scored_' ~ survey_id) %}
        {% if execute %}
            {% set variables = regression_variables(codebook(survey_id)) %}
            {% if variables %}
                {% do surveys.update({survey_id: {'scored': scored, 'variables': variables}}) %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {% set width = surveys.values() | map(attribute='variables') | map('length') | max %}
    {% set parts = [] %}
    {% for survey in surveys.values() %}
        {% do parts.append(regression_rows_sql(survey.scored, survey.variables, width)) %}
    {% endfor %}
{{ parts | join('\nunion all\n') if parts else no_regression_rows_sql() }}
{% endmacro %}


{% macro regression_rows_sql(scored, variables, width) %}
select
    survey_id,
    wave_id,
    stratum_id,
    cluster_id,
    weight
    {%- for place in range(1, width + 1) %},
    {{ centred_value(variables[place - 1], no_number()) if place <= variables | length else no_number() }} as value_{{ place }}
    {%- endfor %}
from {{ scored }}
{% endmacro %}


{% macro no_regression_rows_sql() %}
select
    cast(null as {{ type_text() }}) as survey_id,
    cast(null as {{ type_text() }}) as wave_id,
    cast(null as {{ type_text() }}) as stratum_id,
    cast(null as {{ type_text() }}) as cluster_id,
    cast(null as double) as weight,
    {{ no_number() }} as value_1
from (select 1 as nothing) as empty_form
where 1 = 0
{% endmacro %}


{# What a column of numbers holds where there is none, so that it travels as numbers alone. #}
{% macro no_number() %}{% do return("cast('NaN' as double)") %}{% endmacro %}
