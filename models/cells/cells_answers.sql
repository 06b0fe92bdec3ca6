-- In an order of their own, whichever waves are counted together: sums of the same rows in the same order are
-- equal to the last bit, however the warehouse came about.
select *
from (
    {{ count_answers() }}
) as counted
order by
    survey_id, wave_id, stratum_id, cluster_id, profile_code, variable_id, answer_value
