{{ publish_wholes(
    'scale_crosswalk',
    labels=[
        'survey_id', 'wave_id', 'scale_id', 'wave_position', 'previous_wave_id', 'comparability', 'items_added',
        'items_dropped', 'items_reworded', 'note', 'provenance', 'build_id'
    ]
) }}
