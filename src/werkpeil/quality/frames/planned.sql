-- Every item, scale and group that is planned has its row; cells is what is there less what is due.
select
    'item_shares' as mart,
    waves.survey_id,
    waves.wave_id,
    (
        select count(*) from marts.item_shares as cells
        where cells.survey_id = waves.survey_id and cells.wave_id = waves.wave_id
    )
    - (
        select count(*) from marts.dim_items as items
        where items.survey_id = waves.survey_id
    )
    * (
        select count(distinct cut_id || ' ' || group_id) from estimates.int_profiles_grouped as groups
        where groups.survey_id = waves.survey_id
    ) as cells
from marts.dim_waves as waves
union all
select
    'scale_scores',
    waves.survey_id,
    waves.wave_id,
    (
        select count(*) from marts.scale_scores as cells
        where cells.survey_id = waves.survey_id and cells.wave_id = waves.wave_id
    )
    - (
        select count(*) from marts.dim_scales as scales
        where scales.survey_id = waves.survey_id
    )
    * (
        select count(distinct cut_id || ' ' || group_id) from estimates.int_profiles_grouped as groups
        where groups.survey_id = waves.survey_id
    )
from marts.dim_waves as waves
union all
select
    'regression_fits',
    waves.survey_id,
    waves.wave_id,
    (
        select count(*) from marts.regression_fits as cells
        where cells.survey_id = waves.survey_id and cells.wave_id = waves.wave_id
    )
    - 2 * (
        select count(*) from seeds.regression_models as models
        where models.survey_id = waves.survey_id
    )
from marts.dim_waves as waves
