-- Estimates of two waves side by side. The planned cells of a wave come with a reason where they are empty.
{{ planned_cells(['item', 'outcome', 'control', 'scale'], ['mean', 'positive_share']) }},

measures as (

    select distinct
        survey_id,
        variable_id,
        measure
    from {{ ref('int_measured_answers') }}

),

pairs as (

    select *
    from {{ ref('int_wave_pairs') }}
    where previous_wave_id is not null

),

sides as (

    {%- for measure in ['mean', 'positive_share'] %}
    select
        survey_id,
        wave_id,
        provenance,
        variable_id,
        cut_id,
        group_id,
        '{{ measure }}' as measure,
        n,
        {{ measure }} as estimate,
        {{ measure }}__std_error as std_error,
        {{ measure }}__degrees_of_freedom as degrees_of_freedom,
        {{ measure }}__null_reason as null_reason
    from planned
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

int_wave_changes as (

    select
        pairs.survey_id,
        pairs.wave_id,
        pairs.previous_wave_id,
        pairs.variable_id,
        variables.kind,
        variables.theme_id,
        later.cut_id,
        later.group_id,
        later.measure,
        pairs.comparability,
        later.n as wave_n,
        earlier.n as previous_n,
        later.estimate,
        earlier.estimate as previous_estimate,
        later.std_error,
        earlier.std_error as previous_std_error,
        later.degrees_of_freedom,
        earlier.degrees_of_freedom as previous_degrees_of_freedom,
        case
            when measures.measure = 'mean' then variables.minimum_mean_change
            else variables.minimum_share_change
        end as minimum_effect,
        case
            when later.provenance = 'synthetic' then later.provenance
            else earlier.provenance
        end as provenance,
        case
            when pairs.comparability = 'new' then 'not_asked_before'
            when pairs.comparability in ('not_asked', 'reworded', 'items_changed', 'items_reworded')
                then pairs.comparability
            else coalesce(later.null_reason, earlier.null_reason)
        end as null_reason
    from pairs
    inner join variables
        on
            pairs.survey_id = variables.survey_id
            and pairs.variable_id = variables.variable_id
    inner join measures
        on
            pairs.survey_id = measures.survey_id
            and pairs.variable_id = measures.variable_id
    inner join sides as later
        on
            pairs.survey_id = later.survey_id
            and pairs.wave_id = later.wave_id
            and pairs.variable_id = later.variable_id
            and measures.measure = later.measure
    inner join sides as earlier
        on
            pairs.survey_id = earlier.survey_id
            and pairs.previous_wave_id = earlier.wave_id
            and pairs.variable_id = earlier.variable_id
            and later.cut_id = earlier.cut_id
            and later.group_id = earlier.group_id
            and later.measure = earlier.measure

)

select * from int_wave_changes
