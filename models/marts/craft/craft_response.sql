with

craft_response as (

    select * from {{ ref('response_rates') }}
    where survey_id = 'per'

)

select * from craft_response
