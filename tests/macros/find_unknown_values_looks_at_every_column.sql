-- A value that no list names must not reach a reader; a null may, and a number is compared as its text.
{% set relation %}
    (
        values ('real', 'good', 1), ('invented', null, 2), (null, 'bad', 1)
    ) as listed (provenance, verdict, place)
{% endset %}
with

found as (
    {{ find_unknown_values(relation, ['provenance', 'verdict'], ['real', 'good', "it's"]) | indent(4) }}
    union all
    {{ find_unknown_values(relation, ['place'], [1]) | indent(4) }}
),

expected as (

    select *
    from (
        values ('provenance', 'invented'), ('verdict', 'bad'), ('place', '2')
    ) as listed (column_name, value)

)

{{ find_differences('found', 'expected', ['column_name', 'value']) }}
