{% snapshot snap_check %}
{{ config(strategy='check', unique_key=['id', 'code'], check_cols=['status', 'amount']) }}
select id, customer_id, status, amount, 'order ' || id as code from {{ source('raw', 'orders') }}
{% endsnapshot %}
