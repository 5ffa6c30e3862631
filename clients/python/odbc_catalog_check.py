"""psqlODBC's catalog functions, through pyodbc: what a tool lists of schemas, tables, columns, keys, types and procedures,
and what SQLGetInfo tells.

Left out: privileges and column privileges (pyodbc has no call for them), and procedures of one's own.
"""

import pyodbc

import common as c
from odbc_check import connect

checks = c.Checks()

# As a pattern, the name of the second schema matches the first too.
DROP = ["DROP SCHEMA IF EXISTS odmeta CASCADE", "DROP SCHEMA IF EXISTS od_eta CASCADE"]
CREATE = [
    "CREATE SCHEMA odmeta",
    "CREATE SCHEMA od_eta",
    "CREATE TABLE odmeta.customer (id int PRIMARY KEY, name varchar(40) NOT NULL, email text UNIQUE, balance numeric(12,2) DEFAULT 0,"
    " born date)",
    "CREATE TABLE odmeta.orders (region text NOT NULL, no bigint NOT NULL, customer_id int NOT NULL REFERENCES odmeta.customer (id),"
    " placed timestamp DEFAULT now(), note text DEFAULT 'none', CONSTRAINT orders_key PRIMARY KEY (no, region))",
    "CREATE TABLE odmeta.item (line int2, region text, order_no bigint, CONSTRAINT item_order FOREIGN KEY (order_no, region)"
    " REFERENCES odmeta.orders (no, region) ON DELETE CASCADE)",
    "CREATE VIEW odmeta.recent AS SELECT o.no AS no, c.email AS email FROM odmeta.orders o JOIN odmeta.customer c ON c.id = o.customer_id",
    "COMMENT ON TABLE odmeta.customer IS 'who buys; it''s ☃'",
    "COMMENT ON COLUMN odmeta.customer.email IS 'where to write'",
    "CREATE TABLE od_eta.kinds (b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n12 numeric(12,2), t text, bin bytea, d date,"
    " ti time, ts timestamp, tz timestamptz, u uuid, ia int4[])",
    "CREATE TABLE od_eta.customer (other int)",
    "CREATE TABLE od_eta.p_1 (c_1 int, cx1 int)",
    "CREATE TABLE od_eta.px1 (c_1 int)",
    'CREATE TABLE od_eta."Odd ""Name%" ("Column One" int, "q""uote" text, "ünï ☃" int)',
    "INSERT INTO odmeta.customer (id, name, email) VALUES (1, 'Ann', 'ann@example.org'), (2, 'Bob', NULL)",
]


@checks.cleanup
def cleanup():
    conn = connect()
    for statement in DROP:
        conn.execute(statement)


def listed(cursor, *columns):
    """What a catalog function returned: the named columns of each row."""
    names = [d[0].lower() for d in cursor.description]
    places = [names.index(column) for column in columns]
    return [tuple(row[i] for i in places) for row in cursor.fetchall()]


def includes(got, want, what):
    missing = [row for row in want if row not in got]
    c.true(not missing, f"{what}: no {missing} among the {len(got)}, such as {got[:5]}")


@checks.check("setup")
def check_setup():
    conn = connect()
    for statement in DROP + CREATE:
        conn.execute(statement)


# ---- tables -----------------------------------------------------------------------------------------------------------


@checks.check("tables")
def check_tables():
    cursor = connect().cursor()
    got = listed(cursor.tables(schema="odmeta"), "table_cat", "table_schem", "table_name", "table_type")
    want = [
        (c.DATABASE, "odmeta", "customer", "TABLE"),
        (c.DATABASE, "odmeta", "item", "TABLE"),
        (c.DATABASE, "odmeta", "orders", "TABLE"),
        (c.DATABASE, "odmeta", "recent", "VIEW"),
    ]
    c.equal(sorted(got), want, "tables")
    c.equal([d[0].lower() for d in cursor.description], ["table_cat", "table_schem", "table_name", "table_type", "remarks"], "labels")
    c.equal(sorted(listed(cursor.tables(schema="odmeta", tableType="VIEW"), "table_name")), [("recent",)], "views")
    c.equal(len(listed(cursor.tables(schema="odmeta", tableType="TABLE,VIEW"), "table_name")), 4, "both types")
    c.equal(listed(cursor.tables(table="customer", schema="odmeta", catalog=c.DATABASE), "table_name"), [("customer",)], "by name")
    c.equal(listed(cursor.tables(schema="odmeta", tableType="SYSTEM TABLE"), "table_name"), [], "system tables")


