{{ config(materialized='table') }}
select o.id, o.amount, c.name, o.updated_at
from {{ source('raw', 'orders') }} o left join {{ ref('customers') }} c on c.id = o.customer_id
