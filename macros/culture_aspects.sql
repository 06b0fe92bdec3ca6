{# A figure of the culture study: its aspects' scores for the groups of some cuts, or for one group of each. #}
{% macro culture_aspects(name, cuts, group_id=none) %}
with

scale_scores as (

    select * from {{ ref('scale_scores') }}

),

{{ name }} as (

    select
        survey_id,
        wave_id,
        scale_id as aspect_id,
        cut_id,
        group_id,
        n,
        mean,
        std_error,
        ci_lower,
        ci_upper,
        mean_null_reason,
        mean_unweighted,
        disagree_share,
        disagree_share_std_error,
        disagree_share_ci_lower,
        disagree_share_ci_upper,
        disagree_share_null_reason,
        disagree_share_unweighted,
        neutral_share,
        neutral_share_std_error,
        neutral_share_ci_lower,
        neutral_share_ci_upper,
        neutral_share_null_reason,
        neutral_share_unweighted,
        agree_share,
        agree_share_std_error,
        agree_share_ci_lower,
        agree_share_ci_upper,
        agree_share_null_reason,
        agree_share_unweighted,
        provenance,
        build_id
    from scale_scores
    where
        survey_id = 'werkonderzoek'
        and cut_id in ({{ quoted_list(cuts) }})
        {%- if group_id %}
        and group_id = {{ literal(group_id) }}
        {%- endif %}

)

select * from {{ name }}
{% endmacro %}
