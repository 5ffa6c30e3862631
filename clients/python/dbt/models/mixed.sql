{{ config(materialized='table', alias='Mixed Case') }}
select id, amount as "Total Amount", status as "select" from {{ source('raw', 'orders') }}
