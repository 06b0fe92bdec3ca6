with

declared as (

    select *
    from {{ ref('int_weightings') }}
    where is_declared

),

waves as (

    select * from {{ ref('cells_waves') }}

),

margins as (

    select *
    from {{ ref('weighting') }}
    where margin_id is not null

),

shares as (

    select
        survey_id,
        wave_id,
        margin_id,
        class_id as answer_id,
        n,
        population,
        n / sum(cast(n as double)) over (partition by survey_id, wave_id, margin_id) as unweighted_share,
        base_sum_w / sum(base_sum_w) over (partition by survey_id, wave_id, margin_id) as base_share,
        sum_w / sum(sum_w) over (partition by survey_id, wave_id, margin_id) as weighted_share,
        target / sum(target) over (partition by survey_id, wave_id, margin_id) as target_share
    from margins

),

weighting_margins as (

    select
        shares.survey_id,
        shares.wave_id,
        shares.margin_id,
        shares.answer_id,
        cast(shares.n as bigint) as n,
        cast(shares.population as bigint) as population,
        shares.unweighted_share,
        shares.base_share,
        shares.target_share,
        shares.weighted_share,
        shares.weighted_share - shares.target_share as share_difference,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from shares
    inner join declared on shares.survey_id = declared.survey_id
    inner join waves
        on
            shares.survey_id = waves.survey_id
            and shares.wave_id = waves.wave_id

)

select * from weighting_margins
