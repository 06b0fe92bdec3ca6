-- Differences and shares are computed along two ways from the same cells: one in SQL, one in Python. A group
-- joined to another's sums, or a weight left out on one of them, would show two numbers for one thing.
with

differences as (

    select *
    from {{ ref('item_differences') }}
    where test = 'design' and group_b is not null and difference is not null

),

shares as (

    select
        survey_id,
        wave_id,
        item_id,
        cut_id,
        group_id,
        mean,
        positive_share
    from {{ ref('item_shares') }}

),

compared as (

    select
        differences.survey_id,
        differences.wave_id,
        differences.item_id,
        differences.cut_id,
        differences.measure,
        differences.group_a,
        differences.group_b,
        differences.difference,
        case
            when differences.measure = 'mean' then first_group.mean - second_group.mean
            else first_group.positive_share - second_group.positive_share
        end as expected
    from differences
    left join shares as first_group
        on
            differences.survey_id = first_group.survey_id
            and differences.wave_id = first_group.wave_id
            and differences.item_id = first_group.item_id
            and differences.cut_id = first_group.cut_id
            and differences.group_a = first_group.group_id
    left join shares as second_group
        on
            differences.survey_id = second_group.survey_id
            and differences.wave_id = second_group.wave_id
            and differences.item_id = second_group.item_id
            and differences.cut_id = second_group.cut_id
            and differences.group_b = second_group.group_id

)

select *
from compared
where expected is null or abs(difference - expected) > 1e-9 * (1 + abs(expected))
