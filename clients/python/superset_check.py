"""Apache Superset: its web application in this process with metadata in SQLite, asked through its REST API.

Left out: asynchronous queries (they need a broker), pages (JavaScript), and alerts.
"""

import datetime as dt
import io
import json
import os
import tempfile
import threading
import time
import urllib.parse

import psycopg2

import common as c

checks = c.Checks()

SCHEMA = "superset_check"
app = None  # the application; made before the checks run, which are children of this process
token = ""

SETUP = [
    f"CREATE SCHEMA {SCHEMA}",
    f"""CREATE TABLE {SCHEMA}.sales (
        id int8 PRIMARY KEY, moment timestamp NOT NULL, day date, seen timestamptz, epoch int8, city varchar(40), kind text,
        amount numeric(12,2), ratio float8, units int4, small int2, ok bool, tags text[], doc json, ref uuid
    )""",
    f"""INSERT INTO {SCHEMA}.sales
        SELECT i, TIMESTAMP '2023-11-05 10:07:58.5' + i * INTERVAL '17 hours 13 minutes 7 seconds',
            DATE '2023-11-05' + i::int, TIMESTAMPTZ '2023-11-05 10:00:00+00' + i * INTERVAL '1 hour', 1700000000 + i * 86400,
            (ARRAY['Brno', 'Oslo', 'Turku', 'Łódź'])[1 + (i % 4)::int], CASE WHEN i % 10 = 0 THEN NULL ELSE 'kind ' || i % 3 END,
            (i * 1.25)::numeric(12,2), i / 4.0, i % 7, i % 5, i % 2 = 0, ARRAY['a', 'b'], '{{"n": 1}}',
            'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
        FROM generate_series(1, 400) AS g(i)""",
    f"CREATE TABLE {SCHEMA}.cities (name varchar(40) PRIMARY KEY, people int4)",
    f"INSERT INTO {SCHEMA}.cities VALUES ('Brno', 400), ('Oslo', 700), ('Turku', 200), ('Łódź', 650)",
    f"CREATE TABLE {SCHEMA}.visits (id int4 PRIMARY KEY, city varchar(40) REFERENCES {SCHEMA}.cities (name))",
    f"CREATE VIEW {SCHEMA}.by_city AS SELECT city, sum(amount) AS amount, count(*) AS sales FROM {SCHEMA}.sales GROUP BY city",
    f"COMMENT ON TABLE {SCHEMA}.sales IS 'What was sold, and it''s long'",
    f"COMMENT ON COLUMN {SCHEMA}.sales.amount IS 'In euros'",
    f"COMMENT ON VIEW {SCHEMA}.by_city IS 'Summed up'",
]


class Sale:
    """A row of sales as Python has it."""

    def __init__(self, i):
        self.id = i
        self.at = dt.datetime(2023, 11, 5, 10, 7, 58, 500000) + i * dt.timedelta(hours=17, minutes=13, seconds=7)
        self.day = dt.date(2023, 11, 5) + dt.timedelta(days=i)
        self.epoch = dt.datetime(2023, 11, 14, 22, 13, 20) + dt.timedelta(days=i)
        self.city = ("Brno", "Oslo", "Turku", "Łódź")[i % 4]
        self.kind = None if i % 10 == 0 else f"kind {i % 3}"
        self.amount = i * 1.25
        self.units = i % 7


SALES = [Sale(i) for i in range(1, 401)]


def sql(*statements):
    """Runs statements beside Superset, and returns the rows of the last."""
    conn = psycopg2.connect("")
    conn.autocommit = True
    try:
        cursor = conn.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None
    finally:
        conn.close()


def drop():
    sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def uri(password=c.PASSWORD, database=c.DATABASE):
    quoted = urllib.parse.quote(password, safe="")
    parameters = {"sslmode": os.environ.get("PGSSLMODE", "prefer")}
    if parameters["sslmode"] == "require" and c.SSLROOTCERT:
        parameters = {"sslmode": "verify-full", "sslrootcert": c.SSLROOTCERT}
    return f"postgresql+psycopg2://{c.USER}:{quoted}@{c.HOST}:{c.PORT}/{database}?{urllib.parse.urlencode(parameters)}"


