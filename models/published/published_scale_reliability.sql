{{ publish_wholes(
    'scale_reliability',
    labels=['survey_id', 'wave_id', 'scale_id', 'item_count', 'provenance', 'build_id']
) }}
