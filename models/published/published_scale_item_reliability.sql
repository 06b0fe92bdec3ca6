{{ publish_wholes(
    'scale_item_reliability',
    labels=['survey_id', 'wave_id', 'scale_id', 'item_id', 'position', 'provenance', 'build_id']
) }}