def make_app(folder):
    """The application, with its tables, an administrator, and the databases and datasets that the checks use."""
    global app, token
    config = os.path.join(folder, "superset_config.py")
    with open(config, "w") as f:
        f.write(
            "SECRET_KEY = 'for this check alone, and not a secret'\n"
            f"SQLALCHEMY_DATABASE_URI = 'sqlite:///{folder}/superset.db'\n"
            f"DATA_DIR = {folder!r}\nUPLOAD_FOLDER = {folder!r}\n"
            "WTF_CSRF_ENABLED = False\nTALISMAN_ENABLED = False\nRATELIMIT_ENABLED = False\n"
            "FEATURE_FLAGS = {'ESTIMATE_QUERY_COST': True}\n"
            "SQL_VALIDATORS_BY_ENGINE = {'postgresql': 'PostgreSQLValidator'}\n"
            "CACHE_CONFIG = DATA_CACHE_CONFIG = {'CACHE_TYPE': 'NullCache'}\n"
            "FILTER_STATE_CACHE_CONFIG = EXPLORE_FORM_DATA_CACHE_CONFIG = {'CACHE_TYPE': 'SimpleCache'}\n"
        )
    os.environ.update(SUPERSET_CONFIG_PATH=config, SUPERSET_HOME=folder)
    from superset.app import create_app

    app = create_app()
    app.config["TESTING"] = True
    with app.app_context():
        from superset import appbuilder, db, security_manager

        from flask_appbuilder import Model

        Model.metadata.create_all(db.engine)
        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        security_manager.add_user("admin", "A", "Min", "admin@example.com", security_manager.find_role("Admin"), password="admin")
        answer = app.test_client().post(
            "/api/v1/security/login", json={"username": "admin", "password": "admin", "provider": "db", "refresh": False}
        )
        token = answer.get_json()["access_token"]
        db.session.remove()
        db.engine.dispose()  # the checks' processes open the file for themselves


