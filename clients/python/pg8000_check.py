"""pg8000: extended protocol with text parameters and text results; the dbapi and the native interface.

Left out: cancel and pool (the driver has neither), binary. A timedelta has no months, so intervals with months go out as text.
"""

import io
import threading

import pg8000.dbapi
import pg8000.native

import common as c

checks = c.Checks()

WHERE = {"host": c.HOST, "port": c.PORT, "user": c.USER, "password": c.PASSWORD, "database": c.DATABASE, "timeout": 30}


def connect(autocommit=False):
    conn = pg8000.dbapi.connect(ssl_context=c.tls_context(), **WHERE)
    conn.autocommit = autocommit
    return conn


def native():
    return pg8000.native.Connection(ssl_context=c.tls_context(), **WHERE)


def one(conn, statement, args=()):
    cursor = conn.cursor()
    cursor.execute(statement, args)
    return cursor.fetchone()


def state_is(error, want):
    """The driver's error has a dictionary of the message's fields."""
    c.equal(error.args[0].get("C") if isinstance(error.args[0], dict) else str(error), want, "SQLSTATE")


@checks.cleanup
def cleanup():
    conn = native()
    for table in ("pg8000_rollback", "pg8000_copy"):
        conn.run(f"DROP TABLE IF EXISTS {table}")


@checks.check("connect")
def check_connect():
    conn = connect()
    c.true(conn._usock.cipher() is not None, "no TLS")
    version = conn.parameter_statuses["server_version"]
    c.true(version.startswith("15"), version)
    got = one(conn, "SELECT current_user::text AS u, current_database()::text AS d")
    c.equal(tuple(got), (c.USER, c.DATABASE), "who and where")
    c.true(one(conn, "SHOW server_version")[0].startswith("15"), "SHOW server_version")
    conn.close()


@checks.check("rows")
def check_rows():
    cursor = connect().cursor()
    cursor.execute(c.rows_sql())
    c.equal(cursor.rowcount, c.ROWS, "rowcount")
    c.check_rows(cursor)


@checks.each(("types", "dbapi"), ("types/native", "native"))
def check_types(interface):
    if interface == "dbapi":
        conn = connect(True)

        def ask(expression, value):
            return one(conn, f"SELECT {expression.format('%s')} AS v", [value])[0]
    else:
        conn = native()

        def ask(expression, value):
            return conn.run(f"SELECT {expression.format(':p')} AS v", p=value)[0][0]

    for name, values in c.TYPES:
        for value in values:
            c.equal(ask(f"CAST({{}} AS {name})", value), value, f"{name} of {c.short(value)}")
    for value in c.JSON:
        if not isinstance(value, dict):
            continue  # a list goes out as an array
        c.equal(ask("CAST({} AS json)", value), value, "json")
    for text, want in c.INTERVALS:
        moved = "(TIMESTAMP '2020-01-31 00:00:00' + CAST({} AS interval))::timestamp"
        c.equal(ask(moved, text), want, f"interval {text}")
    for name in c.NULL_TYPES:
        c.equal(ask(f"CAST({{}} AS {name})", None), None, f"null {name}")


@checks.check("error")
def check_error():
    conn = connect(True)
    for statement, state in c.ERRORS:
        error = c.raises(one, conn, statement, expect=pg8000.dbapi.DatabaseError)
        state_is(error, state)
        c.equal(error.args[0]["V"], "ERROR", "severity")
        c.equal(one(conn, "SELECT 7::int AS n")[0], 7, "afterwards")
    conn = connect()
    for statement, state in c.ERRORS:
        one(conn, "SELECT 1 AS n")
        state_is(c.raises(one, conn, statement, expect=pg8000.dbapi.DatabaseError), state)
        state_is(c.raises(one, conn, "SELECT 1 AS n", expect=pg8000.dbapi.DatabaseError), "25P02")
        conn.rollback()
        c.equal(one(conn, "SELECT 7::int AS n")[0], 7, "afterwards")
        conn.rollback()


@checks.check("error/native")
def check_error_native():
    conn = native()
    for statement, state in c.ERRORS:
        state_is(c.raises(conn.run, statement, expect=pg8000.native.DatabaseError), state)
        c.equal(conn.run("SELECT 7::int AS n"), [[7]], "afterwards")


@checks.check("cancel/timeout")
def check_timeout():
    conn = connect(True)
    conn.cursor().execute("SET statement_timeout = 700")
    with c.Timer(10, "timeout"):
        state_is(c.raises(one, conn, c.ENDLESS, expect=pg8000.dbapi.DatabaseError), "57014")
    c.equal(one(conn, "SELECT 7::int AS n")[0], 7, "afterwards")


@checks.check("rollback")
def check_rollback():
    conn, other = connect(), native()
    cursor = conn.cursor()
    query = "SELECT id, name FROM pg8000_rollback ORDER BY id"
    cursor.execute("CREATE TABLE pg8000_rollback (id int, name text)")
    cursor.execute("INSERT INTO pg8000_rollback VALUES (%s, %s)", [1, "one"])
    cursor.execute(query)
    c.equal([tuple(r) for r in cursor.fetchall()], [(1, "one")], "inside")
    state_is(c.raises(other.run, query, expect=pg8000.native.DatabaseError), "42P01")
    conn.rollback()
    state_is(c.raises(cursor.execute, query, expect=pg8000.dbapi.DatabaseError), "42P01")
    conn.rollback()
    cursor.execute("CREATE TABLE pg8000_rollback (id int, name text)")
    cursor.execute("INSERT INTO pg8000_rollback VALUES (%s, %s), (%s, %s)", [1, "one", 2, None])
    c.equal(cursor.rowcount, 2, "rowcount")
    conn.commit()
    c.equal(other.run(query), [[1, "one"], [2, None]], "committed")
    other.run("START TRANSACTION")
    other.run("DELETE FROM pg8000_rollback")
    c.equal(other.row_count, 2, "row_count")
    other.run("ROLLBACK")
    c.equal(other.run(query), [[1, "one"], [2, None]], "rolled back")


