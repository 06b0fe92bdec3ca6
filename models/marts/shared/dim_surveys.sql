with

described as (
    {{ describe_surveys() | indent(4) }}
),

waves as (

    select * from {{ ref('cells_waves') }}

),

landed as (

    select
        survey_id,
        count(*) as wave_count,
        sum(n) as respondent_count,
        max(case when provenance = 'synthetic' then 1 else 0 end) as synthetic_waves
    from waves
    group by survey_id

),

dim_surveys as (

    select
        described.survey_id,
        cast(described.position as bigint) as position,
        described.label_nl,
        described.label_en,
        described.language,
        described.universe_nl,
        described.universe_en,
        described.description,
        described.design_note,
        described.source,
        described.licence,
        cast(coalesce(landed.wave_count, 0) as bigint) as wave_count,
        cast(coalesce(landed.respondent_count, 0) as bigint) as n,
        case
            when landed.survey_id is null then 'none'
            -- Nobody shall take what one made-up wave is in for real; dim_waves tells the waves apart.
            when landed.synthetic_waves = 1 then 'synthetic'
            else 'real'
        end as provenance,
        {{ literal(build_id()) }} as build_id
    from described
    left join landed on described.survey_id = landed.survey_id

)

select * from dim_surveys
