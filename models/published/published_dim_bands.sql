{{ publish_wholes('dim_bands', counts=none) }}
