{# Rows in which one of these columns is null. #}
{% macro find_rows_with_nulls(relation, columns) %}
select *
from {{ relation }}
where
    {% for column in columns -%}
        {{ 'or ' if not loop.first }}{{ column }} is null
    {% endfor %}
{% endmacro %}
