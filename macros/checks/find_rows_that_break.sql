{# Rows for which a condition does not hold; a condition that is null does not hold. #}
{% macro find_rows_that_break(relation, condition) %}
select *
from {{ relation }}
where not coalesce({{ condition }}, false)
{% endmacro %}