@checks.check("tables/system")
def check_system_tables():
    cursor = connect().cursor()
    got = listed(cursor.tables(schema="pg_catalog", tableType="SYSTEM TABLE"), "table_name", "table_type")
    includes(got, [(name, "SYSTEM TABLE") for name in ("pg_class", "pg_attribute", "pg_type", "pg_namespace", "pg_index")], "tables")


@checks.check("tables/comment")
def check_table_comment():
    cursor = connect().cursor()
    # the driver has no remarks of tables: the query of a tool instead
    cursor.execute("SELECT obj_description('odmeta.customer'::regclass, 'pg_class') AS d")
    c.equal(cursor.fetchall()[0][0], "who buys; it's ☃", "comment")
    cursor.execute("SELECT col_description('odmeta.customer'::regclass, 3) AS d")
    c.equal(cursor.fetchall()[0][0], "where to write", "comment of a column")


@checks.check("tables/patterns")
def check_table_patterns():
    cursor = connect().cursor()

    def names(**how):
        return sorted(row[0] for row in listed(cursor.tables(**how), "table_name"))

    c.equal(names(schema="od_eta", table="p_1"), ["p_1", "px1"], "_")
    c.equal(names(schema="od_eta", table="p%"), ["p_1", "px1"], "%")
    c.equal(names(schema="od_eta", table="P%"), [], "another case")
    c.equal(names(schema="od_eta", table="customer"), ["customer", "customer"], "pattern of the schema")
    c.equal(names(schema="od%eta", table="orders"), ["orders"], "% in the schema")
    c.equal(names(schema="od_eta", table='Odd "Name%'), ['Odd "Name%'], "quotes")
    c.equal(names(schema="od_eta", table="x'y"), [], "a quote")


@checks.check("tables/escapes")
def check_table_escapes():
    conn = connect()
    cursor = conn.cursor()
    c.equal(conn.getinfo(pyodbc.SQL_SEARCH_PATTERN_ESCAPE), "\\", "SQL_SEARCH_PATTERN_ESCAPE")

    def names(**how):
        return sorted(row[0] for row in listed(cursor.tables(**how), "table_name"))

    c.equal(names(schema="od_eta", table="p\\_1"), ["p_1"], "_")
    c.equal(names(schema="od\\_eta", table="customer"), ["customer"], "_ of the schema")
    c.equal(names(schema="od_eta", table="%\\%"), ['Odd "Name%'], "%")


@checks.check("tables/lists")
def check_lists():
    # catalog, schema or type as % with all else empty lists those names
    cursor = connect().cursor()
    includes(listed(cursor.tables(catalog="%", schema="", table=""), "table_cat"), [(c.DATABASE,)], "catalogs")
    includes(listed(cursor.tables(catalog="", schema="%", table=""), "table_schem"), [("odmeta",), ("od_eta",), ("public",)], "schemas")
    types = [row[0] for row in listed(cursor.tables(catalog="", schema="", table="", tableType="%"), "table_type")]
    c.equal(sorted(types), ["FOREIGN TABLE", "MATVIEW", "TABLE", "TABLE", "VIEW"], "types (partitioned tables count too)")


# ---- columns ----------------------------------------------------------------------------------------------------------

COLUMN = ("column_name", "data_type", "type_name", "column_size", "decimal_digits", "num_prec_radix", "nullable", "sql_data_type",
          "char_octet_length", "ordinal_position", "is_nullable")


