-- A share is the mean of a 0/1 variable, so one path gives every estimate and its error:
-- Taylor linearisation of the ratio mean in a domain (Woodruff 1971; Saerndal, Swensson and
-- Wretman 1992, section 5.8). The domain's residuals are summed per sampling unit; units
-- outside the domain count in their stratum with a residual of zero.
with

answers as (

    select * from {{ ref('int_answers_grouped') }}

),

valued as (

    select * from {{ ref('int_answers_valued') }}

),

reasons as (

    select * from {{ ref('missing_reasons') }}

),

single_answers as (

    select *
    from {{ ref('int_single_answers') }}
    where not is_category

),

{{ framed_strata() }},

statistics as (

    select
        'mean' as statistic,
        'mean' as kind,
        cast(null as {{ type_text() }}) as counted_id
    {%- for category in answer_categories() %}
    union all
    select
        '{{ category.category }}_share' as statistic,
        'category' as kind,
        '{{ category.category }}' as counted_id
    {%- endfor %}
    union all
    select
        missing_reason || '_share' as statistic,
        'missing' as kind,
        missing_reason as counted_id
    from reasons
    where is_asked
    union all
    select
        'positive_share_of_everybody' as statistic,
        'everybody' as kind,
        'positive' as counted_id

),

-- What each answer adds to each statistic of its variable.
counted as (

    select
        valued.survey_id,
        valued.variable_id,
        valued.answer_value,
        statistics.statistic,
        case
            when statistics.kind = 'mean' then valued.score
            when statistics.kind = 'missing' and valued.missing_reason = statistics.counted_id then 1e0
            when statistics.kind in ('category', 'everybody') and valued.category = statistics.counted_id
                then 1e0
            else 0e0
        end as y
    from valued
    inner join statistics
        on (
            statistics.kind = 'mean'
            and valued.missing_reason is null
            and valued.score is not null
        ) or (
            statistics.kind = 'category'
            and valued.missing_reason is null
            and valued.has_categories
        ) or (
            statistics.kind = 'missing'
            and (valued.missing_reason is null or valued.missing_reason <> 'not_asked')
        ) or (
            statistics.kind = 'everybody'
            and valued.is_routed_outcome
            and valued.has_categories
        )
    union all
    select
        valued.survey_id,
        valued.variable_id,
        valued.answer_value,
        single_answers.statistic,
        case when valued.answer_id = single_answers.answer_id then 1e0 else 0e0 end as y
    from valued
    inner join single_answers
        on
            valued.survey_id = single_answers.survey_id
            and valued.variable_id = single_answers.variable_id
    where valued.missing_reason is null

),

contributions as (

    select
        answers.survey_id,
        answers.wave_id,
        answers.cut_id,
        answers.group_id,
        answers.variable_id,
        counted.statistic,
        answers.stratum_id,
        answers.cluster_id,
        answers.n,
        answers.sum_w,
        answers.sum_w2,
        counted.y
    from answers
    inner join counted
        on
            answers.survey_id = counted.survey_id
            and answers.variable_id = counted.variable_id
            and answers.answer_value = counted.answer_value

),

points as (

    select
        survey_id,
        wave_id,
        cut_id,
        group_id,
        variable_id,
        statistic,
        sum(n) as n,
        sum(sum_w) as sum_w,
        sum(sum_w2) as sum_w2,
        sum(sum_w * y) / nullif(sum(sum_w), 0) as estimate,
        sum(n * y) / nullif(sum(n), 0) as unweighted_estimate,
        min(case when sum_w > 0 then y end) as lowest,
        max(case when sum_w > 0 then y end) as highest
    from contributions
    group by survey_id, wave_id, cut_id, group_id, variable_id, statistic

),

unit_residuals as (

    select
        contributions.survey_id,
        contributions.wave_id,
        contributions.cut_id,
        contributions.group_id,
        contributions.variable_id,
        contributions.statistic,
        contributions.stratum_id,
        contributions.cluster_id,
        sum(case when contributions.sum_w > 0 then contributions.n else 0 end) as n,
        sum(contributions.sum_w * (contributions.y - points.estimate)) as sum_wd,
        sum(contributions.sum_w * (contributions.y - points.estimate) * (contributions.y - points.estimate))
            as sum_wd2,
        sum(contributions.sum_w2 * (contributions.y - points.estimate) * (contributions.y - points.estimate))
            as sum_w2d2
    from contributions
    inner join points
        on
            contributions.survey_id = points.survey_id
            and contributions.wave_id = points.wave_id
            and contributions.cut_id = points.cut_id
            and contributions.group_id = points.group_id
            and contributions.variable_id = points.variable_id
            and contributions.statistic = points.statistic
    group by
        contributions.survey_id,
        contributions.wave_id,
        contributions.cut_id,
        contributions.group_id,
        contributions.variable_id,
        contributions.statistic,
        contributions.stratum_id,
        contributions.cluster_id

),

