"""What the Python client checks share: the runner, the connection's settings, and data with known content.

A check program makes a Checks, registers its checks and calls run(). Each check runs in a process of its own, so that a
driver that hangs or crashes fails one check and no other.
"""

import datetime as dt
import os
import select
import signal
import ssl
import struct
import sys
import time
import traceback
import uuid
from decimal import Decimal

HOST = os.environ.get("PGHOST", "127.0.0.1")
PORT = int(os.environ.get("PGPORT", "5432"))
USER = os.environ.get("PGUSER", "tavana")
PASSWORD = os.environ.get("PGPASSWORD", "tavana")
DATABASE = os.environ.get("PGDATABASE", "tavana")
SSLROOTCERT = os.environ.get("PGSSLROOTCERT", "")
TMP = os.environ.get("CHECK_TMP", "/tmp")
TIMEOUT = float(os.environ.get("CHECK_TIMEOUT", "300"))  # seconds for one check, on a slow machine


# ---- the runner -------------------------------------------------------------------------------------------------------


class Checks:
    """Named checks in the order they were registered. The program's arguments, if any, choose by name or prefix."""

    def __init__(self):
        self.checks = []
        self.cleanups = []

    def check(self, name, *args):
        """Registers the decorated function under name; args are passed to it."""

        def register(function):
            self.checks.append((name, function, args))
            return function

        return register

    def each(self, *variants):
        """Registers the decorated function once for each variant: a tuple of a name and the arguments."""

        def register(function):
            self.checks.extend((name, function, args) for name, *args in variants)
            return function

        return register

    def cleanup(self, function):
        """Registers a function to be run before the first and after the last check, its failures ignored."""
        self.cleanups.append(function)
        return function

    def run(self):
        chosen = sys.argv[1:]
        failed = False
        self._clean()
        for name, function, args in self.checks:
            if chosen and not any(name == c or name.startswith(c + "/") for c in chosen):
                continue
            started = time.monotonic()
            reason = in_own_process(function, args, name)
            if reason is None:
                print("ok", name, flush=True)
            else:
                failed = True
                print(f"not ok {name}: {reason}", flush=True)
            print(f"# {name}: {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
        self._clean()
        sys.exit(1 if failed else 0)

    def _clean(self):
        for function in self.cleanups:
            in_own_process(function, (), None)


def in_own_process(function, args, name):
    """Runs function in a forked process, and kills that after TIMEOUT. Returns None, or in one line why it failed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.dup2(2, 1)  # stdout is for the results only
        status = 0
        try:
            function(*args)
        except BaseException as error:
            if name is not None:
                traceback.print_exc()
            os.write(writer, one_line(error).encode())
            status = 1
        sys.stderr.flush()
        os._exit(status)
    os.close(writer)
    said = b""
    deadline = time.monotonic() + TIMEOUT
    while True:
        ready, _, _ = select.select([reader], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(reader)
            return f"timed out after {TIMEOUT:g} s"
        more = os.read(reader, 4096)
        if not more:
            break
        said += more
    os.close(reader)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return f"died of signal {os.WTERMSIG(status)}"
    if status != 0:
        return said.decode(errors="replace") or "failed"
    return None


def one_line(error):
    """The error's class, SQLSTATE if it has one, and text, in one line of bounded length."""
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if isinstance(state, bytes):
        state = state.decode(errors="replace").strip("\0")
    text = " ".join(str(error).split())
    return f"{type(error).__name__}{f' {state}' if state else ''}: {text}"[:400]


# ---- assertions -------------------------------------------------------------------------------------------------------


def equal(got, want, what="value"):
    """Fails unless got is want and of the same type (True is not 1, 1 is not Decimal(1))."""
    if not same(got, want):
        raise AssertionError(f"{what}: got {short(got)}, want {short(want)}")


def same(got, want):
    if want is None or got is None:
        return got is want
    if isinstance(want, float) and isinstance(got, float):
        return struct.pack("d", got) == struct.pack("d", want) or (got != got and want != want)
    if isinstance(want, (list, tuple)):
        return type(got) is type(want) and len(got) == len(want) and all(map(same, got, want))
    if isinstance(want, Decimal) and isinstance(got, Decimal):
        return got.as_tuple() == want.as_tuple() or (got.is_nan() and want.is_nan())
    if type(got) is not type(want) and not isinstance(got, type(want)):
        return False
    return got == want


def short(value):
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:60]}…{text[-40:]} ({len(text)} characters)"


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def raises(function, *args, expect=Exception):
    """Calls function and returns the exception that it must raise."""
    try:
        function(*args)
    except expect as error:
        return error
    raise AssertionError(f"no {getattr(expect, '__name__', expect)} was raised")