def request(method, path, body=None, **more):
    """Returns the status and what the answer's JSON says."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "1", True  # some routes know no tokens
    if body is not None:
        more["json"] = body
    answer = client.open(path, method=method, headers={"Authorization": f"Bearer {token}"}, **more)
    return answer.status_code, answer.get_json(silent=True) or answer.get_data(as_text=True)


def ask(method, path, body=None, **more):
    """The answer of a request that has to succeed."""
    status, answer = request(method, path, body, **more)
    if status not in (200, 201):
        raise AssertionError(f"{method} {path}: {status}: {said(answer)}")
    return answer


def said(answer):
    if isinstance(answer, dict) and answer.get("errors"):
        return "; ".join(str(error.get("message")) for error in answer["errors"])
    if isinstance(answer, dict) and answer.get("message"):
        return str(answer["message"])
    return c.short(answer)


def contains(text, *pieces):
    for piece in pieces:
        c.true(piece in text, f"no {piece!r} in {c.short(text)}")


def has(row, want, what):
    for key, value in want.items():
        c.true(key in row, f"{what}: no {key}")
        c.equal(row[key], value, f"{what}: {key}")


# ---- databases --------------------------------------------------------------------------------------------------------


def database():
    """The number of the database in Superset, which is told of it first when need be."""
    for row in ask("GET", "/api/v1/database/")["result"]:
        if row["database_name"] == "checked":
            return row["id"]
    extra = {"cost_estimate_enabled": True, "allows_virtual_table_explore": True, "schemas_allowed_for_file_upload": [SCHEMA]}
    about = {"database_name": "checked", "sqlalchemy_uri": uri(), "expose_in_sqllab": True, "extra": json.dumps(extra)}
    about.update(allow_dml=True, allow_ctas=True, allow_cvas=True, allow_file_upload=True)
    return ask("POST", "/api/v1/database/", about)["id"]


@checks.check("database/test-connection")
def check_test_connection():
    ask("POST", "/api/v1/database/test_connection/", {"database_name": "tested", "sqlalchemy_uri": uri()})


@checks.each(
    ("database/test-connection/wrong-password", {"password": "not this one"}, "password"),
    ("database/test-connection/wrong-database", {"database": "no_such_database_here"}, "no_such_database_here"),
)
def check_test_connection_wrong(parts, piece):
    status, answer = request("POST", "/api/v1/database/test_connection/", {"database_name": "tested", "sqlalchemy_uri": uri(**parts)})
    c.equal(status, 400, f"status of {said(answer)}")
    contains(said(answer), piece)


@checks.check("database/add")
def check_add():
    shown = ask("GET", f"/api/v1/database/{database()}")["result"]
    has(shown, {"database_name": "checked", "backend": "postgresql", "driver": "psycopg2", "expose_in_sqllab": True}, "database")


@checks.check("database/schemas")
def check_schemas():
    got = ask("GET", f"/api/v1/database/{database()}/schemas/?q=(force:!t)")["result"]
    for name in (SCHEMA, "public", "information_schema"):
        c.true(name in got, f"no {name} in {got}")


@checks.check("database/catalogs")
def check_catalogs():
    got = ask("GET", f"/api/v1/database/{database()}/catalogs/?q=(force:!t)")["result"]
    c.true(c.DATABASE in got, f"no {c.DATABASE} in {got}")


@checks.check("database/tables")
def check_tables():
    got = ask("GET", f"/api/v1/database/{database()}/tables/?q=(force:!t,schema_name:{SCHEMA})")["result"]
    want = [("cities", "table"), ("sales", "table"), ("visits", "table"), ("by_city", "view")]
    c.equal(sorted((row["value"], row["type"]) for row in got), sorted(want), "tables")


def metadata(name):
    return ask("GET", f"/api/v1/database/{database()}/table_metadata/?name={name}&schema={SCHEMA}")


TYPES = {
    "id": "BIGINT", "moment": "TIMESTAMP", "day": "DATE", "seen": "TIMESTAMP", "epoch": "BIGINT", "city": "VARCHAR(40)", "kind": "TEXT",
    "amount": "NUMERIC(12, 2)", "ratio": "DOUBLE_PRECISION", "units": "INTEGER", "small": "SMALLINT", "ok": "BOOLEAN",
    "tags": "ARRAY", "doc": "JSON", "ref": "UUID",
}  # fmt: skip


@checks.check("table/columns")
def check_columns():
    got = {col["name"]: col["longType"].removesuffix("()") for col in metadata("sales")["columns"]}
    c.equal(list(got), list(TYPES), "columns")
    for name, want in TYPES.items():
        if name not in ("city", "tags"):
            c.equal(got[name], want, f"type of {name}")
    c.true(got["city"].startswith("VARCHAR"), got["city"])
    c.true(got["tags"] in ("ARRAY", "TEXT[]"), got["tags"])


@checks.check("table/columns/length")
def check_columns_length():
    c.equal({col["name"]: col["longType"] for col in metadata("sales")["columns"]}["city"], "VARCHAR(40)", "type of city")


@checks.check("table/comment")
def check_table_comment():
    shown = metadata("sales")
    c.equal(shown["comment"], "What was sold, and it's long", "comment of the table")
    c.equal({col["name"]: col["comment"] for col in shown["columns"] if col["comment"]}, {"amount": "In euros"}, "comments")


@checks.check("table/foreign-keys")
def check_foreign_keys():
    (key,) = metadata("visits")["foreignKeys"]
    c.equal((key["column_names"], key["options"] is not None), (["city"], True), "foreign key")
    c.equal(key["name"], "visits_city_fkey", "name")


@checks.check("table/select-star")
def check_select_star():
    text = ask("GET", f"/api/v1/database/{database()}/select_star/cities/{SCHEMA}/")["result"]
    c.equal(text.split(), f"SELECT * FROM {SCHEMA}.cities LIMIT 100".split(), "statement")


@checks.check("view/columns")
def check_view_columns():
    got = [(col["name"], col["type"].split("(")[0]) for col in metadata("by_city")["columns"]]
    c.equal(got, [("city", "VARCHAR"), ("amount", "NUMERIC"), ("sales", "BIGINT")], "columns")


@checks.check("view/comment")
def check_view_comment():
    c.equal(metadata("by_city")["comment"], "Summed up", "comment")


@checks.check("inspector")
def check_inspector():
    """What Superset asks of SQLAlchemy's inspector."""
    number = database()
    with app.app_context():
        from superset import db
        from superset.models.core import Database

        with db.session.get(Database, number).get_inspector() as inspector:
            c.true({SCHEMA, "public"} <= set(inspector.get_schema_names()), "schemas")
            c.equal(sorted(inspector.get_table_names(SCHEMA)), ["cities", "sales", "visits"], "tables")
            c.equal(inspector.get_view_names(SCHEMA), ["by_city"], "views")
            c.equal(inspector.default_schema_name, "public", "default schema")
            c.equal(inspector.get_pk_constraint("sales", SCHEMA), {"constrained_columns": ["id"], "name": "sales_pkey"}, "key")
            (key,) = inspector.get_foreign_keys("visits", SCHEMA)
            want = {"constrained_columns": ["city"], "referred_schema": SCHEMA, "referred_table": "cities", "referred_columns": ["name"]}
            has(key, want, "foreign key")
            c.equal(inspector.get_table_comment("sales", SCHEMA), {"text": "What was sold, and it's long"}, "comment")
            columns = inspector.get_columns("sales", SCHEMA)
            c.equal([col["name"] for col in columns], list(TYPES), "columns")
            c.equal([col["name"] for col in columns if not col["nullable"]], ["id", "moment"], "NOT NULL")
            c.equal(inspector.get_unique_constraints("cities", SCHEMA), [], "unique constraints")
            c.equal(inspector.get_check_constraints("cities", SCHEMA), [], "check constraints")
            contains(inspector.get_view_definition("by_city", SCHEMA), "sum(", "city", "GROUP BY")


# ---- datasets ---------------------------------------------------------------------------------------------------------


def dataset(name="sales", statement=None):
    """The number of the dataset on a table, or of a virtual one on a statement; made first when need be."""
    rows = ask("GET", "/api/v1/dataset/?q=(page_size:100)")["result"]
    for row in rows:
        if row["table_name"] == name:
            return row["id"]
    about = {"database": database(), "schema": SCHEMA, "table_name": name}
    if statement:
        about["sql"] = statement
    return ask("POST", "/api/v1/dataset/", about)["id"]


@checks.check("dataset/table")
def check_dataset():
    shown = ask("GET", f"/api/v1/dataset/{dataset()}")["result"]
    got = {col["column_name"]: col for col in shown["columns"]}
    c.equal(sorted(got), sorted(TYPES), "columns")
    c.equal(sorted(name for name, col in got.items() if col["is_dttm"]), ["day", "moment", "seen"], "columns of time")
    c.equal({name: col["type_generic"] for name, col in got.items() if name in ("amount", "city", "moment", "ok")}, {"moment": 2, "city": 1, "amount": 0, "ok": 3}, "kinds")
    c.equal(shown["main_dttm_col"], "moment", "main column of time")
    c.equal([m["metric_name"] for m in shown["metrics"]], ["count"], "metrics")


