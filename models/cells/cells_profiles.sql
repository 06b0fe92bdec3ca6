{{ in_one_order(count_profiles(), [
    'survey_id', 'wave_id', 'stratum_id', 'cluster_id', 'profile_code'
]) }}
