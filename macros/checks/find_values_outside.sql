{# Values of columns outside a range, its ends included; nulls and a rounding error of 1e-12 pass, NaN does not. #}
{% macro find_values_outside(relation, columns, lowest, highest) %}
{%- for column in columns %}
select '{{ column }}' as column_name, cast({{ column }} as double) as value
from {{ relation }}
where
    {{ column }} is not null
    and not ({{ column }} >= {{ lowest }} - 1e-12 and {{ column }} <= {{ highest }} + 1e-12)
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endmacro %}
