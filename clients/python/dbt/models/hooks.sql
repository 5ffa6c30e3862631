{{ config(
    materialized='table',
    pre_hook=["insert into dbt_check_raw.hooked values ('before', (select count(*) from dbt_check_raw.orders))",
              {"sql": "insert into dbt_check_raw.hooked values ('outside', 0)", "transaction": false}],
    post_hook="insert into dbt_check_raw.hooked select 'after', count(*) from {{ this }}",
) }}
select id from {{ source('raw', 'orders') }} where id > 1
