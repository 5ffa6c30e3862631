{{ config(materialized='incremental', unique_key='id', on_schema_change='append_new_columns', tags='incremental') }}
select id, customer_id, status, amount, updated_at{% if var('more', false) %}, 'extra' || id as more{% endif %} from {{ source('raw', 'orders') }}
{% if is_incremental() %}
where updated_at > (select max(updated_at) from {{ this }})
{% endif %}
