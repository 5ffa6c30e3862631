"""polars: read_database_uri with connectorx (its four protocols, partitioned too) and with ADBC, read_database and
write_database over SQLAlchemy and ADBC.

connectorx reads with COPY (FORMAT binary), COPY (FORMAT csv), a portal ("cursor") or the simple protocol. Left out: json and
arrays over the simple protocol and numbers that are not finite, which connectorx has not; iter_batches over SQLAlchemy, which
takes a cursor.
"""

import datetime as dt
from decimal import Decimal

import connectorx as cx
import polars as pl
import psycopg
import sqlalchemy as sa

import common as c

checks = c.Checks()

SCHEMA = "polars_check"
QUERY = f"SELECT * FROM {SCHEMA}.data ORDER BY id"
PROTOCOLS = ("binary", "csv", "cursor", "simple")
DRIVERS = ("psycopg2", "psycopg")

# connectorx knows no verify-full; it verifies when it has a root to verify with.
URI = c.uri().replace("verify-full", "require")


@checks.cleanup
def cleanup():
    c.drop_schema(SCHEMA)


def fixture():
    with psycopg.connect(c.uri(), autocommit=True) as conn:
        c.data_schema(conn, SCHEMA)


def check(name, *variants):
    """Registers a function of the table's frame maker, once for each variant."""

    def register(function):
        def run(*args):
            fixture()
            function(*args)

        for variant in variants:
            checks.check(f"{name}/{variant}", variant)(run)
        return function

    return register


def read(query, protocol, **options):
    return pl.read_database_uri(query, URI, engine="connectorx", protocol=protocol, **options)


def compare(frame, want):
    c.equal(frame.height, len(want), "rows")
    for got, wanted in zip(frame.iter_rows(), want):
        got = tuple(v.astimezone(c.UTC) if isinstance(v, dt.datetime) and v.tzinfo else v for v in got)
        if got != wanted:
            raise AssertionError(f"row {wanted[0]}: got {got!r}, want {wanted!r}")


def kinds(frame):
    return {name: str(kind) for name, kind in frame.schema.items()}


DATA_KINDS = {
    "id": "Int64", "name": "String", "grp": "Int32", "amount": "Decimal(precision=38, scale=10)", "ratio": "Float64", "ok": "Boolean",
    "day": "Date", "ts": "Datetime(time_unit='us', time_zone=None)", "tz": "Datetime(time_unit='us', time_zone='UTC')",
}  # fmt: skip


@check("connectorx/read", *PROTOCOLS)
def check_read(protocol):
    frame = read(QUERY, protocol)
    c.equal(kinds(frame), DATA_KINDS, "schema")
    compare(frame, c.data_rows())
    frame = read(f"SELECT id, name FROM {SCHEMA}.data WHERE id < 0", protocol)
    c.equal((frame.shape, kinds(frame)), ((0, 2), {"id": "Int64", "name": "String"}), "no rows")


