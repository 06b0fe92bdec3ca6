with

claims as (

    select * from {{ ref('published_claims') }}

),

evaluations as (

    select * from {{ ref('claim_evaluations') }}

),

waves as (

    select * from {{ ref('cells_waves') }}

),

-- The answers of a statement are the same in each of its rows.
answers as (

    select distinct
        claim_id,
        printed_holds,
        printed_reason,
        printed_held,
        printed_known,
        computed_holds,
        computed_reason,
        computed_held,
        computed_known,
        cases,
        cell_count
    from evaluations

),

reproduction_claims as (

    select
        claims.survey_id,
        claims.wave_id,
        claims.study_id,
        claims.claim_id,
        claims.exhibit,
        cast(claims.line as bigint) as line,
        claims.statement_nl,
        claims.statement_en,
        claims.strength,
        claims.status,
        claims.finding,
        case
            when answers.computed_holds then 'holds'
            when not answers.computed_holds then 'fails'
            else 'cannot_be_evaluated'
        end as verdict,
        answers.computed_reason as reason,
        answers.printed_holds as holds_as_printed,
        answers.printed_reason as as_printed_reason,
        answers.computed_holds as holds_as_computed,
        answers.computed_reason as as_computed_reason,
        cast(answers.cases as bigint) as case_count,
        cast(answers.printed_known as bigint) as printed_known_count,
        cast(answers.printed_held as bigint) as printed_held_count,
        cast(answers.computed_known as bigint) as computed_known_count,
        cast(answers.computed_held as bigint) as computed_held_count,
        cast(answers.cell_count as bigint) as cell_count,
        coalesce(waves.provenance, 'real') as provenance,
        {{ literal(build_id()) }} as build_id
    from claims
    inner join answers on claims.claim_id = answers.claim_id
    left join waves
        on
            claims.survey_id = waves.survey_id
            and claims.wave_id = waves.wave_id

)

select * from reproduction_claims
