"""ADBC (adbc-driver-postgresql): results as Arrow, which the driver reads with COPY (…) TO STDOUT in binary form; parameters
from Arrow; bulk ingestion with COPY … FROM STDIN in binary form.

Left out: COPY as a statement of one's own and a pool (the driver has neither). numeric comes as text with the type's name
beside it.
"""

import os
import threading
from decimal import Decimal

import adbc_driver_postgresql.dbapi as adbc
import pyarrow as pa

import common as c

checks = c.Checks()

URI = f"postgresql://{c.USER}:{c.PASSWORD}@{c.HOST}:{c.PORT}/{c.DATABASE}?" + (
    f"sslmode=verify-full&sslrootcert={c.SSLROOTCERT}" if c.SSLROOTCERT else "sslmode=require"
)
WITHOUT_COPY = {"adbc.postgresql.use_copy": "false"}


def connect(autocommit=False):
    return adbc.connect(URI, autocommit=autocommit)


def fetch(conn, statement, parameters=None, options=None):
    """The statement's result as an Arrow table."""
    with conn.cursor() as cursor:
        if options:
            cursor.adbc_statement.set_options(**options)
        cursor.execute(statement, parameters)
        return cursor.fetch_arrow_table()


def one(conn, statement, parameters=None, options=None):
    (row,) = fetch(conn, statement, parameters, options).to_pylist()
    return tuple(row.values())


def run(conn, statement, parameters=None):
    with conn.cursor() as cursor:
        cursor.execute(statement, parameters)


def tuples(batches, numeric):
    """The rows of Arrow batches, the named column turned from text to Decimal."""
    for batch in batches:
        columns = []
        for name, column in zip(batch.schema.names, batch.columns):
            values = column.to_pylist()
            columns.append([v if v is None else Decimal(v) for v in values] if name == numeric else values)
        yield from zip(*columns)


@checks.cleanup
def cleanup():
    with connect(True) as conn:
        for table in ("adbc_rollback", "adbc_copy", "adbc_created", "adbc_catalog"):
            run(conn, f"DROP TABLE IF EXISTS {table}")


@checks.check("connect")
def check_connect():
    # The driver does not tell whether TLS is on; libpq refuses to go on without, since sslmode says so.
    with connect() as conn:
        info = conn.adbc_get_info()
        c.equal(info["vendor_name"], "PostgreSQL", "vendor")
        c.true(info["vendor_version"].startswith("15"), info["vendor_version"])
        who = "SELECT current_user::text AS u, current_database()::text AS d"
        c.equal(one(conn, who), (c.USER, c.DATABASE), "who and where")


@checks.check("connect/show")
def check_show():
    with connect() as conn:
        c.true(one(conn, "SHOW server_version", options=WITHOUT_COPY)[0].startswith("15"), "SHOW server_version")
    if c.SSLROOTCERT:
        # A root that did not sign the server's certificate.
        wrong = os.path.join(c.TMP, "adbc_empty.pem")
        open(wrong, "w").close()
        c.raises(adbc.connect, URI.replace(c.SSLROOTCERT, wrong), expect=adbc.Error)


SCHEMA = [
    ("id", "int64"),
    ("name", "string"),
    ("ratio", "double"),
    ("amount", None),
    ("ts", "timestamp[us]"),
    ("day", "date32[day]"),
    ("third", "bool"),
]


@checks.each(("rows", None), ("rows/query", WITHOUT_COPY))
def check_rows(options):
    with connect() as conn:
        got = fetch(conn, c.rows_sql(), options=options)
        c.equal(got.num_rows, c.ROWS, "rows")
        c.equal(got.column_names, [name for name, _ in SCHEMA], "columns")
        expected = list(zip(*c.expected_rows()))
        for (name, kind), want in zip(SCHEMA, expected):
            column = got.column(name)
            if kind:
                c.equal(str(column.type), kind, name)
            else:  # an extension type over text
                c.equal((column.type.type_name, column.type.vendor_name), ("numeric", "PostgreSQL"), name)
                column = pa.chunked_array([chunk.storage for chunk in column.chunks])
                want = map(str, want)
            want = pa.chunked_array([pa.array(want, column.type)])
            if not column.equals(want):
                for i in range(c.ROWS):
                    c.equal(column[i].as_py(), want[i].as_py(), f"{name} of row {i + 1}")


