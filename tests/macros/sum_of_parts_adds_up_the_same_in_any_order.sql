-- Ten terms of 0.05 are lost one by one beside one of 10^15, whose last bit is an eighth; together
-- they are not. Of a wave of that size a group of small terms alone is still told in full, and one of nothing is nothing.
{% set small = ['0.05e0'] * 10 %}
{% set cases = {
    'large first': {'terms': ['1e15'] + small, 'sum': '1000000000000000.5e0'},
    'large last': {'terms': small + ['1e15'], 'sum': '1000000000000000.5e0'},
    'large in the middle': {'terms': small[:5] + ['1e15'] + small[5:], 'sum': '1000000000000000.5e0'},
    'small': {'terms': small, 'sum': '0.5e0'},
    'nothing': {'terms': ['0e0', '0e0'], 'sum': '0e0'},
} %}
with

terms as (

    {% for name, told in cases.items() %}
        {% set last = loop.last %}
        {% for term in told.terms %}
    select '{{ name }}' as example, {{ term }} as term, {{ told.sum }} as wanted
    {{ 'union all' if not (last and loop.last) }}
        {% endfor %}
    {% endfor %}

),

parts as (

    select {{ parts_of('term') }} as parts
    from terms

),

sums as (

    select
        terms.example,
        max(terms.wanted) as wanted,
        {{ sum_of_parts('terms.term', 'parts.parts') }} as given
    from terms
    cross join parts
    group by terms.example

)

select *
from sums
where given <> wanted or given is null
