{{ config(materialized='table') }}
select o.id, o.customer_id, o.status, o.amount, o.updated_at, c.name as customer_name
from {{ source('raw', 'orders') }} o
left join {{ ref('customers') }} c on c.id = o.customer_id
