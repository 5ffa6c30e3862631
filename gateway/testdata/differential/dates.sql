SET TimeZone = 'UTC'

SELECT to_char(timestamp '2024-02-29 13:04:05.678901', 'YYYY-MM-DD HH24:MI:SS')

SELECT to_char(timestamp '2024-02-29 13:04:05.678901', 'YYYY-MM-DD HH12:MI:SS AM MS US')

SELECT to_char(date '2024-02-29', 'Day, DD Month YYYY'), to_char(date '2024-02-29', 'FMDay, FMDD FMMonth YYYY'), to_char(date '2024-02-09', 'Dy DD Mon YY')

SELECT to_char(date '2024-02-29', 'DDD D ID IW IYYY WW W Q CC J')

SELECT to_char(date '2024-02-03', 'FMDDth FMMM "of" YYYY'), to_char(date '2024-02-03', 'DY MON MONTH')

SELECT to_char(timestamptz '2024-02-29 13:04:05+00', 'YYYY-MM-DD"T"HH24:MI:SSOF TZ')

SELECT to_char(interval '1 day 02:03:04', 'DD HH24:MI:SS'), to_char(interval '26 hours', 'HH24:MI')

SELECT id, to_char(ts, 'YYYYMMDD') FROM every_type ORDER BY id

SELECT to_date('2024-02-29', 'YYYY-MM-DD'), to_date('29 Feb 2024', 'DD Mon YYYY'), to_date('20240229', 'YYYYMMDD')

SELECT to_date('2024-060', 'YYYY-DDD')

SELECT to_date('2024-02-30', 'YYYY-MM-DD')

SELECT to_timestamp('2024-02-29 13:04:05', 'YYYY-MM-DD HH24:MI:SS'), to_timestamp('05 Dec 2000', 'DD Mon YYYY')

SELECT to_timestamp(1709212800), to_timestamp(0.5)

SELECT date_trunc('hour', ts), date_trunc('day', ts), date_trunc('month', ts), date_trunc('year', ts) FROM every_type WHERE id = 1

SELECT date_trunc('week', timestamp '2024-02-29 10:00'), date_trunc('quarter', timestamp '2024-02-29 10:00'), date_trunc('decade', timestamp '2024-02-29 10:00'), date_trunc('millisecond', timestamp '2024-02-29 10:00:00.123456')

-- differs: row: 2000-01-01 00:00:00, not 2001-01-01 00:00:00
SELECT date_trunc('century', timestamp '2024-02-29 10:00')

-- differs: row: 2024-02-01 00:00:00, not 2024-02-01 00:00:00+00; types: timestamp for timestamptz
SELECT date_trunc('month', date '2024-02-29')

SELECT date_trunc('day', timestamptz '2024-02-29 10:00+02')

SELECT date_trunc('day', timestamptz '2024-02-29 23:00+00', 'Europe/Rome')

SELECT date_trunc('hour', interval '3 days 02:47:33')

-- differs: code: 22P02, not 22023: extract specifier "nonsense" not recognized
SELECT date_trunc('nonsense', timestamp '2024-02-29 10:00')

SELECT extract(year from ts), extract(month from ts), extract(day from ts), extract(hour from ts), extract(minute from ts), extract(second from ts) FROM every_type WHERE id = 1

SELECT extract(epoch from date '2024-02-29')

SELECT extract(epoch from timestamp '2024-02-29 12:34:56.789')

SELECT extract(epoch from timestamptz '2024-02-29 12:34:56+00')

SELECT extract(epoch from interval '1 day 1 second')

SELECT extract(dow from date '2024-02-25'), extract(isodow from date '2024-02-25'), extract(doy from date '2024-02-29'), extract(week from date '2024-12-30'), extract(isoyear from date '2024-12-30'), extract(quarter from date '2024-02-29')

-- differs: types: float8 for numeric
SELECT extract(century from date '2000-12-31'), extract(decade from date '2024-02-29'), extract(millennium from date '2001-01-01'), extract(julian from date '2024-02-29')

