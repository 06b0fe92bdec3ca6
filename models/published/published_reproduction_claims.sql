{{ publish_reproduction(
    'reproduction_claims',
    'claim',
    hidden=[
        'verdict', 'reason', 'holds_as_computed', 'as_computed_reason', 'computed_known_count', 'computed_held_count'
    ]
) }}
