{# How questions were put in later waves, from the codebooks: one row per item and wave from which a wording holds. #}
{% macro describe_wordings() %}
{{ depends_on_codebook() }}
    {% set rows = [] %}
    {% if execute %}
        {% for survey_id in var('surveys') %}
            {% set book = codebook(survey_id) %}
            {% for column in answered_columns(book) %}
                {% for wave_id, wording in (column.get('wordings') or {}).items() %}
                    {% set question = {'nl': wording.get('question_nl'), 'en': wording.get('question_en')} %}
                    {% do question.update({book.meta.language: wording.get('question')}) %}
                    {% do rows.append({
                        'survey_id': survey_id, 'item_id': column.name, 'wave_id': wave_id,
                        'question_nl': question.nl, 'question_en': question.en,
                        'is_comparable': wording.get('comparable') or false, 'note': wording.get('note')
                    }) %}
                {% endfor %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{{ rows_sql(rows, {
    'survey_id': 'text', 'item_id': 'text', 'wave_id': 'text', 'question_nl': 'text', 'question_en': 'text',
    'is_comparable': 'boolean', 'note': 'text'
}) }}
{% endmacro %}


{#
    The names under which deliveries hold an item: one row per item, and one more for each wave in which it had
    a name of its own. Names that a delivery may choose from are joined with `|`.
#}
{% macro describe_delivered_names() %}
{{ depends_on_codebook() }}
    {% set rows = [] %}
    {% if execute %}
        {% for survey_id in var('surveys') %}
            {% for column in answered_columns(codebook(survey_id)) %}
                {% set usual = as_list(column.get('delivered_as')) | join('|') or column.name %}
                {% do rows.append({'survey_id': survey_id, 'item_id': column.name, 'delivered_name': usual}) %}
                {% for wave_id, name in (column.get('names_by_wave') or {}).items() %}
                    {% do rows.append({
                        'survey_id': survey_id, 'item_id': column.name, 'wave_id': wave_id, 'delivered_name': name
                    }) %}
                {% endfor %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{{ rows_sql(rows, {'survey_id': 'text', 'item_id': 'text', 'wave_id': 'text', 'delivered_name': 'text'}) }}
{% endmacro %}


{# Scales whose mean may be compared with the wave before although their items changed, and why. #}
{% macro describe_comparable_scales() %}
{{ depends_on_codebook() }}
    {% set rows = [] %}
    {% if execute %}
        {% for survey_id in var('surveys') %}
            {% for scale_id, reasons in (codebook(survey_id).meta.get('comparable_scales') or {}).items() %}
                {% for wave_id, reason in reasons.items() %}
                    {% do rows.append({
                        'survey_id': survey_id, 'scale_id': scale_id, 'wave_id': wave_id, 'note': reason
                    }) %}
                {% endfor %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{{ rows_sql(rows, {'survey_id': 'text', 'scale_id': 'text', 'wave_id': 'text', 'note': 'text'}) }}
{% endmacro %}
