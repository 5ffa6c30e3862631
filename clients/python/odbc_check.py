"""pyodbc over psqlODBC's Unicode driver: text results, parameters bound by the server (UseServerSidePrepare=1) or written
into the statement (0).

Left out: COPY (the driver cannot), a pool (it belongs to the driver manager), NaN and the like as numeric, a list as a
parameter (an array goes out and comes back as its text). The driver drops a time's fraction and a timestamptz's zone, and
bool is text unless BoolsAsChar=0. Errors after a write that a savepoint would have to undo are left out too.
"""

import datetime as dt
import glob
import json
import os
import threading

import pyodbc

import common as c

checks = c.Checks()
pyodbc.pooling = False


def driver():
    """The full path of the driver's library."""
    for pattern in ("/usr/lib/*/odbc", "/usr/lib64", "/usr/lib/psqlodbc", "/opt/homebrew/lib", "/usr/local/lib"):
        for path in glob.glob(os.path.join(pattern, "psqlodbcw.so")):
            return path
    raise FileNotFoundError("psqlodbcw.so")


def connect(autocommit=True, **options):
    settings = {
        "Driver": driver(),
        "Server": c.HOST,
        "Port": c.PORT,
        "Database": c.DATABASE,
        "UID": c.USER,
        "PWD": c.PASSWORD,
        "SSLmode": "require",  # with PGSSLROOTCERT set, libpq verifies the certificate too
        "UseDeclareFetch": 0,
        "BoolsAsChar": 0,
        **options,
    }
    return pyodbc.connect(";".join(f"{key}={value}" for key, value in settings.items()), autocommit=autocommit)


def rows(conn, statement, *parameters):
    return [tuple(row) for row in conn.cursor().execute(statement, *parameters).fetchall()]


def state_is(error, want):
    c.equal(error.args[0], want, f"SQLSTATE of {' '.join(str(error.args[1]).split())}")


@checks.cleanup
def cleanup():
    conn = connect()
    for table in ("odbc_rollback", "odbc_catalog"):
        conn.execute(f"DROP TABLE IF EXISTS {table}")


@checks.check("connect")
def check_connect():
    # ODBC does not tell whether TLS is on; SSLmode makes libpq refuse to go on without.
    conn = connect()
    c.equal(conn.getinfo(pyodbc.SQL_DBMS_NAME), "PostgreSQL", "name")
    c.true(conn.getinfo(pyodbc.SQL_DBMS_VER).startswith("15"), conn.getinfo(pyodbc.SQL_DBMS_VER))
    who = rows(conn, "SELECT current_user::text AS u, current_database()::text AS d")
    c.equal(who, [(c.USER, c.DATABASE)], "who and where")
    c.true(rows(conn, "SHOW server_version")[0][0].startswith("15"), "SHOW server_version")


@checks.check("connect/verify")
def check_verify():
    conn = connect(SSLmode="verify-full", pqopt="{sslrootcert=%s}" % c.SSLROOTCERT)
    c.equal(rows(conn, "SELECT 7::int AS n"), [(7,)], "answer")


@checks.check("rows/fetch")
def check_fetched_rows():
    cursor = connect(UseDeclareFetch=1, Fetch=5000).cursor()
    cursor.execute(c.rows_sql())
    c.check_rows(map(tuple, cursor))


@checks.check("rows")
def check_rows():
    cursor = connect().cursor()
    cursor.execute(c.rows_sql())
    c.equal(cursor.rowcount, c.ROWS, "rowcount")
    c.check_rows(map(tuple, cursor))


@checks.each(("types", {}), ("types/client", {"UseServerSidePrepare": 0}), ("types/chars", {"BoolsAsChar": 1}))
def check_types(options):
    conn = connect(**options)

    def ask(expression, value):
        return rows(conn, f"SELECT {expression} AS v", value)[0][0]

    for name, values in c.TYPES:
        if name.endswith("]") or name == "interval":
            continue
        for value in values:
            want = value
            if name == "bool" and options.get("BoolsAsChar"):
                want = "1" if value else "0"
            elif name == "time":
                want = value.replace(microsecond=0)
            elif name == "timestamptz":
                want = value.replace(tzinfo=None)
            elif name == "uuid":
                want = str(value).upper()
            elif name == "float8" and value != value and options.get("UseServerSidePrepare") == 0:
                continue  # goes out as the bare word nan
            got = ask(f"CAST(? AS {name})", value)
            c.equal(got.upper() if name == "uuid" else got, want, f"{name} of {c.short(value)}")
    for value in c.JSON:
        c.equal(json.loads(ask("CAST(? AS json)", json.dumps(value))), value, "json")
    c.equal(ask("CAST(CAST(? AS time) AS text)", "23:59:59.999999"), "23:59:59.999999", "time")
    c.equal(ask("CAST(? AS int[])", "{1,NULL,-2147483648}"), "{1,NULL,-2147483648}", "int[] as text")
    texts = r'{"it\'s","say \"hi\"","x,y",NULL,"","\\"}'.replace("\\'", "'")
    c.equal(ask("(CAST(? AS text[]))[2]", texts), 'say "hi"', "text[]")
    for text, want in c.INTERVALS:
        moved = "(TIMESTAMP '2020-01-31 00:00:00' + CAST(? AS interval))::timestamp"
        c.equal(ask(moved, text), want, f"interval {text}")
    for name in c.NULL_TYPES:
        c.equal(ask(f"CAST(? AS {name})", None), None, f"null {name}")


