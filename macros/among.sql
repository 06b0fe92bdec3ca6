{#
    The condition that a whole number is one of some codes. Codes in a row become a range: DuckDB makes a join of a list
    of five and more, and joins of columns that a query does not ask for cannot be left out.
#}
{% macro among(column, codes) -%}
    {%- set runs = [] -%}
    {%- for code in codes | map('int') | unique | sort -%}
        {%- if runs and runs[-1].last == code - 1 -%}
            {%- do runs[-1].update({'last': code}) -%}
        {%- else -%}
            {%- do runs.append({'first': code, 'last': code}) -%}
        {%- endif -%}
    {%- endfor -%}
    (
    {%- for run in runs -%}
        {{ ' or ' if not loop.first }}
        {%- if run.first == run.last -%}
            {{ column }} = {{ run.first }}
        {%- else -%}
            {{ column }} between {{ run.first }} and {{ run.last }}
        {%- endif -%}
    {%- else -%}
        1 = 0
    {%- endfor -%}
    )
{%- endmacro %}