@checks.check("columns")
def check_columns():
    cursor = connect().cursor()
    got = listed(cursor.columns(schema="odmeta", table="orders"), "table_cat", "table_schem", "table_name", "column_name", "data_type",
                 "ordinal_position", "nullable", "is_nullable")
    want = [
        (c.DATABASE, "odmeta", "orders", name, kind, place, null, None)
        for place, (name, kind, null) in enumerate(
            [("region", -10, 0), ("no", -5, 0), ("customer_id", 4, 0), ("placed", 93, 1), ("note", -10, 1)], 1
        )
    ]
    c.equal(got, want, "orders")


@checks.check("columns/kinds")
def check_column_kinds():
    got = listed(connect().cursor().columns(schema="od_eta", table="kinds"), *COLUMN)
    want = [
        ("b", -7, "bool", 1, 0, None, 1, -7, -1, 1, None),
        ("i2", 5, "int2", 5, 0, 10, 1, 5, -1, 2, None),
        ("i4", 4, "int4", 10, 0, 10, 1, 4, -1, 3, None),
        ("i8", -5, "int8", 19, 0, 10, 1, -5, -1, 4, None),
        ("f4", 7, "float4", 9, 0, 10, 1, 7, -1, 5, None),
        ("f8", 6, "float8", 17, 0, 10, 1, 6, -1, 6, None),
        ("n12", 2, "numeric", 12, 2, 10, 1, 2, -1, 7, None),
        ("t", -10, "text", 8190, None, None, 1, -10, 16380, 8, None),
        ("bin", -4, "bytea", -4, None, None, 1, -4, -4, 9, None),
        ("d", 91, "date", 10, None, None, 1, 9, -1, 10, None),
        ("ti", 92, "time", 8, 6, None, 1, 9, -1, 11, None),
        ("ts", 93, "timestamp", 26, 6, None, 1, 9, -1, 12, None),
        ("tz", 93, "timestamptz", 26, 6, None, 1, 9, -1, 13, None),
        ("u", -11, "uuid", 37, None, None, 1, -11, -1, 14, None),
        ("ia", -9, "_int4", 255, None, None, 1, -9, -1, 15, None),
    ]
    for got_row, want_row in zip(got, want):
        c.equal(got_row, want_row, want_row[0])
    c.equal(got, want, "kinds")


@checks.check("columns/varchar")
def check_column_varchar():
    got = listed(connect().cursor().columns(schema="odmeta", table="customer", column="name"), "type_name", "column_size", "data_type")
    c.equal(got, [("varchar", 40, pyodbc.SQL_WVARCHAR)], "varchar(40)")


@checks.check("columns/defaults")
def check_column_defaults():
    cursor = connect().cursor()
    got = listed(cursor.columns(schema="odmeta", table="orders"), "column_name", "column_def")
    c.equal(got, [("region", None), ("no", None), ("customer_id", None), ("placed", "now()"), ("note", "'none'::text")], "orders")
    got = listed(cursor.columns(schema="odmeta", table="customer", column="balance"), "column_def")
    c.equal(got, [("0",)], "a number")


@checks.check("columns/view")
def check_column_view():
    got = listed(connect().cursor().columns(schema="odmeta", table="recent"), "column_name", "type_name", "nullable")
    c.equal(got, [("no", "int8", 1), ("email", "text", 1)], "recent")


@checks.check("columns/patterns")
def check_column_patterns():
    cursor = connect().cursor()

    def names(**how):
        return listed(cursor.columns(**how), "table_name", "column_name")

    c.equal(names(schema="od_eta", table="p_1", column="c_1"), [("p_1", "c_1"), ("p_1", "cx1"), ("px1", "c_1")], "_")
    c.equal(names(schema="od_eta", table='Odd "Name%'), [('Odd "Name%', name) for name in ("Column One", 'q"uote', "ünï ☃")], "quotes")
    c.equal(names(schema="od_eta", table="customer", column="other"), [("customer", "other")], "one column")
    c.equal(names(schema="od_eta", table="p%", column="nope"), [], "no such column")


