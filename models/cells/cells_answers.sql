{{ in_one_order(count_answers(), [
    'survey_id', 'wave_id', 'stratum_id', 'cluster_id', 'profile_code', 'variable_id', 'answer_value'
]) }}
