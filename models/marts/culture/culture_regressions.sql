with

coefficients as (

    select * from {{ ref('regression_coefficients') }}

),

fits as (

    select * from {{ ref('regression_fits') }}

),

culture_regressions as (

    select
        coefficients.survey_id,
        coefficients.wave_id,
        fits.exhibit,
        coefficients.model_id,
        coefficients.std_error_type,
        coefficients.term_id,
        coefficients.position,
        coefficients.beta,
        coefficients.significance,
        coefficients.p_value,
        coefficients.q_value,
        coefficients.vif,
        coefficients.relative_importance,
        fits.n,
        fits.lost_to_missing,
        fits.adjusted_r_squared,
        coefficients.null_reason,
        coefficients.provenance,
        coefficients.build_id
    from coefficients
    inner join fits
        on
            coefficients.survey_id = fits.survey_id
            and coefficients.wave_id = fits.wave_id
            and coefficients.model_id = fits.model_id
            and coefficients.std_error_type = fits.std_error_type
    where
        coefficients.survey_id = 'werkonderzoek'
        and fits.exhibit in ('culture.table_3', 'culture.table_4')
        and coefficients.position > 0

)

select * from culture_regressions
