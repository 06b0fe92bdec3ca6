{#
    Common table expressions that end in `framed_strata`: the sampling units of each stratum of a wave and the
    share of them that was not sampled, 1 where the stratum's population is not known. A stratum's units are
    its clusters where it has any; its population is then a number of clusters too.
#}
{% macro framed_strata() %}
frame as (

    select * from {{ ref('strata') }}

),

strata as (

    select
        survey_id,
        wave_id,
        stratum_id,
        max(case when cluster_id <> 'none' then 1 else 0 end) = 1 as is_clustered,
        case
            when max(case when cluster_id <> 'none' then 1 else 0 end) = 1
                then count(distinct cluster_id)
            else sum(n)
        end as unit_count
    from {{ ref('cells_profiles') }}
    group by survey_id, wave_id, stratum_id

),

framed_strata as (

    select
        strata.survey_id,
        strata.wave_id,
        strata.stratum_id,
        strata.is_clustered,
        cast(strata.unit_count as double) as unit_count,
        frame.population is not null as has_population,
        greatest(
            1e0 - coalesce(strata.unit_count / cast(nullif(frame.population, 0) as double), 0e0), 0e0
        ) as unsampled_share
    from strata
    left join frame
        on
            strata.survey_id = frame.survey_id
            and strata.wave_id = frame.wave_id
            and strata.stratum_id = frame.stratum_id

)
{% endmacro %}
