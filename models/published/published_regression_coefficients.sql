{{ publish_wholes(
    'regression_coefficients',
    labels=[
        'survey_id', 'wave_id', 'model_id', 'std_error_type', 'term_id', 'position', 'provenance', 'build_id'
    ],
    freedom="case when std_error_type = 'classical' then df end"
) }}
