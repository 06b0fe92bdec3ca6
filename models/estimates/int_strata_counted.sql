with

strata as (

    select * from {{ ref('int_strata_methods') }}

),

cut_strata as (
    {{ cut_strata('strata') | indent(4) }}
),

int_strata_counted as (

    select
        cut_strata.survey_id,
        cut_strata.wave_id,
        cut_strata.method,
        cut_strata.cut_id,
        cut_strata.group_id,
        sum(strata.responded) as responded,
        case when count(*) = count(strata.sampled) then sum(strata.sampled) end as sampled
    from cut_strata
    inner join strata
        on
            cut_strata.survey_id = strata.survey_id
            and cut_strata.wave_id = strata.wave_id
            and cut_strata.method = strata.method
            and cut_strata.stratum_id = strata.stratum_id
    group by
        cut_strata.survey_id, cut_strata.wave_id, cut_strata.method, cut_strata.cut_id, cut_strata.group_id

)

select * from int_strata_counted
