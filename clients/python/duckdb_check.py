"""DuckDB's postgres extension as a client: ATTACH, reading tables and queries with COPY … TO STDOUT in binary form, INSERT and
CREATE TABLE AS with COPY … FROM STDIN.

Left out: cancel (the extension does not cancel at the server what it waits for), prepared statements, a pool of one's own,
SQLSTATEs (only the server's text is shown). The extension is loaded from its wheel; nothing is downloaded.
"""

import datetime as dt
import importlib.metadata
import uuid
from decimal import Decimal

import duckdb

import common as c

checks = c.Checks()


def extension():
    """The full path of the extension's file."""
    for path in importlib.metadata.files("duckdb-extension-postgres-scanner"):
        if path.name == "postgres_scanner.duckdb_extension":
            return path.locate()
    raise FileNotFoundError("postgres_scanner.duckdb_extension")


def connect(read_only=False, settings=(), more=""):
    conn = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "extension_directory": c.TMP,
        }
    )
    conn.execute(f"LOAD '{extension()}'")
    conn.execute("SET TimeZone = 'UTC'")
    for setting in settings:
        conn.execute(f"SET {setting}")
    # With PGSSLROOTCERT set, libpq verifies the certificate under sslmode=require too.
    where = f"host={c.HOST} port={c.PORT} user={c.USER} password={c.PASSWORD} dbname={c.DATABASE} sslmode=require{more}"
    conn.execute(f"ATTACH '{where}' AS pg (TYPE postgres{', READ_ONLY' if read_only else ''})")
    return conn


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def query(conn, statement):
    """Runs a query at the server."""
    return conn.execute(f"SELECT * FROM postgres_query('pg', {quoted(statement)})")


def run(conn, *statements):
    """Runs statements without a result at the server."""
    for statement in statements:
        conn.execute(f"CALL postgres_execute('pg', {quoted(statement)})")
    conn.execute("CALL pg_clear_cache()")


def rows(result):
    while batch := result.fetchmany(50_000):
        yield from batch


# Not duckdb_…: DuckDB has functions and views of such names.
TABLES = ("rows", "types", "inserted", "rollback", "copied", "created", "catalog")


@checks.cleanup
def cleanup():
    run(connect(), *(f"DROP TABLE IF EXISTS duckpg_{table}" for table in TABLES))


@checks.check("connect")
def check_connect():
    # The extension does not tell whether TLS is on; sslmode makes libpq refuse to go on without.
    conn = connect(read_only=True)
    who = "SELECT current_user::text AS u, current_database()::text AS d, current_setting('server_version')::text AS v"
    user, database, version = query(conn, who).fetchone()
    c.equal((user, database), (c.USER, c.DATABASE), "who and where")
    c.true(version.startswith("15"), version)


@checks.check("rows")
def check_rows():
    run(connect(), "DROP TABLE IF EXISTS duckpg_rows", f"CREATE TABLE duckpg_rows AS {c.rows_sql()}")
    conn = connect(read_only=True)
    c.check_rows(rows(conn.execute("SELECT * FROM pg.duckpg_rows ORDER BY id")))


@checks.each(("rows/one", ("pg_use_ctid_scan = false",)), ("rows/text", ("pg_use_ctid_scan = false", "pg_use_text_protocol = true")))
def check_rows_one(settings):
    # One connection reads the whole table; the default reads it in pieces of pages with several.
    run(connect(), "DROP TABLE IF EXISTS duckpg_rows", f"CREATE TABLE duckpg_rows AS {c.rows_sql(200_000)}")
    conn = connect(read_only=True, settings=settings)
    c.check_rows(rows(conn.execute("SELECT * FROM pg.duckpg_rows ORDER BY id")), 200_000)


