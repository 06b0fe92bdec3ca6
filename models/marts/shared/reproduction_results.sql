-- Rounding for print leaves half a unit of the last decimal; numbers in words and bounds have none to round.
-- Three kinds of corrections say that the print is wrong; others tell what a difference may come from.
{% set places = ['exhibit', 'table_id', 'row_id', 'column_id', 'line', 'measure', 'unit', 'comparator'] %}
{% set address = ['source', 'variable_id', 'cut_id', 'group_id', 'statistic', 'cell_count', 'n'] %}
with

results as (

    select * from {{ ref('published_results') }}

),

cells as (

    select * from {{ ref('int_published_cells') }}

),

corrections as (

    select * from {{ ref('published_corrections') }}

),

stars as (

    select * from {{ ref('int_computed_values') }}
    where source = 'regression_coefficients' and statistic = 'signed_stars'

),

compared as (

    select
        {%- for column in ['survey_id', 'wave_id', 'study_id', 'result_id'] + places %}
        results.{{ column }},
        {%- endfor %}
        results.published_text,
        results.value as published_value,
        results.significance as published_significance,
        case when cells.null_reason is null then cells.value * cells.unit_factor end as computed_value,
        case when cells.null_reason is null then cells.std_error * cells.unit_factor end as std_error,
        case
            when cells.null_reason is not null or cells.std_error is null
                then coalesce(cells.null_reason, cells.std_error_null_reason, 'no_number')
        end as std_error_null_reason,
        case
            when results.comparator in ('eq', 'range_low', 'range_high')
                then 0.5e0 * power(1e1, -results.decimals)
            else coalesce(cells.tolerance * cells.unit_factor, 0e0)
        end as rounding_tolerance,
        abs(stars.value) as computed_stars,
        {%- for column in address %}
        cells.{{ column }},
        {%- endfor %}
        cells.null_reason,
        corrections.kind as correction_kind,
        corrections.corrected_value,
        corrections.finding,
        coalesce(corrections.kind in ('misprint', 'impossible', 'other_base'), false) as is_printed_error,
        cells.provenance
    from results
    inner join cells on results.result_id = cells.result_id
    left join corrections on results.result_id = corrections.result_id
    left join stars
        on
            results.survey_id = stars.survey_id
            and results.wave_id = stars.wave_id
            and cells.source = stars.source
            and cells.variable_id = stars.variable_id
            and cells.cut_id = stars.cut_id
            and cells.group_id = stars.group_id

),

-- How far the computed number lies outside what the print allows without any tolerance.
measured as (

    select
        *,
        computed_value - published_value as difference,
        case
            when
                comparator in ('eq', 'approx', 'range_low', 'range_high')
                then abs(computed_value - published_value)
            when comparator in ('lt', 'le') then greatest(computed_value - published_value, 0e0)
            when comparator in ('gt', 'ge') then greatest(published_value - computed_value, 0e0)
            -- Nearly a number: below it, and not far.
            when computed_value < published_value then published_value - computed_value
            else rounding_tolerance + computed_value - published_value
        end as excess,
        comparator in ('lt', 'gt', 'approx_lt') and computed_value = published_value as is_at_open_end,
        rounding_tolerance + coalesce(1.96e0 * std_error, 0e0) as tolerance
    from compared

),

reproduction_results as (

    select
        survey_id,
        wave_id,
        study_id,
        result_id,
        exhibit,
        table_id,
        row_id,
        column_id,
        cast(line as bigint) as line,
        measure,
        unit,
        comparator,
        published_text,
        published_value,
        computed_value,
        difference,
        rounding_tolerance,
        std_error,
        std_error_null_reason,
        tolerance,
        case
            when is_printed_error then 'printed_error'
            when null_reason is not null then 'cannot_be_computed'
            when excess <= rounding_tolerance + 1e-9 and not is_at_open_end then 'reproduced'
            when std_error is not null and excess <= tolerance + 1e-9 then 'within_error'
            else 'differs'
        end as verdict,
        case when is_printed_error then correction_kind else null_reason end as reason,
        published_significance,
        case cast(computed_stars as bigint) when 1 then '*' when 2 then '**' when 3 then '***' end
            as computed_significance,
        length(coalesce(published_significance, '')) = cast(computed_stars as bigint) as significance_agrees,
        corrected_value,
        finding,
        source,
        variable_id,
        cut_id,
        group_id,
        statistic,
        cast(cell_count as bigint) as cell_count,
        cast(n as bigint) as n,
        provenance,
        {{ literal(build_id()) }} as build_id
    from measured

)

select * from reproduction_results
