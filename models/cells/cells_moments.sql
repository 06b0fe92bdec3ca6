-- In an order of their own, whichever waves are counted together: sums of the same rows in the same order are
-- equal to the last bit, however the warehouse came about.
select *
from (
    {{ sum_moments() }}
) as counted
order by
    survey_id, wave_id, moment_set, pattern, position_a, position_b
