"""psycopg2: parameters within the statement's text, simple protocol, text results.

Left out: prepared statements and binary (the driver has neither). A timedelta has no months,
so intervals with months go out as text.
"""

import io
import select
import threading
import time

import psycopg2
import psycopg2.errors
import psycopg2.extensions
import psycopg2.extras
import psycopg2.pool

import common as c

checks = c.Checks()

DSN = f"sslmode=verify-full sslrootcert={c.SSLROOTCERT}" if c.SSLROOTCERT else ""


def connect(autocommit=False):
    conn = psycopg2.connect(DSN)
    conn.autocommit = autocommit
    return conn


def one(conn, statement, args=None):
    with conn.cursor() as cursor:
        cursor.execute(statement, args)
        return cursor.fetchone()


@checks.cleanup
def cleanup():
    conn = connect(True)
    for table in ("psycopg2_rollback", "psycopg2_copy"):
        conn.cursor().execute(f"DROP TABLE IF EXISTS {table}")


@checks.check("connect")
def check_connect():
    conn = connect()
    c.true(conn.info.ssl_in_use, "no TLS")
    c.true(conn.get_parameter_status("server_version").startswith("15"), conn.get_parameter_status("server_version"))
    c.equal(conn.server_version // 10000, 15, "server_version")
    c.equal(conn.encoding, "UTF8", "encoding")
    c.equal(one(conn, "SELECT current_user::text AS u, current_database()::text AS d"), (c.USER, c.DATABASE), "who and where")
    c.true(one(conn, "SHOW server_version")[0].startswith("15"), "SHOW server_version")


@checks.check("rows/named")
def check_named_rows():
    conn = connect()
    cursor = conn.cursor("a named one")
    cursor.itersize = 5000
    cursor.execute(c.rows_sql())
    first = cursor.fetchone()
    c.equal(one(conn, "SELECT 7"), (7,), "beside it")

    def rows():
        yield first
        yield from cursor

    c.check_rows(rows())


@checks.check("rows/scroll")
def check_scroll():
    cursor = connect().cursor("scrolling", scrollable=True)
    cursor.execute("SELECT i::int FROM generate_series(1, 5000) AS g(i)")
    cursor.scroll(4998)
    c.equal(cursor.fetchall(), [(4999,), (5000,)], "the last rows")
    cursor.scroll(10, mode="absolute")
    c.equal(cursor.fetchone(), (11,), "row 11")
    cursor.scroll(-5)
    c.equal(cursor.fetchmany(2), [(7,), (8,)], "five back")


@checks.check("rows/hold")
def check_hold():
    conn = connect()
    cursor = conn.cursor("held", withhold=True)
    cursor.execute("SELECT i::int FROM generate_series(1, 5000) AS g(i)")
    c.equal(cursor.fetchone(), (1,), "before COMMIT")
    conn.commit()
    c.equal(len(cursor.fetchall()), 4999, "rows after COMMIT")


@checks.check("rows")
def check_rows():
    cursor = connect().cursor()
    cursor.execute(c.rows_sql())
    c.equal(cursor.rowcount, c.ROWS, "rowcount")
    c.check_rows(cursor)


@checks.check("types")
def check_types():
    psycopg2.extras.register_uuid()
    conn = connect(True)

    def ask(expression, value):
        return one(conn, f"SELECT {expression} AS v", [value])[0]

    for name, values in c.TYPES:
        for value in values:
            if c.same(value, -0.0):
                continue  # goes out as the literal -0.0, a numeric
            got = ask(f"CAST(%s AS {name})", value)
            if name == "bytea":
                got = bytes(got)
            c.equal(got, value, f"{name} of {c.short(value)}")
    for value in c.JSON:
        c.equal(ask("CAST(%s AS json)", psycopg2.extras.Json(value)), value, "json")
    for text, want in c.INTERVALS:
        c.equal(ask("(TIMESTAMP '2020-01-31 00:00:00' + %s::interval)::timestamp", text), want, f"interval {text}")
    for name in c.NULL_TYPES:
        c.equal(ask(f"CAST(%s AS {name})", None), None, f"null {name}")


@checks.check("error")
def check_error():
    conn = connect(True)
    for statement, state in c.ERRORS:
        error = c.raises(one, conn, statement, expect=psycopg2.Error)
        c.state_is(error, state)
        c.equal(type(error), psycopg2.errors.lookup(state), "class")
        c.equal(error.diag.severity_nonlocalized, "ERROR", "severity")
        c.equal(one(conn, "SELECT 7::int AS n"), (7,), "afterwards")
    conn = connect()
    for statement, state in c.ERRORS:
        one(conn, "SELECT 1 AS n")
        c.state_is(c.raises(one, conn, statement, expect=psycopg2.Error), state)
        c.equal(conn.info.transaction_status, psycopg2.extensions.TRANSACTION_STATUS_INERROR, "status")
        c.state_is(c.raises(one, conn, "SELECT 1 AS n", expect=psycopg2.Error), "25P02")
        conn.rollback()
        c.equal(one(conn, "SELECT 7::int AS n"), (7,), "afterwards")
        conn.rollback()


@checks.check("error/notices")
def check_notices():
    conn = connect(True)
    conn.cursor().execute("DROP TABLE IF EXISTS psycopg2_no_such_table")
    c.equal(one(conn, "SELECT 7::int AS n"), (7,), "afterwards")
    # Several statements in one: the results of the last are given; after an error nothing of them stays.
    cursor = conn.cursor()
    cursor.execute("CREATE TEMP TABLE several (n int); INSERT INTO several VALUES (1); SELECT n FROM several")
    c.equal(cursor.fetchall(), [(1,)], "several")
    several = "INSERT INTO several VALUES (2); SELECT 'abc'::int AS n; INSERT INTO several VALUES (3)"
    c.state_is(c.raises(cursor.execute, several, expect=psycopg2.Error), "22P02")
    cursor.execute("SELECT n FROM several")
    c.equal(cursor.fetchall(), [(1,)], "after the error")


@checks.check("cancel")
def check_cancel():
    conn = connect(True)
    for _ in range(2):
        timer = threading.Timer(0.5, conn.cancel)
        timer.start()
        with c.Timer(10, "cancel"):
            c.state_is(c.raises(one, conn, c.ENDLESS, expect=psycopg2.Error), "57014")
        timer.join()
        c.equal(one(conn, "SELECT 7::int AS n"), (7,), "afterwards")


@checks.check("cancel/timeout")
def check_timeout():
    conn = connect(True)
    conn.cursor().execute("SET statement_timeout = 700")
    with c.Timer(10, "timeout"):
        c.state_is(c.raises(one, conn, c.ENDLESS, expect=psycopg2.Error), "57014")
    c.equal(one(conn, "SELECT 7::int AS n"), (7,), "afterwards")


@checks.check("rollback")
def check_rollback():
    conn, other = connect(), connect(True)
    cursor, watch = conn.cursor(), other.cursor()
    query = "SELECT id, name FROM psycopg2_rollback ORDER BY id"

    def rows():
        watch.execute(query)
        return watch.fetchall()

    cursor.execute("CREATE TABLE psycopg2_rollback (id int, name text)")
    cursor.execute("INSERT INTO psycopg2_rollback VALUES (%s, %s)", [1, "it's"])
    cursor.execute(query)
    c.equal(cursor.fetchall(), [(1, "it's")], "inside")
    c.state_is(c.raises(rows, expect=psycopg2.Error), "42P01")
    conn.rollback()
    c.state_is(c.raises(cursor.execute, query, expect=psycopg2.Error), "42P01")
    conn.rollback()
    cursor.execute("CREATE TABLE psycopg2_rollback (id int, name text)")
    cursor.execute("INSERT INTO psycopg2_rollback VALUES (%s, %s), (%s, %s)", [1, "it's", 2, None])
    c.equal(cursor.rowcount, 2, "rowcount")
    conn.commit()
    c.equal(rows(), [(1, "it's"), (2, None)], "committed")
    with conn, conn.cursor() as inner:
        inner.execute("UPDATE psycopg2_rollback SET name = %s WHERE id = %s", ["two", 2])
        c.equal(inner.rowcount, 1, "rowcount")
    c.equal(rows(), [(1, "it's"), (2, "two")], "updated")

    def failing():
        with conn, conn.cursor() as inner:
            inner.execute("DELETE FROM psycopg2_rollback")
            raise KeyError("given up")

    c.raises(failing, expect=KeyError)
    c.equal(rows(), [(1, "it's"), (2, "two")], "rolled back")


@checks.check("rollback/isolation")
def check_isolation():
    conn = connect()
    conn.set_session(isolation_level="REPEATABLE READ", readonly=True)
    c.equal(one(conn, "SELECT 7::int AS n"), (7,), "read only")
    error = c.raises(conn.cursor().execute, "CREATE TABLE psycopg2_rollback_ro (n int)", expect=psycopg2.Error)
    c.state_is(error, "25006")
    conn.rollback()
    conn.set_session(isolation_level="READ COMMITTED", readonly=False)
    c.equal(one(conn, "SELECT 8::int AS n"), (8,), "read write")
    conn.rollback()


@checks.check("batch")
def check_batch():
    conn = connect()
    cursor = conn.cursor()
    cursor.execute("CREATE TEMP TABLE batch (id int PRIMARY KEY, name text)")
    rows = [(i, None if i % 10 == 0 else f"it's {i}") for i in range(5000)]
    psycopg2.extras.execute_values(cursor, "INSERT INTO batch (id, name) VALUES %s", rows[:3000], page_size=1000)
    psycopg2.extras.execute_batch(cursor, "INSERT INTO batch VALUES (%s, %s)", rows[3000:4800], page_size=100)
    cursor.executemany("INSERT INTO batch VALUES (%s, %s)", rows[4800:])
    cursor.execute("SELECT id, name FROM batch ORDER BY id")
    c.equal(cursor.fetchall(), rows, "rows")
    got = psycopg2.extras.execute_values(
        cursor, "INSERT INTO batch VALUES %s RETURNING id", [(i, "x") for i in range(6000, 6050)], fetch=True
    )
    c.equal(got, [(i,) for i in range(6000, 6050)], "returned")


@checks.each(("copy_out/text", "text", c.copy_text), ("copy_out/csv", "csv", c.copy_csv))
def check_copy_out(fmt, encode):
    conn = connect()
    cursor, out = conn.cursor(), io.BytesIO()
    cursor.copy_expert(f"COPY ({c.copy_sql()}) TO STDOUT (FORMAT {fmt})", out)
    c.equal(cursor.rowcount, c.COPY_ROWS, "rowcount")
    c.check_bytes(out.getvalue(), encode(c.copy_rows()), fmt)
    c.equal(one(conn, "SELECT 7::int AS n"), (7,), "afterwards")


class Reader:
    """A file over pieces of bytes, as the driver's COPY wants one."""

    def __init__(self, pieces):
        self.pieces, self.rest = iter(pieces), b""

    def read(self, size=-1):
        while len(self.rest) < size or size < 0:
            piece = next(self.pieces, None)
            if piece is None:
                break
            self.rest += piece
        size = len(self.rest) if size < 0 else size
        got, self.rest = self.rest[:size], self.rest[size:]
        return got


@checks.each(("copy_in/text", "text", c.copy_text), ("copy_in/csv", "csv", c.copy_csv))
def check_copy_in(fmt, encode):
    conn = connect()
    cursor = conn.cursor()
    cursor.execute(f"CREATE TEMP TABLE copied {c.COPY_TABLE}")
    cursor.copy_expert(f"COPY copied ({c.COPY_COLUMNS}) FROM STDIN WITH (FORMAT {fmt})", Reader(encode(c.copy_rows())))
    c.equal(cursor.rowcount, c.COPY_ROWS, "rowcount")
    cursor.execute(f"SELECT {c.COPY_COLUMNS} FROM copied ORDER BY id")
    c.check_copied(cursor.fetchall())


@checks.check("copy_in/from_to")
def check_copy_from():
    # copy_from and copy_to write the older form: COPY … FROM stdin WITH DELIMITER AS … NULL AS …
    conn, other = connect(), connect(True)
    cursor = conn.cursor()
    cursor.execute("CREATE TABLE psycopg2_copy (id int, name text)")
    cursor.copy_from(io.StringIO("1|one\n2|nil\n3|ünï\n"), "psycopg2_copy", sep="|", null="nil", columns=("id", "name"))
    conn.commit()
    watch = other.cursor()
    watch.execute("SELECT id, name FROM psycopg2_copy ORDER BY id")
    c.equal(watch.fetchall(), [(1, "one"), (2, None), (3, "ünï")], "rows")
    out = io.StringIO()
    cursor.copy_to(out, "psycopg2_copy", sep="|", null="nil", columns=("id", "name"))
    c.equal(sorted(out.getvalue().splitlines()), ["1|one", "2|nil", "3|ünï"], "copy_to")


@checks.check("copy_in/error")
def check_copy_in_error():
    conn = connect(True)
    cursor = conn.cursor()
    cursor.execute(f"CREATE TEMP TABLE copied {c.COPY_TABLE}")
    count = "SELECT count(*)::int8 AS n FROM copied"
    for fmt, data, state in c.COPY_BAD:
        statement = f"COPY copied ({c.COPY_COLUMNS}) FROM STDIN (FORMAT {fmt})"
        c.state_is(c.raises(cursor.copy_expert, statement, io.BytesIO(data), expect=psycopg2.Error), state)
        c.equal(one(conn, count), (0,), f"rows after {data!r}")

    class Broken(io.RawIOBase):
        def read(self, size=-1):
            raise KeyError("given up")

    c.raises(cursor.copy_expert, "COPY copied FROM STDIN", Broken())
    c.equal(one(conn, count), (0,), "rows after giving up")
    cursor.copy_expert("COPY copied FROM STDIN", Reader(c.copy_text(c.copy_rows(10))))
    c.equal(one(conn, count), (10,), "rows in the end")


@checks.check("pool")
def check_pool():
    pool = psycopg2.pool.ThreadedConnectionPool(5, 5, DSN)
    places = threading.Semaphore(5)  # the pool raises when it is empty
    wrong = []

    def work(number):
        try:
            for i in range(25):
                with places:
                    conn = pool.getconn()
                    try:
                        got = one(conn, "SELECT %s::int AS a, %s::text AS b", [number, f"{number}-{i}"])
                        c.equal(got, (number, f"{number}-{i}"), "answer")
                    finally:
                        pool.putconn(conn)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    conn = pool.getconn()
    threading.Timer(0.5, conn.cancel).start()
    c.state_is(c.raises(one, conn, c.ENDLESS, expect=psycopg2.Error), "57014")
    pool.putconn(conn)
    for i in range(10):
        conn = pool.getconn()
        c.equal(one(conn, "SELECT %s::int AS n", [i]), (i,), "afterwards")
        pool.putconn(conn)
    pool.closeall()


@checks.check("catalog")
def check_catalog():
    cursor = connect().cursor()
    cursor.execute(c.rows_sql(1))
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
    c.equal([d.internal_size for d in cursor.description], [8, -1, 8, 12, 8, 4, 1], "sizes")
    c.true(cursor.description[0].type_code == psycopg2.NUMBER and cursor.description[1].type_code == psycopg2.STRING, "classes")


@checks.check("catalog/hstore")
def check_hstore():
    # Looks hstore up in pg_type: it is not there, which must be said so.
    conn = connect(True)
    error = c.raises(psycopg2.extras.register_hstore, conn, expect=psycopg2.Error)
    c.true("hstore type not found" in str(error), str(error))
    c.equal(psycopg2.extras.HstoreAdapter.get_oids(conn), ((), ()), "oids")


@checks.check("async")
def check_async():
    def wait(conn):
        deadline = time.monotonic() + 20
        while (state := conn.poll()) != psycopg2.extensions.POLL_OK:
            c.true(time.monotonic() < deadline, "not in time")
            fd = [conn.fileno()]
            reads, writes = (fd, []) if state == psycopg2.extensions.POLL_READ else ([], fd)
            select.select(reads, writes, [], 1)

    conn = psycopg2.connect(DSN, async_=True)
    wait(conn)
    cursor = conn.cursor()
    cursor.execute(c.rows_sql(10_000))
    wait(conn)
    c.check_rows(cursor, 10_000)
    cursor.execute(c.ENDLESS)
    time.sleep(0.3)
    conn.cancel()
    c.state_is(c.raises(wait, conn, expect=psycopg2.Error), "57014")
    cursor.execute("SELECT 7::int AS n")
    wait(conn)
    c.equal(cursor.fetchone(), (7,), "afterwards")


if __name__ == "__main__":
    checks.run()
