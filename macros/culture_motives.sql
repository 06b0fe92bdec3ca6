{#
    What part culture plays in leaving, or in the intention to: its share among all respondents of a sector and among those
    who leave or intend to. `measures` lists {measure_id, item, statistic, base}; a share of everybody has all respondents
    as its base, any other those who answered. Ends in the table expression `motives`.
#}
{% macro culture_motives(measures) %}
{{ planned_cells(['outcome'], ['positive_share', 'positive_share_of_everybody']) }},

motives as (
    {%- for measure in measures %}
    {%- set of_everybody = measure.statistic == 'positive_share_of_everybody' %}
    {%- set base_n = 'group_count' if of_everybody else 'n' %}

    select
        survey_id,
        wave_id,
        {{ literal(measure.measure_id) }} as measure_id,
        {{ literal(measure.base) }} as base,
        cut_id,
        group_id,
        variable_id as item_id,
        cut_id as base_cut_id,
        group_id as base_group_id,
        -- The unweighted share is a count over a count, so this gives the count back.
        cast(round(coalesce({{ measure.statistic }}__unweighted * {{ base_n }}, 0e0)) as bigint) as n,
        cast({{ base_n }} as bigint) as base_n,
        {{ share_columns(measure.statistic, 'measure_share') | indent(8) }},
        provenance
    from planned
    where
        survey_id = 'werkonderzoek'
        and variable_id = {{ literal(measure.item) }}
        and cut_id in ('total', 'sector')
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)
{% endmacro %}
