"""Flight SQL from Python: ADBC (adbc-driver-flightsql) with autocommit off, as its dbapi has it, and on; pyarrow.flight; and what
polars, pandas and DuckDB make of the results.

Left out: a result of several endpoints (there is one), and Substrait.
"""

import datetime as dt
import os
import threading
import time
import uuid
from decimal import Decimal

import adbc_driver_flightsql.dbapi as adbc
import adbc_driver_manager
import pyarrow as pa
import pyarrow.flight as flight
from adbc_driver_flightsql import DatabaseOptions

import common as c

checks = c.Checks()

URI = f"grpc+tls://{c.HOST}:{os.environ['FLIGHTPORT']}"
ROWS = 1_000_000
ENDLESS = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b"


def root():
    with open(c.SSLROOTCERT) as f:
        return f.read()


def connect(autocommit=False, **options):
    kwargs = {"username": c.USER, "password": c.PASSWORD, DatabaseOptions.TLS_ROOT_CERTS.value: root(), **options}
    return adbc.connect(URI, db_kwargs=kwargs, autocommit=autocommit)


def rows(conn, sql, parameters=None):
    with conn.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def run(conn, sql, parameters=None):
    with conn.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


@checks.cleanup
def cleanup():
    with connect(True) as conn:
        for table in ("flight_rollback", "flight_many", "flight_ingest", "flight_catalog", "flight_polars", "flight_pandas"):
            run(conn, f"DROP TABLE IF EXISTS {table}")


@checks.check("connect")
def check_connect():
    with connect() as conn:
        c.equal(conn.adbc_get_info()["vendor_name"], "Tavana")
        c.equal(rows(conn, "SELECT current_user, current_database()"), [(c.USER, c.DATABASE)])
    c.raises(lambda: connect(password="wrong"), expect=adbc_driver_manager.Error)


@checks.check("connect/tls")
def check_tls():
    # A client that knows no authority of the server's certificate does not speak to it.
    def unknown():
        with adbc.connect(URI, db_kwargs={"username": c.USER, "password": c.PASSWORD}) as conn:
            rows(conn, "SELECT 1")

    c.raises(unknown, expect=adbc_driver_manager.Error)


