{{ publish_groups(
    'craft_response', outside='sampled', labels=['method', 'domain_id', 'manager_id', 'base']
) }}
