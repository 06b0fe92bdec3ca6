{{ publish_answers(
    'scale_scores',
    'scale_id',
    {'positive': 'agree_share', 'neutral': 'neutral_share', 'negative': 'disagree_share'}
) }}
