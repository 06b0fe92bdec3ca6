-- The three shares of an opinion, and the bands of a characteristic, are all there is.
select
    'item_shares' as mart,
    survey_id,
    wave_id,
    item_id as variable_id,
    cut_id,
    group_id,
    positive_share + neutral_share + negative_share as parts_sum
from marts.item_shares
where positive_share is not null
union all
select
    'scale_scores',
    survey_id,
    wave_id,
    scale_id,
    cut_id,
    group_id,
    disagree_share + neutral_share + agree_share
from marts.scale_scores
where agree_share is not null
union all
select
    'respondent_profile',
    survey_id,
    wave_id,
    characteristic_id,
    cut_id,
    group_id,
    sum(share)
from marts.respondent_profile
where share is not null
group by all
