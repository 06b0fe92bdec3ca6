{% test in_range(model, column_name, lowest, highest) %}
{{ find_values_outside(model, column_name, lowest, highest) }}
{% endtest %}
