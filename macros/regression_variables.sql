{#
    What the regression models of a survey use, outcomes and terms, each once and in a fixed order: a list of
    {name, value, answered, centre, scores}; `scores` are the values that coded answers can take, and absent for
    scales and numbers. A term is a variable (`age`, a scale, a coded column by its scores) or one
    answer of a coded column against all others (`sector=rijk`).
#}
{% macro regression_variables(codebook) %}
    {% set names = [] %}
    {% for model in codebook.get('models', []) %}
        {% do names.append(model.outcome_id) %}
    {% endfor %}
    {% for term in codebook.get('terms', []) %}
        {% do names.append(term.term_id) %}
    {% endfor %}
    {% set variables = [] %}
    {% for name in names | unique %}
        {% do variables.append(regression_variable(codebook, name)) %}
    {% endfor %}
    {% do return(variables) %}
{% endmacro %}


{% macro regression_variable(codebook, name) %}
    {% set parts = name.split('=') %}
    {% set column = column_named(codebook, parts[0]) %}
    {% if column is not none and column.answers and parts | length == 2 %}
        {% do return({
            'name': name, 'centre': 0.5, 'answered': parts[0] ~ ' >= 0', 'scores': [0.0, 1.0],
            'value': 'case when ' ~ among(parts[0], answer_codes(codebook, column, [parts[1]]))
                ~ ' then 1e0 else 0e0 end'
        }) %}
    {% elif column is not none and column.answers %}
        {% set scored = [] %}
        {% for answer in valid_answers(codebook, column) if answer.score is not none %}
            {% do scored.append(answer) %}
        {% endfor %}
        {% if scored %}
            {% set codes = scored | map(attribute='answer_code') | list %}
            {% do return({
                'name': name, 'centre': midpoint_of(scored), 'answered': among(name, codes),
                'value': scored_value(name, scored),
                'scores': scored | map(attribute='score') | map('float') | unique | sort
            }) %}
        {% endif %}
    {% elif column is not none %}
        {% set lowest = column.get('minimum') or 0 %}
        {% do return({
            'name': name, 'answered': name ~ ' >= 0', 'value': name,
            'centre': (lowest + (column.get('maximum') or lowest)) / 2
        }) %}
    {% elif name in codebook.scales | map(attribute='scale_id') | list %}
        {% set members = scale_members(codebook, name) %}
        {% do return({
            'name': name, 'answered': name ~ ' >= 0', 'value': name,
            'centre': midpoint_of(valid_answers(codebook, members[0]))
        }) %}
    {% endif %}
    {% do exceptions.raise_compiler_error(
        "Survey '" ~ codebook.survey_id ~ "' has a regression on '" ~ name ~ "', which is no scale, number or coded "
        ~ "column with scores. See seeds/regression_models.csv and seeds/regression_terms.csv."
    ) %}
{% endmacro %}


{# The score of a coded column's answer, as it was given. #}
{% macro scored_value(name, answers) -%}
    {%- set values = [] -%}
    {%- for answer in answers -%}
        {%- do values.append({'code': answer.answer_code | int, 'value': answer.score | float}) -%}
    {%- endfor -%}
    {{ valued(name, values) }}
{%- endmacro %}


{# Halfway between the lowest and the highest score of some answers. #}
{% macro midpoint_of(answers) %}
    {% set scores = answers | map(attribute='score') | map('float') | list %}
    {% do return((scores | min + scores | max) / 2) %}
{% endmacro %}


{# A variable less its midpoint; 0 where it is missing, or what is told. #}
{% macro centred_value(variable, missing='0e0') -%}
    case when {{ variable.answered }} then {{ variable.value }} - {{ variable.centre }}e0 else {{ missing }} end
{%- endmacro %}


{#
    What suits an outcome of few answers beside the linear model: `logit` for 0 and 1, `ordinal` (proportional odds)
    for other scores, up to eleven of them (0 to 10); none for scales and numbers.
#}
{% macro categorical_method(variable) %}
    {% set scores = variable.get('scores') or [] %}
    {% if scores == [0.0, 1.0] %}
        {% do return('logit') %}
    {% elif 2 <= scores | length <= 11 %}
        {% do return('ordinal') %}
    {% endif %}
    {% do return(none) %}
{% endmacro %}


{# Every regression model of every survey, with its order and what suits its outcome. #}
{% macro describe_regression_models() %}
{{ depends_on_codebook() }}
    {% set rows = [] %}
    {% if execute %}
        {% for survey_id in var('surveys') %}
            {% set book = codebook(survey_id) %}
            {% for model in book.models %}
                {% do rows.append({
                    'survey_id': survey_id, 'model_id': model.model_id, 'outcome_id': model.outcome_id,
                    'method': categorical_method(regression_variable(book, model.outcome_id)), 'position': loop.index
                }) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{{ rows_sql(rows, {
    'survey_id': 'text', 'model_id': 'text', 'outcome_id': 'text', 'method': 'text', 'position': 'integer'
}) }}
{% endmacro %}


{#
    The variables of each survey's regressions, in the order in which the rows have them. `definition` is another text
    where a variable is made in another way.
#}
{% macro describe_regression_variables() %}
{{ depends_on_codebook() }}
    {% set rows = [] %}
    {% if execute %}
        {% for survey_id in var('surveys') %}
            {% for variable in regression_variables(codebook(survey_id)) %}
                {% do rows.append({
                    'survey_id': survey_id, 'position': loop.index, 'variable_id': variable.name,
                    'centre': variable.centre, 'definition': local_md5(centred_value(variable))
                }) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{{ rows_sql(rows, {
    'survey_id': 'text', 'position': 'integer', 'variable_id': 'text', 'centre': 'double', 'definition': 'text'
}) }}
{% endmacro %}
