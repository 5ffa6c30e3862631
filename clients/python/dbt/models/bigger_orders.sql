{{ config(materialized='ephemeral') }}
select id, amount from {{ ref('big_orders') }} where amount >= 30
