{#
    The rows that the errors of regressions are computed from: the centred variables of a survey's models, in the
    order of the moments. A view that holds nothing; it is scanned once per new wave, in batches.
#}
{% macro respondents_for_regressions() %}
{{ depends_on_codebook() }}
    {% set parts = [] %}
    {% for survey_id in var('surveys') %}
        {% set scored = ref('scored_' ~ survey_id) %}
        {% if execute %}
            {% set variables = regression_variables(codebook(survey_id)) %}
            {% if variables %}
                {% do parts.append(regression_rows_sql(scored, variables)) %}
            {% endif %}
        {% endif %}
    {% endfor %}
{{ parts | join('\nunion all\n') if parts else no_regression_rows_sql() }}
{% endmacro %}


{% macro regression_rows_sql(scored, variables) %}
    {% set centred = [] %}
    {% for variable in variables %}
        {% do centred.append(centred_value(variable, 'null')) %}
    {% endfor %}
select
    survey_id,
    wave_id,
    stratum_id,
    cluster_id,
    weight,
    {{ array_of(centred) }} as centred_values
from {{ scored }}
{% endmacro %}


{% macro no_regression_rows_sql() %}
select
    cast(null as {{ type_text() }}) as survey_id,
    cast(null as {{ type_text() }}) as wave_id,
    cast(null as {{ type_text() }}) as stratum_id,
    cast(null as {{ type_text() }}) as cluster_id,
    cast(null as double) as weight,
    {{ array_of(['cast(null as double)']) }} as centred_values
from (select 1 as nothing) as empty_form
where 1 = 0
{% endmacro %}