SELECT extract(microseconds from time '12:34:56.789'), extract(hour from time '12:34:56')

SELECT extract(milliseconds from time '12:34:56.789')

-- differs: types: int8 for numeric
SELECT extract(timezone from timestamptz '2024-02-29 12:00+00'), extract(timezone_hour from timestamptz '2024-02-29 12:00+00')

SELECT extract(day from interval '40 days 1 hour'), extract(month from interval '14 months'), extract(year from interval '14 months'), extract(hour from interval '30 hours')

SELECT date_part('year', date '2024-02-29'), date_part('epoch', interval '1 hour'), date_part('dow', timestamp '2024-02-29 00:00'), date_part('second', timestamp '2024-02-29 00:00:01.5')

-- differs: answers 0; SELECT 1 where PostgreSQL fails with 0A000
SELECT extract(hour from date '2024-02-29')

-- differs: code: 22P02, not 22023: extract specifier "nonsense" not recognized
SELECT extract(nonsense from date '2024-02-29')

SELECT age(timestamp '2024-02-29', timestamp '2000-01-01'), age(timestamp '2024-01-01', timestamp '2024-03-15'), age(date '2024-03-31', date '2024-02-29')

SELECT age(timestamp '2024-02-29 01:00', timestamp '2024-02-28 02:00')

-- differs: types: int8 for int4
SELECT date '2024-02-29' + 1, date '2024-02-29' - 1, 1 + date '2024-02-29', date '2024-03-01' - date '2024-02-01'

SELECT date '2024-01-31' + interval '1 month', date '2024-02-29' - interval '1 year', date '2024-02-29' + interval '1 hour'

SELECT date '2024-02-29' + time '12:34', time '12:34' + date '2024-02-29'

SELECT timestamp '2024-02-29 12:00' - timestamp '2024-01-01 00:00', timestamp '2024-02-29 12:00' + interval '1 month 1 day 1 hour', timestamp '2024-01-01' - timestamp '2024-02-29 12:00'

SELECT timestamptz '2024-03-01 00:00+00' - timestamptz '2024-02-29 12:00+00'

SELECT timestamptz '2024-02-29 12:00+00' + interval '12 hours'

SELECT time '23:00' + interval '2 hours', time '01:00' - interval '2 hours'

SELECT time '12:00' - time '13:30', tm - '01:00'::time, tm - interval '1 hour', '23:00:00.5' - tm FROM every_type ORDER BY id

-- differs: fails with 42725: operator is not unique: time without time zone - unknown
SELECT tm - NULL FROM every_type ORDER BY id

SELECT interval '1 day' * 2, interval '1 hour' * 1.5, 2 * interval '1 month'

SELECT interval '1 day' / 2

SELECT interval '1 month' / 4

SELECT iv / 3, iv / i4, iv / f8, iv / n, iv / '2', iv / NULL FROM every_type WHERE i4 <> 0 AND f8 <> 0 AND n <> 0 ORDER BY id

SELECT (max(ts) - min(ts)) / count(*), avg(iv) / 2.5, - max(iv) / 7 FROM every_type

SELECT iv / 0 FROM every_type

SELECT iv / 1e-300 FROM every_type

SELECT iv / iv FROM every_type

SELECT interval '1 day' + interval '25 hours', interval '1 month' - interval '1 day', - interval '1 day 1 hour'

SELECT interval '1 month' = interval '30 days', interval '24 hours' = interval '1 day', interval '1 day' > interval '23 hours'

SELECT interval '1 day', interval '-1 day', interval '1 year', interval '13 months', interval '1 mon -1 day', interval '0'

SELECT interval '1.5 hours', interval '100 hours', interval '1 day -00:00:01', interval '1 microsecond', interval '2 weeks'

SELECT interval '1 year 2 months 3 days 4 hours 5 minutes 6.789 seconds'

SELECT justify_days(interval '35 days')

