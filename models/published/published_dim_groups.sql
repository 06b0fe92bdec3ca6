{{ publish_wholes('dim_groups', counts=none) }}