@checks.check("columns/escapes")
def check_column_escapes():
    cursor = connect().cursor()
    c.equal(listed(cursor.columns(schema="od_eta", table="p\\_1", column="c\\_1"), "table_name", "column_name"), [("p_1", "c_1")], "_")


@checks.check("columns/all")
def check_all_columns():
    got = listed(connect().cursor().columns(schema="od%"), "table_schem", "table_name", "column_name")
    # the driver lists the columns of indexes too
    got = [row for row in got if row[1] not in ("customer_pkey", "customer_email_key", "orders_key")]
    includes(got, [("odmeta", "orders", "note"), ("od_eta", "kinds", "ia"), ("odmeta", "recent", "no")], "columns")
    c.equal(len(got), 37, "how many")


# ---- keys and indexes -------------------------------------------------------------------------------------------------


@checks.check("keys/primary")
def check_primary_keys():
    cursor = connect().cursor()
    got = listed(cursor.primaryKeys("customer", schema="odmeta"), "table_cat", "table_schem", "table_name", "column_name", "key_seq", "pk_name")
    c.equal(got, [(c.DATABASE, "odmeta", "customer", "id", 1, "customer_pkey")], "customer")
    got = listed(cursor.primaryKeys("orders", schema="odmeta"), "column_name", "key_seq", "pk_name")
    c.equal(got, [("no", 1, "orders_key"), ("region", 2, "orders_key")], "orders")
    c.equal(listed(cursor.primaryKeys("item", schema="odmeta"), "column_name"), [], "item")


FOREIGN = ("pktable_schem", "pktable_name", "pkcolumn_name", "fktable_schem", "fktable_name", "fkcolumn_name", "key_seq", "update_rule",
           "delete_rule", "fk_name", "pk_name")
ORDERS_KEY = [("odmeta", "customer", "id", "odmeta", "orders", "customer_id", 1, 3, 3, "orders_customer_id_fkey", "customer_pkey")]
ITEM_KEY = [
    ("odmeta", "orders", "no", "odmeta", "item", "order_no", 1, 3, 0, "item_order", "orders_key"),
    ("odmeta", "orders", "region", "odmeta", "item", "region", 2, 3, 0, "item_order", "orders_key"),
]


@checks.check("keys/imported")
def check_imported_keys():
    cursor = connect().cursor()
    c.equal(listed(cursor.foreignKeys(foreignTable="orders", foreignSchema="odmeta"), *FOREIGN), ORDERS_KEY, "orders")
    c.equal(listed(cursor.foreignKeys(foreignTable="item", foreignSchema="odmeta"), *FOREIGN), ITEM_KEY, "item")
    c.equal(listed(cursor.foreignKeys(foreignTable="customer", foreignSchema="odmeta"), *FOREIGN), [], "customer")


@checks.check("keys/exported")
def check_exported_keys():
    cursor = connect().cursor()
    c.equal(listed(cursor.foreignKeys(table="customer", schema="odmeta"), *FOREIGN), ORDERS_KEY, "customer")
    c.equal(listed(cursor.foreignKeys(table="orders", schema="odmeta"), *FOREIGN), ITEM_KEY, "orders")
    c.equal(listed(cursor.foreignKeys(table="item", schema="odmeta"), *FOREIGN), [], "item")


@checks.check("keys/both")
def check_both_keys():
    cursor = connect().cursor()
    got = cursor.foreignKeys(table="orders", schema="odmeta", foreignTable="item", foreignSchema="odmeta")
    c.equal(listed(got, *FOREIGN), ITEM_KEY, "orders and item")


