-- As they are, turned around, by a step, from another start, one alone, and numbers that lie on no line or on one that
-- halves do not hold to the last bit.
{% set cases = {
    'same': {1: 1.0, 2: 2.0, 5: 5.0},
    'turned around': {1: 5.0, 2: 4.0, 5: 1.0},
    'by steps': {1: 0.0, 2: 2.5, 5: 10.0},
    'yes or no': {0: 0.0, 1: 1.0},
    'one': {3: 7.0},
    'no line': {1: 1.0, 2: 4.0, 3: 2.0},
    'no exact line': {1: 0.1, 2: 0.2, 3: 0.3},
} %}
{% for name, numbers in cases.items() %}
    {% set values = [] %}
    {% for code, value in numbers.items() %}
        {% do values.append({'code': code, 'value': value}) %}
    {% endfor %}
    {% for code, value in numbers.items() %}
select '{{ name }}' as example, {{ code }} as code, {{ valued('code', values) }} as given
from (select {{ code }} as code) as one
where {{ valued('code', values) }} <> {{ value }}e0
{{ 'union all' if not loop.last }}
    {% endfor %}
{{ 'union all' if not loop.last }}
{% endfor %}
