-- Which destinations are the first three is itself a rank: they are taken from the flows as published.
with

culture_leaver_flows as (

    select * from {{ ref('published_sector_flows') }}
    where survey_id = 'werkonderzoek' and flow_id = 'left_because_of_culture' and rank <= 3

)

select * from culture_leaver_flows
