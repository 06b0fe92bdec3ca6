with

cells as (

    select * from {{ ref('disclosure_cells') }}

),

waves as (

    select * from {{ ref('cells_waves') }}

),

disclosure_decisions as (

    select
        cells.survey_id,
        cells.wave_id,
        cells.variable_id,
        cells.cut_id,
        cells.group_id,
        cells.cell_id,
        cells.category,
        cells.suppression_reason,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from cells
    inner join waves
        on
            cells.survey_id = waves.survey_id
            and cells.wave_id = waves.wave_id
    where cells.cell_id <> 'searched'

)

select * from disclosure_decisions
