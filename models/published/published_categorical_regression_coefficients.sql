{{ publish_wholes(
    'categorical_regression_coefficients',
    labels=[
        'survey_id', 'wave_id', 'model_id', 'method', 'std_error_type', 'term_id', 'position', 'provenance',
        'build_id'
    ]
) }}
