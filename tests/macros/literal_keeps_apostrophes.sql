-- Dutch labels are full of apostrophes (ZBO's, GR's); a literal that ends at one breaks a build, or worse,
-- changes a query. A backslash is a letter, whatever the engine makes of one.
with

found as (

    select {{ literal("ZBO's") }} as label
    union all
    select {{ literal("'; drop table x; --") }} as label
    union all
    select {{ literal("") }} as label
    union all
    select {{ literal(none) }} as label
    union all
    select {{ literal(2022) }} as label
    union all
    select {{ literal('a\\b') }} as label
    union all
    select listed.label
    from (values ('''s ochtends'), ('later')) as listed (label)
    where listed.label in ({{ quoted_list(["'s ochtends", "'s avonds"]) }})

),

-- char(39) is the apostrophe, written so that this side escapes nothing.
expected as (

    select 'ZBO' || chr(39) || 's' as label
    union all
    select chr(39) || '; drop table x' || '; --' as label
    union all
    select '' as label
    union all
    select cast(null as {{ type_text() }}) as label
    union all
    select '2022' as label
    union all
    select 'a' || chr(92) || 'b' as label
    union all
    select chr(39) || 's ochtends' as label

)

{{ find_differences('found', 'expected', ['label']) }}
