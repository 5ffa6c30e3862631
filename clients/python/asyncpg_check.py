"""asyncpg: extended protocol, binary parameters and results, named statements kept in a cache.

Left out: cursors (they read by row limits within a transaction). A timedelta has no months, so intervals with months go
out as text. The driver has no text results but for the types that set_type_codec names.
"""

import asyncio
import datetime as dt
import json

import asyncpg

import common as c

checks = c.Checks()


async def connect(**options):
    return await asyncpg.connect(
        host=c.HOST, port=c.PORT, user=c.USER, password=c.PASSWORD, database=c.DATABASE, ssl=c.tls_context(),
        command_timeout=60, **options
    )


def check(*variants):
    """Registers a coroutine: its first argument is a connection, closed afterwards."""

    def register(function):
        def run(*args):
            async def go():
                conn = await connect()
                await function(conn, *args)
                await conn.close(timeout=10)

            asyncio.run(go())

        for name, *args in variants:
            checks.check(name, *args)(run)
        return function

    return register


async def fails(awaitable, expect=asyncpg.PostgresError):
    """Awaits, and returns the exception that it must raise."""
    try:
        await awaitable
    except expect as error:
        return error
    raise AssertionError(f"no {expect.__name__} was raised")


@checks.cleanup
def cleanup():
    async def go():
        conn = await connect()
        for table in ("asyncpg_rollback", "asyncpg_copy"):
            await conn.execute(f"DROP TABLE IF EXISTS {table}")

    asyncio.run(go())


@check(("connect",))
async def check_connect(conn):
    c.true(conn._transport.get_extra_info("cipher") is not None, "no TLS")
    c.equal(conn.get_server_version().major, 15, "server version")
    c.true(conn.get_settings().server_version.startswith("15"), conn.get_settings().server_version)
    got = await conn.fetchrow("SELECT current_user::text AS u, current_database()::text AS d")
    c.equal(tuple(got), (c.USER, c.DATABASE), "who and where")
    c.true((await conn.fetchval("SHOW server_version")).startswith("15"), "SHOW server_version")


@check(("rows",))
async def check_rows(conn):
    rows = await conn.fetch(c.rows_sql())
    c.equal(len(rows), c.ROWS, "rows")
    c.check_rows(rows)


async def ask_types(conn, cast):
    for name, values in c.TYPES:
        for value in values:
            want = c.float4(value) if name == "float4" else value
            got = await conn.fetchval(f"SELECT {cast.format(name)} AS v", value)
            c.equal(got, want, f"{name} of {c.short(value)}")
    for value in c.JSON:
        got = await conn.fetchval("SELECT $1::json AS v", json.dumps(value))
        c.equal(json.loads(got), value, "json")
    for text, want in c.INTERVALS:
        got = await conn.fetchval("SELECT (TIMESTAMP '2020-01-31 00:00:00' + $1::text::interval)::timestamp AS v", text)
        c.equal(got, want, f"interval {text}")
    for name in c.NULL_TYPES:
        c.equal(await conn.fetchval(f"SELECT {cast.format(name)} AS v", None), None, f"null {name}")


@check(("types", "$1::{}"), ("types/cast", "CAST($1 AS {})"))
async def check_types(conn, cast):
    await ask_types(conn, cast)


@check(("types/uncached",))
async def check_types_uncached(_):
    conn = await connect(statement_cache_size=0)
    await ask_types(conn, "$1::{}")
    await conn.close()


