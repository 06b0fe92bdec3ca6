{#
    Incremental by wave. A wave is (re)built when its input changed (another delivery, another build of
    the layer below) or when the SQL that builds it changed (codebook, seed or macro); nothing of
    history is scanned otherwise. `inputs` is a query that yields wave_id and fingerprint, and where waves
    may be retired also is_retired and scored_as; `definition` is the SQL of the model for any wave.

    A retired wave has no rows to build it from. It stays as it is, and is told of where it would come out otherwise.
#}
{% macro waves_to_build(survey_id, inputs, definition) %}
    {% if not execute %}
        {% do return([]) %}
    {% endif %}
    {% set built = [] %}
    {% if is_incremental() %}
        {% set ledger = run_query(
            "select distinct wave_id, fingerprint from " ~ this ~ " where survey_id = '" ~ survey_id ~ "'"
        ) %}
        {% for row in ledger.rows %}
            {% do built.append(row[0] ~ ' ' ~ row[1]) %}
        {% endfor %}
    {% endif %}
    {% set waves = [] %}
    {% set layout = local_md5(definition) %}
    {% for row in run_query(inputs).rows %}
        {% set fingerprint = local_md5(row[1] ~ layout) %}
        {% set values = row.values() | list %}
        {% if row[0] ~ ' ' ~ fingerprint in built %}
        {% elif values | length > 2 and values[2] == 1 %}
            {% if definition | trim and values[3] != fingerprint %}
                {% do exceptions.warn(kept_notice(survey_id, row[0], this.identifier)) %}
            {% endif %}
        {% else %}
            {% do waves.append({'wave_id': row[0], 'fingerprint': fingerprint}) %}
        {% endif %}
    {% endfor %}
    {% do return(waves | sort(attribute='wave_id')) %}
{% endmacro %}


{# What a build says of a retired wave that it would build otherwise; `werkpeil build` reads it. #}
{% macro kept_notice(survey_id, wave_id, model) %}
    {% do return('retired wave kept: ' ~ survey_id ~ ' ' ~ wave_id ~ ' ' ~ model) %}
{% endmacro %}


{# The landed waves of a survey and the delivery that each shows; of retired ones, what they were scored as last. #}
{% macro landed_deliveries(survey_id) %}
select
    wave_id,
    delivery_id as fingerprint,
    case when retired_at is null then 0 else 1 end as is_retired,
    scored_as
from {{ source('raw', 'landing_register') }}
where is_current and survey_id = {{ literal(survey_id) }}
{% endmacro %}


{#
    The scored waves of a survey and what they were built from; of retired ones, what they were built from last.
    `landed` is stg_landing__waves: a model names it where dbt sees it while it parses.
#}
{% macro waves_of(scored, landed, survey_id) %}
select distinct wave_id, fingerprint, 0 as is_retired, cast(null as {{ type_text() }}) as scored_as
from {{ scored }}
union all
select wave_id, scored_as as fingerprint, 1 as is_retired, cast(null as {{ type_text() }}) as scored_as
from {{ landed }}
where retired_at is not null and survey_id = {{ literal(survey_id) }}
{% endmacro %}


{# The condition that keeps a scan to the waves that are built. #}
{% macro in_waves(waves) -%}
    {%- if waves -%}
        wave_id in ({{ quoted_list(waves | map(attribute='wave_id') | list) }})
    {%- else -%}
        1 = 0
    {%- endif -%}
{%- endmacro %}


{# What each wave was built from, stored beside it: the ledger of the next run. #}
{% macro fingerprint_of(waves) -%}
    cast(
        {%- if waves %}
        case wave_id
            {%- for wave in waves %}
            when {{ literal(wave.wave_id) }} then {{ literal(wave.fingerprint) }}
            {%- endfor %}
        end
        {%- else %} null
        {%- endif %} as {{ type_text() }}
    )
{%- endmacro %}


{#
    Common table expressions that end in `waves`: those that are to be built, with their fingerprint, for a model that
    stands on tables. `inputs` maps a name to a query of survey_id, wave_id and digest; a wave is built again when one of
    them, or the model, changed.
#}
{% macro changed_waves(inputs) %}
wave_inputs as (

    {%- for name, query in inputs.items() %}
    select
        survey_id,
        wave_id,
        {{ literal(name) }} as input,
        cast(digest as {{ type_text() }}) as digest
    from ({{ query | trim }}) as {{ name }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

wave_fingerprints as (

    select
        survey_id,
        wave_id,
        md5({{ literal(local_md5(model.raw_code)) }} || cast({{ digest_of(['input', 'digest']) }} as {{ type_text() }}))
            as fingerprint
    from wave_inputs
    group by survey_id, wave_id

),

waves as (

    select *
    from wave_fingerprints
    {%- if is_incremental() and 'fingerprint' in get_columns_in_relation(this) | map(attribute='name') %}
    where
        not exists (
            select 1
            from {{ this }} as built
            where
                built.survey_id = wave_fingerprints.survey_id
                and built.wave_id = wave_fingerprints.wave_id
                and built.fingerprint = wave_fingerprints.fingerprint
        )
    {%- endif %}

)
{% endmacro %}


{#
    A wave that is no longer landed leaves no trace in the layers. One that is retired leaves its cells and what Python
    found in them, of which there is no other copy, and no respondent. The register is named while it runs only: no
    layer reads rows of it, so it is no input of theirs.
#}
{% macro delete_vanished_waves(keep_retired=true) %}
    {% if execute %}
        {% set counted = 'needed.is_current' if keep_retired else 'needed.is_current and needed.retired_at is null' %}
{{ delete_waves_without(source('raw', 'landing_register'), counted) }}
    {% endif %}
{% endmacro %}


{# Delete the waves of which another relation, `needed`, has no rows of which a condition holds. #}
{% macro delete_waves_without(relation, condition='1 = 1') %}
    {% if execute and is_incremental() %}
        {% set missing %}
not exists (
    select 1
    from {{ relation }} as needed
    where
        {{ condition }}
        and needed.survey_id = {{ this.identifier }}.survey_id
        and needed.wave_id = {{ this.identifier }}.wave_id
)
        {% endset %}
{{ delete_waves(this, missing) }}
    {% endif %}
{% endmacro %}


{#
    What the answers that a wave has are worth, as an input of `changed_waves`: a new wave with other answers is no news
    for it. `columns` are those of `valued` that a model reads.
#}
{% macro worth_of_answers(grouped, valued, columns) %}
select
    given.survey_id,
    given.wave_id,
    {{ digest_of(['valued.variable_id', 'valued.answer_value'] + columns) }} as digest
from (
    select distinct
        survey_id,
        wave_id,
        variable_id,
        answer_value
    from {{ grouped }}
    where cut_id = 'total'
) as given
inner join {{ valued }} as valued
    on
        given.survey_id = valued.survey_id
        and given.variable_id = valued.variable_id
        and given.answer_value = valued.answer_value
group by given.survey_id, given.wave_id
{% endmacro %}


{# What each wave of a table that keeps fingerprints was built from, as an input of `changed_waves`. #}
{% macro fingerprints_in(relation) %}
select distinct
    survey_id,
    wave_id,
    fingerprint as digest
from {{ relation }}
{% endmacro %}


{# The rows of a relation in the `waves` of `changed_waves`, with the fingerprint that is theirs now. #}
{% macro rows_to_build(relation) %}
select
    told.*,
    waves.fingerprint as wave_fingerprint
from {{ relation }} as told
inner join waves
    on
        told.survey_id = waves.survey_id
        and told.wave_id = waves.wave_id
{% endmacro %}
