{# The stars that both reports print. #}
{% macro significance(p_value) -%}
    case
        when {{ p_value }} <= 0.001 then '***'
        when {{ p_value }} <= 0.01 then '**'
        when {{ p_value }} <= 0.05 then '*'
    end
{%- endmacro %}