@checks.check("prepared")
def check_prepared():
    conn = native()
    number = conn.prepare("SELECT CAST(:n AS int8) + 1 AS n")
    text = conn.prepare("SELECT 'is ' || CAST(:t AS text) AS t")
    for i in range(300):
        c.equal(number.run(n=i), [[i + 1]], "number")
        c.equal(text.run(t=f"ü{i}"), [[f"is ü{i}"]], "text")
    c.equal([column["name"] for column in text.columns], ["t"], "columns")
    number.close()
    c.equal(text.run(t="x"), [["is x"]], "beside a closed one")
    text.close()
    c.equal(conn.run("SELECT 7::int AS n"), [[7]], "afterwards")


@checks.check("batch")
def check_batch():
    conn = connect()
    cursor = conn.cursor()
    cursor.execute("CREATE TEMP TABLE batch (id int PRIMARY KEY, name text)")
    rows = [(i, None if i % 10 == 0 else f"n{i}") for i in range(1000)]
    cursor.executemany("INSERT INTO batch VALUES (%s, %s)", rows)
    c.equal(cursor.rowcount, 1000, "rowcount")
    cursor.execute("SELECT id, name FROM batch ORDER BY id")
    c.equal([tuple(r) for r in cursor.fetchall()], rows, "rows")
    # Several statements in one, with the simple protocol.
    simple = native()
    got = simple.run("CREATE TEMP TABLE several (n int); INSERT INTO several VALUES (1), (2); SELECT n FROM several ORDER BY n")
    c.equal(got, [[1], [2]], "several")


@checks.each(("copy_out/text", "text", c.copy_text), ("copy_out/csv", "csv", c.copy_csv))
def check_copy_out(fmt, encode):
    conn = connect()
    cursor, out = conn.cursor(), io.BytesIO()
    # With a stream the driver looks for parameters, so a %% stands for a %.
    select = c.copy_sql().replace("%", "%%")
    cursor.execute(f"COPY ({select}) TO STDOUT WITH (FORMAT {fmt})", stream=out)
    c.equal(cursor.rowcount, c.COPY_ROWS, "rowcount")
    c.check_bytes(out.getvalue(), encode(c.copy_rows()), fmt)
    c.equal(one(conn, "SELECT 7::int AS n")[0], 7, "afterwards")


@checks.each(("copy_in/text", "text", c.copy_text), ("copy_in/csv", "csv", c.copy_csv))
def check_copy_in(fmt, encode):
    conn = connect()
    cursor = conn.cursor()
    cursor.execute(f"CREATE TEMP TABLE copied {c.COPY_TABLE}")
    source = io.BytesIO(b"".join(encode(c.copy_rows())))
    cursor.execute(f"COPY copied ({c.COPY_COLUMNS}) FROM STDIN WITH (FORMAT {fmt})", stream=source)
    c.equal(cursor.rowcount, c.COPY_ROWS, "rowcount")
    cursor.execute(f"SELECT {c.COPY_COLUMNS} FROM copied ORDER BY id")
    c.check_copied(cursor.fetchall())


@checks.check("copy_in/native")
def check_copy_in_native():
    conn = native()
    conn.run(f"CREATE TABLE pg8000_copy {c.COPY_TABLE}")
    conn.run("COPY pg8000_copy FROM STDIN", stream=c.copy_text(c.copy_rows(10_000)))
    c.check_copied(native().run(f"SELECT {c.COPY_COLUMNS} FROM pg8000_copy ORDER BY id"), 10_000)


@checks.check("copy_in/error")
def check_copy_in_error():
    conn = native()
    conn.run(f"CREATE TEMP TABLE copied {c.COPY_TABLE}")
    for fmt, data, state in c.COPY_BAD:

        def copy_in():
            conn.run(f"COPY copied ({c.COPY_COLUMNS}) FROM STDIN WITH (FORMAT {fmt})", stream=io.BytesIO(data))

        state_is(c.raises(copy_in, expect=pg8000.native.DatabaseError), state)
        c.equal(conn.run("SELECT count(*)::int8 AS n FROM copied"), [[0]], f"rows after {data!r}")
    conn.run("COPY copied FROM STDIN", stream=c.copy_text(c.copy_rows(10)))
    c.equal(conn.run("SELECT count(*)::int8 AS n FROM copied"), [[10]], "rows in the end")


@checks.check("threads")
def check_threads():
    # The driver has no pool; five connections at a time, each in a thread of its own.
    wrong = []

    def work(number):
        try:
            conn = connect(True)
            for i in range(50):
                got = one(conn, "SELECT %s::int AS a, %s::text AS b", [number, f"{number}-{i}"])
                c.equal(tuple(got), (number, f"{number}-{i}"), "answer")
            conn.close()
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]


@checks.check("catalog")
def check_catalog():
    cursor = connect().cursor()
    cursor.execute(c.rows_sql(1))
    got = [(d[0], d[1]) for d in cursor.description]
    want = [("id", 20), ("name", 25), ("ratio", 701), ("amount", 1700), ("ts", 1114), ("day", 1082), ("third", 16)]
    c.equal(got, want, "description")
    conn = native()
    conn.run("SELECT NULL::int[] AS a, NULL::text[] AS b, NULL::uuid AS u, NULL::json AS j")
    got = [(column["name"], column["type_oid"]) for column in conn.columns]
    c.equal(got, [("a", 1007), ("b", 1009), ("u", 2950), ("j", 114)], "columns")


if __name__ == "__main__":
    checks.run()
