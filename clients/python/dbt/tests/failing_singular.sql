{{ config(tags='failing', store_failures=true) }}
select id, amount from {{ ref('orders_table') }} where amount > 20
