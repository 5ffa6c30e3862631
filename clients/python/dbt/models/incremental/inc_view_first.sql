{{ config(materialized=var('view_first', 'incremental'), unique_key='id', tags='incremental') }}
select id, amount from {{ source('raw', 'orders') }}
