"""pandas: read_sql of queries and tables, and to_sql, over SQLAlchemy (psycopg2 and psycopg) and over ADBC.

Left out: what to_sql does with the frame's index over SQLAlchemy unless index=False is said: CREATE INDEX; stream_results, which
takes a cursor; parameters over ADBC, which pandas has not.
"""

import csv
import datetime as dt
import io
from decimal import Decimal

import pandas as pd
import psycopg
import sqlalchemy as sa

import common as c

checks = c.Checks()

SCHEMA = "pandas_check"
QUERY = f"SELECT * FROM {SCHEMA}.data ORDER BY id"
DRIVERS = ("psycopg2", "psycopg", "adbc")
ENGINES = ("psycopg2", "psycopg")
COLUMNS = ["id", "name", "grp", "amount", "ratio", "ok", "day", "ts", "tz"]


@checks.cleanup
def cleanup():
    c.drop_schema(SCHEMA)


def fixture():
    with psycopg.connect(c.uri(), autocommit=True) as conn:
        c.data_schema(conn, SCHEMA)


def check(name, drivers):
    """Registers a function of a connection for pandas, and of the driver's name, for each of the drivers."""

    def register(function):
        for driver in drivers:
            checks.check(f"{name}/{driver}", driver, function)(run)
        return function

    return register


def run(driver, function):
    fixture()
    if driver == "adbc":
        with c.adbc_connection() as conn:
            function(conn, driver)
        return
    engine = c.engine(driver)
    function(engine, driver)
    engine.dispose()


def plain(value):
    """The value as Python has it, None for what pandas takes for missing."""
    if not isinstance(value, (list, dict)) and pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def tuples(frame):
    return list(zip(*([plain(v) for v in frame[name].astype(object)] for name in frame.columns)))


def content(frame, numeric):
    """The rows of the table data; the numbers that pandas reads as floats are made what they were."""
    got = []
    for row in tuples(frame):
        i, name, grp, amount, ratio, ok, day, ts, tz = row
        if numeric is not Decimal and amount is not None:
            c.true(isinstance(amount, numeric), f"amount is {type(amount).__name__}")
            amount = Decimal(amount).quantize(Decimal("0.01"))
        got.append((i, name, None if grp is None else int(grp), amount, ratio, ok, day, ts, tz))
    return got


def compare(got, want):
    c.equal(len(got), len(want), "rows")
    for g, w in zip(got, want):
        c.equal(g, w, f"row {w[0]}")


def dtypes(frame):
    return {name: str(kind) for name, kind in frame.dtypes.items()}


NUMPY = {
    "id": "int64", "name": "str", "grp": "float64", "amount": "float64", "ratio": "float64", "ok": "object", "day": "object",
    "ts": "datetime64[us]", "tz": "datetime64[us, UTC]",
}  # fmt: skip


@check("read/query", DRIVERS)
def check_query(conn, driver):
    frame = pd.read_sql(QUERY, conn)
    c.equal(list(frame.columns), COLUMNS, "columns")
    compare(content(frame, str if driver == "adbc" else float), c.data_rows())
    c.equal(dtypes(frame), NUMPY | ({"amount": "object"} if driver == "adbc" else {}), "dtypes")
    frame = pd.read_sql_query(f"SELECT id, name FROM {SCHEMA}.data WHERE id < 3 ORDER BY id", conn, index_col="id")
    c.equal((frame.index.tolist(), frame["name"].tolist()), ([1, 2], ["name 1", "name 2"]), "with an index")
    frame = pd.read_sql(f"SELECT * FROM {SCHEMA}.data WHERE id < 0", conn)
    c.equal((len(frame), list(frame.columns)), (0, COLUMNS), "no rows")


@check("read/decimal", ENGINES)
def check_decimal(conn, driver):
    frame = pd.read_sql(QUERY, conn, coerce_float=False)
    compare(content(frame, Decimal), c.data_rows())
    frame = pd.read_sql(QUERY, conn, dtype={"amount": "float32", "grp": "Int64"}, parse_dates=["day"])
    c.equal(dtypes(frame), NUMPY | {"amount": "float32", "grp": "Int64", "day": "datetime64[s]"}, "dtypes")
    c.equal(plain(frame["day"][0]), dt.datetime(1969, 7, 21), "a day")


@check("read/nullable", DRIVERS)
def check_nullable(conn, driver):
    frame = pd.read_sql(QUERY, conn, dtype_backend="numpy_nullable")
    got = dtypes(frame)
    c.equal((got["id"], got["ratio"], got["ok"]), ("Int64", "Float64", "boolean"), "dtypes")
    if driver != "adbc":  # dates are text then
        frame["day"] = frame["day"].map(dt.date.fromisoformat, na_action="ignore").astype(object)
    compare(content(frame, str if driver == "adbc" else float), c.data_rows())


