-- The sampling units of a stratum are respondents, or clusters where it has them. A cluster is the same in
-- two waves if its stratum and id are, and if somebody is in it in both: a label used again is no link.
with

overlap as (

    select *
    from {{ ref('cells_overlap') }}
    where previous_wave_id <> 'none'

),

measured as (

    select * from {{ ref('int_measured_answers') }}

),

measures as (

    select distinct
        survey_id,
        variable_id,
        measure
    from measured

),

points as (

    select * from {{ ref('estimates') }}

),

unit_totals as (

    select * from {{ ref('int_unit_totals') }}

),

strata as (

    select * from {{ ref('int_strata') }}

),

residuals as (

    select
        overlap.survey_id,
        overlap.wave_id,
        overlap.previous_wave_id,
        overlap.cut_id,
        overlap.group_id,
        overlap.variable_id,
        measures.measure,
        overlap.stratum_id,
        overlap.previous_stratum_id,
        overlap.cluster_id = 'none' and overlap.previous_cluster_id = 'none' as is_unit,
        overlap.n,
        overlap.sum_w,
        overlap.sum_previous_w,
        overlap.sum_ww,
        later.y - later_points.estimate as d,
        earlier.y - earlier_points.estimate as previous_d
    from overlap
    inner join measures
        on
            overlap.survey_id = measures.survey_id
            and overlap.variable_id = measures.variable_id
    left join measured as later
        on
            overlap.survey_id = later.survey_id
            and overlap.variable_id = later.variable_id
            and overlap.answer_value = later.answer_value
            and measures.measure = later.measure
    left join measured as earlier
        on
            overlap.survey_id = earlier.survey_id
            and overlap.variable_id = earlier.variable_id
            and overlap.previous_answer_value = earlier.answer_value
            and measures.measure = earlier.measure
    left join points as later_points
        on
            overlap.survey_id = later_points.survey_id
            and overlap.wave_id = later_points.wave_id
            and overlap.cut_id = later_points.cut_id
            and overlap.group_id = later_points.group_id
            and overlap.variable_id = later_points.variable_id
            and measures.measure = later_points.statistic
    left join points as earlier_points
        on
            overlap.survey_id = earlier_points.survey_id
            and overlap.previous_wave_id = earlier_points.wave_id
            and overlap.cut_id = earlier_points.cut_id
            and overlap.group_id = earlier_points.group_id
            and overlap.variable_id = earlier_points.variable_id
            and measures.measure = earlier_points.statistic

),

clusters as (

    select distinct
        survey_id,
        wave_id,
        previous_wave_id,
        variable_id,
        stratum_id,
        cluster_id
    from overlap
    where
        cut_id = 'total'
        and cluster_id <> 'none'
        and cluster_id = previous_cluster_id
        and stratum_id = previous_stratum_id

),

cluster_sides as (

    select
        clusters.*,
        unit_totals.cut_id,
        unit_totals.group_id,
        unit_totals.measure,
        unit_totals.total,
        0e0 as previous_total,
        unit_totals.n,
        0 as previous_n
    from clusters
    inner join unit_totals
        on
            clusters.survey_id = unit_totals.survey_id
            and clusters.wave_id = unit_totals.wave_id
            and clusters.variable_id = unit_totals.variable_id
            and clusters.stratum_id = unit_totals.stratum_id
            and clusters.cluster_id = unit_totals.cluster_id
    union all
    select
        clusters.*,
        unit_totals.cut_id,
        unit_totals.group_id,
        unit_totals.measure,
        0e0 as total,
        unit_totals.total as previous_total,
        0 as n,
        unit_totals.n as previous_n
    from clusters
    inner join unit_totals
        on
            clusters.survey_id = unit_totals.survey_id
            and clusters.previous_wave_id = unit_totals.wave_id
            and clusters.variable_id = unit_totals.variable_id
            and clusters.stratum_id = unit_totals.stratum_id
            and clusters.cluster_id = unit_totals.cluster_id

),

cluster_totals as (

    select
        survey_id,
        wave_id,
        previous_wave_id,
        cut_id,
        group_id,
        variable_id,
        measure,
        stratum_id,
        cluster_id,
        {{ ordered_sum('total') }} as total,
        {{ ordered_sum('previous_total') }} as previous_total,
        case when sum(n) > 0 and sum(previous_n) > 0 then 1 else 0 end as is_in_both
    from cluster_sides
    group by
        survey_id,
        wave_id,
        previous_wave_id,
        cut_id,
        group_id,
        variable_id,
        measure,
        stratum_id,
        cluster_id

),

products as (

    select
        survey_id,
        wave_id,
        previous_wave_id,
        cut_id,
        group_id,
        variable_id,
        measure,
        stratum_id,
        previous_stratum_id,
        case when d is not null and previous_d is not null then n else 0 end as n_both,
        case
            when is_unit and d is not null and previous_d is not null and sum_ww > 0 then n
            else 0
        end as units_both,
        case when is_unit then coalesce(sum_ww * d * previous_d, 0e0) else 0e0 end as sum_zz,
        case when is_unit then coalesce(sum_w * d, 0e0) else 0e0 end as sum_z,
        case when is_unit then coalesce(sum_previous_w * previous_d, 0e0) else 0e0 end as sum_previous_z
    from residuals
    union all
    select
        survey_id,
        wave_id,
        previous_wave_id,
        cut_id,
        group_id,
        variable_id,
        measure,
        stratum_id,
        stratum_id as previous_stratum_id,
        0 as n_both,
        is_in_both as units_both,
        total * previous_total as sum_zz,
        total as sum_z,
        previous_total as sum_previous_z
    from cluster_totals

),