def state_is(error, want):
    """Fails unless the driver's error shows this SQLSTATE."""
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if state != want:
        raise AssertionError(f"SQLSTATE {state}, want {want}: {' '.join(str(error).split())}")


def tls_context():
    """TLS that verifies the server's certificate and name."""
    return ssl.create_default_context(cafile=SSLROOTCERT) if SSLROOTCERT else ssl.create_default_context()


# ---- a million rows ---------------------------------------------------------------------------------------------------

ROWS = 1_000_000


def rows_sql(count=ROWS):
    return (
        "SELECT i::bigint AS id, ('name ' || (i % 1000)::text)::text AS name, (i * 0.5)::float8 AS ratio,"
        " (i * 0.01)::numeric(12,2) AS amount, (TIMESTAMP '2020-01-01 00:00:00' + i * INTERVAL '1 second')::timestamp AS ts,"
        " (DATE '1960-01-01' + (i % 30000)::int)::date AS day, (i % 3 = 0)::bool AS third"
        f" FROM generate_series(1, {count}) AS g(i)"
    )


def expected_rows(count=ROWS):
    names = [f"name {i}" for i in range(1000)]
    first = dt.date(1960, 1, 1)
    days = [first + dt.timedelta(days=i) for i in range(30000)]
    start = dt.datetime(2020, 1, 1)
    second = dt.timedelta(seconds=1)
    cents = [Decimal(i).scaleb(-2) for i in range(100)]
    at = start
    for i in range(1, count + 1):
        at += second
        yield (i, names[i % 1000], i * 0.5, (i // 100) + cents[i % 100], at, days[i % 30000], i % 3 == 0)


def check_rows(rows, count=ROWS):
    """Compares every value of the rows (tuples, or sequences that make one) with what rows_sql has to give."""
    rows = iter(rows)
    for number, want in enumerate(expected_rows(count), 1):
        got = next(rows, None)
        true(got is not None, f"{number - 1} rows, want {count}")
        if got != want and tuple(got) != want:
            raise AssertionError(f"row {number}: got {tuple(got)!r}, want {want!r}")
        if number % 1000 == 1:  # equal numbers may still be of another type
            equal(tuple(got), want, f"row {number}")
    true(next(rows, None) is None, f"more than {count} rows")


# ---- values of every type ---------------------------------------------------------------------------------------------

BIG_TEXT = "tävänä €😀 'q' \"d\" \\ \n" * 50_000  # more than 1 MB in UTF-8
UTC = dt.timezone.utc

# (type as written in SQL, values). Each value goes out as a parameter and has to come back the same.
TYPES = [
    ("bool", [True, False]),
    ("int2", [-32768, -1, 0, 32767]),
    ("int4", [-(2**31), 0, 2**31 - 1]),
    ("int8", [-(2**63), 0, 2**63 - 1]),
    ("float4", [0.0, 0.1, -1.25, float("nan"), float("inf"), float("-inf"), 3.0e38]),
    ("float8", [0.0, -0.0, 0.1, 1e300, 5e-324, 1.7976931348623157e308, float("nan"), float("inf"), float("-inf")]),
    ("numeric(38,0)", [Decimal("9" * 38), Decimal("-" + "9" * 38), Decimal(0)]),
    ("numeric(38,19)", [Decimal("1234567890123456789.0123456789012345678"), Decimal("-0.0000000000000000001")]),
    ("numeric(20,4)", [Decimal("-12345.6789"), Decimal("1.5000"), Decimal("0.0000"), Decimal("10000.0000")]),
    ("text", ["", "plain", "it's \"quoted\" \\ back, {curly}", "ünï€😀\n\t\r end", "NULL", BIG_TEXT]),
    ("varchar", ["", "varying ✓"]),
    ("bytea", [b"", bytes(range(256)), b"\x00\\'\"" * 1000]),
    ("date", [dt.date(1, 1, 1), dt.date(1969, 7, 20), dt.date(2000, 2, 29), dt.date(9999, 12, 31)]),
    ("time", [dt.time(0, 0), dt.time(12, 34, 56), dt.time(23, 59, 59, 999999)]),
    (
        "timestamp",
        [
            dt.datetime(1, 1, 1),
            dt.datetime(1969, 12, 31, 23, 59, 59, 999999),
            dt.datetime(2024, 2, 29, 12, 0, 0, 1),
            dt.datetime(9999, 12, 31, 23, 59, 59, 999999),
        ],
    ),
    (
        "timestamptz",
        [
            dt.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            dt.datetime(2024, 7, 1, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))),
        ],
    ),
    (
        "interval",
        [
            dt.timedelta(0),
            dt.timedelta(days=3, hours=4, minutes=5, seconds=6, microseconds=7),
            dt.timedelta(days=-1),
            dt.timedelta(microseconds=-1),
        ],
    ),
    ("uuid", [uuid.UUID(int=0), uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), uuid.UUID(int=2**128 - 1)]),
    ("int4[]", [[], [1, 2, 3], [-(2**31), None, 2**31 - 1]]),
    ("int8[]", [[2**40, -(2**40)]]),
    ("text[]", [[], ["a", "b"], ["it's", 'say "hi"', "x,y", "{z}", "\\", "", None, "NULL", "ünï😀"]]),
]

