"""psycopg 3 (psycopg[binary,pool]): text and binary, server-side and client-side parameters, pipeline, async, pool, COPY.

Left out: row-wise reading in chunks; a timedelta has no months, so intervals with months go out as text.
"""

import asyncio
import threading

import psycopg
import psycopg_pool
from psycopg.types.json import Json
from psycopg.types import TypeInfo

import common as c

checks = c.Checks()

DSN = f"sslmode=verify-full sslrootcert={c.SSLROOTCERT}" if c.SSLROOTCERT else ""


def connect(**options):
    return psycopg.connect(DSN, **options)


@checks.cleanup
def cleanup():
    with connect(autocommit=True) as conn:
        for table in ("psycopg3_rollback", "psycopg3_copy", "psycopg3_batch"):
            conn.execute(f"DROP TABLE IF EXISTS {table}")


@checks.check("connect")
def check_connect():
    with connect() as conn:
        c.true(conn.pgconn.ssl_in_use, "no TLS")
        c.true(conn.info.parameter_status("server_version").startswith("15"), conn.info.parameter_status("server_version"))
        c.equal(conn.info.server_version // 10000, 15, "server_version")
        c.equal(conn.info.parameter_status("client_encoding"), "UTF8", "client_encoding")
        got = conn.execute("SELECT current_user::text AS u, current_database()::text AS d").fetchone()
        c.equal(got, (c.USER, c.DATABASE), "who and where")
        c.true(conn.execute("SHOW server_version").fetchone()[0].startswith("15"), "SHOW server_version")


@checks.each(("rows/named", False), ("rows/named/binary", True))
def check_named_rows(binary):
    conn = connect()
    cursor = conn.cursor("a named one", binary=binary)
    cursor.itersize = 5000
    cursor.execute(c.rows_sql())
    first = cursor.fetchone()
    c.equal(conn.execute("SELECT 7").fetchone(), (7,), "beside it")

    def rows():
        yield first
        yield from cursor

    c.check_rows(rows())


@checks.each(("rows", False), ("rows/binary", True))
def check_rows(binary):
    with connect() as conn, conn.cursor(binary=binary) as cursor:
        cursor.execute(c.rows_sql())
        c.equal(cursor.rowcount, c.ROWS, "rowcount")
        c.check_rows(cursor)


@checks.check("rows/stream")
def check_rows_stream():
    with connect() as conn, conn.cursor(binary=True) as cursor:
        c.check_rows(cursor.stream(c.rows_sql()))


@checks.each(
    ("types", "%s", False, psycopg.Cursor),
    ("types/binary", "%b", True, psycopg.Cursor),
    ("types/text", "%t", False, psycopg.Cursor),
    ("types/raw", "$1", True, psycopg.RawCursor),
    ("types/client", "%s", False, psycopg.ClientCursor),  # parameters within the statement's text, simple protocol
)
def check_types(mark, binary, factory):
    with connect(autocommit=True, cursor_factory=factory) as conn:
        cursor = conn.cursor() if factory is psycopg.ClientCursor else conn.cursor(binary=binary)

        def ask(expression, value):
            return cursor.execute(f"SELECT {expression} AS v", [value]).fetchone()[0]

        for name, values in c.TYPES:
            for value in values:
                if factory is psycopg.ClientCursor and c.same(value, -0.0):
                    continue  # goes out as the literal -0.0, a numeric
                want = c.float4(value) if name == "float4" and binary else value
                c.equal(ask(f"CAST({mark} AS {name})", value), want, f"{name} of {c.short(value)}")
        for value in c.JSON:
            c.equal(ask(f"CAST({mark} AS json)", Json(value)), value, "json")
        for text, want in c.INTERVALS:
            moved = f"(TIMESTAMP '2020-01-31 00:00:00' + {mark}::text::interval)::timestamp"
            c.equal(ask(moved, text), want, f"interval {text}")
        for name in c.NULL_TYPES:
            c.equal(ask(f"CAST({mark} AS {name})", None), None, f"null {name}")


@checks.each(("error", psycopg.Cursor), ("error/client", psycopg.ClientCursor))
def check_error(factory):
    with connect(autocommit=True, cursor_factory=factory) as conn:
        for statement, state in c.ERRORS:
            error = c.raises(conn.execute, statement, expect=psycopg.Error)
            c.state_is(error, state)
            c.equal(type(error), psycopg.errors.lookup(state), "class")
            c.equal(error.diag.severity_nonlocalized, "ERROR", "severity")
            c.equal(conn.execute("SELECT 7::int AS n").fetchone(), (7,), "afterwards")
        # A bad value of a parameter.
        c.state_is(c.raises(conn.execute, "SELECT %s::text::int AS n", ["x1"], expect=psycopg.Error), "22P02")
    with connect(cursor_factory=factory) as conn:
        for statement, state in c.ERRORS:
            conn.execute("SELECT 1 AS n")
            c.state_is(c.raises(conn.execute, statement, expect=psycopg.Error), state)
            c.equal(conn.info.transaction_status, psycopg.pq.TransactionStatus.INERROR, "status")
            c.state_is(c.raises(conn.execute, "SELECT 1 AS n", expect=psycopg.Error), "25P02")
            conn.rollback()
            c.equal(conn.execute("SELECT 7::int AS n").fetchone(), (7,), "afterwards")
            conn.rollback()


@checks.each(("cancel", "cancel_safe"), ("cancel/plain", "cancel"))
def check_cancel(method):
    with connect(autocommit=True) as conn:
        for _ in range(2):
            timer = threading.Timer(0.5, getattr(conn, method))
            timer.start()
            with c.Timer(10, "cancel"):
                c.state_is(c.raises(conn.execute, c.ENDLESS, expect=psycopg.Error), "57014")
            timer.join()
            c.equal(conn.execute("SELECT 7::int AS n").fetchone(), (7,), "afterwards")


@checks.check("cancel/timeout")
def check_timeout():
    with connect(autocommit=True, options="-c statement_timeout=700") as conn:
        with c.Timer(10, "timeout"):
            c.state_is(c.raises(conn.execute, c.ENDLESS, expect=psycopg.Error), "57014")
        c.equal(conn.execute("SELECT 7::int AS n").fetchone(), (7,), "afterwards")


@checks.check("rollback")
def check_rollback():
    with connect() as conn, connect(autocommit=True) as other:
        query = "SELECT id, name FROM psycopg3_rollback ORDER BY id"
        conn.execute("CREATE TABLE psycopg3_rollback (id int, name text)")
        conn.execute("INSERT INTO psycopg3_rollback VALUES (%s, %s)", [1, "one"])
        c.equal(conn.execute(query).fetchall(), [(1, "one")], "inside")
        c.state_is(c.raises(other.execute, query, expect=psycopg.Error), "42P01")
        conn.rollback()
        c.state_is(c.raises(conn.execute, query, expect=psycopg.Error), "42P01")
        conn.rollback()
        conn.execute("CREATE TABLE psycopg3_rollback (id int, name text)")
        conn.execute("INSERT INTO psycopg3_rollback VALUES (%s, %s), (%s, %s)", [1, "one", 2, None])
        conn.commit()
        c.equal(other.execute(query).fetchall(), [(1, "one"), (2, None)], "committed")
        try:
            with conn.transaction():
                conn.execute("UPDATE psycopg3_rollback SET name = 'changed'")
                conn.execute("DELETE FROM psycopg3_rollback WHERE id = 1")
                raise psycopg.Rollback
        except psycopg.Rollback:
            pass
        c.equal(other.execute(query).fetchall(), [(1, "one"), (2, None)], "rolled back")
        with conn.transaction():
            c.equal(conn.execute("DELETE FROM psycopg3_rollback WHERE id = 1").rowcount, 1, "rowcount")
        c.equal(other.execute(query).fetchall(), [(2, None)], "deleted")


@checks.check("prepared")
def check_prepared():
    # The driver prepares by itself what comes a fifth time, and keeps the 100 last used.
    with connect(autocommit=True) as conn:
        for i in range(300):
            c.equal(conn.execute("SELECT %s::int8 + 1 AS n", [i]).fetchone(), (i + 1,), "number")
            c.equal(conn.execute("SELECT 'is ' || %s::text AS t", [f"ü{i}"]).fetchone(), (f"is ü{i}",), "text")
    with connect(autocommit=True) as conn:
        conn.prepare_threshold = 0
        conn.prepared_max = 3  # the others are closed again
        for i in range(100):
            n = i % 7
            got = conn.execute(f"SELECT %s::int AS a, {n}::int AS b", [i]).fetchone()
            c.equal(got, (i, n), "of many")
        for value, name in [(1, "int4"), ("x", "text"), (None, "text"), (True, "bool"), (1.5, "float8")] * 10:
            c.equal(conn.execute(f"SELECT CAST(%s AS {name}) AS v", [value]).fetchone(), (value,), name)
    with connect() as conn:
        conn.execute("CREATE TEMP TABLE numbers (n int8 PRIMARY KEY, t text)")
        for i in range(200):
            conn.execute("INSERT INTO numbers VALUES (%s, %s)", [i, str(i)], prepare=True)
        # One statement that fails leaves the prepared ones as they are.
        c.equal(conn.execute("SELECT count(*)::int8 AS n, sum(n)::int8 AS s FROM numbers").fetchone(), (200, 19900), "sum")
        conn.commit()
        again = c.raises(conn.execute, "INSERT INTO numbers VALUES (%s, %s)", [5, "5"], expect=psycopg.Error)
        c.state_is(again, "23505")
        conn.rollback()
        conn.execute("INSERT INTO numbers VALUES (%s, %s)", [200, "200"], prepare=True)
        c.equal(conn.execute("SELECT count(*)::int8 AS n FROM numbers").fetchone(), (201,), "count")


@checks.check("batch")
def check_batch():
    with connect() as conn, conn.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE batch (id int PRIMARY KEY, name text, n numeric(12,2))")
        rows = [(i, None if i % 10 == 0 else f"n{i}", i) for i in range(1000)]
        cursor.executemany("INSERT INTO batch VALUES (%s, %s, %s)", rows)
        c.equal(cursor.rowcount, 1000, "rowcount")
        cursor.execute("SELECT id, name, n::int AS n FROM batch ORDER BY id")
        c.equal(cursor.fetchall(), rows, "rows")
        cursor.executemany("SELECT %s::int AS a, %s::text AS b", [(i, str(i)) for i in range(50)], returning=True)
        for i, result in enumerate(cursor.results()):
            c.equal(result.fetchall(), [(i, str(i))], "result")
        c.equal(i, 49, "results")


@checks.check("batch/returning")
def check_batch_returning():
    with connect() as conn, conn.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE batch (id int PRIMARY KEY, name text)")
        cursor.executemany("INSERT INTO batch VALUES (%s, %s) RETURNING id", [(i, "x") for i in range(50)], returning=True)
        c.equal([result.fetchone()[0] for result in cursor.results()], list(range(50)), "returned")


@checks.check("batch/pipeline")
def check_pipeline():
    with connect(autocommit=True) as conn:
        with conn.pipeline():
            cursors = [conn.execute("SELECT %s::int AS n, %s::text AS t", [i, f"t{i}"]) for i in range(1000)]
        c.equal([cursor.fetchone() for cursor in cursors], [(i, f"t{i}") for i in range(1000)], "results")
        # What comes after an error is not run, up to the next sync; then all goes on.
        conn.execute("CREATE TEMP TABLE piped (n int)")
        conn.execute("INSERT INTO piped VALUES (1)")

        def failing():
            with conn.pipeline():
                conn.execute("SELECT no_such_column AS n FROM piped")
                conn.execute("INSERT INTO piped VALUES (2)")

        c.state_is(c.raises(failing, expect=psycopg.Error), "42703")
        with conn.pipeline() as pipeline:
            conn.execute("INSERT INTO piped VALUES (3)")
            pipeline.sync()
            c.equal(conn.execute("SELECT n FROM piped ORDER BY n").fetchall(), [(1,), (3,)], "after the error")
        # Between two syncs it is one transaction.
        with conn.pipeline(), conn.transaction():
            conn.execute("INSERT INTO piped VALUES (4)")
            conn.execute("INSERT INTO piped VALUES (5)")
        c.equal(conn.execute("SELECT n FROM piped ORDER BY n").fetchall(), [(1,), (3,), (4,), (5,)], "in the end")


COPY_TYPES = ["int8", "text", "numeric", "timestamp", "date", "bool", "float8"]


@checks.each(("copy_out/text", "text", c.copy_text), ("copy_out/csv", "csv", c.copy_csv))
def check_copy_out(fmt, encode):
    with connect() as conn, conn.cursor() as cursor:
        with cursor.copy(f"COPY ({c.copy_sql()}) TO STDOUT (FORMAT {fmt})") as copy:
            got = b"".join(copy)
        c.equal(cursor.rowcount, c.COPY_ROWS, "rowcount")
        c.check_bytes(got, encode(c.copy_rows()), fmt)
        c.equal(conn.execute("SELECT 7::int AS n").fetchone(), (7,), "afterwards")


@checks.check("copy_out/options")
def check_copy_out_options():
    with connect() as conn, conn.cursor() as cursor:
        with cursor.copy(f"COPY ({c.copy_sql(9)}) TO STDOUT WITH (FORMAT csv, HEADER, DELIMITER ';', NULL 'nil')") as copy:
            lines = b"".join(copy).split(b"\n")
        c.equal(lines[0], b"id;name;amount;ts;day;ok;ratio", "header")
        c.equal(lines[1], b"1;;0.01;2020-01-01 00:00:01;1960-01-02;t;0.5", "first")
        c.equal(lines[-2], b"9;;0.09;2020-01-01 00:00:09;1960-01-10;nil;4.5", "last")
        # A COPY that fails half-way, and one that the client leaves early.
        bad = "COPY (SELECT (CASE WHEN i = 100000 THEN 'x' ELSE '1' END)::int AS n FROM generate_series(1, 200000) AS g(i)) TO STDOUT"

        def read():
            with cursor.copy(bad) as copy:
                for _ in copy:
                    pass

        c.state_is(c.raises(read, expect=psycopg.Error), "22P02")
        conn.rollback()
        c.equal(conn.execute("SELECT 7::int AS n").fetchone(), (7,), "afterwards")
        conn.rollback()

        def give_up():  # the driver cancels it
            with cursor.copy(f"COPY ({c.rows_sql()}) TO STDOUT") as copy:
                copy.read()
                raise KeyError("given up")

        c.raises(give_up, expect=KeyError)
        conn.rollback()
        c.equal(conn.execute("SELECT 7::int AS n").fetchone(), (7,), "after giving up")


@checks.each(("copy_out/rows", "text"), ("copy_out/binary", "binary"))
def check_copy_out_rows(fmt):
    with connect() as conn, conn.cursor() as cursor:
        with cursor.copy(f"COPY ({c.copy_sql()}) TO STDOUT (FORMAT {fmt})") as copy:
            copy.set_types(COPY_TYPES)
            c.check_copied(list(copy.rows()))


@checks.each(
    ("copy_in/text", "text", c.copy_text),
    ("copy_in/csv", "csv", c.copy_csv),
    ("copy_in/rows", "text", None),
    ("copy_in/binary", "binary", None),
)
def check_copy_in(fmt, encode):
    with connect() as conn, conn.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE copied {c.COPY_TABLE}")
        with cursor.copy(f"COPY copied ({c.COPY_COLUMNS}) FROM STDIN (FORMAT {fmt})") as copy:
            if encode:
                for piece in encode(c.copy_rows()):
                    copy.write(piece)
            else:
                copy.set_types(COPY_TYPES)
                for row in c.copy_rows():
                    copy.write_row(row)
        c.equal(cursor.rowcount, c.COPY_ROWS, "rowcount")
        cursor.execute(f"SELECT {c.COPY_COLUMNS} FROM copied ORDER BY id")
        c.check_copied(cursor.fetchall())


@checks.check("copy_in/lasting")
def check_copy_in_lasting():
    with connect() as conn, connect(autocommit=True) as other:
        conn.execute(f"CREATE TABLE psycopg3_copy {c.COPY_TABLE}")
        conn.commit()

        def copy_in():
            with conn.cursor() as cursor, cursor.copy("COPY psycopg3_copy FROM STDIN") as copy:
                for piece in c.copy_text(c.copy_rows(10_000)):
                    copy.write(piece)

        count = "SELECT count(*)::int8 AS n, count(name)::int8 AS names FROM psycopg3_copy"
        copy_in()
        conn.rollback()
        c.equal(other.execute(count).fetchone(), (0, 0), "rolled back")
        copy_in()
        conn.commit()
        c.equal(other.execute(count).fetchone(), (10_000, 8_750), "committed")


@checks.check("copy_in/error")
def check_copy_in_error():
    with connect(autocommit=True) as conn:
        conn.execute(f"CREATE TEMP TABLE copied {c.COPY_TABLE}")
        count = "SELECT count(*)::int8 AS n FROM copied"

        def copy_in(fmt, data):
            with conn.cursor() as cursor, cursor.copy(f"COPY copied ({c.COPY_COLUMNS}) FROM STDIN (FORMAT {fmt})") as copy:
                copy.write(data)

        for fmt, data, state in c.COPY_BAD:
            c.state_is(c.raises(copy_in, fmt, data, expect=psycopg.Error), state)
            c.equal(conn.execute(count).fetchone(), (0,), f"rows after {data!r}")
        # An error on the client's side ends the COPY, and nothing is stored.

        def give_up():
            with conn.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as copy:
                copy.write(b"".join(c.copy_text(c.copy_rows(1000))))
                raise KeyError("given up")

        c.raises(give_up, expect=KeyError)
        c.equal(conn.execute(count).fetchone(), (0,), "rows after giving up")
        copy_in("text", b"".join(c.copy_text(c.copy_rows(10))))
        c.equal(conn.execute(count).fetchone(), (10,), "rows in the end")


@checks.check("pool")
def check_pool():
    with psycopg_pool.ConnectionPool(
        DSN, min_size=5, max_size=5, check=psycopg_pool.ConnectionPool.check_connection, open=True
    ) as pool:
        pool.wait(20)
        wrong = []

        def work(number):
            try:
                for i in range(25):
                    with pool.connection() as conn:
                        got = conn.execute("SELECT %s::int AS a, %s::text AS b", [number, f"{number}-{i}"]).fetchone()
                        c.equal(got, (number, f"{number}-{i}"), "answer")
            except BaseException as error:
                wrong.append(error)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if wrong:
            raise wrong[0]

        # A cancelled query and an error leave the pool whole.
        def cancelled():
            with pool.connection() as conn:
                threading.Timer(0.5, conn.cancel_safe).start()
                conn.execute(c.ENDLESS)

        c.state_is(c.raises(cancelled, expect=psycopg.Error), "57014")
        for i in range(10):
            with pool.connection() as conn:
                c.equal(conn.execute("SELECT %s::int AS n", [i]).fetchone(), (i,), "afterwards")
        c.equal(pool.get_stats()["pool_size"], 5, "size")


@checks.check("catalog")
def check_catalog():
    with connect(autocommit=True) as conn:
        cursor = conn.execute(c.rows_sql(1))
        described = [(d.name, d.type_code, d.precision, d.scale) for d in cursor.description]
        want = [
            ("id", 20, None, None),
            ("name", 25, None, None),
            ("ratio", 701, None, None),
            ("amount", 1700, 12, 2),
            ("ts", 1114, None, None),
            ("day", 1082, None, None),
            ("third", 16, None, None),
        ]
        c.equal(described, want, "description")


@checks.check("catalog/typeinfo")
def check_typeinfo():
    with connect(autocommit=True) as conn:
        for name, oid, array in [("int4", 23, 1007), ("text", 25, 1009), ("uuid", 2950, 2951), ("numeric", 1700, 1231)]:
            info = TypeInfo.fetch(conn, name)
            c.true(info is not None, f"type {name} not found")
            c.equal((info.name, info.oid, info.array_oid), (name, oid, array), name)
        c.equal(TypeInfo.fetch(conn, "no_such_type"), None, "no_such_type")


async def aconnect(**options):
    return await psycopg.AsyncConnection.connect(DSN, **options)


@checks.check("async/rows")
def check_async_rows():
    async def go():
        async with await aconnect() as conn, conn.cursor(binary=True) as cursor:
            await cursor.execute(c.rows_sql())
            c.check_rows(await cursor.fetchall())

    asyncio.run(go())


@checks.check("async/cancel")
def check_async_cancel():
    async def go():
        async with await aconnect(autocommit=True) as conn:
            with c.Timer(10, "cancel"):
                try:
                    await asyncio.wait_for(conn.execute(c.ENDLESS), 0.7)
                except asyncio.TimeoutError:
                    pass
                else:
                    raise AssertionError("not cancelled")
            c.equal(await (await conn.execute("SELECT 7::int AS n")).fetchone(), (7,), "afterwards")

    asyncio.run(go())


@checks.check("async/copy")
def check_async_copy():
    async def go():
        async with await aconnect() as conn, conn.cursor() as cursor:
            await cursor.execute(f"CREATE TEMP TABLE copied {c.COPY_TABLE}")
            async with cursor.copy("COPY copied FROM STDIN (FORMAT binary)") as copy:
                copy.set_types(COPY_TYPES)
                for row in c.copy_rows(20_000):
                    await copy.write_row(row)
            async with cursor.copy("COPY (SELECT * FROM copied ORDER BY id) TO STDOUT (FORMAT binary)") as copy:
                copy.set_types(COPY_TYPES)
                c.check_copied([row async for row in copy.rows()], 20_000)

    asyncio.run(go())


@checks.check("async/pool")
def check_async_pool():
    async def go():
        async with psycopg_pool.AsyncConnectionPool(DSN, min_size=5, max_size=5, open=False) as pool:

            async def work(number):
                for i in range(25):
                    async with pool.connection() as conn, conn.pipeline():
                        cursor = await conn.execute("SELECT %s::int AS a, %s::text AS b", [number, f"{number}-{i}"])
                        c.equal(await cursor.fetchone(), (number, f"{number}-{i}"), "answer")

            await asyncio.gather(*(work(n) for n in range(20)))

    asyncio.run(go())


if __name__ == "__main__":
    checks.run()
