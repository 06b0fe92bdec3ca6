{{ planned_cells(
    ['scale'],
    ['mean', 'positive_share', 'neutral_share', 'negative_share', 'too_few_items_share']
) }},

scale_scores as (

    select
        survey_id,
        wave_id,
        variable_id as scale_id,
        cut_id,
        group_id,
        n,
        group_count,
        asked_count,
        coalesce(n / nullif(mean__design_effect, 0e0), mean__n_kish) as n_effective,
        mean__design_effect as design_effect,
        mean,
        mean__std_error as std_error,
        mean__ci_lower as ci_lower,
        mean__ci_upper as ci_upper,
        mean__std_deviation as std_deviation,
        mean__null_reason as mean_null_reason,
        mean__unweighted as mean_unweighted,
        {{ share_columns('negative_share', 'disagree_share') | indent(8) }},
        {{ share_columns('neutral_share', 'neutral_share') | indent(8) }},
        {{ share_columns('positive_share', 'agree_share') | indent(8) }},
        too_few_items_share,
        provenance,
        {{ literal(build_id()) }} as build_id
    from planned

)

select * from scale_scores
