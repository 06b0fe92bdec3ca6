{#
    Cells: how the people of a wave answered in an earlier one, which the errors of changes need where the two
    waves share respondents. A wave is paired with the last wave before it in which a variable was asked; the answers
    of both are counted together per stratum and cluster of both, group and variable.

    Pairs of waves without a respondent in common, which the ids alone tell, are not scanned, and a survey without
    respondent ids is not looked at. One row of nobody per wave, with the previous wave `none`, says that the wave was
    seen: without it a wave that has no overlap any more would keep the old one.
#}
{% macro count_overlap() %}
{{ depends_on_codebook() }}
    {% if not execute %}
-- depends_on: {{ ref('cells_answers') }}
    {% endif %}
    {% for survey_id in var('surveys') %}
        {% set scored = ref('scored_' ~ survey_id) %}
        {% set landed = ref('stg_landing__waves') %}
        {% if execute %}
            {% set book = codebook(survey_id) %}
            {% set pairs = asked_pairs(book) %}
            {% set any_pair = [{'wave_id': 'b', 'previous_wave_id': 'a', 'variables': counted_variables(book)}] %}
            {% set definition = overlap_sql(book, scored, [], any_pair) %}
            {% set inputs = waves_and_their_pairs(survey_id, scored, landed, pairs) %}
            {% set waves = waves_to_build(survey_id, inputs, definition) %}
            {% set carried = carried_pairs(survey_id, landed, waves, pairs) %}
{{ overlap_sql(book, scored, waves, linked_pairs(scored, waves, pairs), carried) }}
{{ 'union all' if not loop.last }}
        {% endif %}
    {% endfor %}
{% endmacro %}


{#
    Pairs of waves and the variables for which they are paired: a list of {wave_id, previous_wave_id, variables}.
    A variable was asked in a wave if anybody has another answer to it than that it was not put to them.
#}
{% macro asked_pairs(codebook) %}
    {% if not columns_with_role(codebook, 'respondent_id') %}
        {% do return([]) %}
    {% endif %}
    {% set landed %}
        (
            select distinct survey_id, wave_id
            from {{ ref('cells_answers') }}
            where survey_id = {{ literal(codebook.survey_id) }}
        )
    {% endset %}
    {% set waves = run_query(ordered_waves(landed) ~ ' order by position').columns['wave_id'].values() | list %}
    {% set asked = {} %}
    {% set query %}
        select distinct wave_id, variable_id
        from {{ ref('cells_answers') }}
        where
            survey_id = {{ literal(codebook.survey_id) }}
            and answer_value <> {{ reason_code(codebook, 'not_asked') }}
    {% endset %}
    {% for row in run_query(query).rows %}
        {% do asked.setdefault(row[1], []).append(row[0]) %}
    {% endfor %}
    {% set paired = {} %}
    {% for variable in counted_variables(codebook) %}
        {% set state = namespace(previous=none) %}
        {% for wave_id in waves if wave_id in asked.get(variable, []) %}
            {% if state.previous is not none %}
                {% do paired.setdefault((wave_id, state.previous), []).append(variable) %}
            {% endif %}
            {% set state.previous = wave_id %}
        {% endfor %}
    {% endfor %}
    {% set pairs = [] %}
    {% for (wave_id, previous_wave_id), variables in paired.items() %}
        {% do pairs.append({
            'wave_id': wave_id, 'previous_wave_id': previous_wave_id, 'variables': variables
        }) %}
    {% endfor %}
    {% do return(pairs) %}
{% endmacro %}


{# The waves and what their overlap is built from: themselves, and for which variables they meet which other wave. #}
{% macro waves_and_their_pairs(survey_id, scored, landed, pairs) %}
    {% set built_from = {} %}
    {% set retired = {} %}
    {% for row in run_query(waves_of(scored, landed, survey_id)).rows %}
        {% do built_from.update({row[0]: row[1]}) %}
        {% do retired.update({row[0]: row[2] | int}) %}
    {% endfor %}
    {% set rows = [] %}
    {% for wave_id, fingerprint in built_from.items() %}
        {% set parts = [fingerprint] %}
        {% for pair in pairs if pair.wave_id == wave_id %}
            {% do parts.append(built_from[pair.previous_wave_id] ~ ' ' ~ pair.variables | join(' ')) %}
        {% endfor %}
        {% do rows.append({
            'wave_id': wave_id, 'fingerprint': local_md5(parts | join(' ')), 'is_retired': retired[wave_id],
            'scored_as': none
        }) %}
    {% endfor %}
    {% do return(rows_sql(rows, {
        'wave_id': 'text', 'fingerprint': 'text', 'is_retired': 'bigint', 'scored_as': 'text'
    })) %}
{% endmacro %}


{#
    Of the pairs of the waves that are built, those with a retired wave whose people were counted when both were there:
    what was counted of them then stays. A wave that was delivered after the other was retired never met it.
#}
{% macro carried_pairs(survey_id, landed, waves, pairs) %}
    {% set carried = [] %}
    {% if is_incremental() %}
        {% set met = [] %}
        {% set query %}
            select later.wave_id, earlier.wave_id as previous_wave_id
            from {{ landed }} as later
            inner join {{ landed }} as earlier on later.survey_id = earlier.survey_id
            where
                later.survey_id = {{ literal(survey_id) }}
                and earlier.retired_at is not null
                and later.landed_at < earlier.retired_at
        {% endset %}
        {% for row in run_query(query).rows %}
            {% do met.append(row[0] ~ ' ' ~ row[1]) %}
        {% endfor %}
        {% set built = waves | map(attribute='wave_id') | list %}
        {% for pair in pairs if pair.wave_id in built and pair.wave_id ~ ' ' ~ pair.previous_wave_id in met %}
            {% do exceptions.warn(kept_notice(survey_id, pair.previous_wave_id, this.identifier)) %}
            {% do carried.append(pair) %}
        {% endfor %}
    {% endif %}
    {% do return(carried) %}
{% endmacro %}


{# Of the pairs of the waves that are built, those in which somebody is in both waves. #}
{% macro linked_pairs(scored, waves, pairs) %}
    {% set linked = [] %}
    {% set built = waves | map(attribute='wave_id') | list %}
    {% for pair in pairs if pair.wave_id in built %}
        {% set query %}
            select count(*)
            from {{ scored }} as later
            inner join {{ scored }} as earlier on later.respondent_id = earlier.respondent_id
            where
                later.wave_id = {{ literal(pair.wave_id) }}
                and earlier.wave_id = {{ literal(pair.previous_wave_id) }}
        {% endset %}
        {% if run_query(query).rows[0][0] > 0 %}
            {% do linked.append(pair) %}
        {% endif %}
    {% endfor %}
    {% do return(linked) %}
{% endmacro %}


{% macro overlap_sql(codebook, scored, waves, pairs, carried=[]) %}
    {% set nobody = [] %}
    {% for wave in waves %}
        {% do nobody.append({'survey_id': codebook.survey_id, 'wave_id': wave.wave_id}) %}
    {% endfor %}
select
    survey_id,
    wave_id,
    'none' as previous_wave_id,
    'none' as stratum_id,
    'none' as previous_stratum_id,
    'none' as cluster_id,
    'none' as previous_cluster_id,
    'total' as cut_id,
    'total' as group_id,
    'none' as variable_id,
    cast({{ outside_group_code() }} as double) as answer_value,
    cast({{ outside_group_code() }} as double) as previous_answer_value,
    cast(0 as bigint) as n,
    0e0 as sum_w,
    0e0 as sum_previous_w,
    0e0 as sum_ww,
    {{ fingerprint_of(waves) }} as fingerprint
from (
    {{ rows_sql(nobody, {'survey_id': 'text', 'wave_id': 'text'}) | indent(4) }}
) as seen
    {%- for pair in pairs %}
union all
{{ pair_sql(codebook, scored, waves, pair) }}
    {%- endfor %}
    {%- for pair in carried %}
union all
{{ carried_sql(codebook, waves, pair) }}
    {%- endfor %}
{% endmacro %}


{# What was counted of a pair of waves before, as it is. #}
{% macro carried_sql(codebook, waves, pair) %}
select
    survey_id,
    wave_id,
    previous_wave_id,
    stratum_id,
    previous_stratum_id,
    cluster_id,
    previous_cluster_id,
    cut_id,
    group_id,
    variable_id,
    answer_value,
    previous_answer_value,
    n,
    sum_w,
    sum_previous_w,
    sum_ww,
    {{ fingerprint_of(waves) }} as fingerprint
from {{ this }}
where
    survey_id = {{ literal(codebook.survey_id) }}
    and wave_id = {{ literal(pair.wave_id) }}
    and previous_wave_id = {{ literal(pair.previous_wave_id) }}
    and variable_id in ({{ quoted_list(pair.variables) }})
{% endmacro %}


{# Stands for the answer in a wave in which a person was not in the group; missing answers have codes from -1 down. #}
{% macro outside_group_code() %}{% do return(-100) %}{% endmacro %}


{#
    The answers of one pair of waves, counted together. First per profile of both waves; then each pair of profiles
    goes to the groups it is in, in one wave or in both, so that nothing is multiplied by the number of cuts before it
    is counted.
#}
{% macro pair_sql(codebook, scored, waves, pair) %}
    {% set sides = {} %}
    {% for variable in pair.variables %}
        {% do sides.update({variable: [variable, variable ~ '__previous']}) %}
    {% endfor %}
    {% set variables = profile_variables(codebook) %}
select
    survey_id,
    wave_id,
    {{ literal(pair.previous_wave_id) }} as previous_wave_id,
    stratum_id,
    previous_stratum_id,
    cluster_id,
    previous_cluster_id,
    cut_id,
    group_id,
    variable_id,
    answer_value,
    previous_answer_value,
    cast(sum(n) as bigint) as n,
    sum(sum_w) as sum_w,
    sum(sum_previous_w) as sum_previous_w,
    sum(sum_ww) as sum_ww,
    {{ fingerprint_of(waves) }} as fingerprint
from (
    with

    counted as (

        select
            survey_id,
            wave_id,
            stratum_id,
            previous_stratum_id,
            cluster_id,
            previous_cluster_id,
            profile_code,
            previous_profile_code,
            variable_id,
            answer_value,
            previous_answer_value,
            count(*) as n,
            sum(weight) as sum_w,
            sum(previous_weight) as sum_previous_w,
            sum(weight * previous_weight) as sum_ww
        from (
            select
                later.survey_id,
                later.wave_id,
                later.stratum_id,
                earlier.stratum_id as previous_stratum_id,
                later.cluster_id,
                earlier.cluster_id as previous_cluster_id,
                later.profile_code,
                earlier.profile_code as previous_profile_code,
                later.weight,
                earlier.weight as previous_weight
                {%- for variable in pair.variables %},
                cast(later.{{ variable }} as double) as {{ variable }},
                cast(earlier.{{ variable }} as double) as {{ variable }}__previous
                {%- endfor %}
            from {{ scored }} as later
            inner join {{ scored }} as earlier on later.respondent_id = earlier.respondent_id
            where
                later.wave_id = {{ literal(pair.wave_id) }}
                and earlier.wave_id = {{ literal(pair.previous_wave_id) }}
        ) as {{ unpivot_pairs('linked', 'answer_value', 'previous_answer_value', 'variable_id', sides) | indent(8) }}
        group by
            survey_id, wave_id, stratum_id, previous_stratum_id, cluster_id, previous_cluster_id, profile_code,
            previous_profile_code, variable_id, answer_value, previous_answer_value

    ),

    profiles as (

        select distinct
            profile_code,
            previous_profile_code
        from counted

    ),

    cuts as (

        select
            profile_code,
            previous_profile_code,
            'total' as cut_id,
            'total' as group_id,
            'total' as previous_group_id
        from profiles
        {%- for cut in codebook.get('cuts', []) %}
        union all
        select
            profile_code,
            previous_profile_code,
            {{ literal(cut.cut_id) }} as cut_id,
            {{ group_in_cut(variables, cut) }} as group_id,
            {{ group_in_cut(variables, cut, 'previous_profile_code') }} as previous_group_id
        from profiles
        {%- endfor %}

    ),

    memberships as (

        select
            profile_code,
            previous_profile_code,
            cut_id,
            group_id,
            max(is_later) as is_later,
            max(is_earlier) as is_earlier
        from (
            select profile_code, previous_profile_code, cut_id, group_id, 1 as is_later, 0 as is_earlier
            from cuts
            union all
            select profile_code, previous_profile_code, cut_id, previous_group_id as group_id, 0, 1
            from cuts
        ) as either
        where group_id is not null
        group by profile_code, previous_profile_code, cut_id, group_id

    )

    select
        counted.survey_id,
        counted.wave_id,
        counted.stratum_id,
        counted.previous_stratum_id,
        counted.cluster_id,
        counted.previous_cluster_id,
        memberships.cut_id,
        memberships.group_id,
        counted.variable_id,
        case when memberships.is_later = 1 then counted.answer_value else {{ outside_group_code() }} end
            as answer_value,
        case when memberships.is_earlier = 1 then counted.previous_answer_value else {{ outside_group_code() }} end
            as previous_answer_value,
        counted.n,
        counted.sum_w,
        counted.sum_previous_w,
        counted.sum_ww
    from counted
    inner join memberships
        on
            counted.profile_code = memberships.profile_code
            and counted.previous_profile_code = memberships.previous_profile_code
) as grouped
group by
    survey_id, wave_id, stratum_id, previous_stratum_id, cluster_id, previous_cluster_id, cut_id, group_id,
    variable_id, answer_value, previous_answer_value
{% endmacro %}
