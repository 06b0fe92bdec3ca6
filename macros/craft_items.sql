{#
    A figure of the craftsmanship study: the share that agrees per item and group of a cut, with the tests of the means:
    of the only pair of groups, or of all groups at once (`is_omnibus`).
#}
{% macro craft_items(name, cut_id, is_omnibus) %}
with

item_shares as (

    select * from {{ ref('item_shares') }}

),

differences as (

    select * from {{ ref('item_differences') }}

),

tested as (

    select
        survey_id,
        wave_id,
        item_id,
        max(case when test = 'pooled' then p_value end) as pooled_p_value,
        max(case when test = 'pooled' then significance end) as pooled_significance,
        max(case when test = 'design' then p_value end) as design_p_value,
        max(case when test = 'design' then q_value end) as design_q_value,
        max(case when test = 'design' then significance end) as design_significance
    from differences
    where
        survey_id = 'per'
        and cut_id = {{ literal(cut_id) }}
        and measure = 'mean'
        and group_b is {{ 'null' if is_omnibus else 'not null' }}
    group by survey_id, wave_id, item_id

),

{{ name }} as (

    select
        item_shares.survey_id,
        item_shares.wave_id,
        item_shares.item_id,
        item_shares.cut_id,
        item_shares.group_id,
        item_shares.n,
        item_shares.positive_share,
        item_shares.positive_share_std_error,
        item_shares.positive_share_ci_lower,
        item_shares.positive_share_ci_upper,
        item_shares.positive_share_null_reason,
        item_shares.positive_share_unweighted,
        item_shares.mean,
        item_shares.mean_std_error,
        item_shares.mean_unweighted,
        tested.pooled_p_value,
        tested.pooled_significance,
        tested.design_p_value,
        tested.design_q_value,
        tested.design_significance,
        item_shares.provenance,
        item_shares.build_id
    from item_shares
    left join tested
        on
            item_shares.survey_id = tested.survey_id
            and item_shares.wave_id = tested.wave_id
            and item_shares.item_id = tested.item_id
    where
        item_shares.survey_id = 'per'
        and item_shares.cut_id = {{ literal(cut_id) }}
        and item_shares.positive_share_null_reason is distinct from 'no_categories'

)

select * from {{ name }}
{% endmacro %}