@checks.check("error")
def check_error():
    conn = connect()
    for statement, state in c.ERRORS:
        state_is(c.raises(rows, conn, statement, expect=pyodbc.Error), state)
        c.equal(rows(conn, "SELECT 7::int AS n"), [(7,)], "afterwards")
    # By default a savepoint before each statement keeps the transaction alive: here without (Protocol=7.4-0).
    conn = connect(autocommit=False, Protocol="7.4-0")
    for statement, state in c.ERRORS:
        rows(conn, "SELECT 1 AS n")
        state_is(c.raises(rows, conn, statement, expect=pyodbc.Error), state)
        state_is(c.raises(rows, conn, "SELECT 1 AS n", expect=pyodbc.Error), "25P02")
        conn.rollback()
        c.equal(rows(conn, "SELECT 7::int AS n"), [(7,)], "afterwards")
        conn.rollback()


@checks.check("error/transaction")
def check_error_transaction():
    # Protocol=7.4-1: an error ends the transaction, and the driver rolls it back by itself.
    conn = connect(autocommit=False, Protocol="7.4-1")
    for statement, state in c.ERRORS:
        rows(conn, "SELECT 1 AS n")
        state_is(c.raises(rows, conn, statement, expect=pyodbc.Error), state)
        c.equal(rows(conn, "SELECT 7::int AS n"), [(7,)], "afterwards")
        conn.rollback()


@checks.check("error/savepoint")
def check_error_savepoint():
    # The driver's default: SAVEPOINT before a statement, ROLLBACK TO after one that failed. Both go out in one text, so a
    # syntax error takes the savepoint with it.
    conn = connect(autocommit=False)
    conn.execute("CREATE TEMP TABLE kept (n int)")
    conn.execute("INSERT INTO kept VALUES (1)")
    conn.commit()
    c.equal(rows(conn, "SELECT n FROM kept"), [(1,)], "before")
    for statement, state in c.ERRORS:
        if state != "42601":
            state_is(c.raises(rows, conn, statement, expect=pyodbc.Error), state)
    conn.execute("INSERT INTO kept VALUES (2)")
    conn.commit()
    c.equal(rows(conn, "SELECT n FROM kept ORDER BY n"), [(1,), (2,)], "rows")


@checks.check("cancel")
def check_cancel():
    conn = connect()
    for _ in range(2):
        cursor = conn.cursor()
        timer = threading.Timer(0.5, cursor.cancel)
        timer.start()
        with c.Timer(10, "cancel"):
            state_is(c.raises(cursor.execute, c.ENDLESS, expect=pyodbc.Error), "57014")
        timer.join()
        c.equal(rows(conn, "SELECT 7::int AS n"), [(7,)], "afterwards")


@checks.check("cancel/timeout")
def check_timeout():
    conn = connect()
    conn.execute("SET statement_timeout = 700")
    with c.Timer(10, "timeout"):
        state_is(c.raises(rows, conn, c.ENDLESS, expect=pyodbc.Error), "57014")
    c.equal(rows(conn, "SELECT 7::int AS n"), [(7,)], "afterwards")


@checks.check("rollback")
def check_rollback():
    # Without the savepoints that the driver sets by default.
    conn, other = connect(autocommit=False, Protocol="7.4-1"), connect()
    query = "SELECT id, name FROM odbc_rollback ORDER BY id"
    conn.execute("CREATE TABLE odbc_rollback (id int, name text)")
    conn.execute("INSERT INTO odbc_rollback VALUES (?, ?)", 1, "one")
    c.equal(rows(conn, query), [(1, "one")], "inside")
    state_is(c.raises(rows, other, query, expect=pyodbc.Error), "42P01")
    conn.rollback()
    state_is(c.raises(rows, conn, query, expect=pyodbc.Error), "42P01")
    conn.rollback()
    conn.execute("CREATE TABLE odbc_rollback (id int, name text)")
    c.equal(conn.execute("INSERT INTO odbc_rollback VALUES (?, ?), (?, ?)", 1, "one", 2, None).rowcount, 2, "rowcount")
    conn.commit()
    c.equal(rows(other, query), [(1, "one"), (2, None)], "committed")
    conn.execute("DELETE FROM odbc_rollback WHERE id = ?", 1)
    conn.rollback()
    c.equal(rows(other, query), [(1, "one"), (2, None)], "rolled back")


