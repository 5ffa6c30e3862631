-- The statuses are asked for while dbt compiles the model.
{{ config(materialized='view') }}
select customer_id
{% for status in statuses() %}
  , sum(case when status = '{{ status }}' then {{ in_cents('amount') }} else 0 end) as {{ status }}_cents
{% endfor %}
from {{ source('raw', 'orders') }}
group by customer_id
