{# Parquet tables know no constraint; the tests of each model look for nulls where none may be. #}
{% macro sparksession__persist_constraints(relation, model) %}{% endmacro %}
