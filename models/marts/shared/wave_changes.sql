with

changes as (

    select * from {{ ref('int_wave_changes') }}

),

comparisons as (

    select * from {{ ref('wave_comparisons') }}

),

wave_changes as (

    select
        changes.survey_id,
        changes.wave_id,
        changes.previous_wave_id,
        changes.variable_id,
        changes.kind,
        changes.theme_id,
        case
            when changes.kind = 'scale' and changes.measure = 'positive_share' then 'agree_share'
            else changes.measure
        end as measure,
        changes.cut_id,
        changes.group_id,
        comparisons.n,
        changes.wave_n,
        changes.previous_n,
        comparisons.n_overlap,
        changes.estimate,
        changes.previous_estimate,
        comparisons.change,
        comparisons.std_error,
        comparisons.ci_lower,
        comparisons.ci_upper,
        comparisons.covariance,
        comparisons.statistic,
        comparisons.df,
        comparisons.p_value,
        comparisons.q_value,
        {{ significance('comparisons.p_value') }} as significance,
        changes.minimum_effect,
        case
            when comparisons.q_value is null or changes.minimum_effect is null then null
            else comparisons.q_value <= 0.05 and abs(comparisons.change) >= changes.minimum_effect
        end as is_meaningful,
        changes.comparability,
        comparisons.null_reason,
        changes.provenance,
        {{ literal(build_id()) }} as build_id
    from changes
    inner join comparisons
        on
            changes.survey_id = comparisons.survey_id
            and changes.wave_id = comparisons.wave_id
            and changes.previous_wave_id = comparisons.previous_wave_id
            and changes.variable_id = comparisons.variable_id
            and changes.cut_id = comparisons.cut_id
            and changes.group_id = comparisons.group_id
            and changes.measure = comparisons.measure

)

select * from wave_changes
