{#
    What differs between engines, and nothing else: DuckDB is the default, Spark follows.
    No other macro or model may name an engine.
#}

{% macro type_text() %}{% do return('string') %}{% endmacro %}

{# What stands between the quotes of a literal: a backslash is a letter to DuckDB, and begins an escape on Spark. #}
{% macro escaped(text) %}{% do return(text if target.type == 'duckdb' else text | replace('\\', '\\\\')) %}{% endmacro %}

{# Standard unpivot: both engines read it. Values must have one type and never be null. #}
{% macro unpivot(relation, value_column, name_column, columns) -%}
    {{ relation }}
    unpivot ({{ value_column }} for {{ name_column }} in ({{ columns | join(', ') }}))
{%- endmacro %}

{# The same of pairs of values: `pairs` maps each name to its two columns. #}
{% macro unpivot_pairs(relation, first_column, second_column, name_column, pairs) -%}
    {{ relation }}
    unpivot (({{ first_column }}, {{ second_column }}) for {{ name_column }} in (
        {%- for name, columns in pairs.items() %}
        ({{ columns | join(', ') }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}

{#
    How many rows of a relation have each value of each column, and what their weights and squared weights add up to,
    per value of a key: rows of the key, `variable_id`, `answer_value`, `n`, `sum_w` and `sum_w2`. The key is a whole
    number from 1; `codes` tells the lowest and the highest number that a column of whole numbers may have.

    DuckDB counts column by column: it reads the keys again for each, from memory, which is ten times faster than to
    make rows of columns first, and sorts what a column has come to, three times faster than all of it. So cells of the
    same keys lie in the same order whatever else is counted. Keys and answers that are small numbers together are places
    in an array (`perfect_ht_threshold` in profiles.yml), half as fast again as a hash table. Two columns for which one
    array has room are counted at once, and added up per column after. An engine that pays for every scan makes rows first.
#}
{% macro count_values(relation, condition, key, columns, codes) %}
    {%- set sums = 'count(*) as n, sum(weight) as sum_w, sum(weight * weight) as sum_w2' -%}
    {%- if target.type == 'duckdb' %}
        {%- set pair_of = {} -%}
        {%- for first, second in columns_in_pairs(relation, condition, key, columns, codes) -%}
            {%- set pair = 'pair_' ~ loop.index -%}
            {%- do pair_of.update({first: pair, second: pair}) -%}
            {%- set low, high = codes[first] -%}
            {%- set size = high - low + 1 -%}
            {%- set second_low, second_high = codes[second] -%}
            {%- set second_size = second_high - second_low + 1 %}
{{ 'with' if loop.first }}
{{ pair }} as materialized (
    select
        place // {{ size * second_size }} as {{ key }},
        place // {{ second_size }} % {{ size }} + ({{ low }}) as {{ first }},
        place % {{ second_size }} + ({{ second_low }}) as {{ second }},
        n,
        sum_w,
        sum_w2
    from (
        select
            (cast({{ key }} as integer) * {{ size }} + {{ first }} - ({{ low }})) * {{ second_size }}
            + {{ second }} - ({{ second_low }}) as place,
            {{ sums }}
        from {{ relation }}
        where {{ condition }}
        group by place
    ) as places
){{ ',' if not loop.last }}
        {%- endfor %}
        {%- for name in columns %}
select * from (
    select
        {{ key }},
        {{ literal(name) }} as variable_id,
        cast({{ name }} as double) as answer_value,
        {% if name in pair_of %}
        cast(sum(n) as bigint) as n, sum(sum_w) as sum_w, sum(sum_w2) as sum_w2
    from {{ pair_of[name] }}
        {% else %}
        {{ sums }}
    from {{ relation }}
    where {{ condition }}
        {% endif %}
    group by {{ key }}, {{ name }}
    order by {{ key }}, {{ name }}
) as values_of_{{ name }}
{{ 'union all' if not loop.last }}
        {%- endfor %}
    {%- else %}
select {{ key }}, variable_id, answer_value, {{ sums }}
from (
    select
        {{ key }},
        weight
        {%- for name in columns %},
        cast({{ name }} as double) as {{ name }}
        {%- endfor %}
    from {{ relation }}
    where {{ condition }}
) as {{ unpivot('respondents', 'answer_value', 'variable_id', columns) }}
group by {{ key }}, variable_id, answer_value
    {%- endif %}
{% endmacro %}

{#
    Which columns are counted at once with the one before them: those of whom there are more people than places for the
    key and both answers, within what one array may hold.
#}
{% macro columns_in_pairs(relation, condition, key, columns, codes) %}
    {% set coded = columns | select('in', codes) | list %}
    {% set pairs = [] %}
    {% if coded | length > 1 %}
        {% set people, keys, bits = room_for_pairs(relation, condition, key) %}
        {% set most = [people, 2 ** (bits | int)] | min %}
        {% set waiting = [] %}
        {% for name in coded %}
            {% set size = codes[name][1] - codes[name][0] + 1 %}
            {% if waiting and keys * waiting[-1].size * size <= most %}
                {% do pairs.append([waiting.pop().name, name]) %}
            {% else %}
                {% do waiting.append({'name': name, 'size': size}) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% do return(pairs) %}
{% endmacro %}

{# How many people there are, how many places a key takes, and the bits of what DuckDB counts in an array. #}
{% macro room_for_pairs(relation, condition, key) %}
    {% set query %}
        select count(*), coalesce(max({{ key }}), 0) + 1, current_setting('perfect_ht_threshold')
        from {{ relation }}
        where {{ condition }}
    {% endset %}
    {% do return(run_query(query).rows[0].values() | list) %}
{% endmacro %}

{#
    Says of a query that others read twice that it is run twice. DuckDB would keep what it yields, and rows of all
    people, with all that they answered, are more than memory holds; the second time few of their columns are read.
#}
{% macro inlined() -%}
    {{ 'not materialized' if target.type == 'duckdb' }}
{%- endmacro %}

{# The last run's time and id, readable and sortable. #}
{% macro build_id() %}
    {%- do return(run_started_at.strftime('%Y%m%dT%H%M%SZ') ~ '-' ~ invocation_id[:8]) -%}
{% endmacro %}

{#
    A sum that is the same to the last bit in whichever order its rows come, as a join may give them in another one when
    waves came in another order. An engine that cannot order what it adds up adds it up as it comes.
#}
{% macro ordered_sum(value) -%}
    sum({{ value }}{% if target.type == 'duckdb' %} order by {{ value }}{% endif %})
{%- endmacro %}

{#
    The same for many rows: terms become whole numbers of parts of which `parts` make one, and whole numbers add up the
    same in any order. `parts_of` says of all terms of a wave how small parts may be: 2^120 of them are what the terms come
    to at most. It takes a quarter of the time of putting terms in order.
#}
{% macro sum_of_parts(value, parts) -%}
    {%- set whole = 'hugeint' if target.type == 'duckdb' else 'decimal(38, 0)' -%}
    cast(sum(cast({{ value }} * {{ parts }} as {{ whole }})) as double) / max({{ parts }})
{%- endmacro %}

{% macro parts_of(value) -%}
    power(2e0, 120 - ceil(log2(greatest(count(*) * max(abs({{ value }})), 1e-260))))
{%- endmacro %}

{#
    A sum of products that keeps what is lost when a small number is added to a large one. DuckDB adds up with Kahan's
    correction.
#}
{% macro exact_sum(value) -%}
    {{ 'fsum' if target.type == 'duckdb' else 'sum' }}({{ value }})
{%- endmacro %}


{# A number that rows with the same values share, and other rows hardly ever. #}
{% macro hash_of(columns) -%}
    {{ 'hash' if target.type == 'duckdb' else 'xxhash64' }}({{ columns | join(', ') }})
{%- endmacro %}

{# A number for some rows, another one when a row changed, in whichever order they come; rows must differ. #}
{% macro digest_of(columns) -%}
    bit_xor({{ hash_of(columns) }})
{%- endmacro %}


{#
    dbt's incremental strategy `by_wave`: the waves of the new rows are replaced whole. Its own `delete+insert` joins
    every old row of a wave with every new one, which is quadratic in the size of the wave. On Spark a wave is a
    partition, and the adapter overwrites it.
#}
{% macro get_incremental_by_wave_sql(arg_dict) %}
    {%- set names = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
delete from {{ arg_dict['target_relation'] }}
where (survey_id, wave_id) in (select distinct survey_id, wave_id from {{ arg_dict['temp_relation'] }});

insert into {{ arg_dict['target_relation'] }} ({{ names }})
select {{ names }} from {{ arg_dict['temp_relation'] }}
{% endmacro %}


{# Delete those waves of a relation of which a condition holds; Spark lets go of whole partitions alone. #}
{% macro delete_waves(relation, condition) %}
    {%- if target.type == 'duckdb' %}
delete from {{ relation }}
where {{ condition }}
    {%- else %}
        {%- set gone = run_query("select distinct survey_id, wave_id from " ~ relation ~ " where " ~ condition).rows %}
        {%- if gone %}
alter table {{ relation }} drop
            {%- for row in gone %}
    partition (survey_id = {{ literal(row[0]) }}, wave_id = {{ literal(row[1]) }}){{ ',' if not loop.last }}
            {%- endfor %}
        {%- endif %}
    {%- endif %}
{% endmacro %}


{#
    The rows of a seed. The codebook is asked for by dozens of models; what takes DuckDB a millisecond is a job of its own
    on Spark, whose adapter remembers the answer until a seed is loaded.
#}
{% macro query_seed(query) %}
    {% do return(run_query(query) if target.type == 'duckdb' else adapter.remembered(query)) %}
{% endmacro %}