# For json a value and, since drivers differ in what they take, its text.
JSON = [
    {"a": [1, 2.5, None, True], "b": {"c": 'ünï😀 "q" \\'}},
    [],
    "text",
]

# Intervals with months in them: (as a parameter's text, the timestamp that they lead to from 2020-01-31).
INTERVALS = [
    ("1 month", dt.datetime(2020, 2, 29)),
    ("-1 month", dt.datetime(2019, 12, 31)),
    ("1 year 2 months 3 days 04:05:06", dt.datetime(2021, 4, 3, 4, 5, 6)),
    ("-1 day", dt.datetime(2020, 1, 30)),
    ("-00:00:00.000001", dt.datetime(2020, 1, 30, 23, 59, 59, 999999)),
]

NULL_TYPES = [name for name, _ in TYPES] + ["json"]

# ---- errors -----------------------------------------------------------------------------------------------------------

# (statement, SQLSTATE)
ERRORS = [
    ("SELEC 1 AS n", "42601"),
    ("SELECT n FROM no_such_table_here", "42P01"),
    ("SELECT no_such_column FROM (SELECT 1 AS a) AS t", "42703"),
    ("SELECT 'abc'::int AS n", "22P02"),
    ("SELECT (2147483647::int + n)::int AS n FROM (SELECT 1::int AS n) AS t", "22003"),
]

# Runs for hours anywhere, and is no work to plan.
ENDLESS = (
    "SELECT count(*)::bigint AS n FROM generate_series(1, 100000000) AS a(x), generate_series(1, 1000) AS b(y)"
    " WHERE (a.x * b.y) % 7 = 3"
)

# ---- COPY -------------------------------------------------------------------------------------------------------------

COPY_ROWS = 200_000
COPY_COLUMNS = "id, name, amount, ts, day, ok, ratio"
COPY_TABLE = "(id bigint, name text, amount numeric(12,2), ts timestamp, day date, ok bool, ratio float8)"

# The same rows as copy_rows, made by the server.
COPY_SQL = (
    "SELECT i::bigint AS id,"
    " (CASE i % 8 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'say \"hi\", ok' WHEN 3 THEN 'line one' || chr(10) || 'line two'"
    " WHEN 4 THEN 'back' || chr(92) || 'slash ' || chr(92) || 'N' WHEN 5 THEN 'tab' || chr(9) || 'cr' || chr(13) || 'ünï€😀'"
    " WHEN 6 THEN ' NULL ' ELSE 'plain ' || i::text END)::text AS name,"
    " (CASE WHEN i % 5 = 0 THEN NULL ELSE i * 0.01 END)::numeric(12,2) AS amount,"
    " (CASE WHEN i % 7 = 0 THEN NULL ELSE TIMESTAMP '2020-01-01 00:00:00' + i * INTERVAL '1 second' END)::timestamp AS ts,"
    " (DATE '1960-01-01' + (i % 30000)::int)::date AS day,"
    " (CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN true ELSE false END)::bool AS ok,"
    " (i * 0.5)::float8 AS ratio"
)


