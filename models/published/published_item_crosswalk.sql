{{ publish_wholes(
    'item_crosswalk',
    labels=[
        'survey_id', 'wave_id', 'item_id', 'wave_position', 'previous_wave_id', 'comparability', 'delivered_name',
        'previous_delivered_name', 'question_nl', 'question_en', 'wording_wave_id', 'note', 'provenance', 'build_id'
    ]
) }}