summed as (

    select
        survey_id,
        wave_id,
        previous_wave_id,
        cut_id,
        group_id,
        variable_id,
        measure,
        stratum_id,
        previous_stratum_id,
        sum(n_both) as n_both,
        sum(units_both) as units_both,
        {{ ordered_sum('sum_zz') }} as sum_zz,
        {{ ordered_sum('sum_z') }} as sum_z,
        {{ ordered_sum('sum_previous_z') }} as sum_previous_z
    from products
    group by
        survey_id,
        wave_id,
        previous_wave_id,
        cut_id,
        group_id,
        variable_id,
        measure,
        stratum_id,
        previous_stratum_id

),

linked_units as (

    select
        survey_id,
        wave_id,
        previous_wave_id,
        variable_id,
        stratum_id,
        previous_stratum_id,
        sum(n) as n_linked
    from (
        select
            survey_id,
            wave_id,
            previous_wave_id,
            variable_id,
            stratum_id,
            previous_stratum_id,
            case when cluster_id = 'none' and previous_cluster_id = 'none' then n else 0 end as n
        from overlap
        where cut_id = 'total'
        union all
        select
            survey_id,
            wave_id,
            previous_wave_id,
            variable_id,
            stratum_id,
            stratum_id as previous_stratum_id,
            1 as n
        from clusters
    ) as units
    group by survey_id, wave_id, previous_wave_id, variable_id, stratum_id, previous_stratum_id

),

stratum_totals as (

    select
        survey_id,
        wave_id,
        cut_id,
        group_id,
        variable_id,
        measure,
        stratum_id,
        {{ ordered_sum('total') }} as total
    from unit_totals
    group by survey_id, wave_id, cut_id, group_id, variable_id, measure, stratum_id

),

group_weights as (

    select
        survey_id,
        wave_id,
        cut_id,
        group_id,
        variable_id,
        measure,
        {{ ordered_sum('sum_w') }} as sum_w
    from unit_totals
    group by survey_id, wave_id, cut_id, group_id, variable_id, measure

),

-- Linked units outside the group count as well: their residual is 0, which is not the mean of the stratum.
int_overlap_summed as (

    select
        linked_units.survey_id,
        linked_units.wave_id,
        linked_units.previous_wave_id,
        later_weights.cut_id,
        later_weights.group_id,
        linked_units.variable_id,
        later_weights.measure,
        linked_units.stratum_id,
        linked_units.previous_stratum_id,
        cast(coalesce(summed.n_both, 0) as bigint) as n_both,
        cast(coalesce(summed.units_both, 0) as bigint) as units_both,
        cast(linked_units.n_linked as bigint) as n_linked,
        coalesce(summed.sum_zz, 0e0) as sum_zz,
        coalesce(summed.sum_z, 0e0) as sum_z,
        coalesce(summed.sum_previous_z, 0e0) as sum_previous_z,
        coalesce(later_totals.total, 0e0) as total,
        coalesce(earlier_totals.total, 0e0) as previous_total,
        later_weights.sum_w,
        earlier_weights.sum_w as previous_sum_w,
        later_strata.unit_count,
        earlier_strata.unit_count as previous_unit_count,
        later_strata.has_population,
        earlier_strata.has_population as previous_has_population,
        later_strata.unsampled_share,
        earlier_strata.unsampled_share as previous_unsampled_share
    from linked_units
    inner join group_weights as later_weights
        on
            linked_units.survey_id = later_weights.survey_id
            and linked_units.wave_id = later_weights.wave_id
            and linked_units.variable_id = later_weights.variable_id
    inner join group_weights as earlier_weights
        on
            linked_units.survey_id = earlier_weights.survey_id
            and linked_units.previous_wave_id = earlier_weights.wave_id
            and linked_units.variable_id = earlier_weights.variable_id
            and later_weights.cut_id = earlier_weights.cut_id
            and later_weights.group_id = earlier_weights.group_id
            and later_weights.measure = earlier_weights.measure
    left join summed
        on
            linked_units.survey_id = summed.survey_id
            and linked_units.wave_id = summed.wave_id
            and linked_units.previous_wave_id = summed.previous_wave_id
            and linked_units.variable_id = summed.variable_id
            and linked_units.stratum_id = summed.stratum_id
            and linked_units.previous_stratum_id = summed.previous_stratum_id
            and later_weights.cut_id = summed.cut_id
            and later_weights.group_id = summed.group_id
            and later_weights.measure = summed.measure
    left join stratum_totals as later_totals
        on
            linked_units.survey_id = later_totals.survey_id
            and linked_units.wave_id = later_totals.wave_id
            and linked_units.variable_id = later_totals.variable_id
            and linked_units.stratum_id = later_totals.stratum_id
            and later_weights.cut_id = later_totals.cut_id
            and later_weights.group_id = later_totals.group_id
            and later_weights.measure = later_totals.measure
    left join stratum_totals as earlier_totals
        on
            linked_units.survey_id = earlier_totals.survey_id
            and linked_units.previous_wave_id = earlier_totals.wave_id
            and linked_units.variable_id = earlier_totals.variable_id
            and linked_units.previous_stratum_id = earlier_totals.stratum_id
            and later_weights.cut_id = earlier_totals.cut_id
            and later_weights.group_id = earlier_totals.group_id
            and later_weights.measure = earlier_totals.measure
    inner join strata as later_strata
        on
            linked_units.survey_id = later_strata.survey_id
            and linked_units.wave_id = later_strata.wave_id
            and linked_units.stratum_id = later_strata.stratum_id
    inner join strata as earlier_strata
        on
            linked_units.survey_id = earlier_strata.survey_id
            and linked_units.previous_wave_id = earlier_strata.wave_id
            and linked_units.previous_stratum_id = earlier_strata.stratum_id

)

select * from int_overlap_summed
