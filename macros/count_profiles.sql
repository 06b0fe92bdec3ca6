{# Cells: everybody of a wave, per stratum, cluster and profile; the sample that variances refer to. #}
{% macro count_profiles() %}
{{ depends_on_codebook() }}
    {% for survey_id in var('surveys') %}
        {% set scored = ref('scored_' ~ survey_id) %}
        {% set landed = ref('stg_landing__waves') %}
        {% if execute %}
            {% set layout = local_md5(profile_variables(codebook(survey_id)) | string) %}
            {% do require_readable_profiles(survey_id, landed, layout) %}
            {% set definition = profile_counts_sql(scored, [], layout) %}
            {% set waves = waves_to_build(survey_id, waves_of(scored, landed, survey_id), definition) %}
{{ profile_counts_sql(scored, waves, layout) }}
{{ 'union all' if not loop.last }}
        {% endif %}
    {% endfor %}
{% endmacro %}


{#
    A profile is a number whose digits the groups of the codebook explain. A retired wave cannot be counted by other
    groups, and its numbers would be taken for something else: nothing may be built on them then.
#}
{% macro require_readable_profiles(survey_id, landed, layout) %}
    {# Before there was a layout no wave was retired. #}
    {% if is_incremental() and 'profile_layout' in get_columns_in_relation(this) | map(attribute='name') %}
        {% set query %}
            select distinct profiles.wave_id
            from {{ this }} as profiles
            inner join {{ landed }} as landed
                on profiles.survey_id = landed.survey_id and profiles.wave_id = landed.wave_id
            where
                landed.retired_at is not null
                and profiles.survey_id = {{ literal(survey_id) }}
                and profiles.profile_layout <> {{ literal(layout) }}
            order by 1
        {% endset %}
        {% set unreadable = run_query(query).columns[0].values() | list %}
        {% if unreadable %}
            {% do exceptions.raise_compiler_error(
                "The groups of survey " ~ survey_id ~ " changed, and its retired waves " ~ unreadable | join(', ')
                ~ " cannot be counted by other groups. Restore the columns of role group, their answers and bands; "
                ~ "or give those waves up by removing their folders from the landing zone."
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}


{% macro profile_counts_sql(scored, waves, layout) %}
select
    survey_id,
    wave_id,
    stratum_id,
    cluster_id,
    profile_code,
    count(*) as n,
    sum(weight) as sum_w,
    sum(weight * weight) as sum_w2,
    min(weight) as smallest_weight,
    max(weight) as largest_weight,
    {{ literal(layout) }} as profile_layout,
    {{ fingerprint_of(waves) }} as fingerprint
from {{ scored }}
where {{ in_waves(waves) }}
group by survey_id, wave_id, stratum_id, cluster_id, profile_code
{% endmacro %}
