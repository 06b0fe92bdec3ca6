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

{#
    How many rows of a relation have each value of each column, and what their weights and squared weights add up to,
    per combination of keys: rows of the keys, `variable_id`, `answer_value`, `n`, `sum_w` and `sum_w2`.

    DuckDB counts column by column: it reads the keys again for each, from memory, which is ten times faster than to
    make rows of columns first, and sorts what a column has come to, three times faster than all of it. So cells of the
    same keys lie in the same order whatever else is counted. An engine that pays for every scan makes rows first.
#}
{% macro count_values(relation, condition, keys, columns) %}
    {%- set sums = 'count(*) as n, sum(weight) as sum_w, sum(weight * weight) as sum_w2' -%}
    {%- set by = keys | join(', ') -%}
    {%- if target.type == 'duckdb' %}
        {%- for name in columns %}
select * from (
    select {{ by }}, {{ literal(name) }} as variable_id, cast({{ name }} as double) as answer_value, {{ sums }}
    from {{ relation }}
    where {{ condition }}
    group by {{ by }}, {{ name }}
    order by {{ by }}, {{ name }}
) as values_of_{{ name }}
{{ 'union all' if not loop.last }}
        {%- endfor %}
    {%- else %}
select {{ by }}, variable_id, answer_value, {{ sums }}
from (
    select
        {{ by }},
        weight
        {%- for name in columns %},
        cast({{ name }} as double) as {{ name }}
        {%- endfor %}
    from {{ relation }}
    where {{ condition }}
) as {{ unpivot('respondents', 'answer_value', 'variable_id', columns) }}
group by {{ by }}, variable_id, answer_value
    {%- endif %}
{% endmacro %}

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

{#
    A sum of products that keeps what is lost when a small number is added to a large one. DuckDB adds up with Kahan's
    correction; cross-products of 500,000 people without it cost coefficients two of their digits.
#}
{% macro exact_sum(value) -%}
    {{ 'fsum' if target.type == 'duckdb' else 'sum' }}({{ value }})
{%- endmacro %}


{# Some values of one row as an array. #}
{% macro array_of(values) -%}
    {{ 'array(' if target.type == 'spark' else '[' }}{{ values | join(', ') }}{{ ')' if target.type == 'spark' else ']' }}
{%- endmacro %}
