{{ config(materialized='view') }}
select id, upper(name) as upper_name, joined, active from {{ ref('customers') }}
