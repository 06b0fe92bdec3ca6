-- Weights that are not what the codebook declares, or that miss their margins.
select
    survey_id,
    wave_id,
    declared_steps,
    taken_steps,
    coalesce(null_reason, 'not_converged') as reason,
    case when n > 0 and null_reason in ('no_strata', 'no_samples', 'no_margins') then 1 else 0 end as lacking_counts,
    case
        when n > 0 and null_reason not in ('no_strata', 'no_samples', 'no_margins') then 1
        when is_converged = false then 1
        else 0
    end as failed_steps,
    largest_margin_difference as margin_gap,
    weight_design_effect
from marts.weighting_results