stratum_residuals as (

    select
        unit_residuals.survey_id,
        unit_residuals.wave_id,
        unit_residuals.cut_id,
        unit_residuals.group_id,
        unit_residuals.variable_id,
        unit_residuals.statistic,
        unit_residuals.stratum_id,
        framed_strata.unit_count,
        framed_strata.unsampled_share,
        framed_strata.has_population,
        sum(unit_residuals.sum_wd) as total,
        sum(
            case
                when framed_strata.is_clustered then unit_residuals.sum_wd * unit_residuals.sum_wd
                else unit_residuals.sum_w2d2
            end
        ) as total_squares,
        sum(unit_residuals.sum_wd2) as sum_wd2,
        case
            when framed_strata.is_clustered then sum(case when unit_residuals.n > 0 then 1 else 0 end)
            else sum(unit_residuals.n)
        end as group_unit_count
    from unit_residuals
    inner join framed_strata
        on
            unit_residuals.survey_id = framed_strata.survey_id
            and unit_residuals.wave_id = framed_strata.wave_id
            and unit_residuals.stratum_id = framed_strata.stratum_id
    group by
        unit_residuals.survey_id,
        unit_residuals.wave_id,
        unit_residuals.cut_id,
        unit_residuals.group_id,
        unit_residuals.variable_id,
        unit_residuals.statistic,
        unit_residuals.stratum_id,
        framed_strata.unit_count,
        framed_strata.unsampled_share,
        framed_strata.has_population,
        framed_strata.is_clustered

),

variances as (

    select
        survey_id,
        wave_id,
        cut_id,
        group_id,
        variable_id,
        statistic,
        sum(
            unsampled_share
            * unit_count / nullif(unit_count - 1e0, 0e0)
            * greatest(total_squares - total * total / unit_count, 0e0)
        ) as variance_of_total,
        sum(sum_wd2) as sum_wd2,
        sum(group_unit_count) as unit_count,
        sum(case when group_unit_count > 0 then 1 else 0 end) as stratum_count,
        max(case when unit_count = 1 and group_unit_count > 0 then 1 else 0 end) = 1 as has_single_unit,
        min(case when has_population then 1 else 0 end) = 1 as has_population
    from stratum_residuals
    group by survey_id, wave_id, cut_id, group_id, variable_id, statistic

),

-- A question that a wave did not have says nothing of everybody in it.
asked as (

    select distinct
        answers.survey_id,
        answers.wave_id,
        answers.variable_id
    from answers
    inner join valued
        on
            answers.survey_id = valued.survey_id
            and answers.variable_id = valued.variable_id
            and answers.answer_value = valued.answer_value
    where answers.cut_id = 'total' and (valued.missing_reason is null or valued.missing_reason <> 'not_asked')

),

reasoned as (

    select
        points.survey_id,
        points.wave_id,
        points.cut_id,
        points.group_id,
        points.variable_id,
        points.statistic,
        points.n,
        points.sum_w,
        points.sum_w2,
        points.estimate,
        points.unweighted_estimate,
        case
            when points.estimate is null then 'zero_weight'
            when points.n = 1 then 'one_respondent'
            when variances.has_single_unit then 'single_unit_stratum'
            when points.lowest = points.highest or variances.variance_of_total = 0e0 then 'no_variance'
        end as null_reason,
        variances.variance_of_total / (points.sum_w * points.sum_w) as variance,
        variances.sum_wd2 / nullif(points.sum_w, 0e0) * points.n / nullif(points.n - 1e0, 0e0)
            as element_variance,
        case
            when variances.has_population then (points.sum_w - points.n) / nullif(points.sum_w, 0e0)
            else 1e0
        end as unsampled_share,
        variances.unit_count - variances.stratum_count as degrees_of_freedom
    from points
    inner join variances
        on
            points.survey_id = variances.survey_id
            and points.wave_id = variances.wave_id
            and points.cut_id = variances.cut_id
            and points.group_id = variances.group_id
            and points.variable_id = variances.variable_id
            and points.statistic = variances.statistic
    left join asked
        on
            points.survey_id = asked.survey_id
            and points.wave_id = asked.wave_id
            and points.variable_id = asked.variable_id
    where points.statistic <> 'positive_share_of_everybody' or asked.variable_id is not null

),

estimates as (

    select
        survey_id,
        wave_id,
        cut_id,
        group_id,
        variable_id,
        statistic,
        cast(n as bigint) as n,
        estimate,
        unweighted_estimate,
        case when null_reason is null then sqrt(variance) end as std_error,
        case when n > 1 then sqrt(element_variance) end as std_deviation,
        case
            when null_reason is null
                then variance / nullif(element_variance / n * unsampled_share, 0e0)
        end as design_effect,
        sum_w * sum_w / nullif(sum_w2, 0e0) as n_kish,
        cast(degrees_of_freedom as bigint) as degrees_of_freedom,
        null_reason
    from reasoned

)

select * from estimates
