-- PostgreSQL's functions and operators that DuckDB lacks or means otherwise. A macro here goes before DuckDB's own; tavana_
-- functions that are not here are the worker's (worker/internal/pgfunc, and intervals.go of worker/internal/duck). Arguments have
-- no types, but where a sample is one: inside aggregates DuckDB would choose among overloads before it knows them. typeof() is a constant by then, so of a CASE of it one branch is left.

-- An error with its SQLSTATE; see worker/internal/duck/errors.go.
CREATE MACRO {db}.pgcat.tavana_error(code, message) AS error(chr(1) || code || message);

-- A value as PostgreSQL writes it. Casts to text are rewritten to this.
CREATE MACRO {db}.pgcat.tavana_text(x) AS CASE WHEN regexp_matches(typeof(x), '^(DOUBLE|FLOAT|BLOB|INTERVAL)$|\]$') THEN tavana_written(x::VARCHAR, typeof(x)) ELSE x::VARCHAR END;
CREATE MACRO {db}.pgcat.tavana_shown_text(x) AS CASE WHEN typeof(x) = 'BOOLEAN' THEN (x::VARCHAR)[1] ELSE {db}.pgcat.tavana_text(x) END;

-- Division (/ arrives as // by the setting integer_division) and remainder by zero are errors, not NULL.
CREATE MACRO {db}.pgcat."//"(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN {db}.pgcat.tavana_error('22012', 'division by zero') ELSE system.main."//"(a, b) END;
CREATE MACRO {db}.pgcat."%"(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN {db}.pgcat.tavana_error('22012', 'division by zero') ELSE system.main."%"(a, b) END;
CREATE MACRO {db}.pgcat.mod(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN {db}.pgcat.tavana_error('22012', 'division by zero') ELSE system.main."%"(a, b) END;
CREATE MACRO {db}.pgcat.div(a, b) AS trunc({db}.pgcat."//"(a, b))::DECIMAL(38,0);

-- What the worker writes for || beside an array: NULL is an empty one.
CREATE MACRO {db}.pgcat."|||"(a, b) AS list_concat(a, b);

-- Functions whose result has the type of their argument, beside which a sample of that stands (gateway/internal/sqltext/rewritetyped.go).
-- Of a sample whose type is not known DuckDB takes what costs least: the macro of a structure, since 0 is an INTEGER.
-- A sum of int8 has 37 digits: pgenc.SumPrecision.
CREATE MACRO {db}.pgcat.tavana_sum(s, i, x TINYINT, z BIGINT) AS s::BIGINT, (s, i, x SMALLINT, z BIGINT) AS s::BIGINT, (s, i, x INTEGER, z BIGINT) AS s::BIGINT,
	(s, i, x BIGINT, z BIGINT) AS s::DECIMAL(37,0), (s, i, x HUGEINT, z BIGINT) AS s::DECIMAL(37,0), (s, i, x INTERVAL, z BIGINT) AS i,
	(s, i, x STRUCT(tavana_unknown BOOLEAN), z INTEGER) AS s, (s, i, x, z) AS s;
CREATE MACRO {db}.pgcat.tavana_length(x) AS epoch_us(TRY_CAST(x::VARCHAR AS INTERVAL)); -- by way of a text, since DuckDB binds it for other types too
CREATE MACRO {db}.pgcat.tavana_percentile(s, i, x INTERVAL, z BIGINT) AS to_days((i::BIGINT // 86400000000)::INTEGER) + to_microseconds(i::BIGINT % 86400000000),
	(s, i, x STRUCT(tavana_unknown BOOLEAN), z INTEGER) AS s, (s, i, x, z) AS s;
CREATE MACRO {db}.pgcat.tavana_round(v, x TINYINT, z BIGINT) AS v::DOUBLE, (v, x SMALLINT, z BIGINT) AS v::DOUBLE, (v, x INTEGER, z BIGINT) AS v::DOUBLE, (v, x BIGINT, z BIGINT) AS v::DOUBLE,
	(v, x HUGEINT, z BIGINT) AS v, (v, x STRUCT(tavana_unknown BOOLEAN), z INTEGER) AS v, (v, x, z) AS v;
CREATE MACRO {db}.pgcat.tavana_epoch(v, x DATE, z BIGINT) AS epoch(v)::DECIMAL(18,0), (v, x STRUCT(tavana_unknown BOOLEAN), z INTEGER) AS epoch(v)::DECIMAL(20,6), (v, x, z) AS epoch(v)::DECIMAL(20,6);

-- Numbers.
CREATE MACRO {db}.pgcat.sign(a) AS system.main.sign(a)::DOUBLE;
CREATE MACRO {db}.pgcat.width_bucket(x, low, high, n) AS (CASE WHEN n <= 0 THEN {db}.pgcat.tavana_error('2201G', 'count must be greater than zero') WHEN low = high THEN {db}.pgcat.tavana_error('2201G', 'lower bound cannot equal upper bound')
	WHEN low < high THEN CASE WHEN x < low THEN 0 WHEN x >= high THEN n + 1 ELSE floor((x - low)::DOUBLE * n / (high - low)) + 1 END
	ELSE CASE WHEN x > low THEN 0 WHEN x <= high THEN n + 1 ELSE floor((low - x)::DOUBLE * n / (low - high)) + 1 END END)::INTEGER,
	(x, bounds) AS len(list_filter(bounds, lambda b: b <= x))::INTEGER;
CREATE MACRO {db}.pgcat.scale(x) AS length(split_part(x::VARCHAR, '.', 2))::INTEGER;
CREATE MACRO {db}.pgcat.min_scale(x) AS length(rtrim(split_part(x::VARCHAR, '.', 2), '0'))::INTEGER;
CREATE MACRO {db}.pgcat."|/"(x) AS sqrt(x::DOUBLE);
CREATE MACRO {db}.pgcat."||/"(x) AS cbrt(x::DOUBLE);
CREATE MACRO {db}.pgcat.sind(x) AS round(sin(radians(x)), 15);
CREATE MACRO {db}.pgcat.cosd(x) AS round(cos(radians(x)), 15);
CREATE MACRO {db}.pgcat.tand(x) AS round(tan(radians(x)), 15);
CREATE MACRO {db}.pgcat.cotd(x) AS round(cot(radians(x)), 15);
CREATE MACRO {db}.pgcat.asind(x) AS degrees(asin(x));
CREATE MACRO {db}.pgcat.acosd(x) AS degrees(acos(x));
CREATE MACRO {db}.pgcat.atand(x) AS degrees(atan(x));
CREATE MACRO {db}.pgcat.atan2d(y, x) AS degrees(atan2(y, x));
CREATE MACRO {db}.pgcat.to_hex(x) AS CASE WHEN typeof(x) IN ('INTEGER', 'SMALLINT', 'TINYINT') AND x < 0 THEN lower(hex(x::BIGINT & 4294967295)) ELSE lower(hex(x)) END;
CREATE MACRO {db}.pgcat.num_nulls(a) AS (a IS NULL)::INTEGER, (a, b) AS (a IS NULL)::INTEGER + (b IS NULL)::INTEGER, (a, b, c) AS (a IS NULL)::INTEGER + (b IS NULL)::INTEGER + (c IS NULL)::INTEGER,
	(a, b, c, d) AS (a IS NULL)::INTEGER + (b IS NULL)::INTEGER + (c IS NULL)::INTEGER + (d IS NULL)::INTEGER;
CREATE MACRO {db}.pgcat.num_nonnulls(a) AS (a IS NOT NULL)::INTEGER, (a, b) AS (a IS NOT NULL)::INTEGER + (b IS NOT NULL)::INTEGER, (a, b, c) AS (a IS NOT NULL)::INTEGER + (b IS NOT NULL)::INTEGER + (c IS NOT NULL)::INTEGER,
	(a, b, c, d) AS (a IS NOT NULL)::INTEGER + (b IS NOT NULL)::INTEGER + (c IS NOT NULL)::INTEGER + (d IS NOT NULL)::INTEGER;

-- Texts. PostgreSQL counts in int4.
CREATE MACRO {db}.pgcat.tavana_blob(x) AS try_cast(x::VARCHAR AS BLOB);
CREATE MACRO {db}.pgcat.length(x) AS CASE WHEN typeof(x) = 'BLOB' THEN octet_length({db}.pgcat.tavana_blob(x)) WHEN typeof(x) = 'BIT' THEN bit_length(x::VARCHAR) / 8 ELSE system.main.length(x::VARCHAR) END::INTEGER,
	(x, encoding) AS length(decode(x))::INTEGER;
CREATE MACRO {db}.pgcat.char_length(x) AS system.main.length(x::VARCHAR)::INTEGER;
CREATE MACRO {db}.pgcat.character_length(x) AS system.main.length(x::VARCHAR)::INTEGER;
CREATE MACRO {db}.pgcat.octet_length(x) AS CASE WHEN typeof(x) = 'BLOB' THEN system.main.octet_length({db}.pgcat.tavana_blob(x)) ELSE strlen(x::VARCHAR) END::INTEGER;
CREATE MACRO {db}.pgcat.bit_length(x) AS ({db}.pgcat.octet_length(x) * 8)::INTEGER;
CREATE MACRO {db}.pgcat.strpos(s, t) AS system.main.strpos(s, t)::INTEGER;
CREATE MACRO {db}.pgcat.tavana_position(t, s) AS system.main.strpos(s, t)::INTEGER;
CREATE MACRO {db}.pgcat.substring(s, f) AS CASE
	WHEN typeof(s) IN ('VARCHAR', 'tavana_name', 'tavana_char') AND typeof(f) = 'VARCHAR' THEN list_extract(tavana_regexp_match(s::VARCHAR, f::VARCHAR, ''), 1)
	WHEN typeof(s) = 'BLOB' THEN {db}.pgcat.tavana_error('0A000', 'substring of bytea is not supported') ELSE system.main.substring(s::VARCHAR, greatest(try_cast(f AS BIGINT), 1)) END,
	(s, f, n) AS CASE WHEN n < 0 THEN {db}.pgcat.tavana_error('22011', 'negative substring length not allowed') ELSE system.main.substring(s, greatest(f, 1), greatest(f + n - greatest(f, 1), 0)) END;
CREATE MACRO {db}.pgcat.substr(s, f) AS system.main.substring(s, greatest(f, 1)),
	(s, f, n) AS CASE WHEN n < 0 THEN {db}.pgcat.tavana_error('22011', 'negative substring length not allowed') ELSE system.main.substring(s, greatest(f, 1), greatest(f + n - greatest(f, 1), 0)) END;
CREATE MACRO {db}.pgcat.tavana_overlay(s, r, f) AS system.main.substring(s, 1, f - 1) || r || system.main.substring(s, f + strlen(r)::INTEGER),
	(s, r, f, n) AS system.main.substring(s, 1, f - 1) || r || system.main.substring(s, f + n);
CREATE MACRO {db}.pgcat."overlay"(s, r, f) AS {db}.pgcat.tavana_overlay(s, r, f), (s, r, f, n) AS {db}.pgcat.tavana_overlay(s, r, f, n);
CREATE MACRO {db}.pgcat."position"(s, t) AS system.main.strpos(s, t)::INTEGER;
CREATE MACRO {db}.pgcat.btrim(s) AS trim(s, ' '), (s, c) AS trim(s, c);
CREATE MACRO {db}.pgcat.lpad(s, n) AS CASE WHEN n <= 0 THEN '' ELSE system.main.lpad(s, n::INTEGER, ' ') END,
	(s, n, f) AS CASE WHEN n <= 0 THEN '' WHEN f = '' THEN system.main.left(s, n) ELSE system.main.lpad(s, n::INTEGER, f) END;
CREATE MACRO {db}.pgcat.rpad(s, n) AS CASE WHEN n <= 0 THEN '' ELSE system.main.rpad(s, n::INTEGER, ' ') END,
	(s, n, f) AS CASE WHEN n <= 0 THEN '' WHEN f = '' THEN system.main.left(s, n) ELSE system.main.rpad(s, n::INTEGER, f) END;
CREATE MACRO {db}.pgcat.split_part(s, d, n) AS CASE WHEN n = 0 THEN {db}.pgcat.tavana_error('22023', 'field position must not be zero') ELSE system.main.split_part(s, d, n) END;
CREATE MACRO {db}.pgcat.initcap(s) AS array_to_string(list_transform(regexp_extract_all(s, '[\p{L}\p{N}]+|[^\p{L}\p{N}]+'), lambda w: upper(w[1]) || lower(w[2:])), '');
CREATE MACRO {db}.pgcat.format(f) AS tavana_format(f, []::VARCHAR[]), (f, a) AS tavana_format(f, [{db}.pgcat.tavana_shown_text(a)]), (f, a, b) AS tavana_format(f, [{db}.pgcat.tavana_shown_text(a), {db}.pgcat.tavana_shown_text(b)]),
	(f, a, b, c) AS tavana_format(f, [{db}.pgcat.tavana_shown_text(a), {db}.pgcat.tavana_shown_text(b), {db}.pgcat.tavana_shown_text(c)]),
	(f, a, b, c, d) AS tavana_format(f, [{db}.pgcat.tavana_shown_text(a), {db}.pgcat.tavana_shown_text(b), {db}.pgcat.tavana_shown_text(c), {db}.pgcat.tavana_shown_text(d)]),
	(f, a, b, c, d, e) AS tavana_format(f, [{db}.pgcat.tavana_shown_text(a), {db}.pgcat.tavana_shown_text(b), {db}.pgcat.tavana_shown_text(c), {db}.pgcat.tavana_shown_text(d), {db}.pgcat.tavana_shown_text(e)]),
	(f, a, b, c, d, e, g) AS tavana_format(f, [{db}.pgcat.tavana_shown_text(a), {db}.pgcat.tavana_shown_text(b), {db}.pgcat.tavana_shown_text(c), {db}.pgcat.tavana_shown_text(d), {db}.pgcat.tavana_shown_text(e), {db}.pgcat.tavana_shown_text(g)]);
CREATE MACRO {db}.pgcat.quote_ident(s) AS CASE WHEN s IS NULL THEN NULL ELSE tavana_format('%I', [s::VARCHAR]) END;
CREATE MACRO {db}.pgcat.parse_ident(s) AS tavana_parse_ident(s, 'true'), (s, strict) AS tavana_parse_ident(s, strict::VARCHAR);
CREATE MACRO {db}.pgcat.quote_literal(s) AS CASE WHEN s IS NULL THEN NULL ELSE tavana_format('%L', [{db}.pgcat.tavana_shown_text(s)]) END;
CREATE MACRO {db}.pgcat.quote_nullable(s) AS tavana_format('%L', [{db}.pgcat.tavana_shown_text(s)]);
CREATE MACRO {db}.pgcat.sha256(x) AS unhex(system.main.sha256(x));
CREATE MACRO {db}.pgcat.decode(s, f) AS CASE lower(f) WHEN 'hex' THEN unhex(s) WHEN 'base64' THEN from_base64(s) WHEN 'escape' THEN CASE WHEN contains(s, '\') THEN unhex(tavana_unescape(s)) ELSE system.main.encode(s) END
	ELSE {db}.pgcat.tavana_error('22023', 'unrecognized encoding: "' || f || '"') END, (b) AS system.main.decode(b);
CREATE MACRO {db}.pgcat.encode(b, f) AS CASE lower(f) WHEN 'hex' THEN lower(hex(b)) WHEN 'base64' THEN to_base64(b) WHEN 'escape' THEN tavana_escape(hex(b)) ELSE {db}.pgcat.tavana_error('22023', 'unrecognized encoding: "' || f || '"') END,
	(s) AS system.main.encode(s);
CREATE MACRO {db}.pgcat.convert_from(b, encoding) AS system.main.decode(b);
CREATE MACRO {db}.pgcat.convert_to(s, encoding) AS system.main.encode(s);
CREATE MACRO {db}.pgcat.get_byte(b, n) AS ('0x' || system.main.substring(hex(b), (n * 2 + 1)::BIGINT, 2))::INTEGER;

-- Arrays.
CREATE MACRO {db}.pgcat.cardinality(a) AS len(a)::INTEGER;
CREATE MACRO {db}.pgcat.array_length(a, d) AS CASE WHEN d = 1 AND len(a) > 0 THEN len(a)::INTEGER END;
CREATE MACRO {db}.pgcat.array_position(a, x) AS nullif(list_position(a, x), 0)::INTEGER, (a, x, n) AS (n - 1 + nullif(list_position(a[n:], x), 0))::INTEGER;
CREATE MACRO {db}.pgcat.array_positions(a, x) AS list_filter(range(1, len(a) + 1), lambda i: a[i] IS NOT DISTINCT FROM x)::INTEGER[];
CREATE MACRO {db}.pgcat.array_remove(a, x) AS list_filter(a, lambda e: e IS DISTINCT FROM x);
CREATE MACRO {db}.pgcat.array_replace(a, x, y) AS list_transform(a, lambda e: CASE WHEN e IS NOT DISTINCT FROM x THEN y ELSE e END);
CREATE MACRO {db}.pgcat.array_cat(a, b) AS list_concat(a, b);
CREATE MACRO {db}.pgcat.array_fill(x, dims) AS list_transform(range(dims[1]), lambda i: x);
CREATE MACRO {db}.pgcat.array_dims(a) AS CASE WHEN len(a) > 0 THEN '[1:' || len(a)::VARCHAR || ']' END;
CREATE MACRO {db}.pgcat.trim_array(a, n) AS a[1:len(a) - n];
CREATE MACRO {db}.pgcat.string_to_array(s, d) AS CASE WHEN s = '' THEN []::VARCHAR[] WHEN d IS NULL THEN string_split(s, '') WHEN d = '' THEN [s] ELSE string_split(s, d) END,
	(s, d, n) AS list_transform(CASE WHEN s = '' THEN []::VARCHAR[] WHEN d IS NULL THEN string_split(s, '') WHEN d = '' THEN [s] ELSE string_split(s, d) END, lambda e: CASE WHEN e IS DISTINCT FROM n THEN e END);
CREATE MACRO {db}.pgcat.array_to_string(a, d) AS list_reduce([''] || list_transform(list_filter(a, lambda e: e IS NOT NULL), lambda e: d || e::VARCHAR), lambda x, y: x || y)[system.main.length(d) + 1:]::VARCHAR,
	(a, d, n) AS list_reduce([''] || list_transform(list_filter(list_transform(a, lambda e: coalesce(e::VARCHAR, n)), lambda e: e IS NOT NULL), lambda e: d || e), lambda x, y: x || y)[system.main.length(d) + 1:]::VARCHAR;

-- What LIKE ANY and its kin are rewritten to, of a list of what each pattern gives.
CREATE MACRO {db}.pgcat.tavana_any(l) AS CASE WHEN list_contains(l, true) THEN true WHEN len(list_filter(l, lambda b: b IS NULL)) > 0 THEN NULL WHEN l IS NULL THEN NULL ELSE false END;
CREATE MACRO {db}.pgcat.tavana_all(l) AS CASE WHEN list_contains(l, false) THEN false WHEN len(list_filter(l, lambda b: b IS NULL)) > 0 THEN NULL WHEN l IS NULL THEN NULL ELSE true END;
CREATE MACRO {db}.pgcat.tavana_subscripts(a, d) AS CASE WHEN d = 1 THEN range(1, len(a) + 1)::INTEGER[] ELSE []::INTEGER[] END;

-- Regular expressions.
CREATE MACRO {db}.pgcat.regexp_match(s, p) AS tavana_regexp_match(s, p, ''), (s, p, f) AS tavana_regexp_match(s, p, f);
CREATE MACRO {db}.pgcat.regexp_split_to_array(s, p) AS tavana_regexp_split(s, p, ''), (s, p, f) AS tavana_regexp_split(s, p, f);
CREATE MACRO {db}.pgcat.regexp_like(s, p) AS tavana_regexp_test(s, p, '')::BOOLEAN, (s, p, f) AS tavana_regexp_test(s, p, f)::BOOLEAN;
CREATE MACRO {db}.pgcat.regexp_count(s, p) AS tavana_regexp_count(s, p, '1', '')::INTEGER, (s, p, i) AS tavana_regexp_count(s, p, i::VARCHAR, '')::INTEGER, (s, p, i, f) AS tavana_regexp_count(s, p, i::VARCHAR, f)::INTEGER;
CREATE MACRO {db}.pgcat.regexp_instr(s, p) AS tavana_regexp_instr(s, p, '1', '1', '0', '', '0')::INTEGER, (s, p, i) AS tavana_regexp_instr(s, p, i::VARCHAR, '1', '0', '', '0')::INTEGER,
	(s, p, i, n) AS tavana_regexp_instr(s, p, i::VARCHAR, n::VARCHAR, '0', '', '0')::INTEGER, (s, p, i, n, e) AS tavana_regexp_instr(s, p, i::VARCHAR, n::VARCHAR, e::VARCHAR, '', '0')::INTEGER,
	(s, p, i, n, e, f) AS tavana_regexp_instr(s, p, i::VARCHAR, n::VARCHAR, e::VARCHAR, f, '0')::INTEGER, (s, p, i, n, e, f, x) AS tavana_regexp_instr(s, p, i::VARCHAR, n::VARCHAR, e::VARCHAR, f, x::VARCHAR)::INTEGER;
CREATE MACRO {db}.pgcat.regexp_substr(s, p) AS tavana_regexp_substr(s, p, '1', '1', '', '0'), (s, p, i) AS tavana_regexp_substr(s, p, i::VARCHAR, '1', '', '0'), (s, p, i, n) AS tavana_regexp_substr(s, p, i::VARCHAR, n::VARCHAR, '', '0'),
	(s, p, i, n, f) AS tavana_regexp_substr(s, p, i::VARCHAR, n::VARCHAR, f, '0'), (s, p, i, n, f, x) AS tavana_regexp_substr(s, p, i::VARCHAR, n::VARCHAR, f, x::VARCHAR);
CREATE MACRO {db}.pgcat.regexp_replace(s, p, r) AS tavana_regexp_replace(s, p, r, '1', '', ''),
	(s, p, r, f) AS CASE WHEN typeof(f) = 'VARCHAR' THEN tavana_regexp_replace(s, p, r, '1', '', f::VARCHAR) ELSE tavana_regexp_replace(s, p, r, f::VARCHAR, '1', '') END,
	(s, p, r, i, n) AS tavana_regexp_replace(s, p, r, i::VARCHAR, n::VARCHAR, ''), (s, p, r, i, n, f) AS tavana_regexp_replace(s, p, r, i::VARCHAR, n::VARCHAR, f);

-- Dates. What the clock says now, not at the transaction's beginning, is asked of the operating system.
CREATE MACRO {db}.pgcat.clock_timestamp() AS make_timestamptz(tavana_clock()::BIGINT);
CREATE MACRO {db}.pgcat.statement_timestamp() AS now();
CREATE MACRO {db}.pgcat.make_interval(years := 0, months := 0, weeks := 0, days := 0, hours := 0, mins := 0, secs := 0) AS to_months((years * 12 + months)::INTEGER) + to_days((weeks * 7 + days)::INTEGER) + to_hours(hours::BIGINT) + to_minutes(mins::BIGINT) + to_microseconds(system.main.round(secs::DOUBLE * 1000000)::BIGINT);
CREATE MACRO {db}.pgcat.justify_days(i) AS tavana_justify(i::VARCHAR, 'days')::INTERVAL;
CREATE MACRO {db}.pgcat.justify_hours(i) AS tavana_justify(i::VARCHAR, 'hours')::INTERVAL;
CREATE MACRO {db}.pgcat.justify_interval(i) AS tavana_justify(i::VARCHAR, 'both')::INTERVAL;
CREATE MACRO {db}.pgcat.tavana_overlap(a, b, c, d) AS CASE WHEN least(a, b) > least(c, d) THEN least(a, b) < greatest(c, d) WHEN least(a, b) < least(c, d) THEN least(c, d) < greatest(a, b) ELSE least(a, b) = least(c, d) END;
CREATE MACRO {db}.pgcat.tavana_overlaps(a, b, c, d) AS {db}.pgcat.tavana_overlap(a, b, c, d), (a, b INTERVAL, c, d INTERVAL) AS {db}.pgcat.tavana_overlap(a, a + b, c, c + d), (a, b INTERVAL, c, d) AS {db}.pgcat.tavana_overlap(a, a + b, c, d), (a, b, c, d INTERVAL) AS {db}.pgcat.tavana_overlap(a, b, c, c + d);
CREATE MACRO {db}.pgcat."overlaps"(a, b, c, d) AS {db}.pgcat.tavana_overlap(a, b, c, d);
CREATE MACRO {db}.pgcat.date_trunc(f, x) AS system.main.date_trunc(f, x), (f, x, zone) AS timezone(zone, system.main.date_trunc(f, timezone(zone, x)));
CREATE MACRO {db}.pgcat.tavana_rounded(x, p) AS make_timestamptz((system.main.round(epoch_us(x::TIMESTAMPTZ) / 10 ** (6 - p)) * 10 ** (6 - p))::BIGINT);
CREATE MACRO {db}.pgcat."current_timestamp"(p) AS {db}.pgcat.tavana_rounded(now(), p);
CREATE MACRO {db}.pgcat."localtimestamp"(p) AS {db}.pgcat.tavana_rounded(now(), p)::TIMESTAMP;
CREATE MACRO {db}.pgcat.date_bin(stride, source, origin) AS CASE WHEN stride::INTERVAL <= INTERVAL 0 DAY THEN {db}.pgcat.tavana_error('22023', 'stride must be greater than zero') ELSE time_bucket(stride::INTERVAL, source, origin) END;

CREATE MACRO {db}.pgcat.date_part(part, x) AS CASE lower(part) WHEN 'second' THEN system.main.date_part('microsecond', x) / 1e6 WHEN 'seconds' THEN system.main.date_part('microsecond', x) / 1e6
	WHEN 'milliseconds' THEN system.main.date_part('microsecond', x) / 1e3 ELSE system.main.date_part(part, x)::DOUBLE END;
CREATE MACRO {db}.pgcat.tavana_zone(x) AS CASE WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' THEN (epoch_us(try_cast(x AS TIMESTAMP)) - epoch_us(try_cast(x AS TIMESTAMPTZ))) // 1000000 END;
CREATE MACRO {db}.pgcat.tavana_zone_name(x) AS CASE WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' THEN CASE WHEN current_setting('TimeZone') IN ('UTC', 'Etc/UTC') THEN 'UTC' ELSE strftime(try_cast(x AS TIMESTAMPTZ), '%Z') END ELSE '' END;
CREATE MACRO {db}.pgcat.timeofday() AS strftime(make_timestamptz(tavana_clock()::BIGINT), '%a %b %d %H:%M:%S.%f %Y ') || {db}.pgcat.tavana_zone_name(now());
CREATE MACRO {db}.pgcat.to_char(x, f) AS CASE
	WHEN typeof(x) = 'INTERVAL' THEN tavana_to_char_interval(x::VARCHAR, f)
	WHEN typeof(x) LIKE 'TIMESTAMP%' OR typeof(x) = 'DATE' THEN tavana_to_char_time(epoch_us(try_cast(x AS TIMESTAMP))::VARCHAR, f, coalesce({db}.pgcat.tavana_zone(x)::VARCHAR, ''), {db}.pgcat.tavana_zone_name(x))
	ELSE tavana_to_char_number(x::VARCHAR, f, typeof(x)) END;
CREATE MACRO {db}.pgcat.to_date(s, f) AS DATE '1970-01-01' + tavana_to_date(s, f)::INTEGER;
CREATE MACRO {db}.pgcat.to_timestamp(x) AS system.main.to_timestamp(x),
	(s, f) AS CASE WHEN tavana_to_timestamp(s, f)[1] = 'Z' THEN make_timestamptz(tavana_to_timestamp(s, f)[2:]::BIGINT) ELSE make_timestamp(try_cast(tavana_to_timestamp(s, f) AS BIGINT))::TIMESTAMPTZ END;
CREATE MACRO {db}.pgcat.to_number(s, f) AS tavana_to_number(s, f)::DECIMAL(38,9);

-- JSON. A path is a text[], or its literal.
CREATE MACRO {db}.pgcat.tavana_texts(p) AS CASE WHEN typeof(p) = 'VARCHAR' THEN tavana_text_array(p::VARCHAR) ELSE try_cast(p AS VARCHAR[]) END;
CREATE MACRO {db}.pgcat.tavana_to_jsonb(j) AS tavana_jsonb(j::VARCHAR)::JSON;
CREATE MACRO {db}.pgcat.tavana_json_get(j, p) AS tavana_json_path(j::VARCHAR, {db}.pgcat.tavana_texts(p), 'json')::JSON;
CREATE MACRO {db}.pgcat.tavana_jsonb_get(j, p) AS {db}.pgcat.tavana_to_jsonb({db}.pgcat.tavana_json_get(j, p));
CREATE MACRO {db}.pgcat.tavana_json_get_text(j, p) AS tavana_json_path(j::VARCHAR, {db}.pgcat.tavana_texts(p), 'text');
CREATE MACRO {db}.pgcat.tavana_json_cut_path(j, p) AS tavana_json_cut(j::VARCHAR, {db}.pgcat.tavana_texts(p))::JSON;
CREATE MACRO {db}.pgcat.tavana_json_has(a, b) AS tavana_json_contains(a::VARCHAR, b::VARCHAR)::BOOLEAN;
CREATE MACRO {db}.pgcat.tavana_json_in(a, b) AS tavana_json_contains(b::VARCHAR, a::VARCHAR)::BOOLEAN;
CREATE MACRO {db}.pgcat.tavana_json_key(j, k) AS CASE WHEN k IS NOT NULL THEN tavana_json_exists(j::VARCHAR, [k::VARCHAR], 'all')::BOOLEAN END;
CREATE MACRO {db}.pgcat.tavana_json_any_key(j, k) AS tavana_json_exists(j::VARCHAR, {db}.pgcat.tavana_texts(k), 'any')::BOOLEAN;
CREATE MACRO {db}.pgcat.tavana_json_all_keys(j, k) AS tavana_json_exists(j::VARCHAR, {db}.pgcat.tavana_texts(k), 'all')::BOOLEAN;
CREATE MACRO {db}.pgcat.tavana_json_join(a, b) AS tavana_json_concat(a::VARCHAR, b::VARCHAR)::JSON;
CREATE MACRO {db}.pgcat.tavana_json_without(j, k) AS CASE WHEN k IS NOT NULL THEN tavana_json_delete(j::VARCHAR, [k::VARCHAR], 'key')::JSON END;
CREATE MACRO {db}.pgcat.tavana_json_without_index(j, i) AS tavana_json_delete(j::VARCHAR, [i::VARCHAR], 'index')::JSON;
CREATE MACRO {db}.pgcat.tavana_json_without_keys(j, k) AS tavana_json_delete(j::VARCHAR, {db}.pgcat.tavana_texts(k), 'key')::JSON;
CREATE MACRO {db}.pgcat.to_json(x) AS CASE WHEN x IS NOT NULL THEN tavana_to_json(system.main.to_json(x)::VARCHAR, typeof(x), '')::JSON END;
CREATE MACRO {db}.pgcat.row_to_json(x) AS {db}.pgcat.to_json(x), (x, pretty) AS {db}.pgcat.to_json(x);
CREATE MACRO {db}.pgcat.array_to_json(x) AS {db}.pgcat.to_json(x), (x, pretty) AS {db}.pgcat.to_json(x);
CREATE MACRO {db}.pgcat.to_jsonb(x) AS {db}.pgcat.tavana_to_jsonb({db}.pgcat.to_json(x));
CREATE MACRO {db}.pgcat.tavana_json_agg(l) AS tavana_to_json(system.main.to_json(l)::VARCHAR, typeof(l), CASE WHEN l IS NOT NULL THEN 'agg' END)::JSON;
CREATE MACRO {db}.pgcat.tavana_jsonb_agg(l) AS {db}.pgcat.tavana_to_jsonb({db}.pgcat.tavana_json_agg(l));
CREATE MACRO {db}.pgcat.tavana_json_object_agg(l) AS tavana_to_json(system.main.to_json(l)::VARCHAR, typeof(l), CASE WHEN l IS NOT NULL THEN 'objectagg' END)::JSON;
CREATE MACRO {db}.pgcat.tavana_jsonb_object_agg(l) AS {db}.pgcat.tavana_to_jsonb({db}.pgcat.tavana_json_object_agg(l));
CREATE MACRO {db}.pgcat.tavana_json_build_object(r) AS tavana_to_json(system.main.to_json(r)::VARCHAR, typeof(r), 'object')::JSON;
CREATE MACRO {db}.pgcat.tavana_jsonb_build_object(r) AS {db}.pgcat.tavana_to_jsonb({db}.pgcat.tavana_json_build_object(r));
CREATE MACRO {db}.pgcat.tavana_json_build_array(r) AS tavana_to_json(system.main.to_json(r)::VARCHAR, typeof(r), 'array')::JSON;
CREATE MACRO {db}.pgcat.tavana_jsonb_build_array(r) AS {db}.pgcat.tavana_to_jsonb({db}.pgcat.tavana_json_build_array(r));
CREATE MACRO {db}.pgcat.json_object(a) AS tavana_json_object({db}.pgcat.tavana_texts(a), []::VARCHAR[])::JSON, (k, v) AS tavana_json_object({db}.pgcat.tavana_texts(k), {db}.pgcat.tavana_texts(v))::JSON;
CREATE MACRO {db}.pgcat.jsonb_object(a) AS {db}.pgcat.tavana_to_jsonb({db}.pgcat.json_object(a)), (k, v) AS {db}.pgcat.tavana_to_jsonb({db}.pgcat.json_object(k, v));
CREATE MACRO {db}.pgcat.json_array_elements(j) AS tavana_json_elements(j::VARCHAR, 'json')::JSON[];
CREATE MACRO {db}.pgcat.jsonb_array_elements(j) AS tavana_json_elements(tavana_jsonb(j::VARCHAR), 'json')::JSON[];
CREATE MACRO {db}.pgcat.json_array_elements_text(j) AS tavana_json_elements(j::VARCHAR, 'text');
CREATE MACRO {db}.pgcat.jsonb_array_elements_text(j) AS tavana_json_elements(tavana_jsonb(j::VARCHAR), 'text');
CREATE MACRO {db}.pgcat.json_object_keys(j) AS tavana_json_keys(j::VARCHAR);
CREATE MACRO {db}.pgcat.jsonb_object_keys(j) AS tavana_json_keys(tavana_jsonb(j::VARCHAR));
CREATE MACRO {db}.pgcat.tavana_json_each(j, how) AS list_transform(list_zip(tavana_json_keys(j), tavana_json_values(j, how)), lambda m: {'key': m[1], 'value': m[2]});
CREATE MACRO {db}.pgcat.json_each(j) AS {db}.pgcat.tavana_json_each(j::VARCHAR, 'json')::STRUCT("key" VARCHAR, "value" JSON)[];
CREATE MACRO {db}.pgcat.jsonb_each(j) AS {db}.pgcat.tavana_json_each(tavana_jsonb(j::VARCHAR), 'json')::STRUCT("key" VARCHAR, "value" JSON)[];
CREATE MACRO {db}.pgcat.json_each_text(j) AS {db}.pgcat.tavana_json_each(j::VARCHAR, 'text');
CREATE MACRO {db}.pgcat.jsonb_each_text(j) AS {db}.pgcat.tavana_json_each(tavana_jsonb(j::VARCHAR), 'text');
CREATE MACRO {db}.pgcat.json_array_length(j) AS tavana_json_length(j::VARCHAR)::INTEGER, (j, p) AS system.main.json_array_length(j, p);
CREATE MACRO {db}.pgcat.jsonb_array_length(j) AS tavana_json_length(j::VARCHAR)::INTEGER;
CREATE MACRO {db}.pgcat.json_typeof(j) AS tavana_json_typeof(j::VARCHAR);
CREATE MACRO {db}.pgcat.jsonb_typeof(j) AS tavana_json_typeof(j::VARCHAR);
CREATE MACRO {db}.pgcat.json_strip_nulls(j) AS tavana_json_strip_nulls(j::VARCHAR)::JSON;
CREATE MACRO {db}.pgcat.jsonb_strip_nulls(j) AS tavana_jsonb(tavana_json_strip_nulls(j::VARCHAR))::JSON;
CREATE MACRO {db}.pgcat.jsonb_pretty(j) AS tavana_jsonb_pretty(j::VARCHAR);
CREATE MACRO {db}.pgcat.jsonb_set(j, p, v) AS tavana_json_set(j::VARCHAR, {db}.pgcat.tavana_texts(p), v::VARCHAR, 'true')::JSON, (j, p, v, c) AS tavana_json_set(j::VARCHAR, {db}.pgcat.tavana_texts(p), v::VARCHAR, c::VARCHAR)::JSON;
CREATE MACRO {db}.pgcat.jsonb_insert(j, p, v) AS tavana_json_insert(j::VARCHAR, {db}.pgcat.tavana_texts(p), v::VARCHAR, 'false')::JSON, (j, p, v, c) AS tavana_json_insert(j::VARCHAR, {db}.pgcat.tavana_texts(p), v::VARCHAR, c::VARCHAR)::JSON;
CREATE MACRO {db}.pgcat.json_extract_path(j, a) AS tavana_json_path(j::VARCHAR, [a::VARCHAR], 'json')::JSON, (j, a, b) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR], 'json')::JSON, (j, a, b, c) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR, c::VARCHAR], 'json')::JSON, (j, a, b, c, d) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR, c::VARCHAR, d::VARCHAR], 'json')::JSON, (j, a, b, c, d, e) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR, c::VARCHAR, d::VARCHAR, e::VARCHAR], 'json')::JSON;
CREATE MACRO {db}.pgcat.jsonb_extract_path(j, a) AS tavana_json_path(j::VARCHAR, [a::VARCHAR], 'json')::JSON, (j, a, b) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR], 'json')::JSON, (j, a, b, c) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR, c::VARCHAR], 'json')::JSON, (j, a, b, c, d) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR, c::VARCHAR, d::VARCHAR], 'json')::JSON, (j, a, b, c, d, e) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR, c::VARCHAR, d::VARCHAR, e::VARCHAR], 'json')::JSON;
CREATE MACRO {db}.pgcat.json_extract_path_text(j, a) AS tavana_json_path(j::VARCHAR, [a::VARCHAR], 'text'), (j, a, b) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR], 'text'), (j, a, b, c) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR, c::VARCHAR], 'text'), (j, a, b, c, d) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR, c::VARCHAR, d::VARCHAR], 'text'), (j, a, b, c, d, e) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR, c::VARCHAR, d::VARCHAR, e::VARCHAR], 'text');
CREATE MACRO {db}.pgcat.jsonb_extract_path_text(j, a) AS tavana_json_path(j::VARCHAR, [a::VARCHAR], 'text'), (j, a, b) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR], 'text'), (j, a, b, c) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR, c::VARCHAR], 'text'), (j, a, b, c, d) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR, c::VARCHAR, d::VARCHAR], 'text'), (j, a, b, c, d, e) AS tavana_json_path(j::VARCHAR, [a::VARCHAR, b::VARCHAR, c::VARCHAR, d::VARCHAR, e::VARCHAR], 'text');

-- Functions that return rows: the lists that unnest makes rows of (gateway/internal/sqltext/rewriteset.go).
CREATE MACRO {db}.pgcat.string_to_table(s, d) AS {db}.pgcat.string_to_array(s, d), (s, d, n) AS {db}.pgcat.string_to_array(s, d, n);
CREATE MACRO {db}.pgcat.regexp_split_to_table(s, p) AS {db}.pgcat.regexp_split_to_array(s, p), (s, p, f) AS {db}.pgcat.regexp_split_to_array(s, p, f);
CREATE MACRO {db}.pgcat.tavana_regexp_rows(s, p) AS tavana_regexp_matches(s, p, ''), (s, p, f) AS tavana_regexp_matches(s, p, f);
