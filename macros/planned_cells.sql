{#
    The planned cells of a kind of variables with their estimates side by side: every wave by every variable by
    every group that any wave of the survey has, also where nobody answered, each null with its reason.
#}
{% macro planned_cells(kinds, statistics) %}
{{ planned_frame(kinds) }},

estimates as (

    select * from {{ ref('estimates') }}

),

intervals as (

    select * from {{ ref('estimate_intervals') }}

),

measured as (

    select
        estimates.survey_id,
        estimates.wave_id,
        estimates.cut_id,
        estimates.group_id,
        estimates.variable_id
        {%- for statistic in statistics %},
        {{ of_statistic(statistic, 'estimates.estimate') }} as {{ statistic }},
        {{ of_statistic(statistic, 'estimates.unweighted_estimate') }} as {{ statistic }}__unweighted,
        {{ of_statistic(statistic, 'estimates.std_error') }} as {{ statistic }}__std_error,
        {{ of_statistic(statistic, 'estimates.std_deviation') }} as {{ statistic }}__std_deviation,
        {{ of_statistic(statistic, 'estimates.design_effect') }} as {{ statistic }}__design_effect,
        {{ of_statistic(statistic, 'estimates.n_kish') }} as {{ statistic }}__n_kish,
        {{ of_statistic(statistic, 'estimates.degrees_of_freedom') }} as {{ statistic }}__degrees_of_freedom,
        {{ of_statistic(statistic, 'estimates.null_reason') }} as {{ statistic }}__null_reason,
        {{ of_statistic(statistic, 'intervals.ci_lower') }} as {{ statistic }}__ci_lower,
        {{ of_statistic(statistic, 'intervals.ci_upper') }} as {{ statistic }}__ci_upper
        {%- endfor %}
    from estimates
    left join intervals
        on
            estimates.survey_id = intervals.survey_id
            and estimates.wave_id = intervals.wave_id
            and estimates.cut_id = intervals.cut_id
            and estimates.group_id = intervals.group_id
            and estimates.variable_id = intervals.variable_id
            and estimates.statistic = intervals.statistic
    group by
        estimates.survey_id,
        estimates.wave_id,
        estimates.cut_id,
        estimates.group_id,
        estimates.variable_id

),

planned as (

    select
        framed.survey_id,
        framed.wave_id,
        framed.provenance,
        framed.variable_id,
        framed.cut_id,
        framed.group_id,
        framed.group_count,
        framed.asked_count,
        framed.n
        {%- for statistic in statistics %},
        measured.{{ statistic }},
        measured.{{ statistic }}__unweighted,
        measured.{{ statistic }}__std_error,
        measured.{{ statistic }}__std_deviation,
        measured.{{ statistic }}__design_effect,
        measured.{{ statistic }}__n_kish,
        measured.{{ statistic }}__degrees_of_freedom,
        measured.{{ statistic }}__ci_lower,
        measured.{{ statistic }}__ci_upper,
        coalesce(
            measured.{{ statistic }}__null_reason,
            case
                when measured.{{ statistic }} is null
                    then coalesce(
                        framed.empty_reason, '{{ 'no_scores' if statistic == 'mean' else 'no_categories' }}'
                    )
            end
        ) as {{ statistic }}__null_reason
        {%- endfor %}
    from framed
    left join measured
        on
            framed.survey_id = measured.survey_id
            and framed.wave_id = measured.wave_id
            and framed.variable_id = measured.variable_id
            and framed.cut_id = measured.cut_id
            and framed.group_id = measured.group_id

)
{% endmacro %}


{% macro of_statistic(statistic, column) -%}
    max(case when estimates.statistic = {{ literal(statistic) }} then {{ column }} end)
{%- endmacro %}


{# Share columns of a mart: estimate, error, interval, why one of them is null, and the share of heads. #}
{% macro share_columns(statistic, name) -%}
    {{ statistic }} as {{ name }},
    {{ statistic }}__std_error as {{ name }}_std_error,
    {{ statistic }}__ci_lower as {{ name }}_ci_lower,
    {{ statistic }}__ci_upper as {{ name }}_ci_upper,
    {{ statistic }}__null_reason as {{ name }}_null_reason,
    {{ statistic }}__unweighted as {{ name }}_unweighted
{%- endmacro %}


{#
    Common table expressions that end in `framed`: the planned cells of a kind of variables, how many people each has,
    and why a cell has no estimate of any kind.
#}
{% macro planned_frame(kinds) %}
with

waves as (

    select * from {{ ref('cells_waves') }}

),

variables as (

    select * from {{ ref('int_variables') }} where kind in ({{ quoted_list(kinds) }})

),

occurring_groups as (

    select distinct
        survey_id,
        cut_id,
        group_id
    from {{ ref('int_profiles_grouped') }}

),

groups as (

    select
        int_groups.survey_id,
        int_groups.cut_id,
        int_groups.group_id
    from {{ ref('int_groups') }} as int_groups
    inner join occurring_groups
        on
            int_groups.survey_id = occurring_groups.survey_id
            and int_groups.cut_id = occurring_groups.cut_id
            and int_groups.group_id = occurring_groups.group_id

),

counts as (

    select * from {{ ref('int_answers_counted') }}

),

framed as (

    select
        waves.survey_id,
        waves.wave_id,
        waves.provenance,
        variables.variable_id,
        groups.cut_id,
        groups.group_id,
        coalesce(counts.group_count, 0) as group_count,
        coalesce(counts.asked_count, 0) as asked_count,
        coalesce(counts.answered_count, 0) as n,
        case
            when coalesce(counts.group_count, 0) = 0 then 'empty_group'
            when counts.asked_count = 0 then 'nobody_asked'
            when counts.answered_count = 0 then 'nobody_answered'
        end as empty_reason
    from waves
    inner join variables on waves.survey_id = variables.survey_id
    inner join groups on waves.survey_id = groups.survey_id
    left join counts
        on
            waves.survey_id = counts.survey_id
            and waves.wave_id = counts.wave_id
            and variables.variable_id = counts.variable_id
            and groups.cut_id = counts.cut_id
            and groups.group_id = counts.group_id

)
{% endmacro %}