# (column, expression, polars' type, value); those from json on are not for the simple protocol.
TYPES = [
    ("small", "'-32768'::int2", "Int16", -32768),
    ("four", "2147483647::int4", "Int32", 2147483647),
    ("big", "9223372036854775807::int8", "Int64", 2**63 - 1),
    ("f4", "1.5::float4", "Float32", 1.5),
    ("f8", "2.25e100::float8", "Float64", 2.25e100),
    ("n", "'-12.345'::numeric(10,3)", "Decimal(precision=38, scale=10)", Decimal("-12.3450000000")),
    ("t", "'ünï€😀 \"q\", ''x'' \\ '::text", "String", "ünï€😀 \"q\", 'x' \\ "),
    ("v", "'varying'::varchar", "String", "varying"),
    ("b", "true", "Boolean", True),
    ("raw", "'\\x00ff5c27'::bytea", "Binary", b"\x00\xff\\'"),
    ("d", "DATE '1969-07-20'", "Date", dt.date(1969, 7, 20)),
    ("ti", "TIME '12:34:56.000001'", "Time", dt.time(12, 34, 56, 1)),
    (
        "ts",
        "TIMESTAMP '2024-02-29 12:00:00.000001'",
        "Datetime(time_unit='us', time_zone=None)",
        dt.datetime(2024, 2, 29, 12, 0, 0, 1),
    ),
    (
        "tz",
        "TIMESTAMPTZ '2024-07-01 12:00:00+05:30'",
        "Datetime(time_unit='us', time_zone='UTC')",
        dt.datetime(2024, 7, 1, 6, 30, tzinfo=c.UTC),
    ),
    ("u", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "String", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("j", '\'{"a":[1,null,"ü"]}\'::json', "String", '{"a":[1,null,"ü"]}'),
    ("smalls", "'{1,-2}'::int2[]", "List(Int16)", [1, -2]),
    ("fours", "'{1,-2}'::int4[]", "List(Int32)", [1, -2]),
    ("bigs", "'{1,9223372036854775807}'::int8[]", "List(Int64)", [1, 2**63 - 1]),
    ("floats", "'{1.5,-2}'::float8[]", "List(Float64)", [1.5, -2.0]),
    ("bools", "'{t,f}'::bool[]", "List(Boolean)", [True, False]),
    ("texts", "'{a,b}'::text[]", "List(String)", ["a", "b"]),
    (
        "numbers",
        "'{1.50,-2.25}'::numeric(10,2)[]",
        "List(Decimal(precision=38, scale=10))",
        [Decimal("1.5000000000"), Decimal("-2.2500000000")],
    ),
]


@check("connectorx/types", *PROTOCOLS)
def check_types(protocol):
    types = [
        t
        for t in TYPES
        if protocol != "simple" or t[0] not in ("j", "smalls", "fours", "bigs", "floats", "bools", "texts", "numbers")
    ]
    frame = read("SELECT " + ", ".join(f"{e} AS {name}" for name, e, _, _ in types), protocol)
    c.equal(kinds(frame), {name: kind for name, _, kind, _ in types}, "schema")
    for (name, _, _, want), got in zip(types, frame.row(0)):
        c.equal(got.astimezone(c.UTC) if name == "tz" else got, want, name)
    # And NULL of each, after a row that has values.
    union = " UNION ALL SELECT 2 AS k, " + ", ".join(f"NULL::{'bool' if e == 'true' else pg_type(e)}" for _, e, _, _ in types)
    query = (
        "SELECT * FROM (SELECT 1 AS k, " + ", ".join(f"{e} AS {name}" for name, e, _, _ in types) + union + ") AS t ORDER BY k"
    )
    frame = read(query, protocol)
    c.equal(frame.row(1), (2, *[None] * len(types)), "nulls")


@check("connectorx/types/quoted", "binary", "cursor")
def check_quoted(protocol):
    # Over CSV connectorx takes an array's text apart at every comma, whatever its quotes say.
    frame = read("""SELECT '{a,"b c","d,e","it\\"s",""}'::text[] AS texts""", protocol)
    c.equal(frame["texts"].to_list(), [["a", "b c", "d,e", 'it"s', ""]], "texts")


def pg_type(expression):
    return expression.rsplit("::", 1)[1] if "::" in expression else expression.split(" ", 1)[0]


@check("connectorx/partition", *PROTOCOLS)
def check_partition(protocol):
    query = f"SELECT id, name, amount, ts FROM {SCHEMA}.data"
    want = [(row[0], row[1], row[3], row[7]) for row in c.data_rows()]
    frame = read(query, protocol, partition_on="id", partition_num=4)
    compare(frame.sort("id"), want)
    frame = read(query, protocol, partition_on="id", partition_num=3, partition_range=(1, c.DATA_ROWS))
    compare(frame.sort("id"), want)
    # Queries of one's own, one for each partition.
    frame = read([f"{query} WHERE id <= 10", f"{query} WHERE id > 10 AND id <= 15"], protocol)
    compare(frame.sort("id"), want[:15])
    # A condition, an order and a name that has to be quoted, in the query that is split.
    frame = read(
        f'SELECT id AS "The Id", grp FROM {SCHEMA}.data WHERE id % 2 = 0', protocol, partition_on='"The Id"', partition_num=2
    )
    c.equal(sorted(frame["The Id"].to_list()), [row[0] for row in want if row[0] % 2 == 0], "by a quoted name")


@check("connectorx/many", *PROTOCOLS)
def check_many(protocol):
    # More than a buffer: rows of every type, and partitions at a time.
    count = 300_000 if protocol != "simple" else 50_000
    frame = read(c.rows_sql(count), protocol)
    wants = zip(frame.columns, zip(*c.expected_rows(count)))
    c.equal(frame.height, count, "rows")
    for name, want in wants:
        c.true(frame[name].to_list() == list(want), f"{name} differs")


@check("connectorx/text", *PROTOCOLS)
def check_text(protocol):
    frame = read(f"{c.copy_sql(5000)}", protocol)
    want = [row[:2] for row in c.copy_rows(5000)]
    c.equal(frame.height, len(want), "rows")
    for got, wanted in zip(frame.select("id", "name").iter_rows(), want):
        if protocol == "csv" and wanted[1] == "":
            wanted = (wanted[0], None)  # connectorx does not look at the quotes that tell it from NULL
        c.equal(got, wanted, f"row {wanted[0]}")


@check("connectorx/error", *PROTOCOLS)
def check_error(protocol):
    for query, says in [
        ("SELECT * FROM no_such_table_here", "no_such_table_here"),
        ("SELEC 1", "syntax error"),
        (f"SELECT no_such_column FROM {SCHEMA}.data", "no_such_column"),
        (f"SELECT name::int AS n FROM {SCHEMA}.data", "name 1"),  # while rows come
    ]:
        error = c.raises(read, query, protocol, expect=RuntimeError)
        c.true(says in str(error), f"{query}: {error}")


@check("connectorx/frames", "pandas", "arrow")
def check_frames(kind):
    # connectorx itself, with other results than polars'.
    query = f"SELECT id, name, ratio, ok, ts FROM {SCHEMA}.data ORDER BY id"
    got = cx.read_sql(URI, query, return_type=kind, partition_on="id", partition_num=2)
    want = [(row[0], row[1], row[4], row[5], row[7]) for row in c.data_rows()]
    if kind == "arrow":
        rows = [tuple(row.values()) for row in got.to_pylist()]
    else:
        import pandas as pd

        rows = list(zip(*([None if pd.isna(v) else v for v in got[name].astype(object)] for name in got.columns)))
    rows = sorted(rows)
    c.equal(len(rows), len(want), "rows")
    for g, w in zip(rows, want):
        c.true(g == w, f"row {w[0]}: got {g!r}, want {w!r}")


@check("connectorx/meta", "schema")
def check_meta(_):
    got = cx.get_meta(URI, QUERY)
    c.equal(list(got.columns), list(DATA_KINDS), "columns")


# ---- ADBC -------------------------------------------------------------------------------------------------------------


def amounts(frame):
    """ADBC gives numeric as text of a type of its own."""
    return frame.with_columns(pl.col("amount").ext.storage().cast(pl.Decimal(12, 2)))


@check("adbc/read", "uri", "connection")
def check_adbc(how):
    if how == "uri":
        frame = pl.read_database_uri(QUERY, c.uri(), engine="adbc")
    else:
        with c.adbc_connection() as conn:
            frame = pl.read_database(QUERY, conn)
    got = kinds(frame)
    got.pop("amount")
    c.equal(got, {name: kind for name, kind in DATA_KINDS.items() if name != "amount"}, "schema")
    compare(amounts(frame), c.data_rows())


@check("adbc/parameters", "connection")
def check_adbc_parameters(_):
    with c.adbc_connection() as conn:
        frame = pl.read_database(f"SELECT id, name FROM {SCHEMA}.data WHERE id = $1", conn, execute_options={"parameters": [7]})
    c.equal(frame.rows(), [(7, "name 7")], "rows")


@check("adbc/batches", "connection")
def check_adbc_batches(_):
    with c.adbc_connection() as conn:
        frames = list(pl.read_database(c.rows_sql(50_000), conn, iter_batches=True))
        c.equal(sum(frame.height for frame in frames), 50_000, "rows")
        ids = pl.concat([frame.select("id", "name") for frame in frames])
        c.equal(ids["id"].to_list(), list(range(1, 50_001)), "ids")


# ---- SQLAlchemy -------------------------------------------------------------------------------------------------------


@check("sqlalchemy/read", *DRIVERS)
def check_sqlalchemy(driver):
    engine = c.engine(driver)
    frame = pl.read_database(QUERY, engine)
    compare(frame, c.data_rows())
    got = kinds(frame)
    c.equal((got["id"], got["ratio"], got["day"], got["amount"][:7]), ("Int64", "Float64", "Date", "Decimal"), "schema")
    frame = pl.read_database(
        sa.text(f"SELECT id FROM {SCHEMA}.data WHERE id > :low AND name = :name"),
        engine,
        execute_options={"parameters": {"low": 2, "name": "name 9"}},
    )
    c.equal(frame.rows(), [(9,)], "with parameters")
    table = sa.Table("data", sa.MetaData(), sa.Column("id", sa.BigInteger), sa.Column("name", sa.Text), schema=SCHEMA)
    frame = pl.read_database(
        sa.select(table).where(table.c.id < 3).order_by(table.c.id), engine, schema_overrides={"id": pl.Int16}
    )
    c.equal((frame.rows(), kinds(frame)["id"]), ([(1, "name 1"), (2, "name 2")], "Int16"), "a select")
    with engine.connect() as conn:
        c.equal(pl.read_database("SELECT 1 AS n WHERE false", conn).shape, (0, 1), "no rows")


@check("psycopg/read", "connection", "asyncpg")
def check_psycopg(how):
    if how == "connection":
        with psycopg.connect(c.uri()) as conn:
            compare(pl.read_database(QUERY, conn), c.data_rows())
        return
    compare(pl.read_database(QUERY, c.engine("asyncpg")), c.data_rows())


# ---- write_database ---------------------------------------------------------------------------------------------------


def made(first, last):
    return pl.DataFrame(
        {
            "id": range(first, last),
            "four": pl.Series([i % 100 for i in range(first, last)], dtype=pl.Int32),
            "name": [None if i % 5 == 0 else f"nämé '{i}' %s \\" for i in range(first, last)],
            "ratio": [None if i % 7 == 0 else i / 4 for i in range(first, last)],
            "ok": [i % 2 == 0 for i in range(first, last)],
            "day": [dt.date(2020, 1, 1) + dt.timedelta(days=i) for i in range(first, last)],
            "ts": [None if i % 11 == 0 else dt.datetime(2020, 1, 1, 12) + dt.timedelta(minutes=i) for i in range(first, last)],
        }
    )


def stored(table):
    return c.stored_rows(f"{SCHEMA}.{table}")


def columns(table):
    return c.stored_columns(SCHEMA, table)


WRITTEN = {
    "id": "bigint",
    "name": "text",
    "ratio": "double precision",
    "ok": "boolean",
    "day": "date",
    "ts": "timestamp without time zone",
}


def same_rows(got, first, last):
    want = made(first, last).rows()
    c.equal(len(got), len(want), "rows")
    for g, w in zip(got, want):
        c.equal(tuple(g), w, f"row {w[0]}")


def write(frame, table, how, **options):
    """Writes with a URI, which is also how polars commits."""
    name = f"{SCHEMA}.{table}"
    if how == "adbc":
        return frame.write_database(name, c.uri(), engine="adbc", **options)
    engine = c.engine(how)
    written = frame.write_database(name, engine, **options)
    engine.dispose()
    return written


@check("write", "adbc", *DRIVERS)
def check_write(how):
    table = f"by_{how}"
    write(made(1, 301), table, how)
    same_rows(stored(table), 1, 301)
    got = columns(table)
    c.equal({name: got[name] for name in WRITTEN}, WRITTEN, "types")
    write(made(301, 401), table, how, if_table_exists="append")
    same_rows(stored(table), 1, 401)
    c.raises(write, made(1, 2), table, how)  # it is there
    same_rows(stored(table), 1, 401)
    write(made(1, 11), table, how, if_table_exists="replace")
    same_rows(stored(table), 1, 11)


@check("write/many", "adbc", *DRIVERS)
def check_write_many(how):
    count = 100_000 if how == "adbc" else 5000
    write(made(1, count + 1), f"many_{how}", how)
    same_rows(stored(f"many_{how}"), 1, count + 1)


@check("write/connection", "adbc")
def check_write_connection(_):
    with c.adbc_connection() as conn:
        made(1, 11).write_database(f"{SCHEMA}.by_connection", conn)
        conn.commit()
        same_rows(stored("by_connection"), 1, 11)


@check("write/connection", *DRIVERS)
def check_write_in_transaction(driver):
    engine = c.engine(driver)
    table = f"in_transaction_{driver}"
    write(made(1, 11), table, driver)
    with engine.connect() as conn, conn.begin() as transaction:
        made(11, 21).write_database(f"{SCHEMA}.{table}", conn, if_table_exists="append", engine_options={"method": "multi"})
        transaction.rollback()
    same_rows(stored(table), 1, 11)
    with engine.begin() as conn:
        made(11, 21).write_database(f"{SCHEMA}.{table}", conn, if_table_exists="append", engine_options={"method": "multi"})
    same_rows(stored(table), 1, 21)


if __name__ == "__main__":
    checks.run()
