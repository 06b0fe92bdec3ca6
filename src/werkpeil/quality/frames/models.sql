-- Models that people answered the questions of, and that could not be fitted.
select
    survey_id,
    wave_id,
    model_id,
    'linear' as method,
    std_error_type,
    null_reason,
    case when null_reason is null then 0 else 1 end as unfitted
from marts.regression_fits
where n > 0
union all
select
    survey_id,
    wave_id,
    model_id,
    method,
    std_error_type,
    null_reason,
    case when null_reason is null then 0 else 1 end
from marts.categorical_regression_fits
where n > 0
