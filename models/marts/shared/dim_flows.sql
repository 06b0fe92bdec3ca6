with

surveys as (

    select * from {{ ref('dim_surveys') }}

),

flows as (

    select * from {{ ref('flows') }}

),

dim_flows as (

    select
        flows.survey_id,
        flows.flow_id,
        cast(flows.position as bigint) as position,
        flows.label_nl,
        flows.label_en,
        surveys.provenance,
        {{ literal(build_id()) }} as build_id
    from flows
    inner join surveys on flows.survey_id = surveys.survey_id

)

select * from dim_flows
