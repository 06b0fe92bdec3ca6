{#
    Rows that one of two relations has more often than the other, a null counting as a value: `surplus` is positive where
    the first has more.
#}
{% macro find_differences(found, expected, columns) %}
select
    {{ columns | join(', ') }},
    sum(side) as surplus
from (
    select {{ columns | join(', ') }}, 1 as side
    from {{ found }}
    union all
    select {{ columns | join(', ') }}, -1 as side
    from {{ expected }}
) as both_sides
group by {{ columns | join(', ') }}
having sum(side) <> 0
{% endmacro %}
