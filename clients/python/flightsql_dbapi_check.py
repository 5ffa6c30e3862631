"""flightsql-dbapi: a Flight SQL client of pyarrow's, with a DB-API on top. Its cursors commit nothing and roll nothing back; its
parameters are unions.
"""

import os

import pyarrow as pa
from flightsql import FlightSQLClient, connect
from flightsql.client import TableRef

import common as c

checks = c.Checks()


def root():
    with open(c.SSLROOTCERT) as f:
        return f.read()


def client(password=c.PASSWORD):
    return FlightSQLClient(host=c.HOST, port=int(os.environ["FLIGHTPORT"]), user=c.USER, password=password, tls_root_certs=root())


def read(cl, info):
    return cl.do_get(info.endpoints[0].ticket).read_all()


@checks.cleanup
def cleanup():
    for table in ("flight_dbapi", "flight_dbapi_catalog"):
        client().execute_update(f"DROP TABLE IF EXISTS {table}")


@checks.check("connect")
def check_connect():
    with connect(client()) as conn:
        c.equal(conn.cursor().execute("SELECT current_user, 41 + 1 AS n").fetchall(), [[c.USER, 42]])
    c.raises(lambda: client(password="wrong"), expect=pa.ArrowException)


@checks.check("cursor")
def check_cursor():
    with connect(client()) as conn:
        cursor = conn.cursor()
        cursor.execute("SELECT i, 'row ' || i AS s FROM range(100000) t(i) ORDER BY i")
        c.equal(cursor.rowcount, 100000)
        c.equal([d[0] for d in cursor.description], ["i", "s"])
        c.equal(cursor.fetchone(), [0, "row 0"])
        c.equal(cursor.fetchmany(2), [[1, "row 1"], [2, "row 2"]])
        c.equal(cursor.fetchall()[-1], [99999, "row 99999"])
        c.raises(lambda: cursor.execute("SELECT * FROM flight_missing"), expect=pa.ArrowException)
        c.equal(cursor.execute("SELECT 1 WHERE false").fetchall(), [])


@checks.check("parameters")
def check_parameters():
    with connect(client()) as conn:
        cursor = conn.cursor()
        for value in (7, 1.5, "text é", b"\x00\xff", True):
            name = {int: "bigint", float: "double precision", str: "text", bytes: "bytea", bool: "boolean"}[type(value)]
            c.equal(cursor.execute(f"SELECT ?::{name}", (value,)).fetchall(), [[value]])
        c.equal(cursor.execute("SELECT ? + 1, upper(?)", (1, "x")).fetchall(), [[2, "X"]])


@checks.check("write")
def check_write():
    cl = client()
    with connect(cl) as conn:
        cursor = conn.cursor()
        c.equal(cursor.execute("CREATE TABLE flight_dbapi (a INTEGER PRIMARY KEY, b TEXT)").fetchall(), [])
        cursor.executemany("INSERT INTO flight_dbapi VALUES (?, ?)", [(i, f"row {i}") for i in range(20)])
        c.equal(cl.execute_update("DELETE FROM flight_dbapi WHERE a >= 10"), 10)
        c.equal(cursor.execute("SELECT count(*), max(b) FROM flight_dbapi").fetchall(), [[10, "row 9"]])


@checks.check("catalog")
def check_catalog():
    cl = client()
    cl.execute_update("CREATE TABLE flight_dbapi_catalog (a INTEGER PRIMARY KEY, b TEXT)")
    c.equal(read(cl, cl.get_catalogs()).to_pylist(), [{"catalog_name": c.DATABASE}])
    c.true("public" in read(cl, cl.get_db_schemas())["db_schema_name"].to_pylist(), "public is a schema")
    (table,) = read(cl, cl.get_tables(include_schema=True, table_name_filter_pattern="flight\\_dbapi\\_catalog")).to_pylist()
    c.equal(table["table_name"], "flight_dbapi_catalog")
    c.equal(pa.ipc.read_schema(pa.py_buffer(table["table_schema"])).names, ["a", "b"])
    c.equal([k["column_name"] for k in read(cl, cl.get_primary_keys(TableRef(table="flight_dbapi_catalog"))).to_pylist()], ["a"])
    c.true("TABLE" in read(cl, cl.get_table_types())["table_type"].to_pylist(), "TABLE is a type")
    c.true(read(cl, cl.get_xdbc_type_info(None)).num_rows > 10, "types")
    c.equal(read(cl, cl.get_sql_info([0]))["value"][0].as_py(), "Tavana")
    with connect(cl) as conn:
        c.equal([x["name"] for x in conn.flightsql_get_columns("flight_dbapi_catalog", "public")], ["a", "b"])
        c.true("flight_dbapi_catalog" in conn.flightsql_get_table_names("public"), "the table's name")


if __name__ == "__main__":
    checks.run()
