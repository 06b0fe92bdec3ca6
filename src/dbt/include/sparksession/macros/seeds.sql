{#
    The rows of a seed go as values, not as text within a statement: apostrophes, backslashes and nulls stay what they
    are.
#}
{% macro sparksession__load_csv_rows(model, agate_table) %}
    {% do adapter.insert_rows(this, agate_table, model['config'].get('column_types', {})) %}
    {% do return('-- the rows were inserted as values') %}
{% endmacro %}
