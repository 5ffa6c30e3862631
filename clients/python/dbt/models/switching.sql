{{ config(materialized=var('switching', 'table')) }}
select id, status from {{ source('raw', 'orders') }}
