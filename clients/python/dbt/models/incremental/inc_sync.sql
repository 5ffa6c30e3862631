{{ config(materialized='incremental', unique_key='id', on_schema_change='sync_all_columns', tags='incremental') }}
select id, updated_at{% if var('more', false) %}, amount::text as amount, true as flag{% else %}, amount, status{% endif %}
from {{ source('raw', 'orders') }}
{% if is_incremental() %}
where updated_at > (select max(updated_at) from {{ this }})
{% endif %}
