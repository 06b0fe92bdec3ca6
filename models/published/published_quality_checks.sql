-- Counts of rows of marts, not of people: which rows break a check, and by what, stays in the warehouse.
{{ publish_wholes(
    'quality_checks',
    labels=[
        'check_id', 'survey_id', 'wave_id', 'table_name', 'column_name', 'about', 'severity', 'checked_at',
        'provenance', 'build_id'
    ]
) }}
