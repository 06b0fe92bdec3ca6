{#
    What differs between engines, and nothing else: DuckDB is the default, Spark follows.
    No other macro or model may name an engine.
#}

{% macro type_text() %}{% do return('string') %}{% endmacro %}

{# Standard unpivot: both engines read it. Values must have one type and never be null. #}
{% macro unpivot(relation, value_column, name_column, columns) -%}
    {{ relation }}
    unpivot ({{ value_column }} for {{ name_column }} in ({{ columns | join(', ') }}))
{%- endmacro %}

{# The same of pairs of values: `pairs` maps each name to its two columns. #}
{% macro unpivot_pairs(relation, first_column, second_column, name_column, pairs) -%}
    {{ relation }}
    unpivot (({{ first_column }}, {{ second_column }}) for {{ name_column }} in (
        {%- for name, columns in pairs.items() %}
        ({{ columns | join(', ') }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}

{# The last run's time and id, readable and sortable. #}
{% macro build_id() %}
    {%- do return(run_started_at.strftime('%Y%m%dT%H%M%SZ') ~ '-' ~ invocation_id[:8]) -%}
{% endmacro %}

{#
    A sum that is the same to the last bit in whichever order its rows come, as a join may give them in another one when
    waves came in another order. An engine that cannot order what it adds up adds it up as it comes.
#}
{% macro ordered_sum(value) -%}
    sum({{ value }}{% if target.type == 'duckdb' %} order by {{ value }}{% endif %})
{%- endmacro %}

{# Some values of one row as an array. #}
{% macro array_of(values) -%}
    {{ 'array(' if target.type == 'spark' else '[' }}{{ values | join(', ') }}{{ ')' if target.type == 'spark' else ']' }}
{%- endmacro %}
