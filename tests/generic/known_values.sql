{% test known_values(model, columns, values) %}
{{ find_unknown_values(model, columns, values) }}
{% endtest %}
