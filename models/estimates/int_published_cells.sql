-- Where the warehouse computes each printed number. The first rule of published_sources that fits says so;
-- its braces take what the printed number says of itself. A number without a rule is computed as the one it
-- repeats.
{% set numbers = ['result_id', 'survey_id', 'wave_id', 'published_value', 'comparator', 'unit_factor'] %}
{% set addressing = ['source', 'variable_id', 'cut_id', 'group_ids', 'statistic', 'tolerance', 'reason'] %}
with

results as (select * from {{ ref('published_results') }}),

sources as (select * from {{ ref('published_sources') }}),

waves as (

    select * from {{ ref('cells_waves') }}

),

computed as (

    select * from {{ ref('int_computed_values') }}

),

fitting as (

    select
        results.result_id,
        results.survey_id,
        results.wave_id,
        results.restates,
        results.value as published_value,
        results.comparator,
        case when results.unit = 'percent' then 1e2 else 1e0 end as unit_factor,
        sources.position,
        sources.source,
        sources.tolerance,
        sources.reason,
        {%- for column in ['variable_id', 'cut_id', 'group_ids', 'statistic'] %}
        {{ filled('sources.' ~ column, 'results') }} as {{ column }},
        {%- endfor %}
        row_number() over (partition by results.result_id order by sources.position) as choice
    from results
    left join sources
        on
            results.study_id = sources.study_id
    {%- for column in ['table_id', 'measure', 'row_id', 'column_id', 'group_id'] %}
        and (
            sources.{{ column }} is null
            or {{ is_listed('coalesce(results.' ~ column ~ ", '')", 'sources.' ~ column, '|') }}
        )
    {%- endfor %}

),

chosen as (

    select * from fitting
    where choice = 1

),

addressed as (

    select
        {%- for column in numbers %}
        chosen.{{ column }},
        {%- endfor %}
        {%- for column in addressing %}
        case when chosen.position is null then repeated.{{ column }} else chosen.{{ column }} end
            as {{ column }},
        {%- endfor %}
        coalesce(chosen.position, repeated.position) is not null as has_source
    from chosen
    left join chosen as repeated on chosen.restates = repeated.result_id

),

-- The end of a range, or the bound of several numbers, is met by the lowest or the highest; of several that
-- are about a number, the farthest from it counts.
ranked as (

    select
        addressed.result_id,
        {%- for column in ['cut_id', 'group_id', 'n', 'value', 'std_error', 'null_reason'] %}
        computed.{{ column }},
        {%- endfor %}
        count(*) over (partition by addressed.result_id) as cell_count,
        row_number() over (
            partition by addressed.result_id
            order by
                case
                    when addressed.comparator in ('range_low', 'gt', 'ge') then computed.value
                    when addressed.comparator in ('range_high', 'lt', 'le') then -computed.value
                    else -abs(computed.value * addressed.unit_factor - addressed.published_value)
                end nulls last,
                computed.cut_id, computed.group_id
        ) as place
    from addressed
    inner join computed
        on
            addressed.survey_id = computed.survey_id
            and addressed.wave_id = computed.wave_id
            and addressed.source = computed.source
            and addressed.variable_id = computed.variable_id
            and addressed.statistic = computed.statistic
            and {{ is_listed('computed.cut_id', 'addressed.cut_id') }}
            and {{ is_listed('computed.group_id', 'addressed.group_ids') }}

),

int_published_cells as (

    select
        {%- for column in ['result_id', 'source', 'variable_id', 'statistic', 'unit_factor', 'tolerance'] %}
        addressed.{{ column }},
        {%- endfor %}
        coalesce(ranked.cut_id, addressed.cut_id) as cut_id,
        coalesce(ranked.group_id, addressed.group_ids) as group_id,
        addressed.cut_id as cut_ids,
        addressed.group_ids,
        coalesce(ranked.cell_count, 0) as cell_count,
        instr(addressed.cut_id || addressed.group_ids, ';') = 0 and addressed.group_ids <> '*' as is_single,
        ranked.n,
        ranked.value,
        ranked.std_error,
        ranked.null_reason as std_error_null_reason,
        case
            when addressed.reason is not null then addressed.reason
            when not addressed.has_source then 'no_source'
            when waves.survey_id is null then 'wave_not_in_warehouse'
            when ranked.result_id is null then 'no_such_cell'
            when ranked.value is null then coalesce(ranked.null_reason, 'no_number')
        end as null_reason,
        coalesce(waves.provenance, 'real') as provenance
    from addressed
    left join waves
        on
            addressed.survey_id = waves.survey_id
            and addressed.wave_id = waves.wave_id
    left join ranked
        on
            addressed.result_id = ranked.result_id
            and ranked.place = 1

)

select * from int_published_cells