def copy_sql(count=COPY_ROWS):
    return f"{COPY_SQL} FROM generate_series(1, {count}) AS g(i) ORDER BY i"


def copy_rows(count=COPY_ROWS):
    names = {
        0: None,
        1: "",
        2: 'say "hi", ok',
        3: "line one\nline two",
        4: "back\\slash \\N",
        5: "tab\tcr\rünï€😀",
        6: " NULL ",
    }
    start, first = dt.datetime(2020, 1, 1), dt.date(1960, 1, 1)
    for i in range(1, count + 1):
        yield (
            i,
            names[i % 8] if i % 8 in names else f"plain {i}",
            None if i % 5 == 0 else Decimal(i).scaleb(-2),
            None if i % 7 == 0 else start + dt.timedelta(seconds=i),
            first + dt.timedelta(days=i % 30000),
            (None, True, False)[i % 3],
            i * 0.5,
        )


def copy_field(value):
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


_TEXT = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", "\v": "\\v"})


def copy_text(rows):
    """The rows in COPY's text format, as PostgreSQL writes it, in pieces of bytes."""
    for row in rows:
        fields = ("\\N" if v is None else copy_field(v).translate(_TEXT) for v in row)
        yield ("\t".join(fields) + "\n").encode()


def copy_csv(rows):
    """The rows in COPY's csv format, as PostgreSQL writes it, in pieces of bytes."""
    for row in rows:
        yield (",".join(map(_csv_field, row)) + "\n").encode()


