{% test profiles_account_for_everybody(model) %}
{{ find_miscounted_waves(model, ref('stg_landing__waves')) }}
{% endtest %}
