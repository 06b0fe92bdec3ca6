{{ publish_answers(
    'craft_items_by_manager',
    'item_id',
    {'positive': 'positive_share'},
    tests=[
        'pooled_p_value', 'pooled_significance', 'design_p_value', 'design_q_value', 'design_significance'
    ]
) }}
