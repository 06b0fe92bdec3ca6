{{ in_one_order(count_overlap(), [
    'survey_id', 'wave_id', 'previous_wave_id', 'stratum_id', 'previous_stratum_id', 'cluster_id',
    'previous_cluster_id', 'cut_id', 'group_id', 'variable_id', 'answer_value', 'previous_answer_value'
]) }}
