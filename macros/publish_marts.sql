{#
    Published copies of marts: the same rows and columns, with numbers null where `disclosure_decisions` hides them,
    and `suppression_reason` beside them. The columns are those of the published model's own YAML, so a column that a
    mart gains is published by naming it there. What is hidden with what follows from a column's name: a share with
    its category, kinds of missing answers together, counts with the row, and whatever else (means, errors, sizes)
    with any category. Where weighted shares are hidden (`weighted`), unweighted ones and counts stay.

    `protected` says that a number is hidden to protect people, and not why: a reason of its own for small numbers
    would tell that the number is small.
#}

{# A mart with a row per variable, cut and group. `shares` maps categories to names of columns. #}
{% macro publish_answers(mart, variable, shares, tests=[]) %}
    {% set wide = var('disclosure').reliability.relative_width %}
with

mart as (

    select * from {{ ref(mart) }}

),

{{ hidden_cells(shares.keys()) }},

{{ hidden_cuts() }},

judged as (

    select
        mart.*,
        coalesce(hidden_rows.row_hidden, 0) as row_hidden,
        coalesce(hidden_rows.missing_hidden, 0) as missing_hidden,
        coalesce(hidden_rows.distribution_hidden, 0) as distribution_hidden,
        coalesce(hidden_cuts.cut_hidden, 0) as tests_hidden
        {%- for category, share in shares.items() %},
        coalesce(hidden_rows.{{ category }}_hidden, 0) as {{ category }}_hidden,
        coalesce(hidden_rows.{{ category }}_count_hidden, 0) as {{ category }}_count_hidden
            {%- if share ~ '_ci_upper' in published_columns() %},
        case
            when mart.{{ share }}_ci_upper - mart.{{ share }}_ci_lower > {{ var('disclosure').reliability.absolute_width }}
                and mart.{{ share }}_ci_upper - mart.{{ share }}_ci_lower > {{ wide }} * mart.{{ share }}
                then 1
            else 0
        end as {{ category }}_unreliable
            {%- endif %}
        {%- endfor %}
    from mart
    {{ join_hidden_rows('mart', variable) }}
    left join hidden_cuts
        on
            mart.survey_id = hidden_cuts.survey_id
            and mart.wave_id = hidden_cuts.wave_id
            and mart.{{ variable }} = hidden_cuts.variable_id
            and mart.cut_id = hidden_cuts.cut_id

),

published as (

    select
        {%- set keys = ['survey_id', 'wave_id', variable, 'cut_id', 'group_id', 'provenance', 'build_id'] %}
        {%- set unreliable = [] %}
        {%- for category, share in shares.items() if share ~ '_ci_upper' in published_columns() %}
            {%- do unreliable.append(category ~ '_unreliable = 1') %}
        {%- endfor %}
        {%- set lost = [] %}
        {%- for name in published_columns() if name not in ['suppression_reason', 'reliability_flag'] %}
            {%- set found = namespace(condition='distribution_hidden = 1', unreliable='') %}
            {%- for category, share in shares.items() if name.startswith(share) %}
                {%- set counted = '_count' if name.endswith('_unweighted') else '' %}
                {%- set found.condition = category ~ counted ~ '_hidden = 1' %}
                {%- if share ~ '_ci_upper' in published_columns() %}
                    {%- set found.unreliable = ' or ' ~ category ~ '_unreliable = 1' %}
                {%- endif %}
            {%- endfor %}
            {%- if name in keys %}
                {%- set found.condition = none %}
            {%- elif name in ['n', 'group_count', 'group_share'] %}
                {%- set found.condition = '' %}
            {%- elif name in tests %}
                {%- set found.condition = 'tests_hidden = 1' %}
            {%- elif name in missing_columns() %}
                {%- set found.condition = 'missing_hidden = 1' %}
            {%- endif %}
            {%- if found.condition %}
                {%- do lost.append('(' ~ found.condition ~ ' and ' ~ name ~ ' is not null)') %}
            {%- endif %}
        {{ hide(name, found.condition ~ found.unreliable if found.condition else found.condition) }},
        {%- endfor %}
        case
            when
                row_hidden = 1
                {%- for loss in lost %}
                or {{ loss }}
                {%- endfor %}
                then 'protected'
            when n = 0 then 'nobody'
            {%- if unreliable %}
            when {{ unreliable | join(' or ') }} then 'unreliable'
            {%- endif %}
        end as suppression_reason
        {%- if 'reliability_flag' in published_columns() %},
        case
            when row_hidden = 1 or n = 0 then null
            {%- if 'n_effective' in published_columns() %}
            when n_effective < {{ var('disclosure').reliability.n_effective }} then 'low_precision'
            {%- endif %}
            {%- for category, share in shares.items() %}
            when
                {{ category }}_hidden = 0
                and {{ share }}_ci_upper - {{ share }}_ci_lower > 2 * {{ var('disclosure').reliability.half_width }}
                then 'low_precision'
            {%- endfor %}
        end as reliability_flag
        {%- endif %}
    from judged

)

select * from published
{% endmacro %}


{#
    A mart with a row per answer or band of a variable; its row `all` holds the mean. Every band has a row in every
    group: where a mart has none, its absence would tell that nobody of the group is in the band.
#}
{% macro publish_bands(mart, variable, band, labels=[]) %}
    {% set keys = ['survey_id', 'wave_id', variable, band, 'cut_id', 'group_id', 'provenance', 'build_id'] + labels %}
with

mart as (

    select * from {{ ref(mart) }}

),

bands as (

    select distinct
        survey_id,
        wave_id,
        {{ variable }},
        {{ band }},
        {%- for label in labels %}
        {{ label }},
        {%- endfor %}
        provenance,
        build_id
    from mart

),

groups as (

    select distinct
        survey_id,
        wave_id,
        cut_id,
        group_id
    from mart

),

{{ hidden_cells([]) }},

hidden_bands as (

    select * from {{ ref('disclosure_decisions') }}

),

planned as (

    select
        bands.*,
        groups.cut_id,
        groups.group_id
    from bands
    inner join groups
        on
            bands.survey_id = groups.survey_id
            and bands.wave_id = groups.wave_id

),

judged as (

    select
        {%- for name in published_columns() if name != 'suppression_reason' %}
        {%- if name in keys %}
        planned.{{ name }},
        {%- elif name == 'n' %}
        coalesce(mart.n, 0) as n,
        {%- else %}
        mart.{{ name }},
        {%- endif %}
        {%- endfor %}
        coalesce(hidden_rows.row_hidden, 0) as row_hidden,
        case
            when planned.{{ band }} = 'all' then coalesce(hidden_rows.distribution_hidden, 0)
            when hidden_bands.cell_id is null then 0
            else 1
        end as band_hidden,
        coalesce(hidden_rows.weighted_hidden, 0) as weighted_hidden
    from planned
    left join mart
        on
            planned.survey_id = mart.survey_id
            and planned.wave_id = mart.wave_id
            and planned.{{ variable }} = mart.{{ variable }}
            and planned.{{ band }} = mart.{{ band }}
            and planned.cut_id = mart.cut_id
            and planned.group_id = mart.group_id
    {{ join_hidden_rows('planned', variable) }}
    left join hidden_bands
        on
            planned.survey_id = hidden_bands.survey_id
            and planned.wave_id = hidden_bands.wave_id
            and planned.{{ variable }} = hidden_bands.variable_id
            and planned.cut_id = hidden_bands.cut_id
            and planned.group_id = hidden_bands.group_id
            and planned.{{ band }} = hidden_bands.cell_id

),

published as (

    select
        {%- for name in published_columns() if name != 'suppression_reason' %}
        {{ hide(
            name,
            none if name in keys
            else '' if name == 'base_n'
            else 'band_hidden = 1' if name in unweighted_columns() else 'greatest(band_hidden, weighted_hidden) = 1'
        ) }},
        {%- endfor %}
        case
            when row_hidden = 1 or band_hidden = 1 or (weighted_hidden = 1 and n > 0) then 'protected'
            when n = 0 then 'nobody'
        end as suppression_reason
    from judged

)

select * from published
{% endmacro %}


{#
    Differences between two groups of a cut; a row without groups tests all groups of the cut together, and is hidden
    with any of them: a test of all groups and the means of all but one give the last.
#}
{% macro publish_differences(mart, variable) %}
with

mart as (

    select * from {{ ref(mart) }}

),

{{ hidden_cells(['positive']) }},

{{ hidden_cuts() }},

judged as (

    select
        mart.*,
        case
            when mart.group_b is null then coalesce(hidden_cuts.cut_hidden, 0)
            when mart.measure = 'positive_share'
                then greatest(
                    coalesce(one.row_hidden, 0), coalesce(one.positive_hidden, 0),
                    coalesce(other.row_hidden, 0), coalesce(other.positive_hidden, 0)
                )
            else greatest(
                coalesce(one.row_hidden, 0), coalesce(one.distribution_hidden, 0),
                coalesce(other.row_hidden, 0), coalesce(other.distribution_hidden, 0)
            )
        end as row_hidden
    from mart
    left join hidden_cuts
        on
            mart.survey_id = hidden_cuts.survey_id
            and mart.wave_id = hidden_cuts.wave_id
            and mart.{{ variable }} = hidden_cuts.variable_id
            and mart.cut_id = hidden_cuts.cut_id
    {{ join_hidden_rows('mart', variable, group='group_a', alias='one') }}
    {{ join_hidden_rows('mart', variable, group='group_b', alias='other') }}

),

{{ published_rows([
    'survey_id', 'wave_id', variable, 'cut_id', 'group_a', 'group_b', 'measure', 'test', 'method', 'theme_id',
    'group_count', 'effect_size_type', 'provenance', 'build_id'
]) }}
{% endmacro %}


{#
    A mart that counts people per group without asking them anything. Groups add up to the total, so if one is small,
    or hidden elsewhere, all but the total are hidden.
#}
{% macro publish_groups(mart, cut='cut_id', group='group_id', outside=none, labels=[]) %}
with

mart as (

    select * from {{ ref(mart) }}

),

small_groups as (

    select
        mart.survey_id,
        mart.wave_id
    from mart
    left join {{ ref('disclosure_decisions') }} as decisions
        on
            mart.survey_id = decisions.survey_id
            and mart.wave_id = decisions.wave_id
            and mart.{{ cut }} = decisions.cut_id
            and mart.{{ group }} = decisions.group_id
            and decisions.variable_id = 'every_variable'
    where
        mart.n between 1 and {{ var('disclosure').minimum_n - 1 }}
        or decisions.group_id is not null
        {%- if outside %}
        or mart.{{ outside }} - mart.n between 1 and {{ var('disclosure').minimum_n - 1 }}
        {%- endif %}
    group by mart.survey_id, mart.wave_id

),

judged as (

    select
        mart.*,
        case
            when mart.n between 1 and {{ var('disclosure').minimum_n - 1 }} then 1
            when mart.{{ cut }} <> 'total' and small_groups.survey_id is not null then 1
            else 0
        end as row_hidden
    from mart
    left join small_groups
        on
            mart.survey_id = small_groups.survey_id
            and mart.wave_id = small_groups.wave_id

),

{{ published_rows(['survey_id', 'wave_id', cut, group, 'provenance', 'build_id'] + labels) }}
{% endmacro %}


{#
    Flows from an origin to destinations, which are answers to questions of one group. The rank of a destination is
    shown if it follows from what is shown: all that is hidden of the origin together is less than it.
#}
{% macro publish_flows(mart) %}
    {% set keys = [
        'survey_id', 'wave_id', 'flow_id', 'origin_id', 'destination_id', 'origin_position', 'destination_position',
        'is_multiple_response', 'cut_id', 'group_id', 'item_id', 'answer_id', 'provenance', 'build_id'
    ] %}
with

mart as (

    select * from {{ ref(mart) }}

),

{{ hidden_cells([]) }},

hidden_answers as (

    select * from {{ ref('disclosure_decisions') }}

),

matched as (

    select
        mart.*,
        coalesce(hidden_rows.row_hidden, 0) as row_hidden,
        coalesce(hidden_rows.distribution_hidden, 0) as distribution_hidden,
        coalesce(hidden_rows.weighted_hidden, 0) as weighted_hidden,
        case when hidden_answers.cell_id is null then 0 else 1 end as answer_hidden
    from mart
    {{ join_hidden_rows('mart', 'item_id') }}
    left join hidden_answers
        on
            mart.survey_id = hidden_answers.survey_id
            and mart.wave_id = hidden_answers.wave_id
            and mart.item_id = hidden_answers.variable_id
            and mart.cut_id = hidden_answers.cut_id
            and mart.group_id = hidden_answers.group_id
            and mart.answer_id = hidden_answers.cell_id

),

summed as (

    select
        matched.*,
        max(greatest(row_hidden, distribution_hidden)) over origin as origin_hidden,
        base_n - sum(case when answer_hidden = 0 then n else 0 end) over origin as hidden_n,
        1e0 - sum(case when answer_hidden = 0 then coalesce(flow_share, 0e0) else 0e0 end) over origin as hidden_share
    from matched
    window origin as (partition by survey_id, wave_id, flow_id, origin_id)

),

judged as (

    select
        summed.*,
        case
            when origin_hidden = 0 then 0
            when is_multiple_response or answer_hidden = 1 or weighted_hidden = 1 then 1
            when n > hidden_n and flow_share > hidden_share then 0
            else 1
        end as rank_hidden
    from summed

),

published as (

    select
        {%- for name in published_columns() if name != 'suppression_reason' %}
        {{ hide(
            name,
            none if name in keys
            else '' if name == 'base_n'
            else 'rank_hidden = 1' if name in ['rank', 'is_tied']
            else 'answer_hidden = 1' if name in unweighted_columns() else 'greatest(answer_hidden, weighted_hidden) = 1'
        ) }},
        {%- endfor %}
        case
            when row_hidden = 1 or answer_hidden = 1 or (rank_hidden = 1 and rank is not null) then 'protected'
            when weighted_hidden = 1 and n > 0 then 'protected'
            when n = 0 then 'nobody'
        end as suppression_reason
    from judged

)

select * from published
{% endmacro %}


{# Shares of positive answers to a question (`item_id`) of a group (`base_cut_id`, `base_group_id`). #}
{% macro publish_measures(mart) %}
with

mart as (

    select * from {{ ref(mart) }}

),

{{ hidden_cells(['positive']) }},

judged as (

    select
        mart.*,
        greatest(coalesce(hidden_rows.row_hidden, 0), coalesce(hidden_rows.positive_hidden, 0)) as row_hidden
    from mart
    {{ join_hidden_rows('mart', 'item_id', cut='base_cut_id', group='base_group_id') }}

),

{{ published_rows([
    'survey_id', 'wave_id', 'measure_id', 'base', 'cut_id', 'group_id', 'item_id', 'base_cut_id',
    'base_group_id', 'provenance', 'build_id'
]) }}
{% endmacro %}


{#
    Changes between two waves, hidden where either wave's number is, and where the two are of almost the same people:
    what differs then is what those few answered.
#}
{% macro publish_changes(mart, variable) %}
with

mart as (

    select * from {{ ref(mart) }}

),

{{ hidden_cells(['positive']) }},

judged as (

    select
        mart.*,
        case
            when mart.n_overlap < mart.wave_n and mart.wave_n - mart.n_overlap < {{ var('disclosure').minimum_n }} then 1
            when mart.n_overlap < mart.previous_n and mart.previous_n - mart.n_overlap < {{ var('disclosure').minimum_n }}
                then 1
            when mart.n_overlap between 1 and {{ var('disclosure').minimum_n - 1 }} then 1
            when mart.measure = 'mean'
                then greatest(
                    coalesce(later.row_hidden, 0), coalesce(later.distribution_hidden, 0),
                    coalesce(earlier.row_hidden, 0), coalesce(earlier.distribution_hidden, 0)
                )
            else greatest(
                coalesce(later.row_hidden, 0), coalesce(later.positive_hidden, 0),
                coalesce(earlier.row_hidden, 0), coalesce(earlier.positive_hidden, 0)
            )
        end as row_hidden
    from mart
    {{ join_hidden_rows('mart', variable, alias='later') }}
    {{ join_hidden_rows('mart', variable, wave='previous_wave_id', alias='earlier') }}

),

{{ published_rows([
    'survey_id', 'wave_id', 'previous_wave_id', variable, 'kind', 'theme_id', 'measure', 'cut_id', 'group_id',
    'minimum_effect', 'comparability', 'provenance', 'build_id'
]) }}
{% endmacro %}


{#
    A mart whose rows are each of all respondents of a wave: models, reliabilities, dimensions. A row is hidden if fewer than
    the minimum are behind it, or if less than the minimum is left of them beside the parameters (`freedom`).
    `labels` are columns without numbers of people.
#}
{% macro publish_wholes(mart, labels=[], freedom=none, counts='n') %}
with

mart as (

    -- A survey that has no wave yet is described in marts, and nothing of it is told to readers.
    select * from {{ ref(mart) }} where provenance <> 'none'

),

judged as (

    select
        mart.*,
        {%- set conditions = [] %}
        {%- if counts %}
            {%- do conditions.append(counts ~ ' between 1 and ' ~ (var('disclosure').minimum_n - 1)) %}
        {%- endif %}
        {%- if freedom %}
            {%- do conditions.append(freedom ~ ' < ' ~ var('disclosure').minimum_n) %}
        {%- endif %}
        {%- if conditions %}
        case when {{ conditions | join(' or ') }} then 1 else 0 end as row_hidden
        {%- else %}
        0 as row_hidden
        {%- endif %}
    from mart

),

published as (

    select
        {%- for name in published_columns() if name != 'suppression_reason' %}
        {{ hide(name, none if name in labels or not conditions else '') }},
        {%- endfor %}
        case
            when row_hidden = 1 then 'protected'
            {%- if counts %}
            when {{ counts }} = 0 then 'nobody'
            {%- endif %}
            else cast(null as {{ type_text() }})
        end as suppression_reason
    from judged

)

select * from published
{% endmacro %}


{#
    Printed against computed: what was computed of a row (`hidden`) is hidden where any cell that it reads is not
    published with its number, and so is which cell of several decides (`deciding`). That a printed number is
    reproduced tells the computed one.
#}
{% macro publish_reproduction(mart, kind, hidden, deciding=[]) %}
with

mart as (

    select * from {{ ref(mart) }}

),

cells as (

    select
        *,
        -- All of these follow from each other and the numbers of people.
        case
            when source = 'estimates'
                then replace(replace(replace(statistic, '_of_everybody', ''), '_unweighted', ''), '_count', '')
            else statistic
        end as published_statistic
    from {{ ref('reproduction_cells') }}
    where reader_kind = '{{ kind }}'

),

{{ published_numbers() }},

hidden_rows as (

    select
        cells.reader_id,
        1 as row_hidden,
        min(case when numbers.suppression_reason = 'unreliable' then 'unreliable' else 'protected' end) as hidden_reason
    from cells
    left join numbers
        on
            cells.survey_id = numbers.survey_id
            and cells.wave_id = numbers.wave_id
            and cells.source = numbers.source
            and cells.variable_id = numbers.variable_id
            and cells.cut_id = numbers.cut_id
            and cells.group_id = numbers.group_id
            and cells.published_statistic = numbers.statistic
    where coalesce(numbers.is_shown, 0) = 0
    group by cells.reader_id

),

judged as (

    select
        mart.*,
        coalesce(hidden_rows.row_hidden, 0) as row_hidden,
        hidden_rows.hidden_reason
    from mart
    left join hidden_rows on mart.{{ kind }}_id = hidden_rows.reader_id

),

published as (

    select
        {%- for name in published_columns() if name != 'suppression_reason' %}
        {%- if name in deciding %}
        case when row_hidden = 1 and cell_count > 1 then null else {{ name }} end as {{ name }},
        {%- else %}
        {{ hide(name, '' if name in hidden else none) }},
        {%- endif %}
        {%- endfor %}
        hidden_reason as suppression_reason
    from judged

)

select * from published
{% endmacro %}


{#
    CTE: whether published tables show a number, under the address that reproduction_cells gives it. A number that no
    table here has counts as hidden.
#}
{% macro published_numbers() %}
{%- set shares = {
    'item_shares': {
        'variable': 'item_id', 'mean': 'mean', 'positive_share': 'positive_share', 'neutral_share': 'neutral_share',
        'negative_share': 'negative_share'
    },
    'scale_scores': {
        'variable': 'scale_id', 'mean': 'mean', 'positive_share': 'agree_share', 'neutral_share': 'neutral_share',
        'negative_share': 'disagree_share'
    }
} -%}
{%- set kinds = [] -%}
{%- for table, columns in shares.items() -%}
    {%- for statistic, column in columns.items() if statistic != 'variable' -%}
        {%- do kinds.append({
            'table': table, 'source': 'estimates', 'variable': columns.variable,
            'statistic': "'" ~ statistic ~ "'", 'number': column
        }) -%}
    {%- endfor -%}
{%- endfor -%}
{%- do kinds.append({
    'table': 'answer_shares', 'source': 'estimates', 'variable': 'item_id',
    'statistic': "'answer_share:' || answer_id", 'number': 'answer_share'
}) -%}
{%- for statistic in ['group_count', 'group_share'] -%}
    {%- do kinds.append({
        'table': 'item_shares', 'source': 'group_counts', 'variable': "'respondents'",
        'statistic': "'" ~ statistic ~ "'", 'number': 'group_count'
    }) -%}
{%- endfor -%}
{%- for statistic in ['sampled', 'responded', 'response_share'] -%}
    {%- do kinds.append({
        'table': 'response_rates', 'source': 'response_rates', 'variable': 'method',
        'statistic': "'" ~ statistic ~ "'", 'number': statistic
    }) -%}
{%- endfor -%}
{%- for statistic, number in {'beta': 'beta', 'signed_stars': 'p_value'}.items() -%}
    {%- do kinds.append({
        'table': 'regression_coefficients', 'source': 'regression_coefficients', 'variable': 'model_id',
        'cut': 'std_error_type', 'group': 'term_id', 'statistic': "'" ~ statistic ~ "'", 'number': number
    }) -%}
{%- endfor -%}
{%- for statistic in ['n', 'adjusted_r_squared'] -%}
    {%- do kinds.append({
        'table': 'regression_fits', 'source': 'regression_fits', 'variable': 'model_id',
        'cut': 'std_error_type', 'group': "'model'", 'statistic': "'" ~ statistic ~ "'", 'number': statistic
    }) -%}
{%- endfor -%}
{%- for statistic, number in {'difference': 'difference', 'signed_stars': 'p_value'}.items() -%}
    {%- do kinds.append({
        'table': 'item_differences', 'source': 'item_differences', 'variable': 'item_id',
        'group': "coalesce(group_a || ':' || group_b, 'all')",
        'statistic': "measure || '_' || test || '_" ~ statistic ~ "'", 'number': number
    }) -%}
{%- endfor -%}
{%- for table in ['item_shares', 'scale_scores', 'answer_shares', 'response_rates', 'regression_coefficients',
    'regression_fits', 'item_differences'] -%}
{{ table }} as (

    select * from {{ ref('published_' ~ table) }}

),

{% endfor -%}
addressed as (
    {%- for kind in kinds %}
    select
        survey_id,
        wave_id,
        '{{ kind.source }}' as source,
        {{ kind.variable }} as variable_id,
        {{ kind.cut or 'cut_id' }} as cut_id,
        {{ kind.group or 'group_id' }} as group_id,
        {{ kind.statistic }} as statistic,
        case when {{ kind.number }} is null then 0 else 1 end as is_shown,
        suppression_reason
    from {{ kind.table }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- The size of a group stands beside every item: it is public if it is beside one.
numbers as (

    select
        survey_id,
        wave_id,
        source,
        variable_id,
        cut_id,
        group_id,
        statistic,
        max(is_shown) as is_shown,
        min(suppression_reason) as suppression_reason
    from addressed
    group by survey_id, wave_id, source, variable_id, cut_id, group_id, statistic

)
{%- endmacro %}


{#
    Columns of the published model that is built, from its YAML. In a dbt unit test there is no YAML: the test
    overrides this macro with a list.
#}
{% macro published_columns() %}
    {% do return(model.columns.keys() | list) %}
{% endmacro %}


{# CTE: what is hidden of each variable, cut and group; of each category, its weighted share and its count. #}
{% macro hidden_cells(categories) %}
hidden_rows as (

    select
        survey_id,
        wave_id,
        variable_id,
        cut_id,
        group_id,
        max(case when cell_id = 'row' then 1 else 0 end) as row_hidden,
        max(case when cell_id = 'missing' then 1 else 0 end) as missing_hidden,
        max(case when cell_id not in ('row', 'missing') then 1 else 0 end) as distribution_hidden,
        max(case when cell_id = 'weighted' then 1 else 0 end) as weighted_hidden
        {%- for category in categories %},
        max(case when category = '{{ category }}' or cell_id = 'weighted' then 1 else 0 end) as {{ category }}_hidden,
        max(case when category = '{{ category }}' then 1 else 0 end) as {{ category }}_count_hidden
        {%- endfor %}
    from {{ ref('disclosure_decisions') }}
    group by survey_id, wave_id, variable_id, cut_id, group_id

)
{%- endmacro %}


{# Joins `hidden_rows` to a relation, by the columns that name its rows there. #}
{% macro join_hidden_rows(
    relation, variable, cut='cut_id', group='group_id', wave='wave_id', alias='hidden_rows'
) -%}
    left join hidden_rows{{ ' as ' ~ alias if alias != 'hidden_rows' }}
        on
            {{ relation }}.survey_id = {{ alias }}.survey_id
            and {{ relation }}.{{ wave }} = {{ alias }}.wave_id
            and {{ relation }}.{{ variable }} = {{ alias }}.variable_id
            and {{ relation }}.{{ cut }} = {{ alias }}.cut_id
            and {{ relation }}.{{ group }} = {{ alias }}.group_id
{%- endmacro %}


{# CTE: the variables and cuts of which anything but kinds of missing answers is hidden in some group. #}
{% macro hidden_cuts() %}
hidden_cuts as (

    select
        survey_id,
        wave_id,
        variable_id,
        cut_id,
        1 as cut_hidden
    from {{ ref('disclosure_decisions') }}
    where cell_id <> 'missing'
    group by survey_id, wave_id, variable_id, cut_id

)
{%- endmacro %}


{# The end of a query that shows or hides each row of `judged` whole; `keys` stay. #}
{% macro published_rows(keys) -%}
published as (

    select
        {%- for name in published_columns() if name != 'suppression_reason' %}
        {{ hide(name, none if name in keys else '') }},
        {%- endfor %}
        case when row_hidden = 1 then 'protected' when n = 0 then 'nobody' end as suppression_reason
    from judged

)

select * from published
{%- endmacro %}


{# A column that is null where its row or its own condition hides it; never, if the condition is none. #}
{% macro hide(name, condition) -%}
    {%- set hidden = 'row_hidden = 1' ~ (' or ' ~ condition if condition else '') -%}
    {%- if condition is none -%}
        {{ name }}
    {%- elif name.endswith('null_reason') -%}
        case when {{ hidden }} then 'suppressed' else {{ name }} end as {{ name }}
    {%- else -%}
        case when {{ hidden }} then null else {{ name }} end as {{ name }}
    {%- endif -%}
{%- endmacro %}


{# Columns of a mart with a row per answer or flow that no weight is in. #}
{% macro unweighted_columns() %}
    {% do return(['n', 'unweighted_share', 'answer_share_unweighted', 'flow_share_unweighted']) %}
{% endmacro %}


{# Columns that tell how many answers are missing, and of which kind. #}
{% macro missing_columns() %}
    {% do return([
        'asked_count', 'asked_share', 'skipped_share', 'dont_know_share', 'refused_share', 'invalid_share',
        'too_few_items_share'
    ]) %}
{% endmacro %}
