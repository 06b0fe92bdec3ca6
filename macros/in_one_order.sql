{#
    The rows of a query, stored in an order of their own, whichever waves are counted together: sums of the same rows in
    the same order are equal to the last bit, however the warehouse came about.
#}
{% macro in_one_order(query, columns) %}
select *
from (
    {{ query }}
) as counted
order by
    {{ columns | join(', ') }}
{% endmacro %}
