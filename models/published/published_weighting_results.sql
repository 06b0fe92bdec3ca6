{{ publish_wholes(
    'weighting_results',
    labels=['survey_id', 'wave_id', 'base', 'declared_steps', 'taken_steps', 'detail', 'provenance', 'build_id']
) }}
