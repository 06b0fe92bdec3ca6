{#
    The fits of regression models with the labels of their models: one row of `regressions` per fit, chosen by
    `condition`. `keys` tell the fits of a model apart, `numbers` are what is shown of each. Common table expressions
    that end in `fits`.
#}
{% macro fits_of_models(condition, keys, numbers) %}
with

regressions as (

    select * from {{ ref('regressions') }}
    where {{ condition }}

),

models as (

    select * from {{ ref('regression_models') }}

),

waves as (

    select * from {{ ref('cells_waves') }}

),

fits as (

    select
        regressions.survey_id,
        regressions.wave_id,
        {%- for key in keys %}
        regressions.{{ key }},
        {%- endfor %}
        models.outcome_id,
        models.label_nl,
        models.label_en,
        models.exhibit,
        cast(models.position as bigint) as position,
        {%- for number in numbers %}
        regressions.{{ number }},
        {%- endfor %}
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from regressions
    inner join models
        on
            regressions.survey_id = models.survey_id
            and regressions.model_id = models.model_id
    inner join waves
        on
            regressions.survey_id = waves.survey_id
            and regressions.wave_id = waves.wave_id

)
{% endmacro %}