SELECT justify_hours(interval '27 hours')

SELECT justify_interval(interval '1 mon -1 hour')

SELECT make_date(2024, 2, 29), make_time(12, 34, 56.7), make_timestamp(2024, 2, 29, 12, 34, 56.7)

SELECT make_interval(days => 10), make_interval(years => 1, months => 2, hours => 3, secs => 4.5)

SELECT make_interval(1, 2, 3, 4)

SELECT make_timestamptz(2024, 2, 29, 12, 0, 0)

SELECT make_timestamptz(2024, 2, 29, 12, 0, 0, 'Europe/Rome')

-- differs: code: 22P02, not 22008: Date out of range: 2023-2-29
SELECT make_date(2023, 2, 29)

SELECT g FROM generate_series(timestamp '2024-01-30', timestamp '2024-03-02', interval '1 month') AS g ORDER BY g

-- differs: row: 2024-01-01 00:00:00, not 2024-01-01 00:00:00+00; types: timestamp for timestamptz
SELECT generate_series(date '2024-01-01', date '2024-01-03', interval '1 day')

-- differs: fails with 42883: function generate_series(date, text, interval) does not exist
SELECT g::date FROM generate_series('2024-01-01'::date, '2024-01-03', '1 day') AS g ORDER BY 1

SELECT g FROM generate_series(timestamp '2024-01-02', timestamp '2024-01-01', interval '-12 hours') AS g ORDER BY g DESC

SELECT timestamp '2024-02-29 12:00' AT TIME ZONE 'UTC', timestamp '2024-02-29 12:00' AT TIME ZONE 'Europe/Rome'

SELECT timestamptz '2024-02-29 12:00+00' AT TIME ZONE 'America/New_York'

SELECT timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'Europe/Rome' AT TIME ZONE 'Asia/Tokyo'

SELECT timezone('UTC', timestamp '2024-07-01 12:00')

SELECT timezone('Europe/Rome', timestamptz '2024-07-01 12:00+00')

-- differs: fails with 42883: function timezone(interval, timestamp with time zone) does not exist
SELECT timestamptz '2024-02-29 12:00+00' AT TIME ZONE interval '2 hours'

SELECT timestamp '2024-02-29 12:00' AT TIME ZONE 'EST'

-- differs: code: 0A000, not 22023: Unknown TimeZone 'No/Where'!
SELECT timestamp '2024-02-29 12:00' AT TIME ZONE 'No/Where'

SELECT (date '2024-01-01', date '2024-02-01') OVERLAPS (date '2024-01-15', date '2024-03-01'), (date '2024-01-01', interval '10 days') OVERLAPS (date '2024-01-11', interval '1 day')

SELECT date_bin('15 minutes', timestamp '2024-02-29 12:38', timestamp '2001-01-01')

SELECT pg_typeof(now())::text, pg_typeof(current_date)::text, pg_typeof(current_timestamp)::text, pg_typeof(current_time)::text

SELECT pg_typeof(localtimestamp)::text

SELECT pg_typeof(localtime)::text

SELECT now() = current_timestamp, now() = transaction_timestamp(), localtimestamp = now()::timestamp

SELECT clock_timestamp() >= now()

SELECT statement_timestamp() >= now()

SELECT timeofday() IS NOT NULL

-- differs: types: int8 for int4
SELECT current_date = now()::date, current_date - current_date, now() - now()

SELECT current_timestamp(0) <= now() + interval '1 second'

SELECT 'today'::date = current_date

-- differs: types: int8 for int4
SELECT 'tomorrow'::date - 'yesterday'::date

SELECT 'now'::timestamp <= localtimestamp + interval '1 minute'

SELECT 'infinity'::date, '-infinity'::timestamptz, 'infinity'::timestamp > now(), isfinite(date 'infinity'), isfinite(timestamp '2024-01-01')

-- differs: fails with 42883: function isfinite(interval) does not exist
SELECT isfinite(interval '1 day')

