-- A cut that crosses origins and base has the groups origin*base; the total of a base is its group in
-- its own cut.
with

flows as (

    select * from {{ ref('flows') }}

),

cuts as (

    select * from {{ ref('cuts') }}

),

groups as (

    select * from {{ ref('int_groups') }}

),

single_answers as (

    select * from {{ ref('int_single_answers') }}

),

variables as (

    select * from {{ ref('int_variables') }}

),

based as (

    select
        flows.survey_id,
        flows.flow_id,
        flows.origin_cut_id,
        flows.base_cut_id,
        flows.base_group_id,
        case
            when flows.base_cut_id is null then origin.variables
            else origin.variables || '*' || base.variables
        end as variables
    from flows
    inner join cuts as origin
        on
            flows.survey_id = origin.survey_id
            and flows.origin_cut_id = origin.cut_id
    left join cuts as base
        on
            flows.survey_id = base.survey_id
            and flows.base_cut_id = base.cut_id

),

origins as (

    select
        based.survey_id,
        based.flow_id,
        groups.group_id as origin_id,
        groups.group_position as origin_position,
        crossing.cut_id,
        case
            when based.base_group_id is null then groups.group_id
            else groups.group_id || '*' || based.base_group_id
        end as group_id
    from based
    inner join groups
        on
            based.survey_id = groups.survey_id
            and based.origin_cut_id = groups.cut_id
    inner join cuts as crossing
        on
            based.survey_id = crossing.survey_id
            and based.variables = crossing.variables
    union all
    select
        survey_id,
        flow_id,
        'total' as origin_id,
        0 as origin_position,
        coalesce(base_cut_id, 'total') as cut_id,
        coalesce(base_group_id, 'total') as group_id
    from based

),

destinations as (

    select
        flows.survey_id,
        flows.flow_id,
        flows.destination_answer_id is not null as is_multiple_response,
        case
            when flows.destination_answer_id is null then single_answers.answer_id
            else single_answers.variable_id
        end as destination_id,
        case
            when flows.destination_answer_id is null then single_answers.position
            else variables.position
        end as destination_position,
        single_answers.variable_id,
        single_answers.answer_id
    from flows
    inner join variables
        on
            flows.survey_id = variables.survey_id
            and instr('*' || flows.destination_variables || '*', '*' || variables.variable_id || '*') > 0
    inner join single_answers
        on
            variables.survey_id = single_answers.survey_id
            and variables.variable_id = single_answers.variable_id
            and coalesce(flows.destination_answer_id, single_answers.answer_id) = single_answers.answer_id

),

int_flows as (

    select
        origins.survey_id,
        origins.flow_id,
        origins.origin_id,
        destinations.destination_id,
        origins.origin_position,
        destinations.destination_position,
        origins.cut_id,
        origins.group_id,
        destinations.variable_id,
        destinations.answer_id,
        destinations.is_multiple_response
    from origins
    inner join destinations
        on
            origins.survey_id = destinations.survey_id
            and origins.flow_id = destinations.flow_id

)

select * from int_flows
