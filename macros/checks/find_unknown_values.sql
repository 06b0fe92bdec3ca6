{# Values of columns that are none of those listed; nulls pass. #}
{% macro find_unknown_values(relation, columns, values) %}
{%- for column in columns %}
select '{{ column }}' as column_name, cast({{ column }} as {{ type_text() }}) as value
from {{ relation }}
where cast({{ column }} as {{ type_text() }}) not in ({% for value in values %}{{ literal(value) }}{{ ', ' if not loop.last }}{% endfor %})
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endmacro %}
