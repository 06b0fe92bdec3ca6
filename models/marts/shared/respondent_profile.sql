with

answer_shares as (

    select * from {{ ref('answer_shares') }}

),

item_shares as (

    select * from {{ ref('item_shares') }}

),

controls as (

    select * from {{ ref('dim_items') }}
    where kind = 'control'

),

scored_sets as (

    select distinct answer_set_id
    from {{ ref('answer_sets') }}
    where score is not null

),

respondent_profile as (

    select
        answer_shares.survey_id,
        answer_shares.wave_id,
        answer_shares.item_id as characteristic_id,
        answer_shares.answer_id as band_id,
        answer_shares.cut_id,
        answer_shares.group_id,
        answer_shares.n,
        answer_shares.base_n,
        answer_shares.answer_share as share,
        answer_shares.answer_share_std_error as share_std_error,
        answer_shares.answer_share_ci_lower as share_ci_lower,
        answer_shares.answer_share_ci_upper as share_ci_upper,
        answer_shares.answer_share_null_reason as share_null_reason,
        answer_shares.answer_share_unweighted as unweighted_share,
        cast(null as double) as mean,
        cast(null as double) as mean_std_error,
        cast(null as double) as mean_ci_lower,
        cast(null as double) as mean_ci_upper,
        cast(null as {{ type_text() }}) as mean_null_reason,
        cast(null as double) as mean_unweighted,
        answer_shares.provenance,
        answer_shares.build_id
    from answer_shares
    inner join controls
        on
            answer_shares.survey_id = controls.survey_id
            and answer_shares.item_id = controls.item_id
    union all
    select
        item_shares.survey_id,
        item_shares.wave_id,
        item_shares.item_id as characteristic_id,
        'all' as band_id,
        item_shares.cut_id,
        item_shares.group_id,
        item_shares.n,
        item_shares.n as base_n,
        cast(null as double) as share,
        cast(null as double) as share_std_error,
        cast(null as double) as share_ci_lower,
        cast(null as double) as share_ci_upper,
        cast(null as {{ type_text() }}) as share_null_reason,
        cast(null as double) as unweighted_share,
        item_shares.mean,
        item_shares.mean_std_error,
        item_shares.mean_ci_lower,
        item_shares.mean_ci_upper,
        item_shares.mean_null_reason,
        item_shares.mean_unweighted,
        item_shares.provenance,
        item_shares.build_id
    from item_shares
    inner join controls
        on
            item_shares.survey_id = controls.survey_id
            and item_shares.item_id = controls.item_id
    left join scored_sets on controls.answer_set_id = scored_sets.answer_set_id
    where controls.answer_set_id is null or scored_sets.answer_set_id is not null

)

select * from respondent_profile
