with

answer_sets as (

    select * from {{ ref('answer_sets') }}

),

dim_answers as (

    select
        answer_set_id,
        answer_id,
        cast(answer_code as bigint) as answer_code,
        cast(position as bigint) as position,
        label_nl,
        label_en,
        score,
        category,
        missing_reason,
        'real' as provenance,
        {{ literal(build_id()) }} as build_id
    from answer_sets

)

select * from dim_answers
