with

craft_first_contact as (

    select * from {{ ref('answer_shares') }}
    where survey_id = 'per' and item_id = 'q14_10' and cut_id in ('total', 'is_manager', 'domain')

)

select * from craft_first_contact
