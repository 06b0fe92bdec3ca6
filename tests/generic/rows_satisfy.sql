{% test rows_satisfy(model, condition) %}
{{ find_rows_that_break(model, condition) }}
{% endtest %}
