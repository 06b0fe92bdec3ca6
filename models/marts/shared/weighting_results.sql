with

declared as (

    select * from {{ ref('int_weightings') }}

),

waves as (

    select * from {{ ref('cells_waves') }}

),

-- What holds for a wave is repeated in each of its rows.
weighed as (

    select
        survey_id,
        wave_id,
        max(steps) as steps,
        max(population_total) as population,
        max(unrepresented_population) as unrepresented_population,
        max(trimmed_count) as trimmed_count,
        max(iterations) as iterations,
        max(case when is_converged then 1 else 0 end) = 1 as is_converged,
        max(largest_margin_difference) as largest_margin_difference,
        max(null_reason) as null_reason,
        max(detail) as detail
    from {{ ref('weighting') }}
    group by survey_id, wave_id

),

weighting_results as (

    select
        waves.survey_id,
        waves.wave_id,
        declared.base,
        declared.steps as declared_steps,
        weighed.steps as taken_steps,
        waves.n,
        waves.sum_w,
        waves.smallest_weight,
        waves.largest_weight,
        waves.n_kish,
        waves.n / nullif(waves.n_kish, 0e0) as weight_design_effect,
        case when waves.n_kish > 0 then sqrt(greatest(waves.n / waves.n_kish - 1e0, 0e0)) end as weight_cv,
        weighed.population,
        weighed.unrepresented_population,
        cast(weighed.trimmed_count as bigint) as trimmed_count,
        cast(weighed.trimmed_count as double) / nullif(waves.n, 0) as trimmed_share,
        cast(weighed.iterations as bigint) as iterations,
        case when weighed.iterations is not null then weighed.is_converged end as is_converged,
        weighed.largest_margin_difference,
        case when waves.n = 0 then 'no_respondents' else weighed.null_reason end as null_reason,
        weighed.detail,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from waves
    inner join declared on waves.survey_id = declared.survey_id
    left join weighed
        on
            waves.survey_id = weighed.survey_id
            and waves.wave_id = weighed.wave_id
            and declared.is_declared

)

select * from weighting_results