@checks.check("dataset/comment")
def check_dataset_comment():
    columns = ask("GET", f"/api/v1/dataset/{dataset()}")["result"]["columns"]
    c.equal([col["description"] for col in columns if col["column_name"] == "amount"], ["In euros"], "description")


@checks.check("dataset/refresh")
def check_dataset_refresh():
    sql(f"DROP TABLE IF EXISTS {SCHEMA}.grown", f"CREATE TABLE {SCHEMA}.grown (a int4)")
    number = dataset("grown")
    sql(f"ALTER TABLE {SCHEMA}.grown ADD COLUMN b text")
    ask("PUT", f"/api/v1/dataset/{number}/refresh")
    got = [col["column_name"] for col in ask("GET", f"/api/v1/dataset/{number}")["result"]["columns"]]
    c.equal(sorted(got), ["a", "b"], "columns")


VIRTUAL = f"SELECT s.city, s.amount, s.moment, t.people FROM {SCHEMA}.sales s JOIN {SCHEMA}.cities t ON t.name = s.city"


@checks.check("dataset/virtual")
def check_dataset_virtual():
    columns = ask("GET", f"/api/v1/dataset/{dataset('virtual', VIRTUAL)}")["result"]["columns"]
    got = {col["column_name"]: col["type_generic"] for col in columns}
    c.equal(got, {"city": 1, "amount": 0, "moment": 2, "people": 0}, "columns")


@checks.check("dataset/samples")
def check_samples():
    answer = ask("POST", f"/datasource/samples?datasource_type=table&datasource_id={dataset('cities')}&per_page=3&page=1", {})["result"]
    c.equal((len(answer["data"]), answer["total_count"]), (3, 4), "rows")
    c.equal(sorted(answer["colnames"]), ["name", "people"], "columns")


@checks.check("dataset/column-values")
def check_column_values():
    got = ask("GET", f"/api/v1/datasource/table/{dataset()}/column/city/values/")["result"]
    c.equal(sorted(got), ["Brno", "Oslo", "Turku", "Łódź"], "values")


# ---- charts -----------------------------------------------------------------------------------------------------------

SUM = {"expressionType": "SIMPLE", "aggregate": "SUM", "column": {"column_name": "amount"}, "label": "total"}
UNITS = {"expressionType": "SQL", "sqlExpression": "SUM(units)", "label": "units"}


def chart(query, number=None, kind="full"):
    """The answer to one query of a chart."""
    body = {"datasource": {"id": number or dataset(), "type": "table"}, "queries": [query], "result_format": "json", "result_type": kind}
    (answer,) = ask("POST", "/api/v1/chart/data", {**body, "force": True})["result"]
    return answer


def grouped(sales, key):
    """The sums of amounts by a key."""
    sums = {}
    for sale in sales:
        sums[key(sale)] = sums.get(key(sale), 0) + sale.amount
    return sums


def number_of(value):
    """A number, which Superset gives as text when it is a decimal."""
    return None if value is None else float(value)


@checks.check("chart/group-by")
def check_group_by():
    rows = chart({"columns": ["city"], "metrics": [SUM, "count", UNITS], "orderby": [["total", False]], "row_limit": 10})["data"]
    sums = grouped(SALES, lambda s: s.city)
    want = sorted(sums.items(), key=lambda item: -item[1])
    c.equal([(r["city"], number_of(r["total"])) for r in rows], want, "rows")
    c.equal([r["count"] for r in rows], [100] * 4, "counts")
    c.equal([int(r["units"]) for r in rows], [sum(s.units for s in SALES if s.city == city) for city, _ in want], "units")


@checks.check("chart/aggregates")
def check_aggregates():
    names = ("SUM", "AVG", "MIN", "MAX", "COUNT", "COUNT_DISTINCT")
    metrics = [{**SUM, "aggregate": name, "label": name} for name in names]
    (row,) = chart({"columns": [], "metrics": metrics})["data"]
    want = [1.25 * 400 * 401 / 2, 1.25 * 401 / 2, 1.25, 500, 400, 400]
    c.equal([round(number_of(row[name]), 6) for name in names], [float(w) for w in want], "values")


@checks.check("chart/time-range")
def check_time_range():
    query = {"columns": ["city"], "metrics": [SUM], "granularity": "moment", "time_range": "2024-01-01 : 2024-03-01T12:00:00", "orderby": [["city", True]]}
    rows = chart(query)["data"]
    sales = [s for s in SALES if dt.datetime(2024, 1, 1) <= s.at < dt.datetime(2024, 3, 1, 12)]
    c.true(len(sales) > 50, "the range is empty")
    c.equal({r["city"]: number_of(r["total"]) for r in rows}, grouped(sales, lambda s: s.city), "rows")


