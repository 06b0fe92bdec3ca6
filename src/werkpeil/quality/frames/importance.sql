-- The decomposition of R squared adds up to it.
select
    survey_id,
    wave_id,
    model_id,
    std_error_type,
    sum(coefficients.relative_importance) - any_value(fits.r_squared) as surplus
from marts.regression_coefficients as coefficients
inner join marts.regression_fits as fits using (survey_id, wave_id, model_id, std_error_type)
where coefficients.relative_importance is not null
group by survey_id, wave_id, model_id, std_error_type
