{{ planned_cells(
    ['item', 'outcome', 'control'],
    [
        'mean', 'positive_share', 'neutral_share', 'negative_share',
        'skipped_share', 'dont_know_share', 'refused_share', 'invalid_share'
    ]
) }},

item_shares as (

    select
        survey_id,
        wave_id,
        variable_id as item_id,
        cut_id,
        group_id,
        n,
        group_count,
        -- Everybody is in the total, so no group of a wave is larger.
        cast(group_count as double)
        / nullif(max(group_count) over (partition by survey_id, wave_id, variable_id), 0) as group_share,
        asked_count,
        coalesce(
            n / nullif(coalesce(mean__design_effect, positive_share__design_effect), 0e0),
            mean__n_kish,
            positive_share__n_kish
        ) as n_effective,
        coalesce(mean__design_effect, positive_share__design_effect) as design_effect,
        {{ share_columns('positive_share', 'positive_share') | indent(8) }},
        {{ share_columns('neutral_share', 'neutral_share') | indent(8) }},
        {{ share_columns('negative_share', 'negative_share') | indent(8) }},
        mean,
        mean__std_error as mean_std_error,
        mean__ci_lower as mean_ci_lower,
        mean__ci_upper as mean_ci_upper,
        mean__std_deviation as std_deviation,
        mean__null_reason as mean_null_reason,
        mean__unweighted as mean_unweighted,
        cast(asked_count as double) / nullif(group_count, 0) as asked_share,
        skipped_share,
        dont_know_share,
        refused_share,
        invalid_share,
        provenance,
        {{ literal(build_id()) }} as build_id
    from planned

)

select * from item_shares
