{{ config(materialized='ephemeral') }}
select id, amount from {{ source('raw', 'orders') }} where amount >= 20
