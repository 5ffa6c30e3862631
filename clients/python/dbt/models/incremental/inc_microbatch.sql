{{ config(
    materialized='incremental', incremental_strategy='microbatch', unique_key='id', event_time='updated_at',
    batch_size='day', begin='2024-01-01', lookback=1, tags='microbatch'
) }}
select id, amount, updated_at from {{ source('raw', 'orders') }}
