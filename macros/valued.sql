{#
    The number that stands for each code of a column, as SQL: `values` is a list of {code, value}. Numbers that follow from
    their codes by a straight line, as nearly all scores do, are computed: a case with a branch per code takes several
    times as long. The line is taken only where it gives each of them to the last bit. Other codes are not asked for.
#}
{% macro valued(column, values) -%}
    {%- set first, last = values | first, values | last -%}
    {%- set rise = (last.value - first.value) / (last.code - first.code) if last.code != first.code else 0.0 -%}
    {%- set start = first.value - rise * first.code -%}
    {%- set off = [] -%}
    {%- for own in values if start + rise * own.code != own.value -%}
        {%- do off.append(own) -%}
    {%- endfor -%}
    {%- if off or 'e' in start ~ rise -%}
        case {{ column }}
        {%- for own in values %} when {{ own.code }} then {{ own.value }}e0{% endfor %} end
    {%- elif start == 0.0 and rise == 1.0 -%}
        cast({{ column }} as double)
    {%- else -%}
        ({{ start }}e0 + {{ rise }}e0 * {{ column }})
    {%- endif -%}
{%- endmacro %}
