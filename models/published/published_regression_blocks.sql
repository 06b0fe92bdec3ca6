{{ publish_wholes(
    'regression_blocks',
    labels=[
        'survey_id', 'wave_id', 'model_id', 'std_error_type', 'block_id', 'outcome_id', 'label_nl', 'label_en',
        'block_label_nl', 'block_label_en', 'exhibit', 'provenance', 'build_id'
    ],
    freedom='residual_df'
) }}
