{# Values outside a range, its ends included; nulls and a rounding error of 1e-12 pass, NaN does not. #}
{% macro find_values_outside(relation, column, lowest, highest) %}
select {{ column }}
from {{ relation }}
where
    {{ column }} is not null
    and not ({{ column }} >= {{ lowest }} - 1e-12 and {{ column }} <= {{ highest }} + 1e-12)
{% endmacro %}
