-- Who was asked and gave no valid answer.
select
    survey_id,
    wave_id,
    item_id,
    1e0 - cast(n as double) / asked_count as nonresponse_share
from marts.item_shares
where cut_id = 'total' and asked_count > 0
