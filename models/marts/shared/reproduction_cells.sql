-- A printed number that is the lowest or highest of several reads all of them, not only the one that decides.
{% set address = ['survey_id', 'wave_id', 'source', 'variable_id', 'cut_id', 'group_id', 'statistic'] %}
with

results as (

    select * from {{ ref('published_results') }}

),

claims as (

    select * from {{ ref('published_claims') }}

),

result_cells as (

    select * from {{ ref('int_published_cells') }}

),

claim_cells as (

    select * from {{ ref('claim_evaluations') }}

),

computed as (

    select * from {{ ref('int_computed_values') }}
    where value is not null

),

reads as (

    select
        'result' as reader_kind,
        results.result_id as reader_id,
        {%- for column in address[:-1] %}
        computed.{{ column }},
        {%- endfor %}
        computed.statistic
    from results
    inner join result_cells on results.result_id = result_cells.result_id
    inner join computed
        on
            results.survey_id = computed.survey_id
            and results.wave_id = computed.wave_id
            and result_cells.source = computed.source
            and result_cells.variable_id = computed.variable_id
            and result_cells.statistic = computed.statistic
            and {{ is_listed('computed.cut_id', 'result_cells.cut_ids') }}
            and {{ is_listed('computed.group_id', 'result_cells.group_ids') }}
    union all
    select
        'claim' as reader_kind,
        claims.claim_id as reader_id,
        {%- for column in address[:-1] %}
        computed.{{ column }},
        {%- endfor %}
        computed.statistic
    from claims
    inner join claim_cells on claims.claim_id = claim_cells.claim_id
    inner join computed
        on
            claims.survey_id = computed.survey_id
            and claims.wave_id = computed.wave_id
            {%- for column in address[2:] %}
            and claim_cells.{{ column }} = computed.{{ column }}
            {%- endfor %}

),

waves as (

    select * from {{ ref('cells_waves') }}

),

reproduction_cells as (

    select
        reads.*,
        waves.provenance,
        {{ literal(build_id()) }} as build_id
    from reads
    inner join waves
        on
            reads.survey_id = waves.survey_id
            and reads.wave_id = waves.wave_id

)

select * from reproduction_cells
