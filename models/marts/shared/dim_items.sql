with

surveys as (

    select * from {{ ref('dim_surveys') }}

),

variables as (

    select *
    from {{ ref('int_variables') }}
    where kind <> 'scale'

),

themes as (

    select * from {{ ref('themes') }}

),

dim_items as (

    select
        variables.survey_id,
        variables.variable_id as item_id,
        variables.kind,
        cast(variables.position as bigint) as position,
        variables.label_nl,
        variables.label_en,
        variables.question_nl,
        variables.question_en,
        variables.theme_id,
        themes.label_nl as theme_label_nl,
        themes.label_en as theme_label_en,
        cast(themes.position as bigint) as theme_position,
        variables.scale_ids,
        variables.polarity,
        variables.answer_set_id,
        variables.band_set_id,
        variables.unit,
        variables.universe,
        variables.indicator,
        variables.is_assumed,
        variables.note,
        surveys.provenance,
        {{ literal(build_id()) }} as build_id
    from variables
    inner join surveys on variables.survey_id = surveys.survey_id
    left join themes
        on
            variables.survey_id = themes.survey_id
            and variables.theme_id = themes.theme_id

)

select * from dim_items