SELECT 'infinity'::timestamp + interval '1 day', 'infinity'::date + 1

SELECT timestamp '0044-03-15 BC', date '0001-01-01' - 1

SELECT date '10000-01-01'

-- differs: fails with 22008: date/time field value out of range: "294276-12-31 23:59:59.999999"
SELECT timestamp '294276-12-31 23:59:59.999999'

SELECT timestamp '294277-01-01'

SELECT d, ts, tz, tm FROM every_type WHERE d < '2000-01-01' ORDER BY d

SELECT id FROM every_type WHERE ts BETWEEN '1960-01-01' AND '2001-01-01' ORDER BY id

SELECT id FROM every_type WHERE d = '2000-01-01' OR tz > '2024-01-01' ORDER BY id

SELECT id, d + iv, ts + iv, ts - iv, tz + iv FROM every_type ORDER BY id

SELECT id, ts::date, ts::time, d::timestamp, tz::date, ts::timestamptz FROM every_type ORDER BY id

-- differs: types: int8 for int4
SELECT id, d - date '2000-01-01', ts - timestamp '2000-01-01' FROM every_type ORDER BY id

SELECT min(d), max(ts), min(iv), max(tm) FROM every_type

SELECT sum(iv), avg(iv) FROM every_type

SELECT date '2024-02-29' = timestamp '2024-02-29 00:00', date '2024-02-29' < timestamptz '2024-02-29 00:00:01+00'

SELECT time '12:34:56.123456', time '12:34', timetz '12:34:56+02'

-- differs: fails with 22008: date/time field value out of range: "12:00-05:30"
SELECT time with time zone '12:00-05:30'

SELECT timestamp(0) '2024-02-29 12:34:56.789', timestamp(3) '2024-02-29 12:34:56.78951'

-- differs: fails with 42000: Type 'TIME' does not take any type parameters
SELECT '12:34:56.789'::time(1)

SELECT '2024-02-29 12:34:56.789'::timestamp(0)

-- differs: fails with 42000: INTERVAL type takes at most one type modifier
SELECT interval '1.23456 seconds'::interval(2)

SELECT extract(epoch from (timestamp '2024-03-01' - timestamp '2024-02-29'))::int, (extract(epoch from interval '90 minutes') / 60)::int

-- differs: types: int8 for int4
SELECT (date '2024-03-01' - date '2024-02-01') / 7, interval '1 day' * (date '2024-03-01' - date '2024-02-28')

SELECT '2024-02-29'::date - '1 day'::interval, '2024-02-29'::date - 7, '2024-02-29 12:00'::timestamp - '1h'::interval

-- differs: types: int8 for int4
SELECT date '2024-02-29' - '2024-02-01'

SELECT now() - interval '7 days' < now()

SET TimeZone = 'Europe/Rome'

SELECT timestamptz '2024-01-01 12:00', '2024-03-31 02:30'::timestamptz

SELECT timestamptz '2024-07-01 12:00+00'

SELECT timestamptz '1900-01-01 00:00+00'

SELECT timestamp '2024-07-01 12:00'::timestamptz

SELECT timestamptz '2024-07-01 12:00+00'::timestamp

SELECT timestamptz '2024-07-01 23:00+00'::date

SELECT timestamptz '2024-03-30 12:00' + interval '1 day', timestamptz '2024-03-30 12:00' + interval '24 hours'

SELECT extract(hour from timestamptz '2024-07-01 12:00+00')

SELECT date_trunc('day', timestamptz '2024-07-01 23:00+00')

-- differs: row: 14:00 EUROPE/ROME +02, not 14:00 CEST +02
SELECT to_char(timestamptz '2024-07-01 12:00+00', 'HH24:MI TZ OF')

SET TimeZone = 'UTC'

SET IntervalStyle = 'iso_8601'

SELECT interval '1 year 2 days 03:04:05'

-- differs: row: 1 day, not P1D
SELECT (interval '1 day')::text

