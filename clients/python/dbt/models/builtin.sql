-- The macros that dbt has for what databases write in different ways.
{{ config(materialized='table') }}
select
    {{ dbt.dateadd('day', 3, "'2024-02-27'::timestamp") }} as plus_days,
    {{ dbt.dateadd('month', -1, "'2024-03-31'::timestamp") }} as minus_month,
    {{ dbt.datediff("'2024-01-01'::date", "'2024-03-01'::date", 'day') }} as days,
    {{ dbt.datediff("'2023-12-31'::date", "'2024-01-01'::date", 'year') }} as years,
    {{ dbt.datediff("'2023-11-30'::date", "'2024-01-01'::date", 'month') }} as months,
    {{ dbt.datediff("'2024-01-01 00:59:59'::timestamp", "'2024-01-01 02:00:00'::timestamp", 'hour') }} as hours,
    {{ dbt.datediff("'2024-01-01'::date", "'2024-01-15'::date", 'week') }} as weeks,
    {{ dbt.datediff("'2024-01-01'::date", "'2024-07-01'::date", 'quarter') }} as quarters,
    {{ dbt.datediff("'2024-01-01 00:00:00'::timestamp", "'2024-01-01 00:01:01'::timestamp", 'second') }} as seconds,
    {{ dbt.date_trunc('month', "'2024-02-29 12:00:00'::timestamp") }} as month,
    {{ dbt.last_day("'2024-02-10'::date", 'month') }} as last_day,
    {{ dbt.last_day("'2024-02-10'::date", 'quarter') }} as last_of_quarter,
    {{ dbt.split_part("'a,b,c'", "','", 2) }} as part,
    {{ dbt.split_part("'a,b,c'", "','", -1) }} as last_part,
    {{ dbt.concat(["'a'", "'b'", "'c'"]) }} as together,
    {{ dbt.hash("'dbt'") }} as hashed,
    {{ dbt.length("'ünï'") }} as letters,
    {{ dbt.position("'b'", "'abc'") }} as found_at,
    {{ dbt.replace("'aXc'", "'X'", "'b'") }} as replaced,
    {{ dbt.right("'abc'", 2) }} as ending,
    {{ dbt.safe_cast("'12'", api.Column.translate_type('integer')) }} as number,
    {{ dbt.cast_bool_to_text('1 = 1') }} as bool_text,
    {{ dbt.array_construct([1, 2]) }} as list,
    {{ dbt.array_append(dbt.array_construct([1, 2]), 3) }} as longer,
    {{ dbt.array_concat(dbt.array_construct([1]), dbt.array_construct([2])) }} as joined,
    {{ dbt.string_literal('text') }} as literal,
    {{ dbt.escape_single_quotes("it's") | replace("it", "'it") }}' as escaped,
    agg.names, agg.any_true, agg.any_name
from (
    select
        {{ dbt.listagg('name', "'|'", 'order by id') }} as names,
        {{ dbt.bool_or('active') }} as any_true,
        {{ dbt.any_value("'x'") }} as any_name
    from {{ ref('customers') }} where id < 3
) agg
