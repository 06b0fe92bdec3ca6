{#
    Rows whose combination of columns occurs more than once, a null counting as a value. Only rows that share a hash with
    another one are compared as they are: there are none, as a rule, and numbers are grouped several times faster.
#}
{% macro find_duplicate_combinations(relation, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ relation }}
where
    {{ hash_of(columns) }} in (
        select {{ hash_of(columns) }}
        from {{ relation }}
        group by 1
        having count(*) > 1
    )
group by {{ columns | join(', ') }}
having count(*) > 1
{% endmacro %}