@check(("types/codec",))
async def check_codec(conn):
    # The driver looks the types up by name; text and binary forms.
    await conn.set_type_codec("json", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    for value in c.JSON:
        c.equal(await conn.fetchval("SELECT $1::json AS v", value), value, "json")
    await conn.set_type_codec("numeric", encoder=str, decoder=lambda text: "n" + text, schema="pg_catalog", format="text")
    c.equal(await conn.fetchval("SELECT $1::numeric(12,2) AS v", "-1.50"), "n-1.50", "numeric as text")
    await conn.set_type_codec("date", encoder=lambda v: v, decoder=lambda v: v, schema="pg_catalog", format="tuple")
    c.equal(await conn.fetchval("SELECT DATE '2000-01-11' AS v"), (10,), "date as tuple")
    await conn.set_type_codec("timestamp", encoder=str, decoder=str, schema="pg_catalog", format="text")
    got = await conn.fetchval("SELECT $1::timestamp AS v", dt.datetime(2020, 1, 2, 3, 4, 5))
    c.equal(got, "2020-01-02 03:04:05", "timestamp as text")
    await conn.reset_type_codec("timestamp", schema="pg_catalog")
    c.equal(await conn.fetchval("SELECT TIMESTAMP '2020-01-02' AS v"), dt.datetime(2020, 1, 2), "timestamp")


@check(("error",))
async def check_error(conn):
    for statement, state in c.ERRORS:
        for run in (conn.fetch, conn.execute):  # extended and simple protocol
            error = await fails(run(statement))
            c.state_is(error, state)
            c.equal(error.severity_en, "ERROR", "severity")
            c.equal(await conn.fetchval("SELECT 7::int AS n"), 7, "afterwards")
    for statement, state in c.ERRORS:
        transaction = conn.transaction()
        await transaction.start()
        c.state_is(await fails(conn.fetch(statement)), state)
        c.state_is(await fails(conn.fetch("SELECT 1 AS n")), "25P02")
        await transaction.rollback()
        c.equal(await conn.fetchval("SELECT 7::int AS n"), 7, "afterwards")
    # What the driver itself refuses to send.
    await fails(conn.fetchval("SELECT $1::int AS n", "text"), asyncpg.DataError)
    await fails(conn.fetchval("SELECT $1::int AS n"), asyncpg.InterfaceError)
    c.equal(await conn.fetchval("SELECT 7::int AS n"), 7, "in the end")


@check(("cancel",))
async def check_cancel(conn):
    for _ in range(2):
        with c.Timer(10, "cancel"):
            await fails(conn.fetch(c.ENDLESS, timeout=0.6), asyncio.TimeoutError)
            c.equal(await conn.fetchval("SELECT 7::int AS n"), 7, "afterwards")
    task = asyncio.create_task(conn.fetch(c.ENDLESS))
    await asyncio.sleep(0.5)
    task.cancel()
    with c.Timer(10, "cancel of the task"):
        await fails(task, asyncio.CancelledError)
        c.equal(await conn.fetchval("SELECT 8::int AS n"), 8, "afterwards")
    with c.Timer(10, "cancel of a simple query"):
        await fails(conn.execute(c.ENDLESS, timeout=0.6), asyncio.TimeoutError)
        c.equal(await conn.fetchval("SELECT 9::int AS n"), 9, "afterwards")


@check(("cancel/timeout",))
async def check_timeout(_):
    conn = await connect(server_settings={"statement_timeout": "700"})
    with c.Timer(10, "timeout"):
        c.state_is(await fails(conn.fetch(c.ENDLESS)), "57014")
    c.equal(await conn.fetchval("SELECT 7::int AS n"), 7, "afterwards")


@check(("rollback",))
async def check_rollback(conn):
    other = await connect()
    query = "SELECT id, name FROM asyncpg_rollback ORDER BY id"

    async def rows(connection):
        return [tuple(row) for row in await connection.fetch(query)]

    async def failing():
        async with conn.transaction():
            await conn.execute("CREATE TABLE asyncpg_rollback (id int, name text)")
            await conn.execute("INSERT INTO asyncpg_rollback VALUES ($1, $2)", 1, "one")
            c.equal(await rows(conn), [(1, "one")], "inside")
            c.state_is(await fails(rows(other)), "42P01")
            raise KeyError("given up")

    await fails(failing(), KeyError)
    c.state_is(await fails(rows(conn)), "42P01")
    async with conn.transaction():
        await conn.execute("CREATE TABLE asyncpg_rollback (id int, name text)")
        tag = await conn.execute("INSERT INTO asyncpg_rollback VALUES ($1, $2), ($3, $4)", 1, "one", 2, None)
        c.equal(tag, "INSERT 0 2", "command tag")
    c.equal(await rows(other), [(1, "one"), (2, None)], "committed")
    transaction = conn.transaction(isolation="repeatable_read")
    await transaction.start()
    c.equal(await conn.execute("DELETE FROM asyncpg_rollback"), "DELETE 2", "command tag")
    await transaction.rollback()
    c.equal(await rows(other), [(1, "one"), (2, None)], "rolled back")
    await other.close()


@check(("prepared",))
async def check_prepared(conn):
    number = await conn.prepare("SELECT $1::int8 + 1 AS n")
    text = await conn.prepare("SELECT 'is ' || $1::text AS t, $2::date AS d")
    for i in range(300):
        c.equal(await number.fetchval(i), i + 1, "number")
        day = dt.date.fromordinal(700000 + i)
        c.equal(tuple(await text.fetchrow(f"ü{i}", day)), (f"is ü{i}", day), "text")
    c.equal([p.name for p in text.get_parameters()], ["text", "date"], "parameters")
    c.equal([(a.name, a.type.name) for a in text.get_attributes()], [("t", "text"), ("d", "date")], "attributes")
    # More statements than the cache holds: the others are closed.
    small = await connect(statement_cache_size=3)
    for i in range(100):
        got = await small.fetchrow(f"SELECT $1::int AS a, {i % 7}::int AS b", i)
        c.equal(tuple(got), (i, i % 7), "of many")
    await small.close()


@check(("batch",))
async def check_batch(conn):
    await conn.execute("CREATE TEMP TABLE batch (id int PRIMARY KEY, name text)")
    rows = [(i, None if i % 10 == 0 else f"n{i}") for i in range(2000)]
    await conn.executemany("INSERT INTO batch VALUES ($1, $2)", rows)
    c.equal([tuple(r) for r in await conn.fetch("SELECT id, name FROM batch ORDER BY id")], rows, "rows")
    # One bad row, and nothing of the batch is stored.
    error = await fails(conn.executemany("INSERT INTO batch VALUES ($1, $2)", [(5000, "x"), (1, "again"), (5001, "y")]))
    c.state_is(error, "23505")
    c.equal(await conn.fetchval("SELECT count(*)::int8 AS n FROM batch"), 2000, "count after the error")


@check(("batch/fetchmany",))
async def check_fetchmany(conn):
    await conn.execute("CREATE TEMP TABLE batch (id int PRIMARY KEY, name text)")
    got = await conn.fetchmany("INSERT INTO batch VALUES ($1, $2) RETURNING id, name", [(i, f"n{i}") for i in range(50)])
    c.equal([tuple(r) for r in got], [(i, f"n{i}") for i in range(50)], "returned")


@check(("batch/several",))
async def check_several(conn):
    await conn.execute("CREATE TEMP TABLE several (n int); INSERT INTO several VALUES (1); INSERT INTO several VALUES (2)")
    c.state_is(await fails(conn.execute("INSERT INTO several VALUES (3); SELECT 'abc'::int AS n")), "22P02")
    c.equal(await conn.fetchval("SELECT count(*)::int8 AS n FROM several"), 2, "count")


@check(("copy_out/text", "text", c.copy_text), ("copy_out/csv", "csv", c.copy_csv))
async def check_copy_out(conn, fmt, encode):
    got = bytearray()

    async def write(data):
        got.extend(data)

    tag = await conn.copy_from_query(c.copy_sql(), output=write, format=fmt)
    c.equal(tag, f"COPY {c.COPY_ROWS}", "command tag")
    c.check_bytes(bytes(got), encode(c.copy_rows()), fmt)
    c.equal(await conn.fetchval("SELECT 7::int AS n"), 7, "afterwards")


@check(("copy_out/binary",))
async def check_copy_out_binary(conn):
    path = f"{c.TMP}/asyncpg_copy"
    await conn.copy_from_query(c.copy_sql(), output=path, format="binary")
    await conn.execute(f"CREATE TEMP TABLE copied {c.COPY_TABLE}")
    await conn.copy_to_table("copied", source=path, format="binary")
    c.check_copied(await conn.fetch(f"SELECT {c.COPY_COLUMNS} FROM copied ORDER BY id"))


@check(("copy_in/text", "text", c.copy_text), ("copy_in/csv", "csv", c.copy_csv))
async def check_copy_in(conn, fmt, encode):
    await conn.execute(f"CREATE TEMP TABLE copied {c.COPY_TABLE}")

    async def source():
        for piece in encode(c.copy_rows()):
            yield piece

    tag = await conn.copy_to_table("copied", source=source(), columns=c.COPY_COLUMNS.split(", "), format=fmt)
    c.equal(tag, f"COPY {c.COPY_ROWS}", "command tag")
    c.check_copied(await conn.fetch(f"SELECT {c.COPY_COLUMNS} FROM copied ORDER BY id"))


@check(("copy_in/records",))
async def check_copy_records(conn):
    # Binary: the driver first asks the server for the columns' types.
    await conn.execute(f"CREATE TABLE asyncpg_copy {c.COPY_TABLE}")
    tag = await conn.copy_records_to_table("asyncpg_copy", records=c.copy_rows(), columns=c.COPY_COLUMNS.split(", "))
    c.equal(tag, f"COPY {c.COPY_ROWS}", "command tag")
    other = await connect()
    c.check_copied(await other.fetch(f"SELECT {c.COPY_COLUMNS} FROM asyncpg_copy ORDER BY id"))
    await other.close()


@check(("copy_in/error",))
async def check_copy_in_error(conn):
    await conn.execute(f"CREATE TEMP TABLE copied {c.COPY_TABLE}")
    count = "SELECT count(*)::int8 AS n FROM copied"

    async def source(data):
        yield data

    for fmt, data, state in c.COPY_BAD:
        error = await fails(conn.copy_to_table("copied", source=source(data), format=fmt))
        c.state_is(error, state)
        c.equal(await conn.fetchval(count), 0, f"rows after {data!r}")

    async def broken():
        yield b"".join(c.copy_text(c.copy_rows(100)))
        raise KeyError("given up")

    await fails(conn.copy_to_table("copied", source=broken()), KeyError)
    c.equal(await conn.fetchval(count), 0, "rows after giving up")
    await conn.copy_records_to_table("copied", records=c.copy_rows(10))
    c.equal(await conn.fetchval(count), 10, "rows in the end")


@check(("pool",))
async def check_pool(_):
    pool = await asyncpg.create_pool(
        host=c.HOST, port=c.PORT, user=c.USER, password=c.PASSWORD, database=c.DATABASE, ssl=c.tls_context(),
        min_size=5, max_size=5,
    )  # fmt: skip

    async def work(number):
        for i in range(25):
            async with pool.acquire() as conn:  # on release the driver resets the session
                got = await conn.fetchrow("SELECT $1::int AS a, $2::text AS b", number, f"{number}-{i}")
                c.equal(tuple(got), (number, f"{number}-{i}"), "answer")

    await asyncio.gather(*(work(n) for n in range(20)))
    with c.Timer(10, "cancel"):
        await fails(pool.fetch(c.ENDLESS, timeout=0.6), asyncio.TimeoutError)
    c.state_is(await fails(pool.fetch("SELECT 'abc'::int AS n")), "22P02")
    for i in range(10):
        c.equal(await pool.fetchval("SELECT $1::int AS n", i), i, "afterwards")
    # A session's setting does not outlive its use.
    async with pool.acquire() as conn:
        await conn.execute("SET application_name = 'changed'")
    for got in await asyncio.gather(*(pool.fetchval("SHOW application_name") for _ in range(10))):
        c.equal(got, "", "application_name")
    await asyncio.wait_for(pool.close(), 10)


@check(("catalog",))
async def check_catalog(conn):
    # Types that the driver does not know by number: it asks pg_type for them.
    statement = await conn.prepare(
        "SELECT i::bigint AS id, NULL::int[] AS a, NULL::text[] AS b, NULL::numeric(12,2)[] AS c, NULL::uuid[] AS d,"
        " NULL::timestamptz[] AS e FROM generate_series(1, 1) AS g(i)"
    )
    got = [(a.name, a.type.name, a.type.kind) for a in statement.get_attributes()]
    c.equal(
        got,
        [
            ("id", "int8", "scalar"),
            ("a", "int4[]", "array"),
            ("b", "text[]", "array"),
            ("c", "numeric[]", "array"),
            ("d", "uuid[]", "array"),
            ("e", "timestamptz[]", "array"),
        ],
        "attributes",
    )
    c.equal(list((await statement.fetchrow()).keys()), ["id", "a", "b", "c", "d", "e"], "names")
    await conn.reload_schema_state()
    c.equal(await conn.fetchval("SELECT $1::int[] AS v", [1, None]), [1, None], "array afterwards")


if __name__ == "__main__":
    checks.run()
