{# Cells: everybody of a wave, per stratum, cluster and profile; the sample that variances refer to. #}
{% macro count_profiles() %}
    {% for survey_id in var('surveys') %}
        {% set scored = ref('scored_' ~ survey_id) %}
        {% if execute %}
            {% set waves = waves_to_build(survey_id, waves_of(scored), profile_counts_sql(scored, [])) %}
{{ profile_counts_sql(scored, waves) }}
{{ 'union all' if not loop.last }}
        {% endif %}
    {% endfor %}
{% endmacro %}


{% macro profile_counts_sql(scored, waves) %}
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
    {{ fingerprint_of(waves) }} as fingerprint
from {{ scored }}
where {{ in_waves(waves) }}
group by survey_id, wave_id, stratum_id, cluster_id, profile_code
{% endmacro %}
