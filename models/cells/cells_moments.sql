{{ in_one_order(sum_moments(), [
    'survey_id', 'wave_id', 'moment_set', 'pattern', 'position_a', 'position_b'
]) }}
