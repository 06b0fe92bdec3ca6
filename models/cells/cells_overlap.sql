-- In an order of their own, whichever waves are counted together: sums of the same rows in the same order are
-- equal to the last bit, however the warehouse came about.
select *
from (
    {{ count_overlap() }}
) as counted
order by
    survey_id, wave_id, previous_wave_id, stratum_id, previous_stratum_id, cluster_id, previous_cluster_id,
    cut_id, group_id, variable_id, answer_value, previous_answer_value
