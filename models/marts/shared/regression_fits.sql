with

regressions as (

    select * from {{ ref('regressions') }}
    where position = 0

),

models as (

    select * from {{ ref('regression_models') }}

),

waves as (

    select * from {{ ref('cells_waves') }}

),

regression_fits as (

    select
        regressions.survey_id,
        regressions.wave_id,
        regressions.model_id,
        regressions.std_error_type,
        models.outcome_id,
        models.label_nl,
        models.label_en,
        models.exhibit,
        cast(models.position as bigint) as position,
        regressions.n,
        regressions.lost_to_missing,
        regressions.residual_df,
        regressions.r_squared,
        regressions.adjusted_r_squared,
        regressions.f_statistic,
        regressions.f_p_value,
        regressions.condition_number,
        regressions.solver,
        regressions.null_reason,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from regressions
    inner join models
        on
            regressions.survey_id = models.survey_id
            and regressions.model_id = models.model_id
    inner join waves
        on
            regressions.survey_id = waves.survey_id
            and regressions.wave_id = waves.wave_id

)

select * from regression_fits
