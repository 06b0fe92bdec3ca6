-- A share is the mean of a 0/1 variable, so one path gives every estimate and its error:
-- Taylor linearisation of the ratio mean in a domain (Woodruff 1971; Saerndal, Swensson and
-- Wretman 1992, section 5.8). The domain's residuals are summed per sampling unit; units
-- outside the domain count in their stratum with a residual of zero.
-- Cells, units and statistics have numbers until the end: what is summed is grouped by numbers,
-- several times faster than by texts. What is summed is put in order before, so that a wave comes to the same
-- to the last bit whichever waves are built with it.
{% set grouped = fingerprints_in(ref('int_answers_grouped')) %}

{% set strata %}
select
    survey_id,
    wave_id,
    {{ digest_of(['stratum_id', 'is_clustered', 'unit_count', 'has_population', 'unsampled_share']) }} as digest
from framed_strata
group by survey_id, wave_id
{% endset %}

{% set columns = [
    'missing_reason', 'answer_id', 'category', 'has_categories', 'is_routed_outcome', 'score'
] %}
{% set values = worth_of_answers(ref('int_answers_grouped'), ref('int_answers_valued'), columns) %}

{% set surveyed %}
select distinct
    survey_id,
    wave_id
from framed_strata
{% endset %}

{% set shown_alone %}
select
    waves.survey_id,
    waves.wave_id,
    {{ digest_of(['variable_id', 'answer_id', 'statistic', 'is_category']) }} as digest
from {{ ref('int_single_answers') }} as single_answers
inner join ({{ surveyed }}) as waves on single_answers.survey_id = waves.survey_id
group by waves.survey_id, waves.wave_id
{% endset %}

{% set known %}
select
    waves.survey_id,
    waves.wave_id,
    {{ digest_of(['missing_reason', 'is_asked']) }} as digest
from {{ ref('missing_reasons') }} as reasons
cross join ({{ surveyed }}) as waves
group by waves.survey_id, waves.wave_id
{% endset %}

with

{{ framed_strata() }},

{{ changed_waves({
    'grouped': grouped, 'strata': strata, 'given_values': values, 'shown_alone': shown_alone, 'known': known
}) }},