@checks.check("indexes")
def check_indexes():
    cursor = connect().cursor()
    columns = ("table_schem", "table_name", "non_unique", "index_name", "type", "ordinal_position", "column_name", "asc_or_desc")
    got = listed(cursor.statistics("customer", schema="odmeta"), *columns)
    want = [
        ("odmeta", "customer", 0, "customer_email_key", 3, 1, "email", "A"),
        ("odmeta", "customer", 0, "customer_pkey", 3, 1, "id", "A"),
    ]
    c.equal(sorted(got), want, "customer")
    got = listed(cursor.statistics("orders", schema="odmeta", unique=True), *columns)
    want = [("odmeta", "orders", 0, "orders_key", 3, 1, "no", "A"), ("odmeta", "orders", 0, "orders_key", 3, 2, "region", "A")]
    c.equal(got, want, "orders")
    got = listed(cursor.statistics("item", schema="odmeta"), *columns)
    c.equal(got, [], "item")


@checks.check("rows/identifier")
def check_row_identifier():
    cursor = connect().cursor()
    # the driver knows of OIDs only, which tables no longer have
    c.equal(listed(cursor.rowIdColumns("customer", schema="odmeta"), "column_name"), [], "customer")
    error = c.raises(lambda: cursor.rowIdColumns("nope", schema="odmeta"), expect=pyodbc.Error)
    c.equal(error.args[0], "07009", "SQLSTATE of no such table")


@checks.check("rows/version")
def check_row_version():
    cursor = connect().cursor()
    got = listed(cursor.rowVerColumns("customer", schema="odmeta"), "column_name", "type_name", "pseudo_column")
    c.equal(got, [("xmin", "xid", 2)], "customer")


# ---- types and procedures ---------------------------------------------------------------------------------------------


@checks.check("types")
def check_types():
    columns = ("type_name", "data_type", "column_size", "literal_prefix", "literal_suffix", "nullable", "case_sensitive", "searchable",
               "unsigned_attribute", "auto_unique_value", "minimum_scale", "maximum_scale")
    got = listed(connect().cursor().getTypeInfo(), *columns)
    want = [
        ("int8", -5, 19, None, None, 1, 0, 2, 0, 0, 0, 0),
        ("bool", -7, 1, "'", "'", 1, 0, 2, None, 0, 0, 0),
        ("date", 91, 10, "'", "'", 1, 0, 2, None, 0, None, None),
        ("float8", 8, 17, None, None, 1, 0, 2, 0, 0, 0, 0),
        ("int4", 4, 10, None, None, 1, 0, 2, 0, 0, 0, 0),
        ("numeric", 2, 28, None, None, 1, 0, 2, 0, 0, 0, 6),
        ("float4", 7, 9, None, None, 1, 0, 2, 0, 0, 0, 0),
        ("int2", 5, 5, None, None, 1, 0, 2, 0, 0, 0, 0),
        ("time", 92, 8, "'", "'", 1, 0, 2, None, 0, None, None),
        ("timestamptz", 93, 26, "'", "'", 1, 0, 2, None, 0, 0, 38),
        ("varchar", -9, 255, "'", "'", 1, 1, 3, None, None, None, None),
        ("text", -10, 8190, "'", "'", 1, 1, 3, None, None, None, None),
        ("uuid", -11, 37, "'", "'", 1, 0, 2, None, None, None, None),
        ("bytea", -3, -4, "'", "'", 1, 0, 2, None, None, None, None),
    ]
    includes(got, want, "types")
    c.equal(len(got), 25, "how many")


@checks.check("types/one")
def check_one_type():
    got = listed(connect().cursor().getTypeInfo(pyodbc.SQL_INTEGER), "type_name", "data_type")
    includes(got, [("int4", 4)], "SQL_INTEGER")
    c.equal({row[1] for row in got}, {4}, "no other")


@checks.check("procedures")
def check_procedures():
    cursor = connect().cursor()
    got = listed(cursor.procedures("lower", schema="pg_catalog"), "procedure_schem", "procedure_name", "procedure_type")
    includes(got, [("pg_catalog", "lower", 2)], "lower")
    c.equal(listed(cursor.procedures(schema="odmeta"), "procedure_name"), [], "of the schema")
    got = listed(cursor.procedures("pg_get_viewde_", schema="pg_catalog"), "procedure_name")
    c.equal(set(got), {("pg_get_viewdef",)}, "pattern")


