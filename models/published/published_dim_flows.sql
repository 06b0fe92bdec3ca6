{{ publish_wholes('dim_flows', counts=none) }}
