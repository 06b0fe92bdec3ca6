{#
    Incremental on Spark, whose Parquet tables know no delete: rows are kept in partitions by the model's unique key,
    and those of the new rows are replaced whole. The new rows are a table of their own first, for a model may read
    what it replaces. A table whose columns changed is written anew, its old rows with nulls in new columns.
#}
{% materialization incremental, adapter='sparksession', supported_languages=['sql', 'python'] %}
    {%- set language = model['language'] -%}
    {%- set keys = config.require('unique_key') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set new_rows = target_relation.incorporate(path={'identifier': this.identifier ~ '__new_rows'}) -%}
    {{ run_hooks(pre_hooks) }}

    {% if existing is none or existing.is_view or should_full_refresh() %}
        {% do drop_relation_if_exists(existing) %}
        {% call statement('main', language=language) -%}
            {{ create_partitioned(target_relation, keys, compiled_code, language) }}
        {%- endcall %}
    {% else %}
        {% do drop_table(new_rows) %}
        {% call statement('new_rows', language=language) -%}
            {{ create_partitioned(new_rows, keys, compiled_code, language) }}
        {%- endcall %}
        {% set columns = adapter.get_columns_in_relation(new_rows) %}
        {% set before = adapter.get_columns_in_relation(existing) %}
        {% if columns | map(attribute='name') | sort == before | map(attribute='name') | sort %}
            {% call statement('main') %}
                insert overwrite table {{ target_relation }} partition ({{ keys | join(', ') }})
                select {{ before | map(attribute='name') | join(', ') }} from {{ new_rows }}
            {% endcall %}
            {% do drop_table(new_rows) %}
        {% else %}
            {% do rewrite_with_columns(target_relation, new_rows, keys, columns, before) %}
        {% endif %}
    {% endif %}

    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# A table with a partition for each value of its keys, which become its last columns. #}
{% macro create_partitioned(relation, keys, compiled_code, language) %}
    {% if language == 'python' %}
        {% do return(create_table_as(false, relation, compiled_code, language)) %}
    {% endif %}
create table {{ relation }} using parquet partitioned by ({{ keys | join(', ') }}) as
{{ compiled_code }}
{% endmacro %}


{% macro drop_table(relation) %}
    {% call statement('drop_table') %}
        drop table if exists {{ relation }}
    {% endcall %}
{% endmacro %}


{% macro rewrite_with_columns(target_relation, new_rows, keys, columns, before) %}
    {% set draft = target_relation.incorporate(path={'identifier': target_relation.identifier ~ '__draft'}) %}
    {% set known = before | map(attribute='name') | list %}
    {% do drop_table(draft) %}
    {% call statement('draft') %}
        create table {{ draft }} using parquet partitioned by ({{ keys | join(', ') }}) as
        select {{ columns | map(attribute='name') | join(', ') }} from {{ new_rows }}
        union all
        select
            {% for column in columns -%}
            cast({{ column.name if column.name in known else 'null' }} as {{ column.dtype }}) as {{ column.name }}
            {{- ', ' if not loop.last }}
            {% endfor %}
        from {{ target_relation }} as kept
        where not exists (
            select 1
            from {{ new_rows }} as replacing
            where {% for key in keys %}{{ 'and ' if not loop.first }}replacing.{{ key }} = kept.{{ key }} {% endfor %}
        )
    {% endcall %}
    {% do drop_table(target_relation) %}
    {# Copied, not renamed: partitions of a renamed table are looked for where they were. #}
    {% call statement('main') %}
        {{ create_partitioned(target_relation, keys, 'select * from ' ~ draft, 'sql') }}
    {% endcall %}
    {% do drop_table(draft) %}
    {% do drop_table(new_rows) %}
{% endmacro %}
