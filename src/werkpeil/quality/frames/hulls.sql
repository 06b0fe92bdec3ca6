-- The mean of everybody lies between the means of the groups, where the groups hold everybody.
with groups as (
    select
        survey_id,
        wave_id,
        item_id,
        cut_id,
        sum(n) as n,
        min(mean) as lowest,
        max(mean) as highest
    from marts.item_shares
    where n > 0 and cut_id <> 'total' and cut_id not like '%*%'
    group by all
)

select
    groups.survey_id,
    groups.wave_id,
    groups.item_id,
    groups.cut_id,
    greatest(groups.lowest - totals.mean, totals.mean - groups.highest, 0e0) as outside_hull
from groups
inner join marts.item_shares as totals
    on
        groups.survey_id = totals.survey_id
        and groups.wave_id = totals.wave_id
        and groups.item_id = totals.item_id
        and groups.n = totals.n
where totals.cut_id = 'total' and totals.mean is not null and groups.lowest is not null