@check("read/arrow", DRIVERS)
def check_arrow(conn, driver):
    frame = pd.read_sql(QUERY, conn, dtype_backend="pyarrow")
    got = dtypes(frame)
    want = {"id": "int64[pyarrow]", "ratio": "double[pyarrow]", "ok": "bool[pyarrow]", "ts": "timestamp[us][pyarrow]"}
    c.equal({name: got[name] for name in want}, want, "dtypes")
    c.equal([plain(v) for v in frame["ratio"]], [row[4] for row in c.data_rows()], "ratio")
    c.equal([plain(v) for v in frame["ts"]], [row[7] for row in c.data_rows()], "ts")
    if driver == "adbc":
        c.equal(
            (got["grp"], got["day"], got["tz"]),
            ("int32[pyarrow]", "date32[day][pyarrow]", "timestamp[us, tz=UTC][pyarrow]"),
            "dtypes",
        )


@check("read/table", ENGINES)
def check_table(conn, driver):
    # pandas reflects the table with SQLAlchemy.
    frame = pd.read_sql_table("data", conn, schema=SCHEMA)
    c.equal(list(frame.columns), COLUMNS, "columns")
    c.equal(dtypes(frame), NUMPY | {"day": "datetime64[s]"}, "dtypes")
    frame["day"] = frame["day"].astype(object).map(lambda v: v if pd.isna(v) else v.date())
    compare(sorted(content(frame, float)), c.data_rows())
    frame = pd.read_sql_table("data", conn, schema=SCHEMA, columns=["name", "ts"], index_col="id")
    c.equal(list(frame.columns), ["name", "ts"], "columns")
    c.equal(frame["name"].loc[77], "name 77", "a name")
    error = c.raises(pd.read_sql_table, "no_such_table", conn, SCHEMA, expect=ValueError)
    c.equal(str(error), "Table no_such_table not found", "error")


@check("read/table", ("adbc",))
def check_table_adbc(conn, driver):
    with conn.cursor() as cursor:  # pandas does not pass the schema on
        cursor.execute(f"SET search_path TO {SCHEMA}")
    frame = pd.read_sql_table("data", conn)
    c.equal(list(frame.columns), COLUMNS, "columns")
    compare(sorted(content(frame, str)), c.data_rows())


@check("read/name", ENGINES)
def check_name(conn, driver):
    # A bare word is asked for as a table, and then taken for a query.
    with conn.connect() as c1:
        c1.execute(sa.text(f"SET search_path TO {SCHEMA}"))
        frame = pd.read_sql("data", c1)
        c.equal(frame.shape, (c.DATA_ROWS, len(COLUMNS)), "shape")
        c.true(pd.io.sql.has_table("data", c1), "has_table")
        c.true(pd.io.sql.has_table("data", c1, schema=SCHEMA), "has_table with a schema")
        c.true(not pd.io.sql.has_table("no_such_table", c1), "has_table of none")


@check("read/parameters", ENGINES)
def check_parameters(conn, driver):
    text = sa.text(
        f"SELECT id FROM {SCHEMA}.data WHERE id BETWEEN :low AND :high AND day > :day AND name LIKE :name ORDER BY id"
    )
    frame = pd.read_sql(text, conn, params={"low": 5, "high": 7, "day": dt.date(1969, 7, 25), "name": "name %"})
    c.equal(frame["id"].tolist(), [6, 7], "text")
    frame = pd.read_sql(
        f"SELECT id FROM {SCHEMA}.data WHERE id = %(id)s OR name = %(name)s ORDER BY id",
        conn,
        params={"id": 3, "name": "name 9"},
    )
    c.equal(frame["id"].tolist(), [3, 9], "of the driver")


@check("read/chunks", ENGINES)
def check_chunks(conn, driver):
    chunks = list(pd.read_sql(QUERY, conn, chunksize=300))
    c.equal([len(chunk) for chunk in chunks], [300, 300, 300, 100], "sizes")
    compare(content(pd.concat(chunks), float), c.data_rows())
    chunks = list(pd.read_sql_table("data", conn, schema=SCHEMA, columns=["id"], chunksize=600))
    c.equal([len(chunk) for chunk in chunks], [600, 400], "sizes of the table's")


@check("read/many", DRIVERS)
def check_many(conn, driver):
    count = 100_000
    query = c.rows_sql(count)  # has a %, which the drivers take for a parameter
    frame = pd.read_sql(query if driver == "adbc" else sa.text(query), conn)
    wants = list(zip(*c.expected_rows(count)))
    for name, want in zip(frame.columns, wants):
        if name == "amount":
            want = [str(v) for v in want] if driver == "adbc" else [float(v) for v in want]
        got = [plain(v) for v in frame[name].astype(object)]
        c.true(got == list(want), f"{name} differs")


