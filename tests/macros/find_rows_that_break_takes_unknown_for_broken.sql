-- A condition on a null is neither true nor false; a check that lets it pass would let missing numbers pass.
{% set failing %}
    (values ('holds', 1, 2), ('breaks', 2, 1), ('unknown', null, 1)) as counted (name, n, asked_count)
{% endset %}
{% set passing %}
    (values ('holds', 1, 2), ('equal', 2, 2)) as counted (name, n, asked_count)
{% endset %}
with

found as (
    {{ find_rows_that_break(failing, 'n <= asked_count') | indent(4) }}
    union all
    {{ find_rows_that_break(passing, 'n <= asked_count') | indent(4) }}
    union all
    {{ find_rows_that_break(failing, "name = 'breaks' or n is null or n <= asked_count") | indent(4) }}
),

expected as (

    select * from (values ('breaks'), ('unknown')) as listed (name)

)

{{ find_differences('found', 'expected', ['name']) }}
