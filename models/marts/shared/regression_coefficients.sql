with

regressions as (

    select * from {{ ref('regressions') }}

),

waves as (

    select * from {{ ref('cells_waves') }}

),

regression_coefficients as (

    select
        regressions.survey_id,
        regressions.wave_id,
        regressions.model_id,
        regressions.std_error_type,
        regressions.term_id,
        regressions.position,
        regressions.b,
        regressions.beta,
        regressions.std_error,
        regressions.statistic,
        regressions.df,
        regressions.p_value,
        regressions.q_value,
        regressions.ci_lower,
        regressions.ci_upper,
        {{ significance('regressions.p_value') }} as significance,
        regressions.vif,
        regressions.relative_importance,
        regressions.n,
        regressions.null_reason,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from regressions
    inner join waves
        on
            regressions.survey_id = waves.survey_id
            and regressions.wave_id = waves.wave_id

)

select * from regression_coefficients
