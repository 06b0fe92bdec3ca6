{# A Python model is told which table it makes; the adapter runs it. #}
{% macro sparksession__create_table_as(temporary, relation, compiled_code, language='sql') %}
    {%- if language == 'python' %}
        {%- do return('\n' ~ compiled_code ~ '\ntarget_table = "' ~ relation.render() ~ '"\n') %}
    {%- endif %}
{{ spark__create_table_as(false, relation, compiled_code, language) }}
{% endmacro %}
