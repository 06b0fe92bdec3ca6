with

{{ framed_strata() }}

select * from framed_strata
