{# To which group of each cut a profile belongs; a profile that lacks an answer is in none. #}
{% macro group_profiles() %}
{{ depends_on_codebook() }}
with

profiles as (

    select distinct
        survey_id,
        wave_id,
        profile_code
    from {{ ref('cells_profiles') }}

),

grouped as (

    select
        survey_id,
        wave_id,
        profile_code,
        'total' as cut_id,
        'total' as group_id
    from profiles
    {%- if execute %}
    {%- for survey_id in var('surveys') %}
    {%- set book = codebook(survey_id) %}
    {%- set variables = profile_variables(book) %}
    {%- for cut in book.cuts %}
    union all
    select
        survey_id,
        wave_id,
        profile_code,
        {{ literal(cut.cut_id) }} as cut_id,
        {{ group_in_cut(variables, cut) }} as group_id
    from profiles
    where survey_id = {{ literal(survey_id) }}
    {%- endfor %}
    {%- endfor %}
    {%- endif %}

)

select * from grouped where group_id is not null
{% endmacro %}


{# The group of a cut that a profile falls into; null where it lacks an answer. #}
{% macro group_in_cut(variables, cut, profile='profile_code') -%}
    {%- for name in cut.variables.split('*') -%}
    {{ " || '*' || " if not loop.first }}{{ group_of_profile(variables, name, profile) }}
    {%- endfor -%}
{%- endmacro %}


{# Read a variable's group back from the number of the profile. #}
{% macro group_of_profile(variables, name, profile='profile_code') -%}
    {%- for variable in variables if variable.name == name -%}
    case cast(floor({{ profile }} / {{ variable.radix }}e0) as bigint) % {{ variable.size }}
        {%- for group in variable.groups %} when {{ group.position }} then {{ literal(group.group_id) }}{% endfor %} end
    {%- endfor -%}
{%- endmacro %}
