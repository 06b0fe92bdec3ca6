{{ culture_motives([
    {
        'measure_id': 'leavers_of_respondents', 'item': 'left_employer',
        'statistic': 'positive_share', 'base': 'respondents'
    },
    {
        'measure_id': 'culture_leavers_of_respondents', 'item': 'exit_motive_culture',
        'statistic': 'positive_share_of_everybody', 'base': 'respondents'
    },
    {
        'measure_id': 'culture_leavers_of_leavers', 'item': 'exit_motive_culture',
        'statistic': 'positive_share', 'base': 'leavers'
    }
]) }},

culture_leavers_by_sector as (

    select
        motives.*,
        {{ literal(build_id()) }} as build_id
    from motives

)

select * from culture_leavers_by_sector
