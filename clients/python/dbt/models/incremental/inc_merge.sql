{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', tags='incremental') }}
select id, customer_id, status, amount, updated_at from {{ source('raw', 'orders') }}
{% if is_incremental() %}
where updated_at > (select max(updated_at) from {{ this }})
{% endif %}
