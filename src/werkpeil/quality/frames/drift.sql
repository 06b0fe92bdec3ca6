-- Population stability index of the answers, kinds of missing included, of questions that may be compared, less
-- what chance alone adds to it: where nothing changed, its mean is the number of answers less one, over the sizes
-- of the waves (Yurdakul 2018, Statistical properties of population stability index). Half an answer is added to
-- each, so that an answer nobody gave counts without being infinite.
with

pairs as (
    select
        pairs.survey_id,
        pairs.variable_id,
        pairs.previous_wave_id,
        pairs.wave_id
    from estimates.int_wave_pairs as pairs
    inner join estimates.int_variables as variables using (survey_id, variable_id)
    where
        pairs.comparability in ('same', 'renamed', 'reworded_comparable')
        and variables.kind in ('item', 'outcome')
        and variables.answer_set_id is not null
),

answered as (
    select
        answers.survey_id,
        answers.wave_id,
        answers.variable_id,
        answers.answer_value,
        sum(answers.sum_w) as sum_w,
        sum(answers.sum_w2) as sum_w2
    from estimates.int_answers_grouped as answers
    inner join estimates.int_answers_valued as valued using (survey_id, variable_id, answer_value)
    where answers.cut_id = 'total' and valued.missing_reason is distinct from 'not_asked'
    group by all
),

sizes as (
    select
        survey_id,
        wave_id,
        variable_id,
        sum(sum_w) * sum(sum_w) / nullif(sum(sum_w2), 0) as n_kish
    from answered
    group by survey_id, wave_id, variable_id
),

possible as (
    select distinct
        answered.survey_id,
        answered.variable_id,
        answered.answer_value,
        pairs.previous_wave_id,
        pairs.wave_id
    from answered
    inner join pairs
        on
            answered.survey_id = pairs.survey_id
            and answered.variable_id = pairs.variable_id
            and answered.wave_id in (pairs.previous_wave_id, pairs.wave_id)
),

counted as (
    select
        possible.*,
        coalesce(earlier.sum_w, 0) + 0.5e0 as earlier_w,
        coalesce(later.sum_w, 0) + 0.5e0 as later_w
    from possible
    left join answered as earlier
        on
            possible.survey_id = earlier.survey_id
            and possible.previous_wave_id = earlier.wave_id
            and possible.variable_id = earlier.variable_id
            and possible.answer_value = earlier.answer_value
    left join answered as later
        on
            possible.survey_id = later.survey_id
            and possible.wave_id = later.wave_id
            and possible.variable_id = later.variable_id
            and possible.answer_value = later.answer_value
),

shares as (
    select
        survey_id,
        previous_wave_id,
        wave_id,
        variable_id,
        earlier_w / sum(earlier_w) over question as earlier_share,
        later_w / sum(later_w) over question as later_share
    from counted
    window question as (partition by survey_id, previous_wave_id, wave_id, variable_id)
)

select
    shares.survey_id,
    shares.previous_wave_id,
    shares.wave_id,
    shares.variable_id,
    sum((shares.later_share - shares.earlier_share) * ln(shares.later_share / shares.earlier_share))
    - (count(*) - 1) * (1 / any_value(earlier.n_kish) + 1 / any_value(later.n_kish)) as stability_index
from shares
inner join sizes as earlier
    on
        shares.survey_id = earlier.survey_id
        and shares.previous_wave_id = earlier.wave_id
        and shares.variable_id = earlier.variable_id
inner join sizes as later
    on
        shares.survey_id = later.survey_id
        and shares.wave_id = later.wave_id
        and shares.variable_id = later.variable_id
group by shares.survey_id, shares.previous_wave_id, shares.wave_id, shares.variable_id
