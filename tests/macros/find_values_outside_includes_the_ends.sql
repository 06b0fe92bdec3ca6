-- A share of 1.2, or one that is not a number, must not reach a reader; one that a rounding error puts at
-- 1.0000000000000002, or one that is null for a reason, may.
{% set failing %}
    (
        values
        (-0.1e0), (-1e-9), (1.2e0), (1.000001e0), (cast('NaN' as double)), (0e0), (1e0), (0.5e0)
    ) as shares (positive_share)
{% endset %}
{% set passing %}
    (
        values
        (0e0), (1e0), (0.5e0), (1.0000000000000002e0), (-1e-16), (cast(null as double))
    ) as shares (positive_share)
{% endset %}
with

found as (
    {{ find_values_outside(failing, ['positive_share'], 0, 1) | indent(4) }}
    union all
    {{ find_values_outside(passing, ['positive_share'], 0, 1) | indent(4) }}
),

expected as (

    select *
    from (
        values (-0.1e0), (-1e-9), (1.2e0), (1.000001e0), (cast('NaN' as double))
    ) as listed (value)

)

{{ find_differences('found', 'expected', ['value']) }}
