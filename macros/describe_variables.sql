{# Every variable of every survey, from the codebook: items, outcomes, controls and scales. #}
{% macro describe_variables() %}
{{ depends_on_codebook() }}
    {% set rows = [] %}
    {% if execute %}
        {% for survey_id in var('surveys') %}
            {% set book = codebook(survey_id) %}
            {% set smallest = book.meta.get('minimum_effect') or {} %}
            {% for column in answered_columns(book) %}
                {% do rows.append(column_row(book, column, loop.index)) %}
            {% endfor %}
            {% for scale in book.scales %}
                {% do rows.append({
                    'survey_id': survey_id, 'variable_id': scale.scale_id, 'kind': 'scale', 'position': loop.index,
                    'label_nl': scale.label_nl, 'label_en': scale.label_en, 'band_set_id': scale.band_set_id,
                    'minimum_mean_change': smallest.get('mean'), 'minimum_share_change': smallest.get('share'),
                    'note': scale.note
                }) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{{ rows_sql(rows, {
    'survey_id': 'text', 'variable_id': 'text', 'kind': 'text', 'position': 'integer', 'label_nl': 'text',
    'label_en': 'text', 'question_nl': 'text', 'question_en': 'text', 'theme_id': 'text', 'scale_ids': 'text',
    'polarity': 'text', 'answer_set_id': 'text', 'band_set_id': 'text', 'unit': 'text', 'universe': 'text',
    'indicator': 'text', 'is_assumed': 'boolean', 'minimum_mean_change': 'double', 'minimum_share_change': 'double', 'note': 'text'
}) }}
{% endmacro %}


{% macro column_row(codebook, column, position) %}
    {% set other = {'nl': column.get('question_nl'), 'en': column.get('question_en')} %}
    {% do other.update({codebook.meta.language: column.description}) %}
    {% set smallest = codebook.meta.get('minimum_effect') or {} %}
    {% set conditions = [] %}
    {% for name, wanted in (column.get('universe') or {}).items() %}
        {% do conditions.append(name ~ ' = ' ~ as_list(wanted) | join('|')) %}
    {% endfor %}
    {% do return({
        'survey_id': codebook.survey_id,
        'variable_id': column.name,
        'kind': column.role | select('in', ['item', 'outcome', 'control']) | first,
        'position': position,
        'label_nl': column.get('label_nl') or other.nl or other.en,
        'label_en': column.get('label_en') or other.en or other.nl,
        'question_nl': other.nl,
        'question_en': other.en,
        'theme_id': column.get('theme'),
        'scale_ids': column.scale | join('|') or none,
        'polarity': column.get('polarity') or 'positive',
        'answer_set_id': column.get('answers'),
        'band_set_id': column.get('bands'),
        'unit': column.get('unit'),
        'universe': conditions | join('; ') or none,
        'indicator': column.get('indicator'),
        'is_assumed': column.get('assumed') or false,
        'minimum_mean_change': column.get('minimum_effect') or (smallest.get('mean') if column.get('answers') else none),
        'minimum_share_change': smallest.get('share'),
        'note': column.get('note')
    }) %}
{% endmacro %}


{# Every group of every cut of every survey, the total included. #}
{% macro describe_groups() %}
{{ depends_on_codebook() }}
    {% set rows = [] %}
    {% if execute %}
        {% for survey_id in var('surveys') %}
            {% set book = codebook(survey_id) %}
            {% do rows.append({
                'survey_id': survey_id, 'cut_id': 'total', 'group_id': 'total', 'cut_position': 0, 'group_position': 1,
                'cut_label_nl': 'Totaal', 'cut_label_en': 'Total', 'group_label_nl': 'Totaal', 'group_label_en': 'Total'
            }) %}
            {% for cut in book.cuts %}
                {% for group in crossed_groups(book, cut) %}
                    {% do rows.append({
                        'survey_id': survey_id, 'cut_id': cut.cut_id, 'group_id': group.group_id,
                        'cut_position': cut.position | int, 'group_position': loop.index,
                        'cut_label_nl': cut.label_nl, 'cut_label_en': cut.label_en,
                        'group_label_nl': group.label_nl, 'group_label_en': group.label_en
                    }) %}
                {% endfor %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{{ rows_sql(rows, {
    'survey_id': 'text', 'cut_id': 'text', 'group_id': 'text', 'cut_position': 'integer', 'group_position': 'integer',
    'cut_label_nl': 'text', 'cut_label_en': 'text', 'group_label_nl': 'text', 'group_label_en': 'text'
}) }}
{% endmacro %}


{# The groups of a cut: those of its variable, or all crossings of those of several. #}
{% macro crossed_groups(codebook, cut) %}
    {% set state = namespace(groups=[{'group_id': none, 'label_nl': none, 'label_en': none}]) %}
    {% for name in cut.variables.split('*') %}
        {% set crossed = [] %}
        {% for left in state.groups %}
            {% for right in groups_of(codebook, name) %}
                {% do crossed.append({
                    'group_id': right.group_id if left.group_id is none else left.group_id ~ '*' ~ right.group_id,
                    'label_nl': right.label_nl if left.group_id is none else left.label_nl ~ ' × ' ~ right.label_nl,
                    'label_en': right.label_en if left.group_id is none else left.label_en ~ ' × ' ~ right.label_en
                }) %}
            {% endfor %}
        {% endfor %}
        {% set state.groups = crossed %}
    {% endfor %}
    {% do return(state.groups) %}
{% endmacro %}


{# Surveys with what their codebooks say of them. #}
{% macro describe_surveys() %}
    {% set rows = [] %}
    {% if execute %}
        {% for survey_id in var('surveys') %}
            {% set table = survey_source(survey_id) %}
            {% do rows.append({
                'survey_id': survey_id, 'position': loop.index, 'label_nl': table.meta.label_nl, 'label_en': table.meta.label_en,
                'language': table.meta.language, 'universe_nl': table.meta.universe_nl, 'universe_en': table.meta.universe_en,
                'description': table.description | trim, 'design_note': table.meta.design_note,
                'source': table.meta.source, 'licence': table.meta.licence
            }) %}
        {% endfor %}
    {% endif %}
{{ rows_sql(rows, {
    'survey_id': 'text', 'position': 'integer', 'label_nl': 'text', 'label_en': 'text', 'language': 'text',
    'universe_nl': 'text', 'universe_en': 'text', 'description': 'text', 'design_note': 'text', 'source': 'text',
    'licence': 'text'
}) }}
{% endmacro %}


{# Waves that the codebooks describe. #}
{% macro describe_waves() %}
    {% set rows = [] %}
    {% if execute %}
        {% for survey_id in var('surveys') %}
            {% for wave_id, wave in (survey_source(survey_id).meta.waves or {}).items() %}
                {% do rows.append({
                    'survey_id': survey_id, 'wave_id': wave_id, 'label_nl': wave.label_nl, 'label_en': wave.label_en,
                    'fieldwork_start': wave.fieldwork_start, 'fieldwork_end': wave.fieldwork_end, 'note': wave.note
                }) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{{ rows_sql(rows, {
    'survey_id': 'text', 'wave_id': 'text', 'label_nl': 'text', 'label_en': 'text', 'fieldwork_start': 'date',
    'fieldwork_end': 'date', 'note': 'text'
}) }}
{% endmacro %}


{#
    Dictionaries as a relation: one select per row. `types` gives the columns in their order, each text, integer,
    double, boolean or date; an absent value is null. No rows give the columns alone.
#}
{% macro rows_sql(rows, types) %}
    {#- One list of values: with a select per row, a survey of hundreds of columns takes half a minute here. #}
    {%- if rows %}
select
        {%- for column in types %}
    {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
from (
    values
        {%- for row in rows %}
    (
            {%- for column, type in types.items() %}
        {{ typed_literal(row.get(column), type) }}{{ ',' if not loop.last }}
            {%- endfor %}
    ){{ ',' if not loop.last }}
        {%- endfor %}
) as listed ({{ types | join(', ') }})
    {%- else %}
select
        {%- for column, type in types.items() %}
    {{ typed_literal(none, type) }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
from (select 1 as nothing) as empty_form
where 1 = 0
    {%- endif %}
{% endmacro %}


{% macro typed_literal(value, type) -%}
    {%- if type == 'text' or type == 'date' -%}
        cast({{ literal(value) }} as {{ type_text() if type == 'text' else 'date' }})
    {%- else -%}
        cast({{ 'null' if value is none or value is undefined else value | string | lower }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
