-- Dimensions are written from the codebook with this: an absent label must be null, not the text 'None', and
-- a survey without rows must still give its columns.
{% set types = {'name': 'text', 'position': 'integer', 'is_assumed': 'boolean', 'started': 'date'} %}
with

filled as (
    {{ rows_sql([
        {'name': "ZBO's", 'position': 1, 'is_assumed': true, 'started': '2022-03-01'},
        {'name': none}
    ], types) | indent(4) }}
),

found as (

    select name, position, is_assumed, started from filled
    union all
    select name, position, is_assumed, started
    from (
        {{ rows_sql([], types) | indent(8) }}
    ) as nothing

),

expected as (

    select 'ZBO''s' as name, 1 as position, true as is_assumed, cast('2022-03-01' as date) as started
    union all
    select null as name, null as position, null as is_assumed, null as started

)

{{ find_differences('found', 'expected', ['name', 'position', 'is_assumed', 'started']) }}
