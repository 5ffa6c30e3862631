{{ config(materialized='table') }}
select id, {{ "('x' || status)::int" if var('break', false) else '1' }} as n from {{ source('raw', 'orders') }}
