{{ culture_aspects(
    'culture_aspects_by_turnover_intention',
    [
        'turnover_intention_general', 'turnover_intention_same_employer',
        'turnover_intention_same_sector_other_employer', 'turnover_intention_other_public_sector',
        'turnover_intention_private_sector'
    ],
    'yes'
) }}