@checks.check("rows/filter")
def check_filter():
    # Filters and projections go out to the server.
    conn = connect()
    run(conn, "DROP TABLE IF EXISTS duckpg_rows", f"CREATE TABLE duckpg_rows AS {c.rows_sql(10_000)}")
    ask = lambda where: conn.execute(f"SELECT count(*), sum(id)::BIGINT FROM pg.duckpg_rows WHERE {where}").fetchone()  # noqa: E731
    c.equal(ask("id = 77"), (1, 77), "=")
    c.equal(ask("id > 10 AND id <= 20"), (10, 155), "range")
    c.equal(ask("name = 'name 7'"), (10, 45070), "text")
    c.equal(ask("ts = TIMESTAMP '2020-01-01 00:00:05'"), (1, 5), "timestamp")
    c.equal(ask("id IN (1, 2, 3) OR ratio IS NULL"), (3, 6), "in")
    c.equal(ask("amount < 0.05"), (4, 10), "numeric")
    c.equal(conn.execute("SELECT name FROM pg.duckpg_rows ORDER BY id DESC LIMIT 2").fetchall(), [("name 0",), ("name 999",)], "limit")


@checks.check("rows/query")
def check_rows_query():
    c.check_rows(rows(query(connect(read_only=True), c.rows_sql())))


def literal(name, value):
    """The value in the server's SQL."""
    if value is None:
        return f"NULL::{name}"
    if isinstance(value, bytes):
        return f"decode('{value.hex()}', 'hex')" if value else "''::bytea"
    if isinstance(value, list):
        inner = ["NULL" if v is None else str(v) if isinstance(v, int) else quoted(v) for v in value]
        return f"ARRAY[{', '.join(inner)}]::{name}"
    if isinstance(value, float):
        return f"'{value!r}'::{name}"
    if isinstance(value, Decimal):
        return f"'{value:f}'::{name}"
    if isinstance(value, dt.timedelta):
        return f"'{value.days} days {value.seconds}.{value.microseconds:06} seconds'::{name}"
    return f"{quoted(str(value))}::{name}"


def typed_values():
    for name, values in c.TYPES:
        for value in [*values, None]:
            yield name, value
    for value in ('{"a": [1, null, "ü"]}', "[]", None):
        yield "json", value


def expected(name, value):
    return c.float4(value) if name == "float4" and value is not None else value


@checks.each(("types", ()), ("types/text", ("pg_use_text_protocol = true",)))
def check_types(settings):
    conn = connect(read_only=True, settings=settings)
    for name, value in typed_values():
        if settings and value == dt.timedelta(microseconds=-1):
            continue  # '-1 days +23:59:59.999999' in text is more than DuckDB reads
        got = query(conn, f"SELECT {literal(name, value)} AS v").fetchone()[0]
        c.equal(got, expected(name, value), f"{name} of {c.short(value)}")


@checks.check("types/table")
def check_types_table():
    # One column for each type, one row for each place in the lists of values.
    conn = connect()
    names = [name for name, _ in c.TYPES]
    height = max(len(values) for _, values in c.TYPES) + 1
    data = [[values[i] if i < len(values) else None for _, values in c.TYPES] for i in range(height)]
    columns = ", ".join(f"c{i} {name}" for i, name in enumerate(names))
    run(conn, "DROP TABLE IF EXISTS duckpg_types", f"CREATE TABLE duckpg_types (n int, {columns})")
    for n, values in enumerate(data):
        run(conn, f"INSERT INTO duckpg_types VALUES ({n}, {', '.join(map(literal, names, values))})")
    got = connect(read_only=True).execute("SELECT * FROM pg.duckpg_types ORDER BY n").fetchall()
    c.equal(len(got), height, "rows")
    for n, (row, values) in enumerate(zip(got, data)):
        for name, g, want in zip(names, row[1:], values):
            c.equal(g, expected(name, want), f"{name} in row {n}")