answers as (

    select grouped.*
    from {{ ref('int_answers_grouped') }} as grouped
    inner join waves
        on
            grouped.survey_id = waves.survey_id
            and grouped.wave_id = waves.wave_id

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

cells as (

    select
        survey_id,
        wave_id,
        cut_id,
        group_id,
        variable_id,
        row_number() over (order by survey_id, wave_id, cut_id, group_id, variable_id) as cell_number
    from (
        select distinct
            survey_id,
            wave_id,
            cut_id,
            group_id,
            variable_id
        from answers
    ) as listed

),

numbered_strata as (

    select
        framed_strata.*,
        row_number() over (
            order by framed_strata.survey_id, framed_strata.wave_id, framed_strata.stratum_id
        ) as stratum_number
    from framed_strata

),

units as (

    select
        listed.survey_id,
        listed.wave_id,
        listed.stratum_id,
        listed.cluster_id,
        numbered_strata.stratum_number,
        row_number() over (
            order by listed.survey_id, listed.wave_id, listed.stratum_id, listed.cluster_id
        ) as unit_number
    from (
        select distinct
            survey_id,
            wave_id,
            stratum_id,
            cluster_id
        from answers
    ) as listed
    inner join numbered_strata
        on
            listed.survey_id = numbered_strata.survey_id
            and listed.wave_id = numbered_strata.wave_id
            and listed.stratum_id = numbered_strata.stratum_id

),

numbered as (

    select
        cells.cell_number,
        units.unit_number,
        answers.survey_id,
        answers.variable_id,
        answers.answer_value,
        answers.n,
        answers.sum_w,
        answers.sum_w2,
        row_number() over (order by cells.cell_number, units.unit_number, answers.answer_value) as place
    from answers
    inner join cells
        on
            answers.survey_id = cells.survey_id
            and answers.wave_id = cells.wave_id
            and answers.cut_id = cells.cut_id
            and answers.group_id = cells.group_id
            and answers.variable_id = cells.variable_id
    inner join units
        on
            answers.survey_id = units.survey_id
            and answers.wave_id = units.wave_id
            and answers.stratum_id = units.stratum_id
            and answers.cluster_id = units.cluster_id

),

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

added as (

    select
        survey_id,
        variable_id,
        answer_value,
        statistic,
        y,
        dense_rank() over (order by statistic) as statistic_number
    from counted

),

statistic_names as (

    select distinct
        statistic_number,
        statistic
    from added

),

contributions as (

    select
        numbered.cell_number,
        numbered.unit_number,
        added.statistic_number,
        numbered.n,
        numbered.sum_w,
        numbered.sum_w2,
        added.y
    from numbered
    inner join added
        on
            numbered.survey_id = added.survey_id
            and numbered.variable_id = added.variable_id
            and numbered.answer_value = added.answer_value
    order by numbered.place

),

points as (

    select
        cell_number,
        statistic_number,
        sum(n) as n,
        sum(sum_w) as sum_w,
        sum(sum_w2) as sum_w2,
        sum(sum_w * y) / nullif(sum(sum_w), 0) as estimate,
        sum(n * y) / nullif(sum(n), 0) as unweighted_estimate,
        min(case when sum_w > 0 then y end) as lowest,
        max(case when sum_w > 0 then y end) as highest
    from contributions
    group by cell_number, statistic_number

),

unit_residuals as (

    select
        contributions.cell_number,
        contributions.statistic_number,
        contributions.unit_number,
        sum(case when contributions.sum_w > 0 then contributions.n else 0 end) as n,
        sum(contributions.sum_w * (contributions.y - points.estimate)) as sum_wd,
        sum(contributions.sum_w * (contributions.y - points.estimate) * (contributions.y - points.estimate))
            as sum_wd2,
        sum(contributions.sum_w2 * (contributions.y - points.estimate) * (contributions.y - points.estimate))
            as sum_w2d2
    from contributions
    inner join points
        on
            contributions.cell_number = points.cell_number
            and contributions.statistic_number = points.statistic_number
    group by contributions.cell_number, contributions.statistic_number, contributions.unit_number

),

stratum_residuals as (

    select
        unit_residuals.cell_number,
        unit_residuals.statistic_number,
        numbered_strata.stratum_number,
        numbered_strata.unit_count,
        numbered_strata.unsampled_share,
        numbered_strata.has_population,
        sum(unit_residuals.sum_wd) as total,
        sum(
            case
                when numbered_strata.is_clustered then unit_residuals.sum_wd * unit_residuals.sum_wd
                else unit_residuals.sum_w2d2
            end
        ) as total_squares,
        sum(unit_residuals.sum_wd2) as sum_wd2,
        case
            when numbered_strata.is_clustered then sum(case when unit_residuals.n > 0 then 1 else 0 end)
            else sum(unit_residuals.n)
        end as group_unit_count
    from (
        select *
        from unit_residuals
        order by cell_number, statistic_number, unit_number
    ) as unit_residuals
    inner join units on unit_residuals.unit_number = units.unit_number
    inner join numbered_strata on units.stratum_number = numbered_strata.stratum_number
    group by
        unit_residuals.cell_number,
        unit_residuals.statistic_number,
        numbered_strata.stratum_number,
        numbered_strata.unit_count,
        numbered_strata.unsampled_share,
        numbered_strata.has_population,
        numbered_strata.is_clustered

),

variances as (

    select
        cell_number,
        statistic_number,
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
    from (
        select *
        from stratum_residuals
        order by cell_number, statistic_number, stratum_number
    ) as stratum_residuals
    group by cell_number, statistic_number

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
        cells.survey_id,
        cells.wave_id,
        cells.cut_id,
        cells.group_id,
        cells.variable_id,
        waves.fingerprint,
        statistic_names.statistic,
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
            points.cell_number = variances.cell_number
            and points.statistic_number = variances.statistic_number
    inner join cells on points.cell_number = cells.cell_number
    inner join waves
        on
            cells.survey_id = waves.survey_id
            and cells.wave_id = waves.wave_id
    inner join statistic_names on points.statistic_number = statistic_names.statistic_number
    left join asked
        on
            cells.survey_id = asked.survey_id
            and cells.wave_id = asked.wave_id
            and cells.variable_id = asked.variable_id
    where statistic_names.statistic <> 'positive_share_of_everybody' or asked.variable_id is not null

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
        null_reason,
        fingerprint
    from reasoned

)

select * from estimates
