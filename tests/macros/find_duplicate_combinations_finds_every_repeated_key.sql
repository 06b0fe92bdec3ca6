-- A grain test that misses a repeated key lets a join double the people behind every number.
{% set failing %}
    (values ('a', 1), ('a', 2), ('b', 1), ('b', 1), ('b', 1), (null, 1), (null, 1)) as keyed (letter, digit)
{% endset %}
{% set passing %}
    (values ('a', 1), ('a', 2), ('b', 1), (null, 1), ('a', null)) as keyed (letter, digit)
{% endset %}
with

found as (
    {{ find_duplicate_combinations(failing, ['letter', 'digit']) | indent(4) }}
    union all
    {{ find_duplicate_combinations(passing, ['letter', 'digit']) | indent(4) }}
),

expected as (

    select * from (values ('b', 1, 3), (null, 1, 2)) as listed (letter, digit, row_count)

)

{{ find_differences('found', 'expected', ['letter', 'digit', 'row_count']) }}
