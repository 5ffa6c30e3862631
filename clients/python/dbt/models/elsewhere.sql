{{ config(materialized='table', schema='custom', alias='moved') }}
select id, name from {{ ref('customers') }} where active
