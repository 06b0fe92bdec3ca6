-- A wave whose input or SQL changed and that keeps its fingerprint is never built again, and nobody sees it
-- is old.
{% set deliveries = "select * from (values ('2023', 'd3'), ('2022', 'd2')) as listed (wave_id, fingerprint)" %}
{% set redelivered = "select * from (values ('2023', 'd3'), ('2022', 'd9')) as listed (wave_id, fingerprint)" %}
{% set first = waves_to_build('any', deliveries, 'select 1') %}
{% set again = waves_to_build('any', deliveries, 'select 1') %}
{% set other_input = waves_to_build('any', redelivered, 'select 1') %}
{% set other_sql = waves_to_build('any', deliveries, 'select 2') %}
with

found as (
    {% if execute %}
    select
        'waves come in their order' as rule,
        '{{ first | map(attribute='wave_id') | join(' ') }}' = '2022 2023' as holds
    union all
    select 'the same gives the same', {{ first == again }}
    union all
    select 'another delivery changes its wave', {{ first[0].fingerprint != other_input[0].fingerprint }}
    union all
    select 'another delivery leaves the others', {{ first[1].fingerprint == other_input[1].fingerprint }}
    union all
    select 'other sql changes every wave',
        {{ first[0].fingerprint != other_sql[0].fingerprint and first[1].fingerprint != other_sql[1].fingerprint }}
    union all
    select
        'only those waves are scanned',
        count(*) = 2 and min(wave_id) = '2022'
    from (values ('2021'), ('2022'), ('2023')) as listed (wave_id)
    where {{ in_waves(first) }}
    union all
    select
        'no wave scans nothing',
        count(*) = 0
    from (values ('2021'), ('2022')) as listed (wave_id)
    where {{ in_waves([]) }}
    union all
    select
        'each wave stores its own fingerprint',
        {{ fingerprint_of(first) }} = '{{ first[1].fingerprint }}'
    from (values ('2023')) as listed (wave_id)
    {% endif %}
)

select * from found where not holds
