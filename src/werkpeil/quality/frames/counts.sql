-- Numbers of people that are told twice must be told alike (`difference`), and a part of the people must not be
-- more than all of them (`excess`).
with

items as (
    select
        survey_id,
        wave_id,
        cut_id,
        group_id,
        max(group_count) as n,
        min(group_count) as least_n
    from marts.item_shares
    group by all
),

scales as (
    select
        survey_id,
        wave_id,
        cut_id,
        group_id,
        max(group_count) as n
    from marts.scale_scores
    group by all
),

groups_by_scale as (
    select
        'groups by item and by scale' as told,
        survey_id,
        wave_id,
        cut_id || ' ' || group_id as place,
        items.n - scales.n as difference,
        0 as excess
    from items
    inner join scales using (survey_id, wave_id, cut_id, group_id)
),

groups_by_item as (
    select
        'groups by one item and another' as told,
        survey_id,
        wave_id,
        cut_id || ' ' || group_id as place,
        n - least_n as difference,
        0 as excess
    from items
),

totals as (
    select
        'everybody by items and by wave' as told,
        survey_id,
        wave_id,
        'total' as place,
        items.n - waves.n as difference,
        0 as excess
    from items
    inner join marts.dim_waves as waves using (survey_id, wave_id)
    where items.cut_id = 'total'
),

responses as (
    select
        'everybody by responses and by wave' as told,
        survey_id,
        wave_id,
        'total' as place,
        rates.responded - waves.n as difference,
        0 as excess
    from marts.response_rates as rates
    inner join marts.dim_waves as waves using (survey_id, wave_id)
    where rates.cut_id = 'total' and rates.method = 'register'
),

regressed as (
    select
        'people in a regression' as told,
        survey_id,
        wave_id,
        fits.model_id || ' ' || fits.std_error_type as place,
        0 as difference,
        fits.n + fits.lost_to_missing - waves.n as excess
    from marts.regression_fits as fits
    inner join marts.dim_waves as waves using (survey_id, wave_id)
),

answered as (
    select
        'people who answered' as told,
        survey_id,
        wave_id,
        item_id || ' ' || cut_id || ' ' || group_id as place,
        0 as difference,
        n - asked_count as excess
    from marts.item_shares
),

compared as (
    select
        'people compared and people who answered' as told,
        differences.survey_id,
        differences.wave_id,
        differences.item_id || ' ' || differences.cut_id || ' ' || differences.group_a as place,
        differences.n_a - shares.n as difference,
        0 as excess
    from marts.item_differences as differences
    inner join marts.item_shares as shares
        on
            differences.survey_id = shares.survey_id
            and differences.wave_id = shares.wave_id
            and differences.item_id = shares.item_id
            and differences.cut_id = shares.cut_id
            and differences.group_a = shares.group_id
    where
        differences.measure = 'positive_share'
        and differences.test = 'welch'
        and differences.group_b is not null
)

select * from groups_by_scale
union all
select * from groups_by_item
union all
select * from totals
union all
select * from responses
union all
select * from regressed
union all
select * from answered
union all
select * from compared
