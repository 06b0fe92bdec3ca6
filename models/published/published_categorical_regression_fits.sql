{{ publish_wholes(
    'categorical_regression_fits',
    labels=[
        'survey_id', 'wave_id', 'model_id', 'method', 'std_error_type', 'outcome_id', 'label_nl', 'label_en',
        'exhibit', 'provenance', 'build_id'
    ],
    freedom='residual_df'
) }}
