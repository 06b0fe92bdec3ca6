{{ publish_wholes(
    'culture_regressions',
    labels=[
        'survey_id', 'wave_id', 'exhibit', 'model_id', 'std_error_type', 'term_id', 'position', 'provenance',
        'build_id'
    ]
) }}