@checks.check("rollback/default")
def check_rollback_default():
    conn = connect(autocommit=False)
    conn.execute("CREATE TEMP TABLE rolled (n int)")
    conn.commit()
    conn.execute("INSERT INTO rolled VALUES (?)", 1)
    conn.rollback()
    conn.execute("INSERT INTO rolled VALUES (?)", 2)
    conn.commit()
    c.equal(rows(conn, "SELECT n FROM rolled"), [(2,)], "rows")


@checks.each(("prepared", {}), ("prepared/client", {"UseServerSidePrepare": 0}))
def check_prepared(options):
    conn = connect(**options)
    number, text = conn.cursor(), conn.cursor()
    for i in range(300):
        number.execute("SELECT CAST(? AS int8) + 1 AS n", i)
        text.execute("SELECT 'is ' || CAST(? AS text) AS t, CAST(? AS date) AS d", f"ü{i}", dt.date.fromordinal(700000 + i))
        c.equal(tuple(number.fetchone()), (i + 1,), "number")
        c.equal(tuple(text.fetchone()), (f"is ü{i}", dt.date.fromordinal(700000 + i)), "text")


@checks.each(("batch", False), ("batch/fast", True))
def check_batch(fast):
    conn = connect(autocommit=False, Protocol="7.4-1")
    cursor = conn.cursor()
    cursor.fast_executemany = fast  # an array of parameters, given to the driver at once
    cursor.execute("CREATE TEMP TABLE batch (id int PRIMARY KEY, name varchar(20), n numeric(12,2))")
    data = [(i, None if i % 10 == 0 else f"ü{i}", None if i % 7 == 0 else c.Decimal(i).scaleb(-2)) for i in range(1, 1001)]
    cursor.executemany("INSERT INTO batch VALUES (?, ?, ?)", data)
    conn.commit()
    c.equal(rows(conn, "SELECT id, name, n FROM batch ORDER BY id"), data, "rows")


@checks.check("batch/several")
def check_several():
    cursor = connect().cursor()
    cursor.execute("SELECT 1::int AS a; SELECT 'two'::text AS b")
    c.equal([tuple(r) for r in cursor.fetchall()], [(1,)], "first")
    c.true(cursor.nextset(), "no second result")
    c.equal([tuple(r) for r in cursor.fetchall()], [("two",)], "second")


@checks.check("threads")
def check_threads():
    wrong = []

    def work(number):
        try:
            conn = connect()
            for i in range(50):
                got = rows(conn, "SELECT CAST(? AS int) AS a, CAST(? AS text) AS b", number, f"{number}-{i}")
                c.equal(got, [(number, f"{number}-{i}")], "answer")
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
    conn = connect()
    cursor = conn.execute(c.rows_sql(1))
    got = [(d[0], d[1], d[4]) for d in cursor.description]
    want = [
        ("id", int, 19),
        ("name", str, 8190),
        ("ratio", float, 17),
        ("amount", c.Decimal, 12),
        ("ts", dt.datetime, 26),
        ("day", dt.date, 10),
        ("third", bool, 1),
    ]
    c.equal(got, want, "description")
    kinds = {row.type_name: row.data_type for row in conn.cursor().getTypeInfo()}
    c.equal(kinds.get("int8"), pyodbc.SQL_BIGINT, "int8's ODBC type")


@checks.check("catalog/tables")
def check_tables():
    conn = connect()
    conn.execute("CREATE TABLE odbc_catalog (id bigint, name text, amount numeric(12,2), at_day date)")
    found = [(t.table_name, t.table_type) for t in conn.cursor().tables(table="odbc_catalog")]
    c.equal(found, [("odbc_catalog", "TABLE")], "tables")


@checks.check("catalog/columns")
def check_columns():
    conn = connect()
    conn.execute("DROP TABLE IF EXISTS odbc_catalog")
    conn.execute("CREATE TABLE odbc_catalog (id bigint, name text, amount numeric(12,2), at_day date)")
    found = [(k.column_name, k.type_name, k.ordinal_position) for k in conn.cursor().columns(table="odbc_catalog")]
    c.equal(found, [("id", "int8", 1), ("name", "text", 2), ("amount", "numeric", 3), ("at_day", "date", 4)], "columns")


if __name__ == "__main__":
    checks.run()
