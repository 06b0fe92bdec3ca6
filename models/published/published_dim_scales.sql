{{ publish_wholes('dim_scales', counts=none) }}
