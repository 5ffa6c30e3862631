{{ config(materialized='table') }}
with mine as (select 1 as one)
select b.id, b.amount, (select count(*) from {{ ref('bigger_orders') }}) as bigger
from {{ ref('big_orders') }} b cross join mine
