{# Rows whose combination of columns occurs more than once, a null counting as a value. #}
{% macro find_duplicate_combinations(relation, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ relation }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endmacro %}
