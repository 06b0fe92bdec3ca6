with

regressions as (

    select * from {{ ref('regressions') }}

),

logits as (

    select * from regressions
    where method = 'logit'

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
        logits.average_marginal_effect,
        logits.average_marginal_effect_std_error,
        logits.average_marginal_effect_p_value,
        logits.average_marginal_effect_ci_lower,
        logits.average_marginal_effect_ci_upper,
        case
            when logits.average_marginal_effect_std_error is not null then null
            when logits.model_id is null then 'not_binary'
            when logits.null_reason is not null then logits.null_reason
            else 'constant'
        end as average_marginal_effect_null_reason,
        regressions.n,
        regressions.null_reason,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from regressions
    inner join waves
        on
            regressions.survey_id = waves.survey_id
            and regressions.wave_id = waves.wave_id
    left join logits
        on
            regressions.survey_id = logits.survey_id
            and regressions.wave_id = logits.wave_id
            and regressions.model_id = logits.model_id
            and regressions.std_error_type = logits.std_error_type
            and regressions.term_id = logits.term_id
    where regressions.method = 'linear'

)

select * from regression_coefficients
