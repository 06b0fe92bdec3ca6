{#
    Everything the other macros know of a survey, as one dictionary. It is read from dbt's graph
    (the codebook in models/staging/<survey>) and from the seeds, and from nowhere else. In a dbt
    unit test the graph is empty: the test overrides this macro with a small codebook of its own.
#}
{% macro codebook(survey_id) %}
    {% if not execute %}
        {% do return({}) %}
    {% endif %}
    {% set table = survey_source(survey_id) %}
    {% set columns = [] %}
    {% for column in table.columns.values() %}
        {% set entry = dict(column.meta) %}
        {% do entry.update({
            'name': column.name,
            'description': column.description | trim,
            'role': as_list(column.meta.role),
            'scale': as_list(column.meta.get('scale')),
            'waves': as_list(column.meta.get('waves'))
        }) %}
        {% do columns.append(entry) %}
    {% endfor %}

    {% do return({
        'survey_id': survey_id,
        'description': table.description | trim,
        'meta': table.meta,
        'columns': columns,
        'answers': grouped_rows(seed_rows('answer_sets', order_by='answer_set_id, position'), 'answer_set_id'),
        'bands': grouped_rows(seed_rows('band_sets', order_by='band_set_id, position'), 'band_set_id'),
        'reasons': seed_rows('missing_reasons', order_by='reason_code desc'),
        'scales': seed_rows('scales', survey_id, order_by='scale_id'),
        'themes': seed_rows('themes', survey_id, order_by='position'),
        'cuts': seed_rows('cuts', survey_id, order_by='position'),
        'models': seed_rows('regression_models', survey_id, order_by='position'),
        'terms': seed_rows('regression_terms', survey_id, order_by='model_id, position')
    }) %}
{% endmacro %}


{# The dbt source that describes a survey. #}
{% macro survey_source(survey_id) %}
    {% for source in graph.sources.values() if source.source_name == 'raw' and source.name == survey_id %}
        {% do return(source) %}
    {% endfor %}
    {% do exceptions.raise_compiler_error(
        "There is no codebook for survey '" ~ survey_id ~ "': models/staging/" ~ survey_id
        ~ " holds no source table of that name, but vars.surveys in dbt_project.yml names it."
    ) %}
{% endmacro %}


{#
    Seeds that `codebook` reads; a model that calls it must name them for dbt's order of work. dbt takes them up
    while it parses; a unit test, which has no seeds, is not bothered with them when it runs.
#}
{% macro depends_on_codebook() %}
    {% if not execute %}
        {% for seed in [
            'answer_sets', 'band_sets', 'missing_reasons', 'scales', 'themes', 'cuts', 'regression_models',
            'regression_terms'
        ] %}
-- depends_on: {{ ref(seed) }}
        {% endfor %}
    {% endif %}
{% endmacro %}


{# The rows of a seed as a list of dictionaries; those of one survey if it is given. #}
{% macro seed_rows(seed, survey_id=none, order_by='1') %}
    {% set query %}
        select * from {{ ref(seed) }}
        {% if survey_id %} where survey_id = '{{ survey_id }}' {% endif %}
        order by {{ order_by }}
    {% endset %}
    {% set result = query_seed(query) %}
    {% set rows = [] %}
    {% for row in result.rows %}
        {% do rows.append(dict(zip(result.column_names, row.values()))) %}
    {% endfor %}
    {% do return(rows) %}
{% endmacro %}


{# Rows by the value of one of their keys, in the order they come. #}
{% macro grouped_rows(rows, key) %}
    {% set groups = {} %}
    {% for row in rows %}
        {% do groups.setdefault(row[key], []).append(row) %}
    {% endfor %}
    {% do return(groups) %}
{% endmacro %}


{# A YAML value that may be nothing, one value or a list, as a list. #}
{% macro as_list(value) %}
    {% if value is none or value is undefined %}
        {% do return([]) %}
    {% elif value is string or value is not iterable %}
        {% do return([value]) %}
    {% endif %}
    {% do return(value | list) %}
{% endmacro %}


{# Columns of a codebook that have one of the roles. #}
{% macro columns_with_role(codebook, roles) %}
    {% set wanted = as_list(roles) %}
    {% set found = [] %}
    {% for column in codebook.get('columns', []) %}
        {% if column.role | select('in', wanted) | list %}
            {% do found.append(column) %}
        {% endif %}
    {% endfor %}
    {% do return(found) %}
{% endmacro %}


{# The variables: columns whose answers are counted. #}
{% macro answered_columns(codebook) %}
    {% do return(columns_with_role(codebook, ['item', 'outcome', 'control'])) %}
{% endmacro %}


{# Answers of a coded column that are answers, not kinds of missing. #}
{% macro valid_answers(codebook, column) %}
    {% set found = [] %}
    {% for answer in codebook.answers.get(column.answers, []) if not answer.missing_reason %}
        {% do found.append(answer) %}
    {% endfor %}
    {% do return(found) %}
{% endmacro %}


{# The negative number that stands for a reason of missing. #}
{% macro reason_code(codebook, missing_reason) %}
    {% for reason in codebook.reasons if reason.missing_reason == missing_reason %}
        {% do return(reason.reason_code | int) %}
    {% endfor %}
    {% do exceptions.raise_compiler_error("Unknown missing reason: " ~ missing_reason) %}
{% endmacro %}


{# Columns of a codebook by name. #}
{% macro column_named(codebook, name) %}
    {% for column in codebook.get('columns', []) if column.name == name %}
        {% do return(column) %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}


{# A text as an SQL literal, on every engine. #}
{% macro literal(text) %}
    {%- if text is none or text is undefined -%}
        {%- do return("cast(null as " ~ type_text() ~ ")") -%}
    {%- endif -%}
    {%- do return("'" ~ escaped(text | string | replace("'", "''")) ~ "'") -%}
{% endmacro %}
