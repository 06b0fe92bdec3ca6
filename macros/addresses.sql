{#
    A template of an address, its braces filled from a printed number: `{sector}*yes` takes the sector of it. What is null
    there leaves nothing.
#}
{% macro filled(template, numbers) -%}
{%- set expression = namespace(sql=template) -%}
    {%- for name in [
        'sector', 'domain', 'culture_aspect', 'outcome', 'predictor', 'group_id', 'item_id', 'destination', 'band', 'row_id',
        'column_id'
    ] -%}
{%- set expression.sql = "replace(" ~ expression.sql ~ ", '{" ~ name ~ "}', coalesce(" ~ numbers ~ "." ~ name ~ ", ''))" -%}
{%- endfor -%}
    replace(
        {{ expression.sql }},
        '{is_manager}',
        case when {{ numbers }}.is_manager then 'yes' when not {{ numbers }}.is_manager then 'no' else '' end
    )
{%- endmacro %}


{# Whether a value is one of a list; `*` alone takes all. #}
{% macro is_listed(value, list, separator=';') -%}
    (
        {{ list }} = '*'
        or instr(
            '{{ separator }}' || {{ list }} || '{{ separator }}', '{{ separator }}' || {{ value }} || '{{ separator }}'
        ) > 0
    )
{%- endmacro %}
