{{ publish_wholes(
    'dim_waves',
    labels=[
        'survey_id', 'wave_id', 'position', 'label_nl', 'label_en', 'fieldwork_start', 'fieldwork_end',
        'note', 'delivery_id', 'landed_at', 'provenance', 'build_id'
    ]
) }}
