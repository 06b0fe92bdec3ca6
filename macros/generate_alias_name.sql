{# A published model has its mart's name in its own schema; dbt wants each model's name only once. #}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%}
        {{ custom_alias_name | trim }}
    {%- elif node.name.startswith('published_') -%}
        {{ node.name[10:] }}
    {%- else -%}
        {{ node.name }}
    {%- endif -%}
{%- endmacro %}
