{{ fits_of_models(
    "method <> 'linear' and position = 1",
    ['model_id', 'method', 'std_error_type'],
    ['n', 'lost_to_missing', 'row_count', 'residual_df', 'pseudo_r_squared', 'null_reason']
) }}

select * from fits