@checks.each(("types", None), ("types/query", WITHOUT_COPY))
def check_types(options):
    with connect(True) as conn:

        def ask(expression, *values):
            return one(conn, f"SELECT {expression} AS v", values or None, options)[0]

        for name, values in c.TYPES:
            for value in values:
                what = f"{name} of {c.short(value)}"
                got = ask(f"$1::{name}", value)
                if name == "float4":
                    c.equal(got, c.float4(value), what)
                elif name.startswith("numeric"):
                    c.equal(Decimal(got), value, what)
                elif name == "interval":
                    micros = value.seconds * 1_000_000 + value.microseconds + value.days * 86_400_000_000
                    c.equal((got.months, got.days * 86_400_000_000 + got.nanoseconds // 1000), (0, micros), what)
                else:
                    c.equal(got, value, what)
            c.equal(ask(f"NULL::{name}"), None, f"null {name}")
        c.equal(ask("""'{"a": [1, null, "ü"]}'::json"""), '{"a": [1, null, "ü"]}', "json")
        c.equal(ask("NULL::json"), None, "null json")
        got = ask("(INTERVAL '1 year 2 months -3 days 00:00:01.5')::interval")
        c.equal((got.months, got.days, got.nanoseconds), (14, -3, 1_500_000_000), "interval")
        for text, want in c.INTERVALS:
            moved = "(TIMESTAMP '2020-01-31 00:00:00' + $1::text::interval)::timestamp"
            c.equal(ask(moved, text), want, f"interval {text}")


@checks.check("types/null")
def check_null_parameters():
    with connect(True) as conn:
        for name, kind in [("int8", pa.int64()), ("text", pa.string()), ("float8", pa.float64()), ("bytea", pa.binary())]:
            batch = pa.record_batch([pa.array([None, None], kind)], names=["p"])
            got = fetch(conn, f"SELECT $1::{name} AS v", batch)
            c.equal(got.column("v").to_pylist(), [None, None], name)


@checks.check("error")
def check_error():
    with connect(True) as conn:
        for statement, state in c.ERRORS:
            c.state_is(c.raises(fetch, conn, statement, expect=adbc.Error), state)
            c.equal(one(conn, "SELECT 7::int AS n"), (7,), "afterwards")
        for statement, state in c.ERRORS:
            run(conn, "BEGIN")
            c.state_is(c.raises(fetch, conn, statement, expect=adbc.Error), state)
            c.state_is(c.raises(fetch, conn, "SELECT 1 AS n", expect=adbc.Error), "25P02")
            run(conn, "ROLLBACK")
            c.equal(one(conn, "SELECT 7::int AS n"), (7,), "after the rollback")
    with connect() as conn:
        for statement, state in c.ERRORS:
            one(conn, "SELECT 1 AS n")
            c.state_is(c.raises(fetch, conn, statement, expect=adbc.Error), state)
            # The driver knows the transaction's state, and refuses to send anything more.
            c.true("rollback" in str(c.raises(fetch, conn, "SELECT 1 AS n", expect=adbc.Error)), "not refused")
            conn.rollback()
            c.equal(one(conn, "SELECT 7::int AS n"), (7,), "afterwards")
            conn.rollback()


@checks.each(("cancel", None), ("cancel/query", WITHOUT_COPY))
def check_cancel(options):
    with connect(True) as conn:
        for _ in range(2):
            with conn.cursor() as cursor:
                if options:
                    cursor.adbc_statement.set_options(**options)
                timer = threading.Timer(0.5, cursor.adbc_cancel)
                timer.start()

                def endless():
                    cursor.execute(c.ENDLESS)
                    cursor.fetchall()

                with c.Timer(10, "cancel"):
                    c.state_is(c.raises(endless, expect=adbc.Error), "57014")
                timer.join()
            c.equal(one(conn, "SELECT 7::int AS n"), (7,), "afterwards")


@checks.check("rollback")
def check_rollback():
    with connect() as conn, connect(True) as other:
        query = "SELECT id, name FROM adbc_rollback ORDER BY id"
        run(conn, "CREATE TABLE adbc_rollback (id int, name text)")
        run(conn, "INSERT INTO adbc_rollback VALUES ($1, $2)", (1, "one"))
        c.equal(one(conn, query), (1, "one"), "inside")
        c.state_is(c.raises(fetch, other, query, expect=adbc.Error), "42P01")
        conn.rollback()
        c.state_is(c.raises(fetch, conn, query, expect=adbc.Error), "42P01")
        conn.rollback()
        run(conn, "CREATE TABLE adbc_rollback (id int, name text)")
        run(conn, "INSERT INTO adbc_rollback VALUES (1, 'one'), (2, NULL)")
        conn.commit()
        want = [{"id": 1, "name": "one"}, {"id": 2, "name": None}]
        c.equal(fetch(other, query).to_pylist(), want, "committed")


@checks.check("prepared")
def check_prepared():
    with connect(True) as conn, conn.cursor() as number, conn.cursor() as text:
        # adbc_prepare gives the parameters' types; execute of the same text uses the prepared statement again.
        schema = number.adbc_prepare("SELECT $1::int8 + 1 AS n")
        c.equal([str(t) for t in schema.types], ["int64"], "parameters")
        text.adbc_prepare("SELECT 'is ' || $1::text AS t")
        for i in range(200):
            number.execute("SELECT $1::int8 + 1 AS n", (i,))
            c.equal(number.fetchone(), (i + 1,), "number")
            text.execute("SELECT 'is ' || $1::text AS t", (f"ü{i}",))
            c.equal(text.fetchone(), (f"is ü{i}",), "text")


@checks.check("batch")
def check_batch():
    with connect(True) as conn, conn.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE batch (id int PRIMARY KEY, name text)")
        rows = [(i, f"n{i}") for i in range(1000)]
        cursor.executemany("INSERT INTO batch VALUES ($1, $2)", rows)
        cursor.execute("SELECT id, name FROM batch ORDER BY id")
        c.equal(cursor.fetchall(), rows, "rows")
        # A query for each row of the parameters.
        batch = pa.record_batch([pa.array(range(100), pa.int32()), pa.array(map(str, range(100)))], names=["a", "b"])
        got = fetch(conn, "SELECT $1::int4 AS a, $2::text AS b", batch)
        c.equal([tuple(r.values()) for r in got.to_pylist()], [(i, str(i)) for i in range(100)], "queries")


def copied_table(count=c.COPY_ROWS):
    kinds = [pa.int64(), pa.string(), pa.decimal128(12, 2), pa.timestamp("us"), pa.date32(), pa.bool_(), pa.float64()]
    columns = zip(*c.copy_rows(count))
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds)]
    return pa.table(arrays, names=c.COPY_COLUMNS.split(", "))


