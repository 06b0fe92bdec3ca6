{% test never_null(model, columns) %}
{{ find_rows_with_nulls(model, columns) }}
{% endtest %}