@checks.check("chart/time-range/date")
def check_time_range_date():
    (row,) = chart({"columns": [], "metrics": ["count"], "granularity": "day", "time_range": "2024-02-01 : 2024-03-01"})["data"]
    c.equal(row["count"], 29, "count")


@checks.check("chart/time-range/timestamptz")
def check_time_range_timestamptz():
    (row,) = chart({"columns": [], "metrics": ["count"], "granularity": "seen", "time_range": "2023-11-06 : 2023-11-08"})["data"]
    c.equal(row["count"], 48, "count")


@checks.check("chart/time-range/filter")
def check_time_range_filter():
    """A time range as newer charts give it: a filter of its own."""
    filters = [{"col": "moment", "op": "TEMPORAL_RANGE", "val": "2024-01-01 : 2024-02-01"}]
    (row,) = chart({"columns": [], "metrics": ["count"], "filters": filters})["data"]
    c.equal(row["count"], sum(dt.datetime(2024, 1, 1) <= s.at < dt.datetime(2024, 2, 1) for s in SALES), "count")


FILTERS = {
    "equals": ({"col": "city", "op": "==", "val": "Łódź"}, lambda s: s.city == "Łódź"),
    "not-equals": ({"col": "city", "op": "!=", "val": "Oslo"}, lambda s: s.city != "Oslo"),
    "in": ({"col": "city", "op": "IN", "val": ["Brno", "Turku"]}, lambda s: s.city in ("Brno", "Turku")),
    "not-in": ({"col": "city", "op": "NOT IN", "val": ["Brno"]}, lambda s: s.city != "Brno"),
    "like": ({"col": "city", "op": "LIKE", "val": "%o"}, lambda s: s.city.endswith("o")),
    "ilike": ({"col": "city", "op": "ILIKE", "val": "OS%"}, lambda s: s.city == "Oslo"),
    "is-null": ({"col": "kind", "op": "IS NULL"}, lambda s: s.kind is None),
    "is-not-null": ({"col": "kind", "op": "IS NOT NULL"}, lambda s: s.kind is not None),
    "greater": ({"col": "amount", "op": ">", "val": 100}, lambda s: s.amount > 100),
    "at-most": ({"col": "amount", "op": "<=", "val": "12.5"}, lambda s: s.amount <= 12.5),
    "is-true": ({"col": "ok", "op": "IS TRUE"}, lambda s: s.id % 2 == 0),
    "is-false": ({"col": "ok", "op": "IS FALSE"}, lambda s: s.id % 2 == 1),
}


@checks.each(*((f"chart/filter/{name}", *about) for name, about in FILTERS.items()))
def check_filter(about, holds):
    (row,) = chart({"columns": [], "metrics": ["count"], "filters": [about]})["data"]
    c.equal(row["count"], sum(map(holds, SALES)), "count")


@checks.check("chart/having")
def check_having():
    query = {"columns": ["kind"], "metrics": ["count"], "extras": {"where": "kind IS NOT NULL", "having": "COUNT(*) > 119"}}
    got = {r["kind"]: r["count"] for r in chart(query)["data"]}
    counts = {k: sum(s.kind == k for s in SALES) for k in ("kind 0", "kind 1", "kind 2")}
    c.equal(got, {k: n for k, n in counts.items() if n > 119}, "rows")


@checks.check("chart/series-limit")
def check_series_limit():
    """Only the greatest two cities, by month: a join with a query that ranks them."""
    query = {
        "columns": [axis("moment", "P1M"), "city"], "metrics": [SUM], "series_columns": ["city"], "series_limit": 2,
        "series_limit_metric": SUM, "order_desc": True, "row_limit": 1000, "time_range": "2024-01-01 : 2024-07-01", "granularity": "moment",
    }  # fmt: skip
    rows = chart(query)["data"]
    sales = [s for s in SALES if dt.datetime(2024, 1, 1) <= s.at < dt.datetime(2024, 7, 1)]
    best = sorted(grouped(sales, lambda s: s.city).items(), key=lambda item: -item[1])[:2]
    kept = [s for s in sales if s.city in dict(best)]
    want = grouped(kept, lambda s: (milliseconds(month(s.at)), s.city))
    c.equal({(r["moment"], r["city"]): number_of(r["total"]) for r in rows}, want, "rows")


@checks.check("chart/raw-rows")
def check_raw_rows():
    query = {"columns": ["id", "city", "amount", "day"], "metrics": None, "orderby": [["id", False]], "row_limit": 3, "row_offset": 2}
    rows = chart(query)["data"]
    c.equal([(r["id"], r["city"], number_of(r["amount"])) for r in rows], [(s.id, s.city, s.amount) for s in SALES[397:394:-1]], "rows")


@checks.check("chart/row-count")
def check_row_count():
    c.equal(chart({"columns": ["id"], "metrics": None, "is_rowcount": True})["data"], [{"rowcount": 400}], "rows")


