{#
    Every kind of number that the warehouse computes, under one kind of address: its table, and what in it makes the address
    and the number, by default the column of that name. Ends in the table expression `addressed`.
#}
{% macro addressed_values() -%}
{%- set counted = {'std_error': 'cast(null as double)', 'null_reason': "'counted'"} -%}
{%- set unsampled = "case when sampled is null then 'sample_not_known' else 'counted' end" -%}
{%- set rated = "case when sampled is null then 'sample_not_known' when sampled = 0 then 'nobody_invited' else 'counted' end" -%}
{%- set tested = {'std_error': 'cast(null as double)', 'null_reason': "coalesce(null_reason, 'tested')"} -%}
{%- set fitted = {'variable_id': 'model_id', 'cut_id': 'std_error_type'} -%}
{%- set kinds = [
    {'source': 'estimates', 'value': 'estimate'},
    {'source': 'estimates', 'statistic': "statistic || '_unweighted'", 'value': 'unweighted_estimate'},
    dict(
        counted, source='estimates', statistic="statistic || '_count'", value='round(unweighted_estimate * n)',
        where="statistic <> 'mean'"
    ),
    dict(
        counted, source='group_counts', variable_id="'respondents'", statistic="'group_count'", n='group_count',
        value='group_count'
    ),
    dict(
        counted, source='group_counts', variable_id="'respondents'", statistic="'group_share'", n='group_count',
        value='cast(group_count as double) / nullif(total_count, 0)'
    ),
    dict(
        counted, source='response_rates', table='strata', variable_id='method', statistic="'sampled'", n='responded',
        value='sampled', null_reason=unsampled
    ),
    dict(
        counted, source='response_rates', table='strata', variable_id='method', statistic="'responded'",
        n='responded', value='responded'
    ),
    dict(
        counted, source='response_rates', table='strata', variable_id='method', statistic="'response_share'",
        n='responded', value='cast(responded as double) / nullif(sampled, 0)', null_reason=rated
    ),
    dict(
        fitted, source='regression_coefficients', table='regressions', group_id='term_id', statistic="'beta'",
        value='beta', std_error='std_error * abs(beta / nullif(b, 0))', where='position > 0'
    ),
    dict(
        dict(fitted, **tested), source='regression_coefficients', table='regressions', group_id='term_id',
        statistic="'signed_stars'", value=signed_stars('b'), where='position > 0'
    ),
    dict(
        dict(fitted, **counted), source='regression_fits', table='regressions', group_id="'model'", statistic="'n'",
        value='n', where='position = 0'
    ),
    dict(
        dict(fitted, **counted), source='regression_fits', table='regressions', group_id="'model'",
        statistic="'adjusted_r_squared'", value='adjusted_r_squared',
        null_reason="coalesce(null_reason, 'no_error_computed')", where='position = 0'
    ),
    {
        'source': 'item_differences', 'table': 'comparisons', 'group_id': 'groups_compared',
        'statistic': "measure || '_' || test || '_difference'", 'value': 'difference', 'where': 'group_a is not null'
    },
    dict(
        tested, source='item_differences', table='comparisons', group_id='groups_compared',
        statistic="measure || '_' || test || '_signed_stars'", value=signed_stars('coalesce(difference, 1e0)')
    ),
] %}
with

estimates as (

    select * from {{ ref('estimates') }}

),

counts as (

    select * from {{ ref('int_answers_counted') }}

),

strata as (

    select * from {{ ref('int_strata_counted') }}

),

regressions as (

    select * from {{ ref('regressions') }}
    where method = 'linear'

),

comparisons as (

    select
        *,
        coalesce(group_a || ':' || group_b, 'all') as groups_compared
    from {{ ref('group_comparisons') }}

),

-- A group has as many people whatever is asked of them.
group_sizes as (

    select
        survey_id,
        wave_id,
        cut_id,
        group_id,
        max(group_count) as group_count
    from counts
    group by survey_id, wave_id, cut_id, group_id

),

group_counts as (

    select
        *,
        max(case when cut_id = 'total' then group_count end)
            over (partition by survey_id, wave_id)
            as total_count
    from group_sizes

),

addressed as (
    {%- for kind in kinds %}
    select
        survey_id,
        wave_id,
        '{{ kind.source }}' as source,
        {%- for column in ['variable_id', 'cut_id', 'group_id', 'statistic'] %}
        {{ kind[column] or column }} as {{ column }},
        {%- endfor %}
        cast({{ kind.n or 'n' }} as bigint) as n,
        cast({{ kind.value }} as double) as value,
        {{ kind.std_error or 'std_error' }} as std_error,
        {{ kind.null_reason or 'null_reason' }} as null_reason
    from {{ kind.table or kind.source }}
    {% if kind.where %}where {{ kind.where }}{% endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)
{% endmacro %}
