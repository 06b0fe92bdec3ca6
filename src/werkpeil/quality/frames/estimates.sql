-- Estimates that two marts tell must be told alike.
with

items as (
    unpivot (select survey_id, wave_id, item_id, cut_id, group_id, mean, positive_share from marts.item_shares)
    on mean, positive_share into name measure value estimate
),

scales as (
    unpivot (select survey_id, wave_id, scale_id, cut_id, group_id, mean, agree_share from marts.scale_scores)
    on mean, agree_share into name measure value estimate
),

told as (
    select * from items
    union all
    select * from scales
),

changed as (
    select
        'changes and shares' as told,
        changes.survey_id,
        changes.wave_id,
        changes.variable_id || ' ' || changes.measure || ' ' || changes.cut_id || ' ' || changes.group_id as place,
        abs(changes.estimate - told.estimate) as difference
    from marts.wave_changes as changes
    inner join told
        on
            changes.survey_id = told.survey_id
            and changes.wave_id = told.wave_id
            and changes.variable_id = told.item_id
            and changes.measure = told.measure
            and changes.cut_id = told.cut_id
            and changes.group_id = told.group_id
),

compared as (
    select
        'differences and shares' as told,
        differences.survey_id,
        differences.wave_id,
        differences.item_id || ' ' || differences.measure || ' ' || differences.cut_id || ' '
        || differences.group_a as place,
        abs(differences.estimate_a - told.estimate) as difference
    from marts.item_differences as differences
    inner join told
        on
            differences.survey_id = told.survey_id
            and differences.wave_id = told.wave_id
            and differences.item_id = told.item_id
            and differences.measure = told.measure
            and differences.cut_id = told.cut_id
            and differences.group_a = told.group_id
    where differences.test = 'design'
)

select * from changed
union all
select * from compared
