-- Cross-products become rows by this, and cells on some engines: a value under another column's name
-- would give every item another's answers.
{% set wide %}
    (
        select
            respondent,
            q1,
            q2
        from (values ('a', 4e0, -2e0), ('b', 4e0, 5e0)) as answers (respondent, q1, q2)
    ) as answered
{% endset %}
with

found as (

    select
        respondent,
        item,
        answer
    from {{ unpivot(wide, 'answer', 'item', ['q1', 'q2']) }}

),

expected as (

    select *
    from (
        values ('a', 'q1', 4e0), ('a', 'q2', -2e0), ('b', 'q1', 4e0), ('b', 'q2', 5e0)
    ) as listed (respondent, item, answer)

)

{{ find_differences('found', 'expected', ['respondent', 'item', 'answer']) }}