def check_ingested(conn, table, count=c.COPY_ROWS):
    got = fetch(conn, f"SELECT {c.COPY_COLUMNS} FROM {table} ORDER BY id")
    c.check_copied(list(tuples(got.to_batches(), "amount")), count)


@checks.check("copy_out")
def check_copy_out():
    with connect() as conn:
        got = fetch(conn, c.copy_sql())
        c.check_copied(list(tuples(got.to_batches(), "amount")))


@checks.check("copy_in")
def check_copy_in():
    with connect() as conn, conn.cursor() as cursor, connect(True) as other:
        cursor.execute(f"CREATE TABLE adbc_copy {c.COPY_TABLE}")
        conn.commit()
        c.equal(cursor.adbc_ingest("adbc_copy", copied_table(), mode="append"), c.COPY_ROWS, "rows")
        conn.rollback()
        c.equal(one(other, "SELECT count(*)::int8 AS n FROM adbc_copy"), (0,), "rolled back")
        cursor.adbc_ingest("adbc_copy", copied_table().to_reader(10_000), mode="append")
        conn.commit()
        check_ingested(other, "adbc_copy")


@checks.check("copy_in/create")
def check_copy_in_create():
    # The driver writes the CREATE TABLE.
    with connect(True) as conn, conn.cursor() as cursor:
        data = pa.table({
            "id": pa.array([1, 2, None], pa.int64()),
            "small": pa.array([-1, None, 3], pa.int16()),
            "name": pa.array(["ü", "", None]),
            "raw": pa.array([bytes(range(256)), b"", None]),
            "ratio": pa.array([0.1, float("inf"), None]),
            "day": pa.array([-1, None, 20000], pa.int32()).cast(pa.date32()),
            "ts": pa.array([-1, None, 1_600_000_000_123_456], pa.timestamp("us")),
            "tz": pa.array([-1, None, 1_600_000_000_123_456], pa.timestamp("us", "UTC")),
            "ints": pa.array([[1, None], [], None], pa.list_(pa.int32())),
            "texts": pa.array([["a,b", None, '"'], [], None], pa.list_(pa.string())),
        })  # fmt: skip
        c.equal(cursor.adbc_ingest("adbc_created", data, mode="create"), 3, "rows")
        names = ", ".join(data.column_names)
        got = fetch(conn, f"SELECT {names} FROM adbc_created ORDER BY id")
        for name in data.column_names:
            c.equal(got.column(name).to_pylist(), data.column(name).to_pylist(), name)
        c.raises(cursor.adbc_ingest, "adbc_created", data, "create", expect=adbc.Error)
        cursor.adbc_ingest("adbc_created", data.slice(0, 1), mode="append")
        c.equal(one(conn, "SELECT count(*)::int8 AS n FROM adbc_created"), (4,), "appended")
        cursor.adbc_ingest("adbc_created", data.slice(0, 2), mode="replace")
        c.equal(one(conn, "SELECT count(*)::int8 AS n FROM adbc_created"), (2,), "replaced")


