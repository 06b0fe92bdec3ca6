with

craft_respondents as (

    select * from {{ ref('respondent_profile') }}
    where survey_id = 'per' and cut_id in ('total', 'domain')

)

select * from craft_respondents
