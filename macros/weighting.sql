{#
    What a survey declares of its weights, in one form: {base, is_adjusted, margins, variables, maximum_ratio, steps};
    none where it declares nothing, because it brings its own weight or counts everybody once.
#}
{% macro declared_weighting(codebook) %}
    {% set declared = codebook.get('meta', {}).get('weighting') %}
    {% if not declared %}
        {% do return(none) %}
    {% endif %}
    {% set margins = as_list(declared.get('rake')) %}
    {% set variables = [] %}
    {% for margin in margins %}
        {% for name in margin.split('*') if name not in variables %}
            {% do variables.append(name) %}
        {% endfor %}
    {% endfor %}
    {% set base = declared.get('base') or 'none' %}
    {% set is_adjusted = declared.get('nonresponse') == 'stratum' %}
    {% set maximum_ratio = (declared.get('trim') or {}).get('maximum_ratio') %}
    {% set steps = [
        'design' if base == 'design', 'nonresponse' if is_adjusted, 'rake' if margins,
        'trim' if maximum_ratio is not none
    ] %}
    {% do return({
        'base': base,
        'is_adjusted': is_adjusted,
        'margins': margins,
        'variables': variables,
        'maximum_ratio': maximum_ratio,
        'steps': steps | select | list
    }) %}
{% endmacro %}


{# Every survey with what it declares of its weights. #}
{% macro describe_weightings() %}
{{ depends_on_codebook() }}
    {% set rows = [] %}
    {% if execute %}
        {% for survey_id in var('surveys') %}
            {% set book = codebook(survey_id) %}
            {% set declared = declared_weighting(book) %}
            {% set brings_its_own = columns_with_role(book, 'weight') | length > 0 %}
            {% do rows.append({
                'survey_id': survey_id,
                'is_declared': declared is not none,
                'base': declared.base if declared else 'delivered' if brings_its_own else 'none',
                'is_adjusted': declared.is_adjusted if declared else false,
                'margins': declared.margins | join('|') if declared else none,
                'variables': declared.variables | join('|') if declared else none,
                'maximum_ratio': declared.maximum_ratio if declared else none,
                'steps': declared.steps | join('|') if declared else none
            }) %}
        {% endfor %}
    {% endif %}
{{ rows_sql(rows, {
    'survey_id': 'text', 'is_declared': 'boolean', 'base': 'text', 'is_adjusted': 'boolean', 'margins': 'text',
    'variables': 'text', 'maximum_ratio': 'double', 'steps': 'text'
}) }}
{% endmacro %}


{#
    How many respondents share a stratum and an answer to each raked variable, of the surveys that declare a
    weighting: all that their weights are computed from. A narrow scan per new wave; surveys without are not read.
#}
{% macro count_weighting_classes() %}
{{ depends_on_codebook() }}
    {% set parts = [] %}
    {% for survey_id in var('surveys') %}
        {% set staged = ref('stg_' ~ survey_id ~ '__responses') %}
        {% set inputs = 'select wave_id, fingerprint from (' ~ landed_deliveries(survey_id) ~ ') as landed where is_retired = 0' %}
        {% if execute %}
            {% set book = codebook(survey_id) %}
            {% if declared_weighting(book) %}
                {% set definition = weighting_classes_sql(book, staged, []) ~ stage_responses(survey_id) %}
                {% set waves = waves_to_build(survey_id, inputs, definition) %}
                {% do parts.append(weighting_classes_sql(book, staged, waves)) %}
            {% endif %}
        {% endif %}
    {% endfor %}
{{ parts | join('\nunion all\n') if parts else no_weighting_classes_sql() }}
{% endmacro %}


{% macro weighting_classes_sql(codebook, staged, waves) %}
select
    survey_id,
    wave_id,
    stratum_id,
    class_id,
    count(*) as n,
    {{ fingerprint_of(waves) }} as fingerprint
from (
    select
        survey_id,
        wave_id,
        stratum_id,
        {{ weighting_class(codebook) }} as class_id
    from {{ staged }}
    where {{ in_waves(waves) }}
) as classified
group by survey_id, wave_id, stratum_id, class_id
{% endmacro %}


{% macro no_weighting_classes_sql() %}
{{ rows_sql([], {
    'survey_id': 'text', 'wave_id': 'text', 'stratum_id': 'text', 'class_id': 'text', 'n': 'bigint',
    'fingerprint': 'text'
}) }}
{% endmacro %}


{# The class of a staged respondent: answer or band of each raked variable, joined with '*'. #}
{% macro weighting_class(codebook) -%}
    {%- set variables = declared_weighting(codebook).variables -%}
    {%- if not variables -%}
'all'
    {%- endif -%}
    {%- for name in variables -%}
        {%- set column = column_named(codebook, name) -%}
        {{ " || '*' || " if not loop.first }}
        case
        {%- if column.answers %}
            {%- for answer in valid_answers(codebook, column) %}
            when {{ name }} = {{ answer.answer_code | int }} then {{ literal(answer.answer_id) }}
            {%- endfor %}
        {%- else %}
            {%- for band in codebook.bands[column.bands] %}
            when {{ in_band(band, name) }} then {{ literal(band.band_id) }}
            {%- endfor %}
        {%- endif %}
            else 'missing'
        end
    {%- endfor -%}
{%- endmacro %}


{# What a wave with computed weights is built from: its delivery, and all that its weights came from. #}
{% macro weighed_deliveries(survey_id, deliveries) %}
select
    deliveries.wave_id,
    deliveries.fingerprint || coalesce(weighed.fingerprint, '') as fingerprint,
    deliveries.is_retired,
    deliveries.scored_as
from ({{ deliveries }}) as deliveries
left join (
    select distinct
        wave_id,
        fingerprint
    from {{ ref('weighting') }}
    where survey_id = {{ literal(survey_id) }}
) as weighed
    on deliveries.wave_id = weighed.wave_id
{% endmacro %}
