{#
    The groups that strata fall into, by method of counting: each stratum column by itself, and all of them crossed.
#}
{% macro cut_strata(strata) %}
    {% set parts = [] %}
    {% for survey_id in var('surveys') %}
        {% set names = stratum_names(survey_id) %}
        {% for name in names if names | length > 1 %}
            {% do parts.append({'survey_id': survey_id, 'cut_id': name, 'place': loop.index}) %}
        {% endfor %}
        {% if names %}
            {% do parts.append({'survey_id': survey_id, 'cut_id': names | join('*'), 'place': none}) %}
        {% endif %}
    {% endfor %}
select
    survey_id,
    wave_id,
    method,
    stratum_id,
    'total' as cut_id,
    'total' as group_id
from {{ strata }}
    {%- for part in parts %}
union all
select
    survey_id,
    wave_id,
    method,
    stratum_id,
    {{ literal(part.cut_id) }} as cut_id,
    {{ 'stratum_id' if part.place is none else "split_part(stratum_id, '*', " ~ part.place ~ ")" }} as group_id
from {{ strata }}
where survey_id = {{ literal(part.survey_id) }}
    {%- endfor %}
{% endmacro %}


{# Names of a survey's stratum columns, in the order in which they are crossed. #}
{% macro stratum_names(survey_id) %}
    {% if not execute %}
        {% do return([]) %}
    {% endif %}
    {% set names = [] %}
    {% for column in survey_source(survey_id).columns.values() if 'stratum' in as_list(column.meta.role) %}
        {% do names.append(column.name) %}
    {% endfor %}
    {% do return(names) %}
{% endmacro %}


{#
    The crossings of what people report of themselves that answer to the strata of their survey, `{survey_id, variables}`;
    none for a survey that does not say so of all its stratum columns.
#}
{% macro reported_strata() %}
    {% set rows = [] %}
    {% for survey_id in var('surveys') if execute %}
        {% set names = [] %}
        {% set strata = stratum_names(survey_id) %}
        {% for name in strata if survey_source(survey_id).columns[name].meta.get('reported_as') %}
            {% do names.append(survey_source(survey_id).columns[name].meta.reported_as) %}
        {% endfor %}
        {% if names and names | length == strata | length %}
            {% do rows.append({'survey_id': survey_id, 'variables': names | join('*')}) %}
        {% endif %}
    {% endfor %}
    {% do return(rows) %}
{% endmacro %}
