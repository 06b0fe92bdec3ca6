{{ planned_reliability(
    ['n'],
    [
        'item_rest_correlation', 'item_rest_correlation_weighted', 'alpha_if_dropped', 'alpha_if_dropped_weighted',
        'loading'
    ],
    ['null_reason', 'weighted_null_reason'],
    by_item=true
) }}

select * from planned
