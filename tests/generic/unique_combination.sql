{% test unique_combination(model, columns) %}
{{ find_duplicate_combinations(model, columns) }}
{% endtest %}