@checks.each(("types/insert", ()), ("types/insert_text", ("pg_use_binary_copy = false",)))
def check_types_insert(settings):
    # Values go from DuckDB to the server.
    conn = connect(settings=settings)
    columns = {
        "id": ("INTEGER", [1, 2, 3]),
        "b": ("BOOLEAN", [True, False, None]),
        "i2": ("SMALLINT", [-32768, 32767, None]),
        "i8": ("BIGINT", [-(2**63), 2**63 - 1, None]),
        "f4": ("FLOAT", [0.5, float("inf"), None]),
        "f8": ("DOUBLE", [0.1, float("-inf"), None]),
        "n": ("DECIMAL(38,19)", [Decimal("1234567890123456789.0123456789012345678"), Decimal("-1E-19"), None]),
        "m": ("DECIMAL(12,2)", [Decimal("-1.50"), Decimal("0.00"), None]),
        "t": ("VARCHAR", ["it's \"ünï€😀\"\n\t\\N", "", None]),
        "raw": ("BLOB", [bytes(range(256)), b"", None]),
        "d": ("DATE", [dt.date(1969, 7, 20), dt.date(9999, 12, 31), None]),
        "ts": ("TIMESTAMP", [dt.datetime(1969, 12, 31, 23, 59, 59, 999999), dt.datetime(2024, 2, 29, 12, 0, 0, 1), None]),
        "tz": ("TIMESTAMPTZ", [dt.datetime(2024, 7, 1, 12, 0, 0, 1, tzinfo=c.UTC), dt.datetime(1960, 1, 1, tzinfo=c.UTC), None]),
        "ti": ("TIME", [dt.time(23, 59, 59, 999999), dt.time(0, 0), None]),
        "iv": ("INTERVAL", [dt.timedelta(days=3, microseconds=7), dt.timedelta(days=-1), None]),
        "u": ("UUID", [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), None]),
        "ints": ("INTEGER[]", [[1, 2, -(2**31)], [3, None], None]),
        "texts": ("VARCHAR[]", [["it's", 'say "hi"', "x,y", "\\"], ["", None, "x"], None]),
    }
    conn.execute("DROP TABLE IF EXISTS pg.duckpg_inserted")
    conn.execute(f"CREATE TABLE pg.duckpg_inserted ({', '.join(f'{n} {kind}' for n, (kind, _) in columns.items())})")
    data = list(zip(*(values for _, values in columns.values())))
    marks = ", ".join(f"?::{kind}" for kind, _ in columns.values())
    for row in data:
        conn.execute(f"INSERT INTO pg.duckpg_inserted SELECT {marks}", row)
    got = connect(read_only=True).execute("SELECT * FROM pg.duckpg_inserted ORDER BY id").fetchall()
    for row, want in zip(got, data):
        for name, g, w in zip(columns, row, want):
            c.equal(g, w, f"{name} of row {want[0]}")
    c.equal(len(got), 3, "rows")
    c.equal(query(conn, "SELECT t::text AS t FROM duckpg_inserted WHERE id = 1").fetchone()[0], data[0][8], "text at the server")


@checks.check("error")
def check_error():
    conn = connect()
    for statement, _ in c.ERRORS:
        error = c.raises(query, conn, statement, expect=duckdb.Error)
        c.true("ERROR:" in str(error), str(error))
        c.equal(query(conn, "SELECT 7::int AS n").fetchone(), (7,), "afterwards")
    c.raises(conn.execute, "SELECT * FROM pg.duckpg_no_such_table", expect=duckdb.CatalogException)
    read_only = connect(read_only=True)
    c.raises(read_only.execute, "CREATE TABLE pg.duckpg_created (n INTEGER)", expect=duckdb.Error)


@checks.check("cancel/timeout")
def check_timeout():
    conn = connect(more=" options=''-c statement_timeout=700''")
    with c.Timer(10, "timeout"):
        error = c.raises(lambda: query(conn, c.ENDLESS).fetchall(), expect=duckdb.Error)
    c.true("timeout" in str(error), str(error))
    c.equal(query(conn, "SELECT 7::int AS n").fetchone(), (7,), "afterwards")


@checks.check("rollback")
def check_rollback():
    conn, other = connect(), connect(read_only=True)
    ask = "SELECT id, name FROM pg.duckpg_rollback ORDER BY id"
    conn.execute("BEGIN")
    conn.execute("CREATE TABLE pg.duckpg_rollback (id INTEGER, name VARCHAR)")
    conn.execute("INSERT INTO pg.duckpg_rollback VALUES (1, 'one')")
    c.equal(conn.execute(ask).fetchall(), [(1, "one")], "inside")
    conn.execute("ROLLBACK")
    conn.execute("CALL pg_clear_cache()")
    c.raises(conn.execute, ask, expect=duckdb.CatalogException)
    conn.execute("BEGIN")
    conn.execute("CREATE TABLE pg.duckpg_rollback (id INTEGER, name VARCHAR)")
    conn.execute("INSERT INTO pg.duckpg_rollback VALUES (1, 'one'), (2, NULL)")
    conn.execute("COMMIT")
    c.equal(other.execute(ask).fetchall(), [(1, "one"), (2, None)], "committed")
    conn.execute("BEGIN")
    conn.execute("INSERT INTO pg.duckpg_rollback VALUES (3, 'three')")
    conn.execute("ROLLBACK")
    c.equal(other.execute(ask).fetchall(), [(1, "one"), (2, None)], "rolled back")