@checks.check("copy_in/error")
def check_copy_in_error():
    with connect(True) as conn, conn.cursor() as cursor:
        run(conn, "CREATE TEMP TABLE adbc_typed (id int, name text)")
        data = pa.table({"id": pa.array(["seven letters", "and more"]), "name": pa.array(["a", "b"])})
        ingest = lambda: cursor.adbc_ingest("adbc_typed", data, mode="append", temporary=True)  # noqa: E731
        c.state_is(c.raises(ingest, expect=adbc.Error), "22P03")
        c.equal(one(conn, "SELECT count(*)::int8 AS n FROM adbc_typed"), (0,), "rows")


@checks.check("threads")
def check_threads():
    wrong = []
    with connect(True) as first:

        def work(number):
            try:
                with first.adbc_clone() as conn:
                    for i in range(25):
                        got = one(conn, "SELECT $1::int AS a, $2::text AS b", (number, f"{number}-{i}"))
                        c.equal(got, (number, f"{number}-{i}"), "answer")
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
    with connect(True) as conn:
        run(conn, "CREATE TABLE adbc_catalog (id bigint, name text, amount numeric(12,2), at_day date)")
        schema = conn.adbc_get_table_schema("adbc_catalog")
        c.equal(schema.names, ["id", "name", "amount", "at_day"], "columns")
        c.equal([str(t) for t in schema.types][:2], ["int64", "string"], "types")
        missing = lambda: conn.adbc_get_table_schema("adbc_no_such_table")  # noqa: E731
        c.raises(missing, expect=adbc.Error)
        with conn.cursor() as cursor:
            c.equal(cursor.adbc_execute_schema(c.rows_sql(1)).names, [name for name, _ in SCHEMA], "execute_schema")


@checks.check("catalog/objects")
def check_objects():
    with connect(True) as conn:
        c.true("table" in conn.adbc_get_table_types(), "table types")
        run(conn, "DROP TABLE IF EXISTS adbc_catalog")
        run(conn, "CREATE TABLE adbc_catalog (id bigint, name text, amount numeric(12,2), at_day date)")
        objects = conn.adbc_get_objects(depth="columns", catalog_filter=c.DATABASE, table_name_filter="adbc_catalog")
        found = [
            (column["column_name"], column["ordinal_position"], column["xdbc_type_name"])
            for catalog in objects.read_all().to_pylist()
            for schema in catalog["catalog_db_schemas"] or []
            for table in schema["db_schema_tables"] or []
            for column in table["table_columns"]
        ]
        want = [("id", 1, "int8"), ("name", 2, "text"), ("amount", 3, "numeric"), ("at_day", 4, "date")]
        c.equal(sorted(found, key=lambda column: column[1]), want, "columns")


if __name__ == "__main__":
    checks.run()
