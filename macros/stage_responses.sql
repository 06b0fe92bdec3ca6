{#
    Staging: one row per respondent and wave; answers as small integers, coded by the codebook; a
    missing answer is the negative code of its reason and never null.
#}
{% macro stage_responses(survey_id) %}
    {% set book = codebook(survey_id) %}
    {% set coded = [] %}
    {% for column in book.get('columns', []) %}
        {% if column.answers or column in answered_columns(book) %}
            {% do coded.append(column) %}
        {% endif %}
    {% endfor %}
{{ depends_on_codebook() }}
with

delivered as (

    select * from {{ source('raw', survey_id) }}

),

coded as (

    select
        survey_id,
        wave_id,
        respondent_id,
        {{ crossed_text(book, columns_with_role(book, 'stratum'), 'all') }} as stratum_id,
        {{ crossed_text(book, columns_with_role(book, 'cluster'), 'none') }} as cluster_id,
        {% set weights = columns_with_role(book, 'weight') %}
        {{ 'cast(' ~ weights[0].name ~ ' as double)' if weights else '1.0e0' }} as weight
        {%- for column in coded %},
        {{ coded_answer(book, column) | indent(8) }} as {{ column.name }}
        {%- endfor %}
    from delivered

),

routed as (

    select
        survey_id,
        wave_id,
        respondent_id,
        stratum_id,
        cluster_id,
        weight
        {%- for column in coded %},
        {{ routed_answer(book, column) | indent(8) }} as {{ column.name }}
        {%- endfor %}
    from coded

)

select * from routed
{% endmacro %}


{# A delivered answer as its code, or as the code of the reason why there is none. #}
{% macro coded_answer(codebook, column) -%}
{%- set name = column.name -%}
{%- set blank = column.get('blank') or ('not_asked' if column.get('optional') else 'skipped') -%}
case
{%- if column.waves %}
    when wave_id not in ({{ quoted_list(column.waves) }}) then {{ reason_code(codebook, 'not_asked') }}
{%- endif %}
    when {{ name }} is null then {{ reason_code(codebook, blank) }}
{%- for reason, codes in (column.get('missing') or {}).items() %}
    when {{ 'lower(' ~ name ~ ')' if column.get('coding') == 'labels' else name }} in ({{ delivered_list(codebook, column, reason, as_list(codes)) }}) then {{ reason_code(codebook, reason) }}
{%- endfor %}
{%- if column.answers and column.get('coding') == 'labels' %}
    {%- for answer in codebook.answers[column.answers] %}
    when lower({{ name }}) in ({{ quoted_list(answer_texts(answer)) }}) then {{ reason_code(codebook, answer.missing_reason) if answer.missing_reason else answer.answer_code | int }}
    {%- endfor %}
    else {{ reason_code(codebook, 'invalid') }}
{%- elif column.answers %}
    when {{ among(name, valid_answers(codebook, column) | map(attribute='answer_code')) }} then {{ name }}
    {%- for answer in codebook.answers[column.answers] if answer.missing_reason %}
    when {{ name }} = {{ answer.answer_code | int }} then {{ reason_code(codebook, answer.missing_reason) }}
    {%- endfor %}
    else {{ reason_code(codebook, 'invalid') }}
{%- else %}
    when isnan({{ name }}) or {{ name }} < {{ column.get('minimum') or 0 }}
    {%- if column.get('maximum') is not none %} or {{ name }} > {{ column.maximum }}{% endif %} then {{ reason_code(codebook, 'invalid') }}
    else {{ name }}
{%- endif %}
end
{%- endmacro %}


{# An answer that is empty because its question was not put to this respondent says so. #}
{% macro routed_answer(codebook, column) -%}
{%- set type = 'smallint' if column.answers else 'double' -%}
{%- if column.get('universe') -%}
cast(case
    when {{ column.name }} = {{ reason_code(codebook, 'skipped') }} and not (
    {%- for name, wanted in column.universe.items() -%}
        {{ ' and ' if not loop.first }}{{ among(name, answer_codes(codebook, column_named(codebook, name), as_list(wanted))) }}
    {%- endfor -%}
    ) then {{ reason_code(codebook, 'not_asked') }}
    else {{ column.name }}
end as {{ type }})
{%- else -%}
cast({{ column.name }} as {{ type }})
{%- endif -%}
{%- endmacro %}


{# Columns as one text: answers by their ids, several columns joined with '*'. #}
{% macro crossed_text(codebook, columns, absent) -%}
{%- if not columns -%}
'{{ absent }}'
{%- endif -%}
{%- for column in columns -%}
    {{ " || '*' || " if not loop.first }}
    {%- if column.answers -%}
    case {{ coded_answer(codebook, column) }}
        {%- for answer in valid_answers(codebook, column) %}
        when {{ answer.answer_code | int }} then {{ literal(answer.answer_id) }}
        {%- endfor %}
    end
    {%- else -%}
    cast({{ column.name }} as {{ type_text() }})
    {%- endif -%}
{%- endfor -%}
{%- endmacro %}


{# Codes of the named answers (ids) of a coded column. #}
{% macro answer_codes(codebook, column, answer_ids) %}
    {% set wanted = answer_ids | map('string') | list %}
    {% set codes = [] %}
    {% for answer in valid_answers(codebook, column) if answer.answer_id in wanted %}
        {% do codes.append(answer.answer_code | int) %}
    {% endfor %}
    {% do return(codes) %}
{% endmacro %}


{# Every text that means an answer; landing has folded blanks, the query folds case. #}
{% macro answer_texts(answer) %}
    {% set texts = [answer.answer_id, answer.label_nl, answer.label_en] + ((answer.spellings or '').split('|')) %}
    {% set folded = [] %}
    {% for text in texts %}
        {% set words = (text or '').split() | join(' ') | lower %}
        {% if words and words not in folded %}
            {% do folded.append(words) %}
        {% endif %}
    {% endfor %}
    {% do return(folded) %}
{% endmacro %}


{% macro quoted_list(texts) -%}
    {%- for text in texts %}{{ literal(text) }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}


{#
    Delivered missing codes as SQL literals: folded texts for labels, numbers otherwise. A text among numbers
    ("X") was landed as the number that stands for its reason (TEXT_MISSING_MARKERS of the landing).
#}
{% macro delivered_list(codebook, column, missing_reason, codes) -%}
    {%- if column.get('coding') == 'labels' -%}
        {{ quoted_list(codes | map('string') | map('lower') | list) }}
    {%- else -%}
        {%- set numbers = [] -%}
        {%- for code in codes if (code | string).lstrip('-').replace('.', '', 1).isdigit() -%}
            {%- do numbers.append(code) -%}
        {%- endfor -%}
        {%- set marker = -2147483648 - reason_code(codebook, missing_reason) -%}
        {{ (numbers + ([marker] if numbers | length < codes | length else [])) | join(', ') }}
    {%- endif -%}
{%- endmacro %}