@checks.check("update")
def check_update():
    # UPDATE and DELETE find their rows by ctid.
    conn = connect()
    conn.execute("DROP TABLE IF EXISTS pg.duckpg_catalog")
    conn.execute("CREATE TABLE pg.duckpg_catalog (id INTEGER, name VARCHAR)")
    conn.execute("INSERT INTO pg.duckpg_catalog SELECT i, 'n' || i FROM range(10) AS r(i)")
    conn.execute("UPDATE pg.duckpg_catalog SET name = 'it''s' WHERE id = 3")
    conn.execute("DELETE FROM pg.duckpg_catalog WHERE id > 3")
    got = query(conn, "SELECT id, name FROM duckpg_catalog ORDER BY id").fetchall()
    c.equal(got, [(0, "n0"), (1, "n1"), (2, "n2"), (3, "it's")], "rows")


@checks.check("copy_out")
def check_copy_out():
    c.check_copied(query(connect(read_only=True), c.copy_sql()).fetchall())


@checks.each(("copy_in", ()), ("copy_in/text", ("pg_use_binary_copy = false",)))
def check_copy_in(settings):
    conn = connect(settings=settings)
    run(conn, "DROP TABLE IF EXISTS duckpg_copied", f"CREATE TABLE duckpg_copied {c.COPY_TABLE}")
    # DuckDB makes the same rows.
    (count,) = conn.execute(f"INSERT INTO pg.duckpg_copied {c.copy_sql()}").fetchone()
    c.equal(count, c.COPY_ROWS, "count")
    got = query(connect(read_only=True), f"SELECT {c.COPY_COLUMNS} FROM duckpg_copied ORDER BY id")
    c.check_copied(got.fetchall())


@checks.check("copy_in/create")
def check_create_as():
    conn = connect()
    conn.execute("DROP TABLE IF EXISTS pg.duckpg_created")
    conn.execute(f"CREATE TABLE pg.duckpg_created AS {c.copy_sql(20_000)}")
    got = connect(read_only=True).execute(f"SELECT {c.COPY_COLUMNS} FROM pg.duckpg_created ORDER BY id")
    c.check_copied(got.fetchall(), 20_000)


@checks.check("copy_in/error")
def check_copy_in_error():
    conn = connect()
    run(conn, "DROP TABLE IF EXISTS duckpg_copied", "CREATE TABLE duckpg_copied (id int, name text NOT NULL)")
    # The last row of many breaks the server's rule: nothing is stored.
    insert = "INSERT INTO pg.duckpg_copied SELECT i, CASE WHEN i < 9999 THEN 'n' END FROM range(10000) AS r(i)"
    c.raises(conn.execute, insert, expect=duckdb.Error)
    c.equal(query(conn, "SELECT count(*)::bigint AS n FROM duckpg_copied").fetchone(), (0,), "rows")


@checks.check("catalog")
def check_catalog():
    conn = connect()
    run(
        conn,
        "DROP TABLE IF EXISTS duckpg_catalog",
        "CREATE TABLE duckpg_catalog (id bigint NOT NULL, name text, amount numeric(12,2), ts timestamptz, ints int[], j json, u uuid)",
    )
    got = [tuple(row[:3]) for row in conn.execute("DESCRIBE pg.duckpg_catalog").fetchall()]
    want = [
        ("id", "BIGINT", "NO"),
        ("name", "VARCHAR", "YES"),
        ("amount", "DECIMAL(12,2)", "YES"),
        ("ts", "TIMESTAMP WITH TIME ZONE", "YES"),
        ("ints", "INTEGER[]", "YES"),
        ("j", "VARCHAR", "YES"),
        ("u", "UUID", "YES"),
    ]
    c.equal(got, want, "columns")
    names = [row[2] for row in conn.execute("SHOW ALL TABLES").fetchall() if row[0] == "pg"]
    c.true("duckpg_catalog" in names, f"tables: {names}")


if __name__ == "__main__":
    checks.run()
