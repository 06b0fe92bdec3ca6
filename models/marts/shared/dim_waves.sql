with

described as (
    {{ describe_waves() | indent(4) }}
),

waves as (

    select * from {{ ref('cells_waves') }}

),

ordered as (

    select * from {{ ref('int_waves') }}

),

dim_waves as (

    select
        waves.survey_id,
        waves.wave_id,
        ordered.position,
        coalesce(described.label_nl, waves.wave_id) as label_nl,
        coalesce(described.label_en, waves.wave_id) as label_en,
        described.fieldwork_start,
        described.fieldwork_end,
        described.note,
        waves.delivery_id,
        waves.landed_at,
        waves.read_count,
        waves.accepted_count,
        waves.rejected_count,
        waves.n,
        waves.n_kish,
        waves.stratum_count,
        waves.cluster_count,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from waves
    inner join ordered
        on
            waves.survey_id = ordered.survey_id
            and waves.wave_id = ordered.wave_id
    left join described
        on
            waves.survey_id = described.survey_id
            and waves.wave_id = described.wave_id

)

select * from dim_waves
