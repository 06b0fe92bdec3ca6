with

comparisons as (

    select * from {{ ref('group_comparisons') }}

),

waves as (

    select * from {{ ref('cells_waves') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

item_differences as (

    select
        comparisons.survey_id,
        comparisons.wave_id,
        comparisons.variable_id as item_id,
        comparisons.cut_id,
        comparisons.group_a,
        comparisons.group_b,
        comparisons.measure,
        comparisons.test,
        comparisons.method,
        items.theme_id,
        comparisons.n,
        comparisons.n_a,
        comparisons.n_b,
        comparisons.group_count,
        comparisons.estimate_a,
        comparisons.estimate_b,
        comparisons.difference,
        comparisons.std_error as difference_std_error,
        comparisons.ci_lower as difference_ci_lower,
        comparisons.ci_upper as difference_ci_upper,
        comparisons.statistic,
        comparisons.df_numerator,
        comparisons.df,
        comparisons.p_value,
        comparisons.q_value,
        comparisons.effect_size,
        comparisons.effect_size_type,
        {{ significance('comparisons.p_value') }} as significance,
        comparisons.null_reason,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from comparisons
    inner join waves
        on
            comparisons.survey_id = waves.survey_id
            and comparisons.wave_id = waves.wave_id
    inner join items
        on
            comparisons.survey_id = items.survey_id
            and comparisons.variable_id = items.item_id

)

select * from item_differences
