-- A range that is one too long would take an invalid code for an answer, and one too short an answer for invalid.
{% set accepted = among('code', [9, 1, 2, 3, -1, 3]) %}
{% set nothing = among('code', []) %}
with

codes as (

    select *
    from (
        values (-2), (-1), (0), (1), (2), (3), (4), (8), (9), (10), (cast(null as integer))
    ) as listed (code)

),

found as (

    select
        code,
        case when {{ accepted }} then 'yes' else 'no' end as is_accepted,
        case when {{ nothing }} then 'yes' else 'no' end as is_among_none
    from codes

),

expected as (

    select
        code,
        case when code = -1 or code = 1 or code = 2 or code = 3 or code = 9 then 'yes' else 'no' end as is_accepted,
        'no' as is_among_none
    from codes

)

{{ find_differences('found', 'expected', ['code', 'is_accepted', 'is_among_none']) }}
