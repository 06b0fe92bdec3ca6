{% test in_range(model, columns, lowest, highest) %}
{{ find_values_outside(model, columns, lowest, highest) }}
{% endtest %}
