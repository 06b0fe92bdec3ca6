{{ publish_answers(
    'item_shares',
    'item_id',
    {'positive': 'positive_share', 'neutral': 'neutral_share', 'negative': 'negative_share'}
) }}
