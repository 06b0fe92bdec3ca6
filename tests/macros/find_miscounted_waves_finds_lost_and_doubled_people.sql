-- People lost or doubled on the way to the cells change every share a little, which no range check notices.
{% set profiles %}
    (
        values
        ('s', 'right', 2), ('s', 'right', 3), ('s', 'lost', 4), ('s', 'doubled', 5), ('s', 'doubled', 5), ('t', 'right', 5)
    ) as counted_rows (survey_id, wave_id, n)
{% endset %}
{% set waves %}
    (
        select *
        from (
            values ('s', 'right', 5), ('s', 'lost', 5), ('s', 'doubled', 5), ('s', 'absent', 5), ('s', 'empty', 0), ('t', 'right', 5)
        ) as listed (survey_id, wave_id, accepted_count)
    )
{% endset %}
with

found as (
    {{ find_miscounted_waves(profiles, waves) | indent(4) }}
),

expected as (

    select *
    from (
        values ('s', 'lost', 5, 4), ('s', 'doubled', 5, 10), ('s', 'absent', 5, 0)
    ) as listed (survey_id, wave_id, accepted_count, n)

)

{{ find_differences('found', 'expected', ['survey_id', 'wave_id', 'accepted_count', 'n']) }}
