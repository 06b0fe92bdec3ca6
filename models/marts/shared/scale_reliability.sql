{{ planned_reliability(
    ['n', 'n_complete', 'item_count'],
    [
        'alpha_pairwise', 'alpha_listwise', 'alpha_listwise_ci_lower', 'alpha_listwise_ci_upper',
        'alpha_pairwise_weighted', 'alpha_listwise_weighted', 'alpha_standardised', 'mean_item_correlation', 'omega',
        'omega_method'
    ],
    ['alpha_null_reason', 'alpha_weighted_null_reason', 'omega_null_reason']
) }}

select * from planned
