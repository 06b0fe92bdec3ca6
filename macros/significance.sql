{# The stars that both reports print. #}
{% macro significance(p_value) -%}
    case
        when {{ p_value }} <= 0.001 then '***'
        when {{ p_value }} <= 0.01 then '**'
        when {{ p_value }} <= 0.05 then '*'
    end
{%- endmacro %}


{# How many of these stars, with the sign of what was tested. #}
{% macro signed_stars(tested, p_value='p_value') -%}
    case when {{ p_value }} is not null then length(coalesce({{ significance(p_value) }}, '')) * sign({{ tested }}) end
{%- endmacro %}