SET IntervalStyle = 'postgres'

SET DateStyle = 'SQL, DMY'

SELECT date '2024-02-29', timestamp '2024-02-29 12:00'

-- differs: row: 2024-02-29 12:00:00, not 29/02/2024 12:00:00
SELECT (timestamp '2024-02-29 12:00')::text

SET DateStyle = 'ISO, MDY'

SELECT extract(hour from timestamp '2024-02-29 10:45') + extract(minute from timestamp '2024-02-29 10:45') / 60 = 10.75

SELECT extract(year from d) % 10, extract(month from d) + 1, extract(year from max(d)) FROM every_type WHERE id = 1 GROUP BY d

SELECT extract(year from hired) AS y, count(*) FROM emp GROUP BY extract(year from hired) ORDER BY extract(year from hired)

SELECT date '2024-02-29'::text, timestamp '2024-02-29 10:00'::date, interval '1 day'::text, CAST(timestamptz '2024-02-29 10:00+00' AS date)

SELECT (date '2024-01-01', date '2024-01-31') OVERLAPS (date '2024-01-31', date '2024-02-28'), (date '2024-01-01', date '2024-01-01') OVERLAPS (date '2024-01-01', date '2024-01-01')

SELECT justify_interval(interval '1 mon -1 hour'), justify_hours(interval '-27 hours 1 day'), justify_days(interval '-35 days')

SELECT interval '1 mon 15 days' / 4, interval '10:00' / 3

SELECT date_trunc('day', timestamptz '2024-02-29 23:30+00', 'UTC'), date_bin('1 hour', timestamp '2024-02-29 12:38', timestamp '2024-02-29 00:30')

SELECT g FROM generate_series(timestamp '2024-01-01', timestamp '2024-01-03', '1 day') AS g

SELECT generate_series(timestamp '2024-01-01', timestamp '2024-01-01 03:00', '90 min')

SELECT x.g::date FROM generate_series(timestamptz '2024-01-01 00:00+00', timestamptz '2024-03-01 00:00+00', '1 mon') x(g)

SELECT (ts AT TIME ZONE 'America/New_York') - (ts - interval '3 days') AT TIME ZONE 'America/New_York', timestamptz '2024-11-04 12:00+00' - timestamptz '2024-11-07 13:30+00', max(ts) OVER () - ts FROM (VALUES (timestamp '2024-11-04'), (timestamp '2024-03-11')) AS v(ts)

SET TimeZone = 'America/New_York'

SELECT timestamptz '2024-11-04' - timestamptz '2024-11-01', extract(epoch FROM timestamptz '2024-11-04' - timestamptz '2024-11-01')::int / 3600, date '2024-11-04' - timestamptz '2024-11-01', timestamptz '2024-03-11' - timestamp '2024-03-09'

SET TimeZone = 'UTC'

SELECT timestamptz 'infinity' - now()

-- differs: types: int8 for int4
SELECT date '2024-03-01' - '2024-01-01', '2024-03-01' - date '2024-01-01', timestamp '2024-03-01' - '2024-02-29 12:00', time '10:00' - '09:30'

SELECT timestamp '2024-03-01' + '1 day', '1 month' + timestamp '2024-01-31', time '10:00' + '1 hour', interval '1 day' * '2', interval '1 day' + '02:00'

SELECT count(*) FROM (VALUES (date '2024-01-01'), ('2024-06-01')) v(d) WHERE d - '2024-03-01' > 0

SELECT date '2024-03-01' - 'soon'

SELECT timestamp '2024-03-01' - '1 day'

SELECT date '2024-03-01' + '1'

SELECT '7' - 3, 7 - '3', '7' * 2.5, 2.5 - '0.125', '1' + 1.5::float8, true + '1'

-- differs: types: float8 for numeric
SELECT '7' - 3, 7 - '3', '7' * 2.5, 2.5 - '0.125', '1' + 1.5::float8

SELECT 'a'::text - '1'
