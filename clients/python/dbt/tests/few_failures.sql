{{ config(fail_calc='coalesce(sum(n), 0)', warn_if='>= 4', error_if='> 4', tags='failing') }}
select 4 as n