@check("read/types", ENGINES)
def check_types(conn, driver):
    frame = pd.read_sql(
        "SELECT '{1,NULL,3}'::int[] AS ints, '{a,\"b c\"}'::text[] AS texts, '{\"a\": [1, null]}'::json AS j, '\\x00ff'::bytea AS b,"
        " TIME '12:34:56' AS t, INTERVAL '3 days 00:00:01' AS i, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS u, 3::int2 AS s",
        conn,
    )
    got = {name: frame[name][0] for name in frame.columns}
    c.equal(
        (got["ints"], got["texts"], got["j"], bytes(got["b"])),
        ([1, None, 3], ["a", "b c"], {"a": [1, None]}, b"\x00\xff"),
        "values",
    )
    c.equal(
        (got["t"], got["i"], str(got["u"])),
        (dt.time(12, 34, 56), pd.Timedelta("3 days 00:00:01"), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        "others",
    )
    c.equal(str(frame["i"].dtype).startswith("timedelta64"), True, f"dtype of an interval {frame['i'].dtype}")


# ---- to_sql -----------------------------------------------------------------------------------------------------------


def made(first, last):
    """A frame of every type that to_sql writes."""
    ids = range(first, last)
    return pd.DataFrame(
        {
            "id": pd.Series(ids, dtype="int64"),
            "small": pd.Series([i % 100 for i in ids], dtype="int16"),
            "maybe": pd.Series([None if i % 3 == 0 else i for i in ids], dtype="Int64"),
            "name": [None if i % 5 == 0 else f"nämé '{i}' %s :x \\" for i in ids],
            "ratio": [None if i % 7 == 0 else i / 4 for i in ids],
            "ok": [i % 2 == 0 for i in ids],
            "day": [dt.date(2020, 1, 1) + dt.timedelta(days=i) for i in ids],
            "ts": [pd.NaT if i % 11 == 0 else pd.Timestamp(2020, 1, 1, 12) + pd.Timedelta(minutes=i) for i in ids],
            "tz": pd.Series(
                [pd.Timestamp("2020-01-01", tz="UTC") + pd.Timedelta(hours=i) for i in ids], dtype="datetime64[us, UTC]"
            ),
        }
    )


def wanted(first, last):
    start = dt.datetime(2020, 1, 1, 12)
    return [
        (
            i, i % 100, None if i % 3 == 0 else i, None if i % 5 == 0 else f"nämé '{i}' %s :x \\", None if i % 7 == 0 else i / 4, i % 2 == 0,
            dt.date(2020, 1, 1) + dt.timedelta(days=i), None if i % 11 == 0 else start + dt.timedelta(minutes=i),
            dt.datetime(2020, 1, 1, tzinfo=c.UTC) + dt.timedelta(hours=i),
        )
        for i in range(first, last)
    ]  # fmt: skip


def stored(table):
    return c.stored_rows(f"{SCHEMA}.{table}")


def columns(table):
    return c.stored_columns(SCHEMA, table)


TYPES = {
    "id": "bigint", "small": "smallint", "maybe": "bigint", "name": "text", "ratio": "double precision", "ok": "boolean", "day": "date",
    "ts": "timestamp without time zone", "tz": "timestamp with time zone",
}  # fmt: skip


def write(conn, table, frame, **options):
    frame.to_sql(table, conn, schema=SCHEMA, index=False, **options)


def copied(table, conn, keys, rows):
    """to_sql's method that writes with COPY, as pandas' own documentation has it for psycopg2."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    names = ", ".join(f'"{key}"' for key in keys)
    with conn.connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table.schema}.{table.name} ({names}) FROM STDIN WITH CSV", io.StringIO(text.getvalue()))


METHODS = {"rows": None, "multi": "multi", "copy": copied}


def written(driver, method):
    fixture()
    engine = c.engine(driver)
    table = f"by_{method}_{driver}"
    options = {"method": METHODS[method], "chunksize": 100 if method != "rows" else None}
    write(engine, table, made(1, 251), **options)
    c.equal(columns(table), TYPES, "types")
    compare(stored(table), wanted(1, 251))
    write(engine, table, made(251, 301), if_exists="append", **options)
    compare(stored(table), wanted(1, 301))
    c.raises(write, engine, table, made(1, 2), expect=ValueError)
    write(engine, table, made(1, 4), if_exists="replace", **options)
    compare(stored(table), wanted(1, 4))
    back = pd.read_sql(f"SELECT * FROM {SCHEMA}.{table} ORDER BY id", engine)
    compare([tuple(v if n != 2 or v is None else int(v) for n, v in enumerate(row)) for row in tuples(back)], wanted(1, 4))


checks.each(
    *((f"write/{method}/{driver}", driver, method) for driver in ENGINES for method in ("rows", "multi")),
    ("write/copy/psycopg2", "psycopg2", "copy"),
)(written)


@check("write/rows", ("adbc",))
def check_write_adbc(conn, driver):
    # ADBC ingests with COPY, and int16 as such; replace drops the table first.
    write(conn, "by_adbc", made(1, 251))
    c.equal(columns("by_adbc"), TYPES, "types")
    conn.commit()
    compare(stored("by_adbc"), wanted(1, 251))
    write(conn, "by_adbc", made(251, 301), if_exists="append")
    conn.commit()
    compare(stored("by_adbc"), wanted(1, 301))
    c.raises(write, conn, "by_adbc", made(1, 2), expect=ValueError)
    write(conn, "by_adbc", made(1, 4), if_exists="replace")
    conn.commit()
    compare(stored("by_adbc"), wanted(1, 4))


@check("write/many", DRIVERS)
def check_write_many(conn, driver):
    count = 20_000
    write(conn, f"many_{driver}", made(1, count + 1))
    if driver == "adbc":
        conn.commit()
    compare(stored(f"many_{driver}"), wanted(1, count + 1))


@check("write/empty", DRIVERS)
def check_write_empty(conn, driver):
    write(conn, f"empty_{driver}", made(1, 10)[:0])
    if driver == "adbc":
        conn.commit()
    c.equal(list(columns(f"empty_{driver}")), list(TYPES), "columns")
    c.equal(stored(f"empty_{driver}"), [], "rows")


@check("write/dtype", ENGINES)
def check_write_dtype(conn, driver):
    frame = pd.DataFrame(
        {
            "id": [1, 2],
            "amount": [Decimal("1.50"), None],
            "data": [{"a": 1}, None],
            "name": ["x", "y"],
            "raw": [b"\x00\xff", None],
            "clock": [dt.time(1, 2), None],
        }
    )
    kinds = {
        "id": sa.Integer,
        "amount": sa.Numeric(10, 2),
        "data": sa.JSON(none_as_null=True),
        "name": sa.Text,
        "raw": sa.LargeBinary,
        "clock": sa.Time,
    }
    write(conn, f"typed_{driver}", frame, dtype=kinds)
    want = {
        "id": "integer",
        "amount": "numeric",
        "data": "json",
        "name": "text",
        "raw": "bytea",
        "clock": "time without time zone",
    }
    c.equal(columns(f"typed_{driver}"), want, "types")
    want = [(1, Decimal("1.50"), {"a": 1}, "x", b"\x00\xff", dt.time(1, 2)), (2, None, None, "y", None, None)]
    c.equal(stored(f"typed_{driver}"), want, "rows")


@check("write/names", DRIVERS)
def check_write_names(conn, driver):
    # Words that are not reserved are not quoted; others are.
    names = ["id", "at", "by", "value", "type", "year", "Mixed Case", "select", "a%b", 'quo"ted']
    write(conn, f"names_{driver}", pd.DataFrame({name: [number] for number, name in enumerate(names)}))
    if driver == "adbc":
        conn.commit()
    c.equal(list(columns(f"names_{driver}")), names, "columns")
    c.equal(stored(f"names_{driver}"), [tuple(range(len(names)))], "rows")


@check("write/transaction", ENGINES)
def check_write_transaction(conn, driver):
    table = f"rolled_back_{driver}"
    write(conn, table, made(1, 11))
    with conn.connect() as c1, c1.begin() as transaction:
        write(c1, table, made(11, 21), if_exists="append")
        c.equal(c1.execute(sa.text(f"SELECT count(*) FROM {SCHEMA}.{table}")).scalar(), 20, "rows in the transaction")
        transaction.rollback()
    compare(stored(table), wanted(1, 11))
    # A row that can't be stored takes those before it along.
    with psycopg.connect(c.uri(), autocommit=True) as other:
        other.execute(f"CREATE TABLE {SCHEMA}.strict_{driver} (id bigint NOT NULL, n int)")
    bad = pd.DataFrame({"id": pd.Series([1, 2, None], dtype="Int64"), "n": [1, 2, 3]})
    error = c.raises(lambda: write(conn, f"strict_{driver}", bad, if_exists="append"), expect=pd.errors.DatabaseError)
    c.state_is(error.__cause__.orig, "23502")
    c.equal(stored(f"strict_{driver}"), [], "rows")


@check("write/delete_rows", ENGINES)
def check_delete_rows(conn, driver):
    table = f"emptied_{driver}"
    write(conn, table, made(1, 11))
    write(conn, table, made(5, 8), if_exists="delete_rows")
    compare(stored(table), wanted(5, 8))


if __name__ == "__main__":
    checks.run()
