{{ publish_answers(
    'culture_aspects_by_sector',
    'aspect_id',
    {'positive': 'agree_share', 'neutral': 'neutral_share', 'negative': 'disagree_share'}
) }}
