with

deliveries as (

    select * from {{ ref('stg_landing__waves') }}

),

profiles as (

    select * from {{ ref('cells_profiles') }}

),

sizes as (

    select
        survey_id,
        wave_id,
        sum(n) as n,
        sum(sum_w) as sum_w,
        sum(sum_w) * sum(sum_w) / nullif(sum(sum_w2), 0) as n_kish,
        min(smallest_weight) as smallest_weight,
        max(largest_weight) as largest_weight,
        count(distinct stratum_id) as stratum_count,
        count(distinct case when cluster_id <> 'none' then stratum_id || '*' || cluster_id end)
            as cluster_count
    from profiles
    group by survey_id, wave_id

),

cells_waves as (

    select
        deliveries.survey_id,
        deliveries.wave_id,
        deliveries.delivery_id,
        deliveries.provenance,
        deliveries.landed_at,
        deliveries.retired_at,
        deliveries.read_count,
        deliveries.accepted_count,
        deliveries.rejected_count,
        cast(coalesce(sizes.n, 0) as bigint) as n,
        sizes.sum_w,
        sizes.n_kish,
        sizes.smallest_weight,
        sizes.largest_weight,
        cast(coalesce(sizes.stratum_count, 0) as bigint) as stratum_count,
        cast(coalesce(sizes.cluster_count, 0) as bigint) as cluster_count
    from deliveries
    left join sizes
        on
            deliveries.survey_id = sizes.survey_id
            and deliveries.wave_id = sizes.wave_id

)

select * from cells_waves
