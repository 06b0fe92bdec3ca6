{{ planned_frame(['item', 'outcome', 'control']) }},

single_answers as (

    select * from {{ ref('int_single_answers') }}

),

estimates as (

    select * from {{ ref('estimates') }}

),

intervals as (

    select * from {{ ref('estimate_intervals') }}

),

answer_shares as (

    select
        framed.survey_id,
        framed.wave_id,
        framed.variable_id as item_id,
        single_answers.answer_id,
        cast(single_answers.position as bigint) as position,
        framed.cut_id,
        framed.group_id,
        -- The unweighted share is a count over a count, so this gives the count back.
        cast(round(coalesce(estimates.unweighted_estimate * estimates.n, 0e0)) as bigint) as n,
        framed.n as base_n,
        estimates.estimate as answer_share,
        estimates.std_error as answer_share_std_error,
        intervals.ci_lower as answer_share_ci_lower,
        intervals.ci_upper as answer_share_ci_upper,
        coalesce(estimates.null_reason, framed.empty_reason) as answer_share_null_reason,
        estimates.unweighted_estimate as answer_share_unweighted,
        framed.provenance,
        {{ literal(build_id()) }} as build_id
    from framed
    inner join single_answers
        on
            framed.survey_id = single_answers.survey_id
            and framed.variable_id = single_answers.variable_id
    left join estimates
        on
            framed.survey_id = estimates.survey_id
            and framed.wave_id = estimates.wave_id
            and framed.cut_id = estimates.cut_id
            and framed.group_id = estimates.group_id
            and framed.variable_id = estimates.variable_id
            and single_answers.statistic = estimates.statistic
    left join intervals
        on
            estimates.survey_id = intervals.survey_id
            and estimates.wave_id = intervals.wave_id
            and estimates.cut_id = intervals.cut_id
            and estimates.group_id = intervals.group_id
            and estimates.variable_id = intervals.variable_id
            and estimates.statistic = intervals.statistic

)

select * from answer_shares
