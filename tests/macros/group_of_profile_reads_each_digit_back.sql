-- A profile is one number for all groups of a person; read with a wrong radix, people move to other groups
-- unseen. Every combination of three variables with 2, 3 and 1 groups is written and read back; 0 is "in
-- none", so null.
{% set variables = [
    {'name': 'sector', 'size': 3, 'radix': 1, 'groups': [
        {'position': 1, 'group_id': 'rijk'}, {'position': 2, 'group_id': "zbo's"}]},
    {'name': 'age', 'size': 4, 'radix': 3, 'groups': [
        {'position': 1, 'group_id': 'young'}, {'position': 2, 'group_id': 'middle'}, {'position': 3, 'group_id': 'old'}]},
    {'name': 'manager', 'size': 2, 'radix': 12, 'groups': [{'position': 1, 'group_id': 'yes'}]}
] %}
with

sectors as (

    select * from (values (0, null), (1, 'rijk'), (2, 'zbo''s')) as listed (digit, group_id)

),

ages as (

    select * from (values (0, null), (1, 'young'), (2, 'middle'), (3, 'old')) as listed (digit, group_id)

),

managers as (

    select * from (values (0, null), (1, 'yes')) as listed (digit, group_id)

),

expected as (

    select
        cast(sectors.digit + 3 * ages.digit + 12 * managers.digit as bigint) as profile_code,
        sectors.group_id as sector,
        ages.group_id as age,
        managers.group_id as manager
    from sectors
    cross join ages
    cross join managers

),

found as (

    select
        profile_code,
        {{ group_of_profile(variables, 'sector') }} as sector,
        {{ group_of_profile(variables, 'age') }} as age,
        {{ group_of_profile(variables, 'manager') }} as manager
    from expected

)

{{ find_differences('found', 'expected', ['profile_code', 'sector', 'age', 'manager']) }}
