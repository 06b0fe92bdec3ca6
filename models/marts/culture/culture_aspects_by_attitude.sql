{{ culture_aspects(
    'culture_aspects_by_attitude',
    ['employer_satisfaction', 'employer_pride', 'employer_recommendation']
) }}
