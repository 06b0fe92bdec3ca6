{{ publish_wholes('dim_answers', counts=none) }}