@checks.check("procedures/columns")
def check_procedure_columns():
    cursor = connect().cursor()
    got = listed(cursor.procedureColumns("starts_with", schema="pg_catalog"), "procedure_name", "column_name", "column_type", "type_name",
                 "ordinal_position")
    want = [("starts_with", "", 5, "bool", 0), ("starts_with", "", 1, "text", 1), ("starts_with", "", 1, "text", 2)]
    c.equal(got, want, "starts_with")


# ---- SQLGetInfo and a query's description -----------------------------------------------------------------------------

INFO = {
    "SQL_DBMS_NAME": "PostgreSQL",
    "SQL_DATABASE_NAME": c.DATABASE,
    "SQL_USER_NAME": c.USER,
    "SQL_IDENTIFIER_QUOTE_CHAR": '"',
    "SQL_CATALOG_NAME_SEPARATOR": ".",
    "SQL_SEARCH_PATTERN_ESCAPE": "\\",
    "SQL_DATA_SOURCE_READ_ONLY": False,
    "SQL_ACCESSIBLE_TABLES": False,
    "SQL_EXPRESSIONS_IN_ORDERBY": True,
    "SQL_LIKE_ESCAPE_CLAUSE": True,
    "SQL_MULT_RESULT_SETS": True,
    "SQL_PROCEDURES": True,
    "SQL_COLUMN_ALIAS": True,
    "SQL_DEFAULT_TXN_ISOLATION": 2,
    "SQL_TXN_CAPABLE": 2,
    "SQL_TXN_ISOLATION_OPTION": 15,
    "SQL_MAX_COLUMN_NAME_LEN": 63,
    "SQL_MAX_TABLE_NAME_LEN": 63,
    "SQL_MAX_SCHEMA_NAME_LEN": 63,
    "SQL_MAX_IDENTIFIER_LEN": 63,
    "SQL_IDENTIFIER_CASE": 2,
    "SQL_QUOTED_IDENTIFIER_CASE": 3,
    "SQL_NULL_COLLATION": 0,
    "SQL_CURSOR_COMMIT_BEHAVIOR": 2,
    "SQL_SCHEMA_TERM": "schema",
}


@checks.check("info")
def check_info():
    conn = connect()
    wrong = []
    for name, want in INFO.items():
        got = conn.getinfo(getattr(pyodbc, name))
        if isinstance(want, str) != isinstance(got, str) or got != want:
            wrong.append(f"{name} is {got!r}, want {want!r}")
    c.true(not wrong, "; ".join(wrong))
    c.true(conn.getinfo(pyodbc.SQL_DBMS_VER).startswith("15."), conn.getinfo(pyodbc.SQL_DBMS_VER))
    c.true(conn.getinfo(pyodbc.SQL_SERVER_NAME) != "", "SQL_SERVER_NAME")


@checks.check("description")
def check_description():
    # whether a column may be NULL is asked of the catalog, by RowDescription's table and column numbers
    cursor = connect().cursor()
    cursor.execute("SELECT id, name, email, balance, born FROM odmeta.customer WHERE 1 = 0")
    got = [(d[0], d[1], d[6]) for d in cursor.description]
    want = [("id", int, False), ("name", str, False), ("email", str, True), ("balance", c.Decimal, True), ("born", c.dt.date, True)]
    c.equal(got, want, "description")
    c.equal(cursor.fetchall(), [], "rows")


@checks.check("description/kinds")
def check_description_kinds():
    cursor = connect().cursor()
    cursor.execute("SELECT * FROM od_eta.kinds")
    kinds = "bool int int int float float Decimal str bytearray date time datetime datetime str str".split()
    c.equal([d[1].__name__ for d in cursor.description], kinds, "types")


@checks.check("description/sizes")
def check_description_sizes():
    cursor = connect().cursor()
    cursor.execute("SELECT name, balance FROM odmeta.customer WHERE 1 = 0")
    c.equal([(d[0], d[4], d[5]) for d in cursor.description], [("name", 40, 0), ("balance", 12, 2)], "sizes")


if __name__ == "__main__":
    checks.run()
