{{ publish_wholes('dim_items', counts=none) }}
