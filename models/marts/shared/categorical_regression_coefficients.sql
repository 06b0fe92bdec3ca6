with

regressions as (

    select * from {{ ref('regressions') }}
    where method <> 'linear'

),

waves as (

    select * from {{ ref('cells_waves') }}

),

categorical_regression_coefficients as (

    select
        regressions.survey_id,
        regressions.wave_id,
        regressions.model_id,
        regressions.method,
        regressions.std_error_type,
        regressions.term_id,
        regressions.position,
        regressions.b,
        regressions.std_error,
        regressions.statistic,
        regressions.df,
        regressions.p_value,
        regressions.q_value,
        regressions.ci_lower,
        regressions.ci_upper,
        {{ significance('regressions.p_value') }} as significance,
        case when regressions.position > 0 then exp(regressions.b) end as odds_ratio,
        case when regressions.position > 0 then exp(regressions.ci_lower) end as odds_ratio_ci_lower,
        case when regressions.position > 0 then exp(regressions.ci_upper) end as odds_ratio_ci_upper,
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

select * from categorical_regression_coefficients