@checks.check("chart/expression")
def check_expression():
    column = {"sqlExpression": "CASE WHEN units > 3 THEN 'many' ELSE 'few' END", "label": "how", "expressionType": "SQL"}
    got = {r["how"]: r["count"] for r in chart({"columns": [column], "metrics": ["count"]})["data"]}
    many = sum(s.units > 3 for s in SALES)
    c.equal(got, {"many": many, "few": 400 - many}, "rows")


@checks.check("chart/types")
def check_chart_types():
    """A value of each type of column, as a table shows it."""
    columns = ["moment", "day", "seen", "amount", "ratio", "small", "ok", "tags", "doc", "ref"]
    answer = chart({"columns": columns, "metrics": None, "filters": [{"col": "id", "op": "==", "val": 4}]})
    (row,) = answer["data"]
    c.equal(row["moment"], SALES[3].at.replace(tzinfo=dt.timezone.utc).timestamp() * 1000, "timestamp")
    c.equal(row["day"], float(milliseconds(dt.datetime(2023, 11, 9))), "date")
    c.equal(row["seen"], float(milliseconds(dt.datetime(2023, 11, 5, 14))), "timestamptz")
    c.equal((number_of(row["amount"]), row["ratio"], row["small"], row["ok"]), (5.0, 1.0, 4, True), "numbers")
    c.equal((row["tags"], row["doc"]), ('["a", "b"]', "{'n': 1}"), "array and json")
    c.equal(row["ref"], "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "uuid")


@checks.check("chart/virtual")
def check_chart_virtual():
    people = {"expressionType": "SIMPLE", "aggregate": "MAX", "column": {"column_name": "people"}, "label": "people"}
    query = {"columns": ["city"], "metrics": [people, SUM], "granularity": "moment", "time_range": "2024-01-01 : 2025-01-01"}
    rows = chart(query, dataset("virtual", VIRTUAL))["data"]
    c.equal({r["city"]: r["people"] for r in rows}, {"Brno": 400, "Oslo": 700, "Turku": 200, "Łódź": 650}, "people")
    sales = [s for s in SALES if dt.datetime(2024, 1, 1) <= s.at < dt.datetime(2025, 1, 1)]
    c.equal({r["city"]: number_of(r["total"]) for r in rows}, grouped(sales, lambda s: s.city), "sums")


@checks.check("chart/view")
def check_chart_view():
    rows = chart({"columns": ["city", "amount", "sales"], "metrics": None}, dataset("by_city"))["data"]
    c.equal({r["city"]: number_of(r["amount"]) for r in rows}, grouped(SALES, lambda s: s.city), "rows")


@checks.check("chart/error")
def check_chart_error():
    metric = {"expressionType": "SQL", "sqlExpression": "SUM(no_such_column)", "label": "x"}
    body = {"datasource": {"id": dataset(), "type": "table"}, "queries": [{"columns": [], "metrics": [metric]}], "result_type": "full"}
    status, answer = request("POST", "/api/v1/chart/data", body)
    c.equal(status, 400, "status")
    contains(said(answer), "no_such_column")


# ---- time grains --------------------------------------------------------------------------------------------------------


def axis(column, grain):
    """A column of time as a chart's x-axis with a grain."""
    return {"timeGrain": grain, "columnType": "BASE_AXIS", "sqlExpression": column, "label": column, "expressionType": "SQL"}


def milliseconds(at):
    return int(at.replace(tzinfo=dt.timezone.utc).timestamp() * 1000)


def every(seconds):
    return lambda at: dt.datetime(2000, 1, 1) + (at - dt.datetime(2000, 1, 1)) // dt.timedelta(seconds=seconds) * dt.timedelta(seconds=seconds)


def day(at):
    return dt.datetime(at.year, at.month, at.day)


def month(at):
    return dt.datetime(at.year, at.month, 1)


GRAINS = {
    "PT1S": every(1), "PT5S": every(5), "PT30S": every(30), "PT1M": every(60), "PT5M": every(300), "PT10M": every(600),
    "PT15M": every(900), "PT30M": every(1800), "PT1H": every(3600), "P1D": day, "P1M": month,
    "P1W": lambda at: day(at) - dt.timedelta(days=at.weekday()),
    "P3M": lambda at: dt.datetime(at.year, (at.month - 1) // 3 * 3 + 1, 1), "P1Y": lambda at: dt.datetime(at.year, 1, 1),
}  # fmt: skip


OF_TIME = ("PT5S", "PT30S", "PT5M", "PT10M", "PT15M", "PT30M")  # ask for a part of the time, which a date does not have


@checks.check("grains")
def check_grains():
    """The grains that are tried below are the ones that Superset has for PostgreSQL."""
    with app.app_context():
        from superset.db_engine_specs.postgres import PostgresEngineSpec

        got = {str(grain) for grain in PostgresEngineSpec.get_time_grain_expressions() if grain}
    c.equal(got, set(GRAINS), "grains")


@checks.each(*((f"grain/timestamp/{name}", name, "moment") for name in GRAINS), *((f"grain/date/{name}", name, "day") for name in GRAINS if name not in OF_TIME))
def check_grain(grain, column):
    rows = chart({"columns": [axis(column, grain)], "metrics": [SUM], "row_limit": 1000, "orderby": [["total", True]]})["data"]
    truncate = GRAINS[grain]
    want = grouped(SALES, lambda s: milliseconds(truncate(s.at if column == "moment" else dt.datetime.combine(s.day, dt.time()))))
    c.equal(len(rows), len(want), "rows")
    c.equal({r[column]: number_of(r["total"]) for r in rows}, want, "rows")


@checks.each(("grain/timestamptz/PT1H", "PT1H"), ("grain/timestamptz/P1D", "P1D"), ("grain/timestamptz/P1W", "P1W"))
def check_grain_timestamptz(grain):
    rows = chart({"columns": [axis("seen", grain)], "metrics": ["count"], "row_limit": 1000})["data"]
    want = {}
    for sale in SALES:
        at = milliseconds(GRAINS[grain](dt.datetime(2023, 11, 5, 10) + dt.timedelta(hours=sale.id)))
        want[at] = want.get(at, 0) + 1
    c.equal({r["seen"]: r["count"] for r in rows}, want, "rows")


@checks.check("grain/epoch")
def check_grain_epoch():
    """A whole number that the dataset calls seconds since 1970."""
    sql(f"CREATE TABLE IF NOT EXISTS {SCHEMA}.epochs AS SELECT id, epoch FROM {SCHEMA}.sales")
    number = dataset("epochs")
    columns = ask("GET", f"/api/v1/dataset/{number}")["result"]["columns"]
    keep = ("id", "column_name", "is_dttm", "python_date_format", "groupby", "filterable", "type", "uuid")
    changed = [{k: col.get(k) for k in keep if k in col} for col in columns]
    for col in changed:
        if col["column_name"] == "epoch":
            col.update(is_dttm=True, python_date_format="epoch_s")
    ask("PUT", f"/api/v1/dataset/{number}?override_columns=true", {"columns": changed})
    query = {"columns": [axis("epoch", "P1M")], "metrics": ["count"], "granularity": "epoch", "time_range": "2024-01-01 : 2024-04-01"}
    got = {r["epoch"]: r["count"] for r in chart(query, number)["data"]}
    c.equal(got, {milliseconds(dt.datetime(2024, m, 1)): days for m, days in ((1, 31), (2, 29), (3, 31))}, "rows")


# ---- SQL Lab ------------------------------------------------------------------------------------------------------------

asked = 0


def run(statement, **more):
    """Runs SQL as SQL Lab does; returns the status and the answer."""
    global asked
    asked += 1
    body = {"database_id": database(), "sql": statement, "schema": SCHEMA, "runAsync": False, "queryLimit": 1000}
    return request("POST", "/api/v1/sqllab/execute/", {**body, "client_id": f"{os.getpid() % 10**6}x{asked}"[:11], **more})


def lab(statement, **more):
    status, answer = run(statement, **more)
    if status != 200:
        raise AssertionError(f"{status}: {said(answer)}")
    return answer


@checks.check("lab/rows")
def check_lab_rows():
    answer = lab("SELECT id, city, amount, day, ok FROM sales ORDER BY id")
    c.equal(answer["status"], "success", "status")
    c.equal(len(answer["data"]), 400, "rows")
    row = answer["data"][3]
    c.equal((row["id"], row["city"], number_of(row["amount"]), row["ok"]), (4, "Brno", 5.0, True), "row 4")
    c.true(str(row["day"]).startswith("2023-11-09"), row["day"])
    got = {col["column_name"]: col["type"] for col in answer["columns"]}
    c.equal({k: got[k] for k in ("id", "amount", "day", "ok")}, {"id": "LONGINTEGER", "amount": "DECIMAL", "day": "DATE", "ok": "BOOLEAN"}, "types")


@checks.check("lab/limit")
def check_lab_limit():
    answer = lab("SELECT id FROM sales ORDER BY id", queryLimit=5)
    c.equal([r["id"] for r in answer["data"]], [1, 2, 3, 4, 5], "rows")
    contains(answer["query"]["executedSql"], "LIMIT 6")


@checks.check("lab/script")
def check_lab_script():
    answer = lab(f"DROP TABLE IF EXISTS {SCHEMA}.made; CREATE TABLE {SCHEMA}.made (a int); INSERT INTO {SCHEMA}.made VALUES (1), (2); SELECT sum(a) AS total FROM {SCHEMA}.made;")
    c.equal([int(r["total"]) for r in answer["data"]], [3], "rows")
    c.equal(sql(f"SELECT count(*) FROM {SCHEMA}.made"), [(2,)], "rows that others see")


@checks.check("lab/create-table-as")
def check_lab_create_table_as():
    sql(f"DROP TABLE IF EXISTS {SCHEMA}.kept")
    lab("SELECT city, count(*) AS n FROM sales GROUP BY city", select_as_cta=True, ctas_method="TABLE", tmp_table_name="kept")
    c.equal(sql(f"SELECT count(*), sum(n)::int FROM {SCHEMA}.kept"), [(4, 400)], "rows")


@checks.check("lab/create-view-as")
def check_lab_create_view_as():
    sql(f"DROP VIEW IF EXISTS {SCHEMA}.looked")
    lab("SELECT city FROM sales WHERE id = 1", select_as_cta=True, ctas_method="VIEW", tmp_table_name="looked")
    c.equal(sql(f"SELECT city FROM {SCHEMA}.looked"), [("Oslo",)], "rows")


@checks.check("lab/search-path")
def check_lab_search_path():
    """The schema chosen in the editor is where unqualified names are looked up."""
    c.equal(lab("SELECT people FROM cities WHERE name = 'Oslo'")["data"], [{"people": 700}], "rows")


@checks.check("lab/names")
def check_lab_names():
    """Words that are none of PostgreSQL's reserved ones are names."""
    c.equal(lab("SELECT at.people AS at FROM cities AS at WHERE at.name = 'Oslo'")["data"], [{"at": 700}], "rows")


@checks.check("lab/error")
def check_lab_error():
    status, answer = run("SELECT no_such_column FROM sales")
    c.true(status >= 400, f"status {status}")
    c.equal(answer["errors"][0]["error_type"], "COLUMN_DOES_NOT_EXIST_ERROR", f"kind of {said(answer)}")
    contains(said(answer), 'column "no_such_column"')


@checks.check("lab/error/table")
def check_lab_error_table():
    status, answer = run("SELECT * FROM no_such_table_here")
    c.true(status >= 400, f"status {status}")
    contains(said(answer), 'relation "no_such_table_here" does not exist')


@checks.check("lab/explain")
def check_lab_explain():
    rows = lab("EXPLAIN SELECT * FROM sales WHERE id = 1")["data"]
    c.true(rows and list(rows[0]) == ["QUERY PLAN"], c.short(rows))


@checks.check("lab/estimate")
def check_lab_estimate():
    body = {"database_id": database(), "sql": "SELECT * FROM sales", "schema": SCHEMA, "catalog": None, "template_params": {}}
    (row,) = ask("POST", "/api/v1/sqllab/estimate/", body)["result"]
    c.equal(sorted(row), ["Start-up cost", "Total cost"], "estimate")
    c.true(float(row["Total cost"]) > 0, c.short(row))


@checks.check("lab/stop")
def check_lab_stop():
    """The button that stops a query: another session cancels it by its backend's number."""
    number = f"{os.getpid() % 10**6}stop"
    answers = []
    database()

    def go():
        answers.append(run(c.ENDLESS, client_id=number))

    running = "SELECT count(*)::int FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%1000) AS b(y)%' AND pid <> pg_backend_pid()"
    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    until(lambda: sql(running) == [(1,)], "the query does not run")
    ask("POST", "/api/v1/query/stop", {"client_id": number})
    thread.join(20)
    c.true(not thread.is_alive(), "the query goes on")
    # Superset ends the query's session; whether it notes that before the query's own thread sees it is a race in Superset.
    c.true(answers[0][1].get("status") == "stopped" or "connection" in said(answers[0][1]), c.short(answers[0]))
    until(lambda: sql(running) == [(0,)], "the server goes on with it")


def until(holds, what):
    deadline = time.monotonic() + 10
    while not holds():
        c.true(time.monotonic() < deadline, what)
        time.sleep(0.2)


@checks.check("lab/download")
def check_lab_download():
    lab("SELECT name, people FROM cities ORDER BY people", client_id="export001")
    text = ask("GET", "/api/v1/sqllab/export/export001/")
    c.equal(text.lstrip("\ufeff").split(), ["name,people", "Turku,200", "Brno,400", "Łódź,650", "Oslo,700"], "text")


@checks.check("upload/csv")
def check_upload():
    sql(f"DROP TABLE IF EXISTS {SCHEMA}.uploaded")
    text = "id,name,amount,day\n1,Ada,1.5,2024-01-31\n2,,2.25,2024-02-01\n3,Čeněk,,2024-02-02\n"
    form = {"type": "csv", "table_name": "uploaded", "schema": SCHEMA, "already_exists": "fail", "column_dates": "day", "delimiter": ","}
    form["file"] = (io.BytesIO(text.encode()), "sales.csv")
    ask("POST", f"/api/v1/database/{database()}/upload/", data=form, content_type="multipart/form-data")
    got = sql(f"SELECT id, name, amount, day::date FROM {SCHEMA}.uploaded ORDER BY id")
    want = [(1, "Ada", 1.5, dt.date(2024, 1, 31)), (2, None, 2.25, dt.date(2024, 2, 1)), (3, "Čeněk", None, dt.date(2024, 2, 2))]
    c.equal(got, want, "rows")


def main():
    drop()
    sql(*SETUP)
    with tempfile.TemporaryDirectory(dir=c.TMP, prefix="superset-") as folder:
        make_app(folder)
        try:
            checks.run()
        finally:
            drop()


if __name__ == "__main__":
    main()
