{{ publish_reproduction(
    'reproduction_results',
    'result',
    hidden=[
        'computed_value', 'difference', 'std_error', 'std_error_null_reason', 'tolerance', 'verdict',
        'computed_significance', 'significance_agrees', 'n'
    ],
    deciding=['cut_id', 'group_id']
) }}
