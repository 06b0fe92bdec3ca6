{{ fits_of_models(
    "method = 'linear' and block_position = 1",
    ['model_id', 'std_error_type', 'block_id'],
    [
        'n', 'residual_df', 'r_squared', 'adjusted_r_squared', 'block_r_squared_change',
        'block_adjusted_r_squared_without', 'block_f_statistic', 'block_df_numerator', 'block_df_denominator',
        'block_p_value', 'block_null_reason'
    ]
) }},

blocks as (

    select * from {{ ref('term_blocks') }}

),

regression_blocks as (

    select
        fits.survey_id,
        fits.wave_id,
        fits.model_id,
        fits.std_error_type,
        fits.block_id,
        fits.outcome_id,
        fits.label_nl,
        fits.label_en,
        blocks.label_nl as block_label_nl,
        blocks.label_en as block_label_en,
        fits.exhibit,
        fits.position,
        cast(blocks.position as bigint) as block_position,
        fits.n,
        fits.residual_df,
        fits.r_squared,
        fits.adjusted_r_squared,
        fits.block_r_squared_change as r_squared_change,
        fits.block_adjusted_r_squared_without as adjusted_r_squared_without,
        fits.block_f_statistic as f_statistic,
        fits.block_df_numerator as df_numerator,
        fits.block_df_denominator as df_denominator,
        fits.block_p_value as p_value,
        {{ significance('fits.block_p_value') }} as significance,
        fits.block_null_reason as null_reason,
        fits.provenance,
        fits.build_id
    from fits
    inner join blocks
        on
            fits.survey_id = blocks.survey_id
            and fits.block_id = blocks.block_id

)

select * from regression_blocks
