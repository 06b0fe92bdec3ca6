{#
    Cells: cross-products of the items of a scale, keyed in one direction, per pattern of who answered what. Each item
    is centred on a known midpoint before it is multiplied, so that no digits are lost; `one` stands for the constant. Any
    covariance matrix, listwise or pairwise, weighted or not, is a sum over the patterns complete for it. Those of what
    regressions use are in `regression_moments`.
#}
{% macro sum_moments() %}
{{ depends_on_codebook() }}
    {% set parts = [] %}
    {% for survey_id in var('surveys') %}
        {% set scored = ref('scored_' ~ survey_id) %}
        {% set landed = ref('stg_landing__waves') %}
        {% if execute %}
            {% set book = codebook(survey_id) %}
            {% set definition = survey_moments_sql(book, scored, []) %}
            {% set waves = waves_to_build(survey_id, waves_of(scored, landed, survey_id), definition) %}
            {% do parts.append(survey_moments_sql(book, scored, waves)) %}
        {% endif %}
    {% endfor %}
    {% set filled = parts | map('trim') | select | list %}
{{ filled | join('\nunion all\n') if filled else no_moments_sql() }}
{% endmacro %}


{% macro survey_moments_sql(codebook, scored, waves) %}
    {% for set in moment_sets(codebook) %}
{{ moments_sql(scored, waves, set.moment_set, set.variables) }}
{{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}


{# The sets of variables whose cross-products are summed: one per scale. #}
{% macro moment_sets(codebook) %}
    {% set sets = [] %}
    {% for scale in codebook.scales %}
        {% set variables = [] %}
        {% for member in scale_members(codebook, scale.scale_id) %}
            {% do variables.append({
                'name': member.name,
                'value': item_score(codebook, member),
                'answered': member.name ~ ' >= 0',
                'centre': midpoint_of(valid_answers(codebook, member))
            }) %}
        {% endfor %}
        {% do sets.append({'moment_set': scale.scale_id, 'variables': variables}) %}
    {% endfor %}
    {% do return(sets) %}
{% endmacro %}


{#
    The moments of one set of variables. People who answered all alike are counted first, for items of a scale have few
    answers, and only these counts are multiplied. All sums of a pattern stand side by side first (one scan), `m_2_3`
    being the cross-product of the second and the third variable and `w_2_3` the weighted one; then they become rows. The
    variables stand in `pattern` in their order, 1 where answered; a row exists only where both are. Respondents are put
    together by whole numbers that say the same, a bit per variable: texts are made once per pattern.
#}
{% macro moments_sql(scored, waves, moment_set, members) %}
    {% set variables = [{'name': 'one', 'centre': 0.0, 'product': '1e0', 'answered': '1 = 1'}] %}
    {% for member in members %}
        {% do variables.append({
            'name': member.name, 'centre': member.centre, 'answered': member.answered,
            'product': centred_value(member)
        }) %}
    {% endfor %}
    {% set pairs = [] %}
    {% for first in range(variables | length) %}
        {% for second in range(first, variables | length) %}
            {% do pairs.append({'first': first, 'second': second, 'name': first ~ '_' ~ second}) %}
        {% endfor %}
    {% endfor %}
    {% set words = answered_words(members) %}
    {% set sums = [] %}
    {% for pair in pairs %}
        {% do sums.append('m_' ~ pair.name) %}
        {% do sums.append('w_' ~ pair.name) %}
    {% endfor %}
select
    survey_id,
    wave_id,
    {{ literal(moment_set) }} as moment_set,
    pattern,
    position_a,
    position_b,
    {{ by_position('position_a', variables, 'name') }} as variable_a,
    {{ by_position('position_b', variables, 'name') }} as variable_b,
    {{ by_position('position_a', variables, 'centre') }} as centre_a,
    {{ by_position('position_b', variables, 'centre') }} as centre_b,
    n,
    sum_xy,
    sum_wxy,
    {{ fingerprint_of(waves) }} as fingerprint
from (
    select
        survey_id,
        wave_id,
        pattern,
        n,
        cast(split_part(sum_id, '_', 2) as integer) as position_a,
        cast(split_part(sum_id, '_', 3) as integer) as position_b,
        max(case when split_part(sum_id, '_', 1) = 'm' then cross_product end) as sum_xy,
        max(case when split_part(sum_id, '_', 1) = 'w' then cross_product end) as sum_wxy
    from (
        select
            survey_id,
            wave_id,
            {{ pattern_of(members) | trim }} as pattern,
            cast(sum(n_alike) as bigint) as n
            {%- for pair in pairs %},
            {{ exact_sum('n_alike * x_' ~ pair.first ~ ' * x_' ~ pair.second) }} as m_{{ pair.name }},
            {{ exact_sum('weight * x_' ~ pair.first ~ ' * x_' ~ pair.second) }} as w_{{ pair.name }}
            {%- endfor %}
        from (
            select
                survey_id,
                wave_id,
                weight,
                n_alike
                {%- for word in words %},
                {{ word }} as answered_{{ loop.index0 }}
                {%- endfor %}
                {%- for variable in variables %},
                {{ variable.product }} as x_{{ loop.index0 }}
                {%- endfor %}
            from (
                {{ alike_sql(scored, waves, members | map(attribute='name') | list) }}
            ) as alike
        ) as centred
        group by survey_id, wave_id{% for word in words %}, answered_{{ loop.index0 }}{% endfor %}

    ) as {{ unpivot('patterns', 'cross_product', 'sum_id', sums) }}
    group by
        survey_id, wave_id, pattern, n,
        split_part(sum_id, '_', 2), split_part(sum_id, '_', 3)
) as pairs
where
    (position_a = 0 or substring(pattern, position_a, 1) = '1')
    and (position_b = 0 or substring(pattern, position_b, 1) = '1')
{% endmacro %}


{# Those who answered some items alike: how many, and the sum of their weights. In order, as decision 19 asks. #}
{% macro alike_sql(scored, waves, items) -%}
    {% set keys = (['survey_id', 'wave_id'] + items) | join(', ') -%}
                select {{ keys }}, count(*) as n_alike, {{ exact_sum('weight') }} as weight
                from {{ scored }}
                where {{ in_waves(waves) }}
                group by {{ keys }}
                order by {{ keys }}
{%- endmacro %}


{# Whole numbers of 32 bits, which add up fast, hold so many variables. #}
{% macro bits_per_word() %}{% do return(30) %}{% endmacro %}


{# Which variables a respondent answered, as whole numbers: the second variable is worth 2, the third 4, and so on. #}
{% macro answered_words(variables) %}
    {% set words = [] %}
    {% for some in variables | batch(bits_per_word()) %}
        {% set bits = [] %}
        {% for variable in some %}
            {% do bits.append('case when ' ~ variable.answered ~ ' then ' ~ 2 ** loop.index0 ~ ' else 0 end') %}
        {% endfor %}
        {% do words.append(bits | join(' + ')) %}
    {% endfor %}
    {% do return(words) %}
{% endmacro %}


{# The same as a text, a letter per variable. #}
{% macro pattern_of(variables) -%}
    {% for variable in variables -%}
    {{ ' || ' if not loop.first }}case when (answered_{{ loop.index0 // bits_per_word() }} & {{ 2 ** (loop.index0 % bits_per_word()) }}) > 0 then '1' else '0' end
    {%- endfor %}
{%- endmacro %}


{% macro by_position(column, variables, key) -%}
    case {{ column }}
    {%- for variable in variables %} when {{ loop.index0 }} then {{ literal(variable[key]) if key == 'name' else variable[key] ~ 'e0' }}{% endfor %} end
{%- endmacro %}


{# The form of the moments while no survey has a scale. #}
{% macro no_moments_sql() %}
select
    cast(null as {{ type_text() }}) as survey_id,
    cast(null as {{ type_text() }}) as wave_id,
    cast(null as {{ type_text() }}) as moment_set,
    cast(null as {{ type_text() }}) as pattern,
    cast(null as integer) as position_a,
    cast(null as integer) as position_b,
    cast(null as {{ type_text() }}) as variable_a,
    cast(null as {{ type_text() }}) as variable_b,
    cast(null as double) as centre_a,
    cast(null as double) as centre_b,
    cast(null as bigint) as n,
    cast(null as double) as sum_xy,
    cast(null as double) as sum_wxy,
    cast(null as {{ type_text() }}) as fingerprint
from (select 1 as nothing) as empty_form
where 1 = 0
{% endmacro %}
