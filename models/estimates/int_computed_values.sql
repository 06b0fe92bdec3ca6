-- Whatever the warehouse computes of a wave that a report is about, under one kind of address. Estimates
-- come three times: weighted, with everybody counted once, and as the number of people behind a share.
{{ addressed_values() }},

waves as (

    select * from {{ ref('cells_waves') }}

),

-- A sample can be known of a wave that nobody has landed: that computes nothing.
published_waves as (

    select distinct
        waves.survey_id,
        waves.wave_id
    from waves
    inner join {{ ref('published_results') }} as results
        on
            waves.survey_id = results.survey_id
            and waves.wave_id = results.wave_id

),

int_computed_values as (

    select
        addressed.survey_id,
        addressed.wave_id,
        addressed.source,
        addressed.variable_id,
        addressed.cut_id,
        addressed.group_id,
        addressed.statistic,
        addressed.n,
        addressed.value,
        addressed.std_error,
        case when addressed.value is null or addressed.std_error is null then addressed.null_reason end
            as null_reason
    from addressed
    inner join published_waves
        on
            addressed.survey_id = published_waves.survey_id
            and addressed.wave_id = published_waves.wave_id

)

select * from int_computed_values
