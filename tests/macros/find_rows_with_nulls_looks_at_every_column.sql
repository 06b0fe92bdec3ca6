-- A null in any of the columns counts, a null in another column does not, an empty text is a value.
{% set relation %}
    (
        values ('filled', 1, ''), ('lacks n', null, 'a'), ('lacks label', 1, null), ('lacks both', null, null)
    ) as listed (name, n, label)
{% endset %}
with

found as (
    {{ find_rows_with_nulls(relation, ['n', 'label']) | indent(4) }}
    union all
    {{ find_rows_with_nulls(relation, ['name']) | indent(4) }}
),

expected as (

    select * from (values ('lacks n'), ('lacks label'), ('lacks both')) as listed (name)

)

{{ find_differences('found', 'expected', ['name']) }}
