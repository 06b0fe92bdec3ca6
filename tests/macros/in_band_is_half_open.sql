-- A limit in two bands counts people twice, a limit in none loses them, and the code of a missing reason,
-- which lies below every upper end, would make a person who skipped the question a young one.
{% set bands = [
    {'band_id': 'low', 'lower_exclusive': none, 'upper_inclusive': 2.5},
    {'band_id': 'middle', 'lower_exclusive': 2.5, 'upper_inclusive': 3.5},
    {'band_id': 'high', 'lower_exclusive': 3.5, 'upper_inclusive': none}
] %}
with

scores as (

    select *
    from (
        values (-6e0), (-2e0), (-1e0), (0e0), (2.5e0), (2.5000001e0), (3.5e0), (3.5000001e0), (1000e0)
    ) as listed (score)

),

found as (
    {% for band in bands %}
    select
        score,
        {{ literal(band.band_id) }} as band_id
    from scores
    where {{ in_band(band, 'score') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

expected as (

    select *
    from (
        values
        (0e0, 'low'), (2.5e0, 'low'), (2.5000001e0, 'middle'), (3.5e0, 'middle'), (3.5000001e0, 'high'), (1000e0, 'high')
    ) as listed (score, band_id)

)

{{ find_differences('found', 'expected', ['score', 'band_id']) }}