def _csv_field(value):
    if value is None:
        return ""
    text = copy_field(value)
    if text == "" or any(c in text for c in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


def check_bytes(got, pieces, what):
    """Compares what COPY gave with the pieces it should have given, and names the first line that differs."""
    want = b"".join(pieces)
    if got == want:
        return
    for number, (g, w) in enumerate(zip(got.split(b"\n"), want.split(b"\n")), 1):
        if g != w:
            raise AssertionError(f"{what}: line {number}: got {g!r}, want {w!r}")
    raise AssertionError(f"{what}: {len(got)} bytes, want {len(want)}")


def check_copied(rows, count=COPY_ROWS):
    """Compares the rows of a table, ordered by id, with copy_rows."""
    seen = 0
    for got, want in zip(rows, copy_rows(count)):
        if tuple(got) != want:
            raise AssertionError(f"row {seen + 1}: got {tuple(got)!r}, want {want!r}")
        seen += 1
    equal(seen, count, "rows")
    equal(len(rows), count, "rows")


# Malformed COPY input, after one good row: (format, bytes, SQLSTATE).
COPY_BAD = [
    ("text", b"1\tgood\t1.00\t\\N\t2020-01-01\tt\t1\nabc\tbad\t1.00\t\\N\t2020-01-01\tt\t1\n", "22P02"),
    ("text", b"1\tgood\t1.00\t\\N\t2020-01-01\tt\t1\n2\tshort\n", "22P04"),
    ("csv", b"1,good,1.00,,2020-01-01,t,1\n2,bad,1.00,,2020-01-01,maybe,1\n", "22P02"),
    ("csv", b"1,good,1.00,,2020-01-01,t,1\n2,long,1.00,,2020-01-01,t,1,more\n", "22P04"),
]


def float4(value):
    """The value as float4 holds it: what a driver reads in binary."""
    return struct.unpack("f", struct.pack("f", value))[0]


class Timer:
    """Fails when the block took longer than it may."""

    def __init__(self, seconds, what):
        self.seconds, self.what = seconds, what

    def __enter__(self):
        self.started = time.monotonic()

    def __exit__(self, kind, error, trace):
        took = time.monotonic() - self.started
        if kind is None:
            true(took < self.seconds, f"{self.what} took {took:.1f} s")


# ---- connections of the data tools ------------------------------------------------------------------------------------


def uri(scheme="postgresql"):
    """The connection as a URI that libpq and what follows it read. TLS, verified if there is a root to verify with."""
    tls = f"sslmode=verify-full&sslrootcert={SSLROOTCERT}" if SSLROOTCERT else "sslmode=require"
    return f"{scheme}://{USER}:{PASSWORD}@{HOST}:{PORT}/{DATABASE}?{tls}"


def engine(driver, **options):
    """A SQLAlchemy engine: psycopg2, psycopg, or asyncpg (whose engine is an AsyncEngine)."""
    import sqlalchemy
    from sqlalchemy.ext import asyncio as sa_asyncio

    if driver != "asyncpg":
        return sqlalchemy.create_engine(uri(f"postgresql+{driver}"), **options)
    url = f"postgresql+asyncpg://{USER}:{PASSWORD}@{HOST}:{PORT}/{DATABASE}"
    connect_args = {"ssl": tls_context(), "command_timeout": 30}
    return sa_asyncio.create_async_engine(url, connect_args=connect_args, **options)


def adbc_connection(**options):
    """A connection of ADBC's PostgreSQL driver."""
    from adbc_driver_postgresql import dbapi

    return dbapi.connect(uri(), **options)


# ---- a small table of known content for the data tools ---------------------------------------------------------------

DATA_COLUMNS = (
    "id bigint PRIMARY KEY, name text NOT NULL, grp int, amount numeric(12,2), ratio float8, ok bool, day date, ts timestamp,"
    " tz timestamptz"
)
DATA_ROWS = 1000
DATA_SQL = (
    "SELECT i::bigint AS id, ('name ' || i::text)::text AS name, (CASE WHEN i % 10 = 0 THEN NULL ELSE i % 7 END)::int AS grp,"
    " (CASE WHEN i % 11 = 0 THEN NULL ELSE i * 0.25 END)::numeric(12,2) AS amount,"
    " (CASE WHEN i % 13 = 0 THEN NULL ELSE i * 0.5 END)::float8 AS ratio,"
    " (CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN true ELSE false END)::bool AS ok,"
    " (CASE WHEN i % 17 = 0 THEN NULL ELSE DATE '1969-07-20' + i::int END)::date AS day,"
    " (CASE WHEN i % 19 = 0 THEN NULL ELSE TIMESTAMP '2020-01-01 00:00:00.25' + i * INTERVAL '1 hour' END)::timestamp AS ts,"
    " (CASE WHEN i % 23 = 0 THEN NULL ELSE TIMESTAMPTZ '2020-01-01 00:00:00+00' + i * INTERVAL '1 hour' END)::timestamptz AS tz"
)


def data_sql(count=DATA_ROWS):
    return f"{DATA_SQL} FROM generate_series(1, {count}) AS g(i)"


def data_rows(count=DATA_ROWS):
    """What data_sql gives, in the order of id."""
    start, first = dt.datetime(2020, 1, 1, 0, 0, 0, 250_000), dt.date(1969, 7, 20)
    zoned = dt.datetime(2020, 1, 1, tzinfo=UTC)
    return [
        (
            i,
            f"name {i}",
            None if i % 10 == 0 else i % 7,
            None if i % 11 == 0 else (Decimal(i) / 4).quantize(Decimal("0.01")),
            None if i % 13 == 0 else i * 0.5,
            (None, True, False)[i % 3],
            None if i % 17 == 0 else first + dt.timedelta(days=i),
            None if i % 19 == 0 else start + dt.timedelta(hours=i),
            None if i % 23 == 0 else zoned + dt.timedelta(hours=i),
        )
        for i in range(1, count + 1)
    ]


def data_schema(conn, schema, table="data"):
    """Makes the schema with the table of data_rows in it, unless it is there. conn is of psycopg, in autocommit."""
    there = "SELECT 1 AS n FROM information_schema.tables WHERE table_schema = %s AND table_name = %s"
    if conn.execute(there, [schema, table]).fetchone():
        return
    conn.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    conn.execute("BEGIN")
    conn.execute(f"CREATE TABLE {schema}.{table} ({DATA_COLUMNS})")
    conn.execute(f"INSERT INTO {schema}.{table} {data_sql()}")
    conn.execute("COMMIT")


def drop_schema(schema):
    """Drops the schema and all in it, with psycopg."""
    import psycopg

    with psycopg.connect(uri(), autocommit=True) as conn:
        conn.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


def stored_rows(table):
    """The rows of schema.table, in the order of its id, read with psycopg."""
    import psycopg

    with psycopg.connect(uri(), options="-c TimeZone=UTC") as conn:
        return conn.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()


def stored_columns(schema, table):
    """The table's columns and their types, as the catalog tells."""
    import psycopg

    with psycopg.connect(uri()) as conn:
        found = conn.execute(
            "SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
            [schema, table],
        )
        return dict(found.fetchall())
