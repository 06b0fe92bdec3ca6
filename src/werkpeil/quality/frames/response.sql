-- Response rates by the register, as far as they are known.
select
    survey_id,
    wave_id,
    cut_id,
    group_id,
    response_share
from marts.response_rates
where method = 'register' and response_share is not null
