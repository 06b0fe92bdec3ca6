{#
    Scoring: scale scores, the groups a respondent belongs to, and the profile that crosses them. Still one
    row per respondent; answers and scores keep the negative codes of missing reasons. The people of one stratum,
    cluster and profile have a number in their wave: what counts respondents groups by numbers that follow each other,
    several times faster than by texts.
#}
{% macro score_respondents(survey_id) %}
    {% set book = codebook(survey_id) %}
    {% set staged = 'stg_' ~ survey_id ~ '__responses' %}
    {% set inputs = landed_deliveries(survey_id) %}
{{ depends_on_codebook() }}
-- depends_on: {{ ref(staged) }}
    {% if not execute %}
-- depends_on: {{ ref('weighting') }}
    {% else %}
        {% if declared_weighting(book) %}
            {% set inputs = weighed_deliveries(survey_id, inputs) %}
        {% endif %}
        {% set definition = scored_sql(book, ref(staged), []) ~ stage_responses(survey_id) %}
        {{ scored_sql(book, ref(staged), waves_to_build(survey_id, inputs, definition)) }}
    {% endif %}
{% endmacro %}


{% macro scored_sql(codebook, staged, waves) %}
    {% set coded = columns_with_role(codebook, ['group', 'item', 'outcome', 'control']) %}
    {% set profile = profile_variables(codebook) %}
    {% set is_weighed = declared_weighting(codebook) is not none %}
with

responses as {{ inlined() }} (

    select
        *
        {%- if is_weighed %},
        {{ weighting_class(codebook) }} as weighting_class
        {%- endif %}
    from {{ staged }}
    where {{ in_waves(waves) }}

),
{%- if is_weighed %}

weights as (

    select
        wave_id as weighed_wave,
        stratum_id as weighed_stratum,
        class_id as weighed_class,
        weight as computed_weight
    from {{ ref('weighting') }}
    where survey_id = {{ literal(codebook.survey_id) }} and margin_id is null

),
{%- endif %}

item_scores as (

    select
        responses.*
        {%- for scale in codebook.scales %}
        {%- set members = scale_members(codebook, scale.scale_id) %},
        {% for member in members %}{{ ' + ' if not loop.first }}case when {{ member.name }} >= 0 then 1 else 0 end{% endfor %} as {{ scale.scale_id }}__answered,
        {% for member in members %}{{ ' + ' if not loop.first }}case when {{ member.name }} <> {{ reason_code(codebook, 'not_asked') }} then 1 else 0 end{% endfor %} as {{ scale.scale_id }}__asked,
        {% for member in members %}{{ ' + ' if not loop.first }}{{ item_score(codebook, member) }}{% endfor %} as {{ scale.scale_id }}__total
        {%- endfor %}
    from responses

),

scale_scores as (

    select
        survey_id,
        wave_id,
        respondent_id,
        stratum_id,
        cluster_id,
        {{ 'computed_weight as weight' if is_weighed else 'weight' }}
        {%- for column in coded if column.answers or 'group' not in column.role %},
        {{ column.name }}
        {%- endfor %}
        {%- for scale in codebook.scales %},
        cast(case
            when {{ scale.scale_id }}__asked = 0 then {{ reason_code(codebook, 'not_asked') }}
            when {{ scale.scale_id }}__answered < {{ scale.minimum_items | int }} then {{ reason_code(codebook, 'too_few_items') }}
            else {{ scale.scale_id }}__total / cast({{ scale.scale_id }}__answered as double)
        end as double) as {{ scale.scale_id }}
        {%- endfor %}
    from item_scores
    {%- if is_weighed %}
    left join weights
        on
            item_scores.wave_id = weights.weighed_wave
            and item_scores.stratum_id = weights.weighed_stratum
            and item_scores.weighting_class = weights.weighed_class
    {%- endif %}

),

grouped as (

    select
        scale_scores.*
        {%- for variable in profile %},
        cast(case
            {%- for group in variable.groups %}
            when {{ group.condition }} then {{ group.position }}
            {%- endfor %}
            else 0
        end as smallint) as {{ variable.name }}__group
        {%- endfor %}
    from scale_scores

),

profiled as {{ inlined() }} (

    select
        grouped.*,
        cast(
            {%- for variable in profile %}
            {{ '+ ' if not loop.first }}{{ variable.name }}__group * cast({{ variable.radix }} as bigint)
            {%- else %}
            0
            {%- endfor %}
            as bigint
        ) as profile_code
    from grouped

),

numbered as (

    select
        wave_id as numbered_wave,
        stratum_id as numbered_stratum,
        cluster_id as numbered_cluster,
        profile_code as numbered_profile,
        row_number() over (partition by wave_id order by stratum_id, cluster_id, profile_code) as cell_number
    from (
        select distinct
            wave_id,
            stratum_id,
            cluster_id,
            profile_code
        from profiled
    ) as together

)

select
    profiled.*,
    cast(numbered.cell_number as integer) as cell_number,
    {{ fingerprint_of(waves) }} as fingerprint
from profiled
left join numbered
    on
        profiled.wave_id = numbered.numbered_wave
        and profiled.stratum_id = numbered.numbered_stratum
        and profiled.cluster_id = numbered.numbered_cluster
        and profiled.profile_code = numbered.numbered_profile
{% endmacro %}


{# Columns that belong to a scale. #}
{% macro scale_members(codebook, scale_id) %}
    {% set found = [] %}
    {% for column in codebook.get('columns', []) if scale_id in column.scale %}
        {% do found.append(column) %}
    {% endfor %}
    {% do return(found) %}
{% endmacro %}


{# What an answered item adds to its scale's total; a negative item is turned around in its range. #}
{% macro item_score(codebook, column) -%}
    {%- set answers = valid_answers(codebook, column) -%}
    {%- set scores = answers | map(attribute='score') | map('float') | list -%}
    {%- set reversed = column.get('polarity') == 'negative' -%}
    {%- set values = [] -%}
    {%- for answer in answers -%}
        {%- set score = answer.score | float -%}
        {%- do values.append({
            'code': answer.answer_code | int, 'value': scores | min + scores | max - score if reversed else score
        }) -%}
    {%- endfor -%}
    case when {{ among(column.name, values | map(attribute='code')) }} then {{ valued(column.name, values) }} else 0e0 end
{%- endmacro %}


{#
    The variables that cuts divide by, each with its groups: a list of {name, groups, size, radix} with groups
    [{position, group_id, label_nl, label_en, condition}]. Position 0 means: in none of them. The radix makes
    a profile one integer from which each position can be read back.
#}
{% macro profile_variables(codebook) %}
    {% set names = [] %}
    {% for cut in codebook.get('cuts', []) %}
        {% for name in cut.variables.split('*') if name not in names %}
            {% do names.append(name) %}
        {% endfor %}
    {% endfor %}
    {% set state = namespace(radix=1) %}
    {% set variables = [] %}
    {% for name in names %}
        {% set groups = groups_of(codebook, name) %}
        {% do variables.append({'name': name, 'groups': groups, 'size': groups | length + 1, 'radix': state.radix}) %}
        {% set state.radix = state.radix * (groups | length + 1) %}
    {% endfor %}
    {% if state.radix >= 9007199254740992 %}
        {% do exceptions.raise_compiler_error(
            "The cuts of survey '" ~ codebook.survey_id ~ "' cross into more profiles than can be numbered ("
            ~ state.radix ~ "). Take variables with many groups out of seeds/cuts.csv."
        ) %}
    {% endif %}
    {% do return(variables) %}
{% endmacro %}


{# The groups that a variable divides respondents into: answers, categories of answers, or bands. #}
{% macro groups_of(codebook, name) %}
    {% set column = column_named(codebook, name) %}
    {% set groups = [] %}
    {% if column is not none and column.answers and 'group' in column.role %}
        {% for answer in valid_answers(codebook, column) %}
            {% do groups.append({
                'group_id': answer.answer_id, 'label_nl': answer.label_nl, 'label_en': answer.label_en,
                'condition': name ~ ' = ' ~ answer.answer_code | int
            }) %}
        {% endfor %}
    {% elif column is not none and column.answers %}
        {% for category in answer_categories() %}
            {% set codes = [] %}
            {% set texts = {'nl': [], 'en': []} %}
            {% for answer in valid_answers(codebook, column) if answer.category == category.category %}
                {% do codes.append(answer.answer_code | int) %}
                {% do texts.nl.append(answer.label_nl) %}
                {% do texts.en.append(answer.label_en) %}
            {% endfor %}
            {% if codes %}
                {% do groups.append({
                    'group_id': category.category,
                    'label_nl': texts.nl[0] if codes | length == 1 else texts.nl | join(' / ') if codes | length == 2 else category.label_nl ~ ' (' ~ codes | first ~ '-' ~ codes | last ~ ')',
                    'label_en': texts.en[0] if codes | length == 1 else texts.en | join(' / ') if codes | length == 2 else category.label_en ~ ' (' ~ codes | first ~ '-' ~ codes | last ~ ')',
                    'condition': among(name, codes)
                }) %}
            {% endif %}
        {% endfor %}
    {% else %}
        {% for band in codebook.bands.get(bands_of(codebook, name), []) %}
            {% do groups.append({
                'group_id': band.band_id, 'label_nl': band.label_nl, 'label_en': band.label_en,
                'condition': in_band(band, name)
            }) %}
        {% endfor %}
    {% endif %}
    {% if not groups %}
        {% do exceptions.raise_compiler_error(
            "Survey '" ~ codebook.survey_id ~ "' cuts by '" ~ name ~ "', which has no groups: it needs an answer"
            ~ " set with categories, the role group, or bands."
        ) %}
    {% endif %}
    {% for group in groups %}
        {% do group.update({'position': loop.index}) %}
    {% endfor %}
    {% do return(groups) %}
{% endmacro %}


{# The three parts that an ordered answer set falls into. #}
{% macro answer_categories() %}
    {% do return([
        {'category': 'positive', 'label_nl': 'Positief', 'label_en': 'Positive'},
        {'category': 'neutral', 'label_nl': 'Neutraal', 'label_en': 'Neutral'},
        {'category': 'negative', 'label_nl': 'Negatief', 'label_en': 'Negative'}
    ]) %}
{% endmacro %}


{# The band set of a numeric column or a scale. #}
{% macro bands_of(codebook, name) %}
    {% set column = column_named(codebook, name) %}
    {% if column is not none %}
        {% do return(column.get('bands')) %}
    {% endif %}
    {% for scale in codebook.scales if scale.scale_id == name %}
        {% do return(scale.band_set_id) %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}


{# Bands are half-open: the lower end is out, the upper end is in; missing reasons are in none. #}
{% macro in_band(band, value) %}
    {% set limits = [value ~ ' >= 0'] %}
    {% if band.lower_exclusive is not none %}
        {% do limits.append(value ~ ' > ' ~ band.lower_exclusive) %}
    {% endif %}
    {% if band.upper_inclusive is not none %}
        {% do limits.append(value ~ ' <= ' ~ band.upper_inclusive) %}
    {% endif %}
    {% do return(limits | join(' and ')) %}
{% endmacro %}