@checks.check("connect/jwt")
def check_jwt():
    # A token of an identity provider, whose keys the gateway knows.
    def by(token):
        return adbc.connect(URI, db_kwargs={DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {token}", DatabaseOptions.TLS_ROOT_CERTS.value: root()}, autocommit=True)

    token = os.environ["FLIGHT_JWT"]
    with by(token) as conn:
        run(conn, "CREATE TEMP TABLE own AS SELECT 7 AS a")
        c.equal(rows(conn, "SELECT current_user, a FROM own"), [(c.USER, 7)])

    def changed():
        with by(token[:-8] + "AAAAAAAA") as conn:
            rows(conn, "SELECT 1")

    c.raises(changed, expect=adbc_driver_manager.Error)


@checks.check("rows/direct")
def check_direct():
    # The rows come from the worker itself.
    with connect(True) as conn, conn.cursor() as cursor:
        conn.adbc_connection.set_options(**{"adbc.flight.sql.session.option.endpoints": "worker"})
        cursor.execute(f"SELECT i, 'row ' || i AS s FROM range({ROWS}) t(i)")
        table = cursor.fetch_arrow_table()
        c.equal((table.num_rows, pa.compute.sum(table["i"]).as_py(), table["s"][ROWS - 1].as_py()), (ROWS, ROWS * (ROWS - 1) // 2, f"row {ROWS - 1}"))
        c.equal(rows(conn, "SELECT 1"), [(1,)])


@checks.check("rows")
def check_rows():
    with connect() as conn, conn.cursor() as cursor:
        cursor.execute(f"SELECT i, i * 1.5 AS x, 'row ' || i AS s FROM range({ROWS}) t(i)")
        table = cursor.fetch_arrow_table()
    c.equal(table.num_rows, ROWS)
    c.equal(pa.compute.sum(table["i"]).as_py(), ROWS * (ROWS - 1) // 2)
    c.equal(table["s"][ROWS - 1].as_py(), f"row {ROWS - 1}")
    c.equal(table.column_names, ["i", "x", "s"])


@checks.check("rows/half_read")
def check_half_read():
    # A reader that stops holds back only itself.
    with connect() as conn, conn.cursor() as first:
        first.execute("SELECT i, repeat('x', 100) FROM range(20000000) t(i)")
        reader = first.fetch_record_batch()
        c.true(reader.read_next_batch().num_rows > 0, "the first batch")
        for i in range(3):
            c.equal(rows(conn, f"SELECT {i}"), [(i,)])
        c.true(reader.read_next_batch().num_rows > 0, "the next batch")


VALUES = [
    ("boolean", True), ("smallint", 7), ("integer", -7), ("bigint", 2**60), ("real", 1.5), ("double precision", 0.1), ("numeric(20,5)", Decimal("123456789012345.67890")),
    ("text", "é\n'\"\\"), ("bytea", b"\x00\xff"), ("date", dt.date(2024, 2, 29)), ("time", dt.time(1, 2, 3, 4)), ("timestamp", dt.datetime(2024, 1, 2, 3, 4, 5, 6)),
    ("timestamptz", dt.datetime(2024, 1, 2, 3, 4, 5, 6, dt.timezone.utc)),
]


@checks.check("types")
def check_types():
    with connect() as conn:
        run(conn, "SET TimeZone = 'UTC'")
        for name, value in VALUES:
            ((got,),) = rows(conn, f"SELECT ?::{name}", (value,))
            if name == "timestamptz":
                got = got.astimezone(dt.timezone.utc)
            c.equal(got, value, name)
            c.equal(rows(conn, f"SELECT ?::{name} IS NULL", (None,)), [(True,)], f"NULL as {name}")
        c.equal(rows(conn, "SELECT ? + 1, ?", (41, "x")), [(42, "x")])


RICH = {
    "1::hugeint": ("decimal128(38, 0)", Decimal(1)), "'b'::enum('a', 'b')": ("dictionary<values=string, indices=uint8, ordered=0>", "b"),
    "interval '14 months 3 days'": ("month_day_nano_interval", pa.MonthDayNano([14, 3, 0])),
    "'5b1a3d1e-0000-4000-8000-000000000001'::uuid": ("extension<arrow.uuid>", uuid.UUID("5b1a3d1e-0000-4000-8000-000000000001")), "'{}'::json": ("extension<arrow.json>", "{}"),
    "timetz '10:11:12+02'": ("string", "10:11:12+02"), "[1, NULL]": ("list<l: int32>", [1, None]), "{'a': true}": ("struct<a: bool>", {"a": True}),
}
COMPAT = {
    **RICH, "'b'::enum('a', 'b')": ("string", "b"), "interval '14 months 3 days'": ("string", "1 year 2 mons 3 days"),
    "'5b1a3d1e-0000-4000-8000-000000000001'::uuid": ("string", "5b1a3d1e-0000-4000-8000-000000000001"), "'{}'::json": ("string", "{}"),
}


@checks.each(("types/rich", "rich", RICH), ("types/compat", "compat", COMPAT))
def check_profile(profile, matrix):
    with connect(True) as conn:
        # The driver's options of the session: SetSessionOptions.
        conn.adbc_connection.set_options(**{"adbc.flight.sql.session.option.type_profile": profile})
        for sql, (name, value) in matrix.items():
            with conn.cursor() as cursor:
                cursor.execute(f"SELECT {sql} AS v")
                table = cursor.fetch_arrow_table()
            typ = str(table.schema.field("v").type)
            c.true(typ == name or typ.startswith(name[:-1]), f"{sql}: {typ}")
            c.equal(table["v"][0].as_py(), value, sql)


@checks.check("error")
def check_error():
    with connect(True) as conn:
        try:
            rows(conn, "SELECT * FROM flight_missing")
        except adbc_driver_manager.ProgrammingError as error:
            c.equal(error.status_code, adbc_driver_manager.AdbcStatusCode.NOT_FOUND)
            c.true("42P01" in str(error) and "flight_missing" in str(error), str(error))
        else:
            raise AssertionError("no error")
        c.raises(rows, conn, "SELECT 1/0", expect=adbc_driver_manager.Error)
        c.equal(rows(conn, "SELECT 1"), [(1,)])


@checks.check("cancel")
def check_cancel():
    with connect(True) as conn, conn.cursor() as cursor:
        timer = threading.Timer(0.5, cursor.adbc_cancel)
        timer.start()
        started = time.monotonic()
        c.raises(cursor.execute, ENDLESS, expect=adbc_driver_manager.Error)
        c.true(time.monotonic() - started < 20, "it was cancelled at once")
        timer.join()
        c.equal(rows(conn, "SELECT 1"), [(1,)])


@checks.check("rollback")
def check_rollback():
    with connect() as conn:
        run(conn, "CREATE TABLE flight_rollback (a INTEGER)")
        conn.commit()
        c.equal(run(conn, "INSERT INTO flight_rollback VALUES (1), (2)"), 2)
        c.equal(rows(conn, "SELECT sum(a) FROM flight_rollback"), [(3,)])
        conn.rollback()
        c.equal(rows(conn, "SELECT count(*) FROM flight_rollback"), [(0,)])
        run(conn, "INSERT INTO flight_rollback VALUES (5)")
        conn.commit()
    with connect() as conn:
        c.equal(rows(conn, "SELECT a FROM flight_rollback"), [(5,)])


@checks.check("executemany")
def check_executemany():
    with connect() as conn, conn.cursor() as cursor:
        cursor.execute("CREATE TABLE flight_many (a INTEGER, b TEXT)")
        cursor.executemany("INSERT INTO flight_many VALUES (?, ?)", [(i, f"row {i}") for i in range(200)])
        c.equal(cursor.rowcount, 200)
        conn.commit()
        c.equal(rows(conn, "SELECT count(*), max(b) FROM flight_many WHERE a < ?", (100,)), [(100, "row 99")])


@checks.each(("ingest", False), ("ingest/temporary", True))
def check_ingest(temporary):
    table = pa.table({
        "i": pa.array(range(ROWS)), "s": pa.array([f"row {i}" for i in range(ROWS)]), "d": pa.array([Decimal("1.50")] * ROWS, pa.decimal128(10, 2)),
        "t": pa.array([dt.datetime(2024, 1, 1)] * ROWS, pa.timestamp("us")),
    })
    name = "flight_temporary" if temporary else "flight_ingest"
    with connect() as conn, conn.cursor() as cursor:
        def ingest(mode):  # the driver sends no message of more than 16 MiB
            return cursor.adbc_ingest(name, table.to_reader(max_chunksize=65536), mode=mode, temporary=temporary)

        c.equal(ingest("create"), ROWS)
        c.equal(ingest("append"), ROWS)
        c.equal(rows(conn, f"SELECT count(*), sum(i), sum(d), max(s), max(t) FROM {name}"),
                [(2 * ROWS, Decimal(ROWS * (ROWS - 1)), Decimal("3000000.00"), "row 999999", dt.datetime(2024, 1, 1))])
        c.equal(ingest("replace"), ROWS)
        c.equal(rows(conn, f"SELECT count(*) FROM {name}"), [(ROWS,)])
        conn.rollback()
        c.raises(rows, conn, f"SELECT count(*) FROM {name}", expect=adbc_driver_manager.Error)


@checks.check("catalog")
def check_catalog():
    with connect(True) as conn:
        run(conn, "CREATE TABLE flight_catalog (id INTEGER PRIMARY KEY, name VARCHAR, n DECIMAL(10,2))")
        (catalog,) = conn.adbc_get_objects(depth="all", db_schema_filter="public", table_name_filter="flight\\_catalog").read_all().to_pylist()
        c.equal(catalog["catalog_name"], c.DATABASE)
        (schema,) = catalog["catalog_db_schemas"]
        (table,) = schema["db_schema_tables"]
        c.equal((table["table_name"], table["table_type"]), ("flight_catalog", "TABLE"))
        c.equal([(x["column_name"], x["xdbc_type_name"]) for x in table["table_columns"]], [("id", "integer"), ("name", "text"), ("n", "numeric")])
        c.equal(str(conn.adbc_get_table_schema("flight_catalog").field("n").type), "decimal128(10, 2)")
        c.equal(conn.adbc_get_table_types(), ["LOCAL TEMPORARY", "SYSTEM TABLE", "TABLE", "VIEW"])
        for depth in ("catalogs", "db_schemas", "tables"):
            c.equal([x["catalog_name"] for x in conn.adbc_get_objects(depth=depth).read_all().to_pylist()], [c.DATABASE])


@checks.check("partitions")
def check_partitions():
    with connect(True) as conn, conn.cursor() as cursor:
        parts, schema = cursor.adbc_execute_partitions("SELECT i FROM range(1000) t(i)")
        c.equal(schema.names, ["i"])
        total = 0
        for part in parts:
            cursor.adbc_read_partition(part)
            total += sum(value for (value,) in cursor.fetchall())
        c.equal(total, 499500)


@checks.check("prepare")
def check_prepare():
    with connect(True) as conn, conn.cursor() as cursor:
        schema = cursor.adbc_prepare("SELECT ?::int AS a, ?::text AS b")
        c.equal([str(f.type) for f in schema], ["int32", "string"])
        c.equal(cursor.adbc_execute_schema("SELECT 1 AS a, 'x' AS b").names, ["a", "b"])


@checks.check("pyarrow")
def check_pyarrow():
    client = flight.FlightClient(URI, tls_root_certs=root())
    options = flight.FlightCallOptions(headers=[client.authenticate_basic_token(c.USER, c.PASSWORD)])
    # CommandStatementQuery{query} in a google.protobuf.Any.
    name, sql = b"type.googleapis.com/arrow.flight.protocol.sql.CommandStatementQuery", b"SELECT i FROM range(100000) t(i)"
    query = b"\x0a" + bytes([len(sql)]) + sql
    command = b"\x0a" + bytes([len(name)]) + name + b"\x12" + bytes([len(query)]) + query
    info = client.get_flight_info(flight.FlightDescriptor.for_command(command), options)
    c.equal(info.schema.names, ["i"])
    table = client.do_get(info.endpoints[0].ticket, options).read_all()
    c.equal(pa.compute.sum(table["i"]).as_py(), 4999950000)
    c.raises(lambda: client.do_get(info.endpoints[0].ticket, options).read_all(), expect=pa.ArrowException)
    c.raises(lambda: client.get_flight_info(flight.FlightDescriptor.for_command(b"nonsense"), options), expect=pa.ArrowException)


@checks.check("frames")
def check_frames():
    import pandas as pd
    import polars as pl

    sql = "SELECT i, i % 3 AS g, 'row ' || i AS s, (i * 0.01)::numeric(10, 2) AS n, timestamp '2024-01-01' + i * interval '1 day' AS t FROM range(1000) t(i) ORDER BY i"
    with connect(True) as conn:
        frame = pl.read_database(sql, conn)
        c.equal((frame.shape, frame["i"].sum(), frame["s"][999], str(frame["n"][999]), frame["t"][1]), ((1000, 5), 499500, "row 999", "9.99", dt.datetime(2024, 1, 2)))
        frame.write_database("flight_polars", conn, if_table_exists="replace", engine="adbc")
        c.equal(rows(conn, "SELECT count(*), sum(i), sum(n), max(t) FROM flight_polars"), [(1000, Decimal(499500), Decimal("4995.00"), dt.datetime(2026, 9, 26))])
        frame = pd.read_sql(sql, conn)
        c.equal((frame.shape, int(frame["i"].sum()), frame["s"][999], str(frame["n"][999])), ((1000, 5), 499500, "row 999", "9.99"))
        frame.drop(columns=["n"]).to_sql("flight_pandas", conn, if_exists="replace", index=False)
        c.equal(rows(conn, "SELECT count(*), sum(i), max(s), max(t) FROM flight_pandas"), [(1000, Decimal(499500), "row 999", dt.datetime(2026, 9, 26))])


@checks.check("duckdb")
def check_duckdb():
    import duckdb

    with connect(True) as conn, conn.cursor() as cursor:
        cursor.execute("SELECT i, i % 3 AS g FROM range(100000) t(i)")
        result = cursor.fetch_record_batch()
        c.equal(duckdb.sql("SELECT g, count(*), sum(i)::bigint FROM result GROUP BY g ORDER BY g").fetchall(),
                [(0, 33334, 1666683333), (1, 33333, 1666616667), (2, 33333, 1666650000)])


if __name__ == "__main__":
    checks.run()
