{{ publish_wholes(
    'dim_surveys',
    labels=[
        'survey_id', 'position', 'label_nl', 'label_en', 'language', 'universe_nl', 'universe_en',
        'description', 'design_note', 'source', 'licence', 'wave_count', 'provenance', 'build_id'
    ]
) }}
