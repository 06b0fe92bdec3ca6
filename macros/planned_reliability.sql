{#
    What is planned of `reliability`: every scale of every wave, and each of its items if `by_item`, with the numbers
    that were found; counts are 0 and reasons `nobody_answered` where there is nothing. Common table expressions that
    end in `planned`.
#}
{% macro planned_reliability(counts, numbers, reasons, by_item=false) %}
with

waves as (

    select * from {{ ref('cells_waves') }}

),

scales as (

    select * from {{ ref('dim_scales') }}

),
{% if by_item %}

items as (

    select * from {{ ref('dim_items') }}

),
{% endif %}

reliability as (

    select *
    from {{ ref('reliability') }}
    where item_id is {{ 'not null' if by_item else 'null' }}

),

planned as (

    select
        waves.survey_id,
        waves.wave_id,
        scales.scale_id,
        {%- if by_item %}
        items.item_id,
        items.position,
        {%- endif %}
        {%- for count in counts %}
        cast(coalesce(reliability.{{ count }}, 0) as bigint) as {{ count }},
        {%- endfor %}
        {%- for number in numbers %}
        reliability.{{ number }},
        {%- endfor %}
        {%- for reason in reasons %}
        case
            when reliability.scale_id is null then 'nobody_answered'
            else reliability.{{ reason }}
        end as {{ reason }},
        {%- endfor %}
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from waves
    inner join scales on waves.survey_id = scales.survey_id
    {%- if by_item %}
    inner join items
        on
            scales.survey_id = items.survey_id
            and instr('|' || items.scale_ids || '|', '|' || scales.scale_id || '|') > 0
    {%- endif %}
    left join reliability
        on
            waves.survey_id = reliability.survey_id
            and waves.wave_id = reliability.wave_id
            and scales.scale_id = reliability.scale_id
            {%- if by_item %}
            and items.item_id = reliability.item_id
            {%- endif %}

)
{% endmacro %}
