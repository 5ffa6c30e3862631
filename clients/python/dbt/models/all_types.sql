{{ config(materialized='table') }}
select
    true as ok,
    1::smallint as small,
    2::int as whole,
    3::bigint as large,
    0.5::real as rough,
    0.25::double precision as ratio,
    1.10::numeric(12,2) as amount,
    'text'::text as words,
    '2024-02-29'::date as day,
    '12:34:56'::time as at,
    '2024-02-29 12:00:00'::timestamp as seen_at,
    '2024-02-29 12:00:00+00'::timestamptz as seen_at_tz,
    '1 day 02:00:00'::interval as took,
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid as key,
    '{"a": 1}'::json as doc,
    array['a', 'b']::text[] as tags,
    array[1, 2]::int[] as numbers
