-- A comparison that overlooks a difference would let every other test of a macro pass. Equal rows and equal
-- nulls are no difference; b is twice on the left, c and the null row are on one side only.
{% set found %}
    (values ('a', 1), ('b', 2), ('b', 2), ('c', 3), (null, null)) as left_rows (name, size)
{% endset %}
{% set expected %}
    (values ('a', 1), ('b', 2), ('d', null), (null, null)) as right_rows (name, size)
{% endset %}
with

differences as (
    {{ find_differences(found, expected, ['name', 'size']) | indent(4) }}
),

no_differences as (
    {{ find_differences(found, found, ['name', 'size']) | indent(4) }}
),

wanted as (

    select * from (values ('b', 2, 1), ('c', 3, 1), ('d', null, -1)) as listed (name, size, surplus)

)

select
    coalesce(differences.name, wanted.name) as name,
    'not as wanted' as fault
from differences
full outer join wanted
    on
        differences.name = wanted.name
        and coalesce(differences.size, -1) = coalesce(wanted.size, -1)
        and differences.surplus = wanted.surplus
where differences.name is null or wanted.name is null
union all
select
    name,
    'differs from itself' as fault
from no_differences
