{{ fits_of_models(
    "method = 'linear' and position = 0",
    ['model_id', 'std_error_type'],
    [
        'n', 'lost_to_missing', 'residual_df', 'r_squared', 'adjusted_r_squared', 'f_statistic', 'f_p_value',
        'condition_number', 'solver', 'null_reason'
    ]
) }}

select * from fits
