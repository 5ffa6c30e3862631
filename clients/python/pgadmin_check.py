"""pgAdmin 4 as a desktop program: its own web server, driven through the HTTP routes that its pages use.

Left out: what needs PostgreSQL's programs beside pgAdmin (backup, restore, maintenance, psql), the parts that talk over
websockets (schema diff, the diagram's tables), and dialogs for objects that lasting tables don't have.
"""

import http.cookiejar
import importlib.util
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from decimal import Decimal

import psycopg

import common as c

checks = c.Checks()

SCHEMA = "pgadmin_check"
MADE = "pgadmin_check_made"  # the schema that is made and dropped through pgAdmin itself
GROUP = 1  # "Servers", which pgAdmin makes at its first start

SETUP = f"""
CREATE SCHEMA {SCHEMA};
CREATE TABLE {SCHEMA}.customers (
    id int4 NOT NULL, name varchar(40) NOT NULL DEFAULT 'nobody', code text, born date, seen timestamptz, made timestamp,
    balance numeric(10,2) DEFAULT 0, ratio float8, tags text[], doc json, ref uuid, ok bool,
    CONSTRAINT customers_pkey PRIMARY KEY (id), CONSTRAINT customers_code_key UNIQUE (code)
);
CREATE TABLE {SCHEMA}.orders (
    id int8 NOT NULL, line int2 NOT NULL, customer int4 NOT NULL, amount numeric(12,3), note text,
    CONSTRAINT orders_pkey PRIMARY KEY (id, line),
    CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES {SCHEMA}.customers (id)
);
CREATE TABLE {SCHEMA}.plain (n int4, t text);
CREATE VIEW {SCHEMA}.totals AS
    SELECT customer, count(*) AS orders, sum(amount) AS amount FROM {SCHEMA}.orders GROUP BY customer;
COMMENT ON TABLE {SCHEMA}.customers IS 'Who buys, and it''s short';
COMMENT ON COLUMN {SCHEMA}.customers.balance IS 'What they owe';
COMMENT ON VIEW {SCHEMA}.totals IS 'By customer';
INSERT INTO {SCHEMA}.customers (id, name, code, born, seen, made, balance, ratio, tags, doc, ref, ok) VALUES
    (1, 'Ada', 'A', '1815-12-10', '2024-07-01 12:00:00+00', '2024-07-01 12:00:00.25', 10.50, 0.5, ARRAY['x','y z'],
     '{{"a": 1}}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true),
    (2, 'Bob', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false),
    (3, 'Čeněk', 'C', '2000-02-29', '2024-01-01 00:00:00+00', '1969-12-31 23:59:59.999999', -1.00, 1e300, ARRAY[]::text[], '[]', NULL, NULL);
INSERT INTO {SCHEMA}.orders VALUES (1, 1, 1, 2.500, 'first'), (1, 2, 1, 7.125, NULL), (2, 1, 3, 100, 'it''s');
INSERT INTO {SCHEMA}.plain SELECT i, 'row ' || i FROM generate_series(1, 2500) AS g(i);
"""


def sql(*statements):
    """Runs statements beside pgAdmin, and returns the rows of the last."""
    with psycopg.connect(autocommit=True) as conn:
        for statement in statements:
            cursor = conn.execute(statement)
        return cursor.fetchall() if cursor.description else None


def drop():
    sql(*(f"DROP SCHEMA IF EXISTS {name} CASCADE" for name in (SCHEMA, MADE)))


# ---- pgAdmin's server, and a browser for it -----------------------------------------------------------------------------


class Browser:
    """What the page in a person's browser is to pgAdmin: cookies, a token against forged requests, and JSON."""

    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)
        self.token = ""

    def enter(self):
        self.request("GET", "/browser/")
        _, script = self.request("GET", "/browser/js/utils.js")
        self.token = re.search(r"csrf_token'\] = '([^']+)'", script).group(1)

    def request(self, method, path, body=None):
        """Returns the status and the answer: what its JSON says, or its text."""
        request = urllib.request.Request(self.base + path, method=method, headers={"X-pgA-CSRFToken": self.token})
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with self.opener.open(request, timeout=c.TIMEOUT) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def ask(self, method, path, body=None):
        """The answer of a request that has to succeed."""
        status, answer = self.request(method, path, body)
        failed = isinstance(answer, dict) and answer.get("success") == 0
        if status != 200 or failed:
            raise AssertionError(f"{method} {path}: {status}: {said(answer)}")
        return answer

    def get(self, path):
        return self.ask("GET", path)


def said(answer):
    """What pgAdmin says is wrong."""
    if isinstance(answer, dict):
        result = answer.get("result")
        if isinstance(result, dict) and result.get("errmsg"):
            return result["errmsg"]
        return answer.get("errormsg") or c.short(answer)
    return c.short(answer)


browser = None  # set before the checks run, which are children of this process


def start_server(folder):
    """Starts pgAdmin with its data in folder, and returns the process once it answers."""
    global browser
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    config = os.path.join(folder, "config.py")
    with open(config, "w") as f:
        f.write(
            f"SERVER_MODE = False\nDATA_DIR = {folder!r}\nDEFAULT_SERVER = '127.0.0.1'\nDEFAULT_SERVER_PORT = {port}\n"
            "UPGRADE_CHECK_ENABLED = False\nAUTO_DISCOVER_SERVERS = False\nLLM_ENABLED = False\n"
            "MASTER_PASSWORD_REQUIRED = False\nUSE_OS_SECRET_STORAGE = False\nCHECK_SUPPORTED_BROWSER = False\n"
            "CONSOLE_LOG_LEVEL = 25\n"  # the SQL that it sends
        )
    package = importlib.util.find_spec("pgadmin4").submodule_search_locations[0]
    program = os.path.join(package, "pgAdmin4.py")
    env = {k: v for k, v in os.environ.items() if not k.startswith("PG")}  # pgAdmin has its own settings
    env.update(CONFIG_DISTRO_FILE_PATH=config, HOME=folder)
    log = open(os.path.join(folder, "server.log"), "w")
    process = subprocess.Popen([sys.executable, program], env=env, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    browser = Browser(port)
    deadline = time.monotonic() + 120
    while True:
        try:
            browser.request("GET", "/misc/ping")
            break
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                with open(log.name) as f:
                    sys.exit(f"pgAdmin did not start:\n{f.read()[-4000:]}")
            time.sleep(0.3)
    browser.enter()
    return process


# ---- the tree -----------------------------------------------------------------------------------------------------------


def server():
    """The server's number in pgAdmin, which is told of it and connected to it first when need be."""
    for node in browser.get(f"/browser/server_group/children/{GROUP}")["data"]:
        if node["label"] == "checked":
            sid = node["_id"]
            break
    else:
        sid = add_server()["node"]["_id"]
    if not browser.get(f"/browser/server/connect/{GROUP}/{sid}")["data"]["connected"]:
        connect(sid)
    return sid


def add_server():
    parameters = {"sslmode": os.environ.get("PGSSLMODE", "prefer"), "connect_timeout": 10}
    if parameters["sslmode"] == "require" and c.SSLROOTCERT:
        parameters.update(sslmode="verify-full", sslrootcert=c.SSLROOTCERT)
    return browser.ask(
        "POST",
        f"/browser/server/obj/{GROUP}/",
        {
            "name": "checked",
            "gid": GROUP,
            "host": c.HOST,
            "port": c.PORT,
            "db": c.DATABASE,
            "username": c.USER,
            "connection_params": [{"name": k, "keyword": k, "value": v} for k, v in parameters.items()],
        },
    )


def connect(sid):
    return browser.ask("POST", f"/browser/server/connect/{GROUP}/{sid}", {"password": c.PASSWORD, "save_password": False})


def nodes(kind, *ids):
    """The nodes of a kind, such as "table", under the one that ids lead to."""
    return browser.get(f"/browser/{kind}/nodes/{GROUP}/{'/'.join(map(str, ids))}/")["data"]


def find(kind, label, *ids):
    """ids with the number of the node with this label added."""
    found = [n["_id"] for n in nodes(kind, *ids) if n["label"] == label]
    c.equal(len(found), 1, f"{kind} nodes called {label}")
    return (*ids, found[0])


def database():
    return find("database", c.DATABASE, server())


def schema(name=SCHEMA):
    return find("schema", name, *database())


def table(name):
    return find("table", name, *schema())


def view(name="totals"):
    return find("view", name, *schema())


def of(kind, what, ids):
    """What pgAdmin shows of one object: what is one of obj (its properties), sql, stats, dependency, dependent."""
    return browser.get(f"/browser/{kind}/{what}/{GROUP}/{'/'.join(map(str, ids))}")


def listed(kind, *ids):
    """The properties of all of a kind, as the grid of a collection shows them."""
    return browser.get(f"/browser/{kind}/obj/{GROUP}/{'/'.join(map(str, ids))}/")


# ---- assertions on what pgAdmin answers -----------------------------------------------------------------------------------


def labels(found):
    return [n["label"] for n in found]


def has(row, want, what):
    """Fails unless the dict has each of want's values."""
    for key, value in want.items():
        c.true(key in row, f"{what}: no {key}")
        c.equal(row[key], value, f"{what}: {key}")


def named(rows, name):
    """The one row with this name."""
    found = [row for row in rows if row["name"] == name]
    c.equal(len(found), 1, f"rows called {name}")
    return found[0]


def contains(text, *pieces):
    for piece in pieces:
        c.true(piece in text, f"no {piece!r} in {c.short(text)}")


def statistics(answer, *columns):
    """The rows of a statistics panel, which has to show these columns among others."""
    data = answer["data"]
    names = [column["name"] for column in data["columns"]]
    for column in columns:
        c.true(column in names, f"no column {column!r} among {names}")
    return data["rows"]


# ---- servers, databases, roles --------------------------------------------------------------------------------------------


@checks.check("server/add")
def check_server_add():
    for node in browser.get(f"/browser/server_group/children/{GROUP}")["data"]:
        c.true(node["label"] != "checked", "the server is there already")
    sid = add_server()["node"]["_id"]
    shown = browser.get(f"/browser/server/obj/{GROUP}/{sid}")
    has(shown, {"name": "checked", "host": c.HOST, "port": c.PORT, "db": c.DATABASE, "connected": False}, "server")


@checks.check("server/connect")
def check_server_connect():
    data = browser.ask("POST", f"/browser/server/connect/{GROUP}/{server()}", {"password": c.PASSWORD})["data"]
    has(data, {"connected": True, "db": c.DATABASE, "server_type": "pg", "in_recovery": False}, "connection")
    c.equal(data["version"] // 10000, 15, "version")
    has(data["user"], {"name": c.USER, "is_superuser": True, "can_create_db": True, "can_create_role": True}, "user")


@checks.check("server/wrong-password")
def check_wrong_password():
    sid = add_other_server("wrong")
    status, answer = browser.request("POST", f"/browser/server/connect/{GROUP}/{sid}", {"password": "not this one"})
    c.equal(status, 401, "status")
    contains(said(answer), "password authentication failed")
    browser.ask("DELETE", f"/browser/server/obj/{GROUP}/{sid}")


def add_other_server(name):
    about = {"name": name, "gid": GROUP, "host": c.HOST, "port": c.PORT, "db": c.DATABASE, "username": c.USER}
    about["connection_params"] = [{"name": "sslmode", "keyword": "sslmode", "value": "require"}]
    return browser.ask("POST", f"/browser/server/obj/{GROUP}/", about)["node"]["_id"]


@checks.check("server/properties")
def check_server_properties():
    shown = browser.get(f"/browser/server/obj/{GROUP}/{server()}")
    has(shown, {"name": "checked", "connected": True, "server_type": "pg"}, "server")
    c.true(shown["version"].startswith("PostgreSQL 15."), shown["version"])


@checks.check("server/children")
def check_server_children():
    got = labels(browser.get(f"/browser/server/children/{GROUP}/{server()}")["data"])
    c.equal(got, ["Databases", "Login/Group Roles", "Tablespaces"], "children")


@checks.check("server/statistics")
def check_server_statistics():
    answer = of("server", "stats", (server(),))
    rows = statistics(answer, "PID", "User", "Database", "Backend start", "Client", "Application", "Wait event type")
    mine = [r for r in rows if r["User"] == c.USER and r["Database"] == c.DATABASE and "pgAdmin" in r["Application"]]
    c.true(mine, "the session that asks is not there")


@checks.check("database/nodes")
def check_database_nodes():
    sid, did = database()
    found = [n for n in nodes("database", sid) if n["_id"] == did]
    has(found[0], {"label": c.DATABASE, "connected": True, "allowConn": True, "canCreate": True, "isTemplate": False}, "node")


@checks.check("database/list")
def check_database_list():
    row = named(listed("database", server()), c.DATABASE)
    has(row, {"encoding": "UTF8", "datowner": c.USER, "datallowconn": True, "datconnlimit": -1}, "database")


@checks.check("database/properties")
def check_database_properties():
    shown = of("database", "obj", database())
    has(shown, {"name": c.DATABASE, "encoding": "UTF8", "datowner": c.USER, "variables": []}, "database")


@checks.check("database/sql")
def check_database_sql():
    text = of("database", "sql", database())
    contains(text, f"CREATE DATABASE {c.DATABASE}", f"OWNER = {c.USER}", "ENCODING = 'UTF8'", "CONNECTION LIMIT = -1")


@checks.check("database/statistics")
def check_database_statistics():
    answer = of("database", "stats", database())
    (row,) = statistics(answer, "Size", "Backends", "Xact committed", "Xact rolled back", "Blocks read", "Tuples returned")
    c.true(int(row["Backends"]) >= 1, f"backends: {row['Backends']}")


@checks.check("database/statistics/all")
def check_databases_statistics():
    answer = browser.get(f"/browser/database/stats/{GROUP}/{server()}/")
    rows = statistics(answer, "Database", "Backends", "Xact committed", "Size")
    c.true(c.DATABASE in [row["Database"] for row in rows], "the database is not there")


@checks.each(("database/dependencies", "dependency"), ("database/dependents", "dependent"))
def check_database_depends(what):
    c.equal(of("database", what, database()), [], what)


@checks.check("database/children")
def check_database_children():
    got = labels(of("database", "children", database())["data"])
    for label in ("Casts", "Catalogs", "Extensions", "Languages", "Publications", "Schemas", "Subscriptions"):
        c.true(label in got, f"no {label} in {got}")


@checks.check("database/parameters")
def check_database_parameters():
    answer = browser.get(f"/browser/database/vopts/{GROUP}/{server()}/")["data"]
    has(named(answer, "application_name"), {"vartype": "string", "enumvals": None}, "application_name")
    has(named(answer, "work_mem"), {"vartype": "integer"}, "work_mem")


@checks.check("database/encodings")
def check_database_encodings():
    answer = browser.get(f"/browser/database/get_encodings/{GROUP}/{server()}/")["data"]
    c.true({"label": "UTF8", "value": "UTF8"} in answer, c.short(answer))


@checks.check("role/nodes")
def check_role_nodes():
    node = [n for n in nodes("role", server()) if n["label"] == c.USER]
    c.equal(len(node), 1, "roles")
    has(node[0], {"can_login": True, "is_superuser": True}, "role")


@checks.check("role/list")
def check_role_list():
    found = [r for r in listed("role", server()) if r["rolname"] == c.USER]
    c.equal(len(found), 1, "roles")
    has(found[0], {"rolsuper": True, "rolcanlogin": True, "rolmembership": []}, "role")


@checks.check("role/properties")
def check_role_properties():
    shown = of("role", "obj", find("role", c.USER, server()))
    has(shown, {"rolname": c.USER, "rolsuper": True, "rolcanlogin": True, "rolcreatedb": True, "variables": []}, "role")


@checks.check("role/sql")
def check_role_sql():
    contains(of("role", "sql", find("role", c.USER, server())), f"CREATE ROLE {c.USER} WITH", "LOGIN", "SUPERUSER", "CREATEDB")


@checks.check("role/dependents")
def check_role_dependents():
    rows = of("role", "dependent", find("role", c.USER, server()))
    c.true(any(r["type"] == "database" and r["field"] == c.DATABASE for r in rows), f"no database in {c.short(rows)}")


@checks.check("tablespace/nodes")
def check_tablespace_nodes():
    c.equal(labels(nodes("tablespace", server())), ["pg_default", "pg_global"], "tablespaces")


@checks.check("tablespace/list")
def check_tablespace_list():
    has(named(listed("tablespace", server()), "pg_default"), {"spcuser": c.USER, "spclocation": ""}, "tablespace")


@checks.check("tablespace/properties")
def check_tablespace_properties():
    shown = of("tablespace", "obj", find("tablespace", "pg_default", server()))
    has(shown, {"name": "pg_default", "spcuser": c.USER, "spcacl": []}, "tablespace")


@checks.check("tablespace/sql")
def check_tablespace_sql():
    contains(of("tablespace", "sql", find("tablespace", "pg_default", server())), "ALTER TABLESPACE pg_default", f"OWNER TO {c.USER}")


@checks.check("tablespace/statistics")
def check_tablespace_statistics():
    (row,) = statistics(of("tablespace", "stats", find("tablespace", "pg_default", server())), "Size")
    c.true(int(row["Size"]) >= 0, f"size: {row['Size']}")


# ---- what lies in a database ------------------------------------------------------------------------------------------------


@checks.each(
    *((f"database/{kind}", kind) for kind in ("cast", "event_trigger", "foreign_data_wrapper", "publication", "subscription"))
)
def check_none_in_database(kind):
    """Kinds of which a new database has none that a user made."""
    c.equal(nodes(kind, *database()), [], "nodes")
    c.equal(listed(kind, *database()), [], "list")


@checks.check("database/extension")
def check_extension():
    c.true("plpgsql" in labels(nodes("extension", *database())), "no plpgsql")
    has(named(listed("extension", *database()), "plpgsql"), {"schema": "pg_catalog", "version": "1.0"}, "plpgsql")


@checks.check("database/language")
def check_language():
    c.true("plpgsql" in labels(nodes("language", *database())), "no plpgsql")
    has(named(listed("language", *database()), "plpgsql"), {"trusted": True}, "plpgsql")


@checks.check("schema/nodes")
def check_schema_nodes():
    got = labels(nodes("schema", *database()))
    c.true(SCHEMA in got and "public" in got, f"{got}")
    c.true(not any(name.startswith("pg_") or name == "information_schema" for name in got), f"system schemas in {got}")


@checks.check("schema/list")
def check_schema_list():
    has(named(listed("schema", *database()), SCHEMA), {"namespaceowner": c.USER, "can_create": True, "description": None}, "schema")


@checks.check("schema/properties")
def check_schema_properties():
    want = {"name": SCHEMA, "namespaceowner": c.USER, "acl": None, "seclabels": [], "is_sys_obj": False}
    has(of("schema", "obj", schema()), want, "schema")


@checks.check("schema/sql")
def check_schema_sql():
    contains(of("schema", "sql", schema()), f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}\n    AUTHORIZATION {c.USER};")


@checks.check("schema/children")
def check_schema_children():
    got = labels(of("schema", "children", schema())["data"])
    for label in ("Functions", "Materialized Views", "Sequences", "Tables", "Types", "Views"):
        c.true(label in got, f"no {label} in {got}")


@checks.check("schema/dependents")
def check_schema_dependents():
    got = sorted((r["type"], r["name"]) for r in of("schema", "dependent", schema()))
    want = [("table", f"{SCHEMA}.{name}") for name in ("customers", "orders", "plain")] + [("view", f"{SCHEMA}.totals")]
    c.equal(got, want, "dependents")


@checks.each(
    *(
        (f"schema/{kind}", kind)
        for kind in (
            "aggregate", "collation", "domain", "foreign_table", "fts_configuration", "fts_dictionary", "fts_parser",
            "fts_template", "function", "mview", "operator", "procedure", "sequence", "trigger_function", "type",
        )
    )
)  # fmt: skip
def check_none_in_schema(kind):
    """Kinds of which the schema has none."""
    c.equal(nodes(kind, *schema()), [], "nodes")
    c.equal(listed(kind, *schema()), [], "list")


@checks.check("catalog/nodes")
def check_catalog_nodes():
    got = sorted(labels(nodes("catalog", *database())))
    c.equal(got, ["ANSI (information_schema)", "PostgreSQL Catalog (pg_catalog)"], "catalogs")


def catalog():
    return find("catalog", "PostgreSQL Catalog (pg_catalog)", *database())


@checks.check("catalog/properties")
def check_catalog_properties():
    has(of("catalog", "obj", catalog()), {"name": "pg_catalog", "is_sys_obj": True, "namespaceowner": c.USER}, "catalog")


@checks.check("catalog/children")
def check_catalog_children():
    got = labels(of("catalog", "children", catalog())["data"])
    c.true("Tables" in got and "Views" in got and "Functions" in got, f"{got}")


@checks.check("catalog/tables")
def check_catalog_tables():
    got = labels(nodes("table", *catalog()))
    for name in ("pg_attribute", "pg_class", "pg_constraint", "pg_namespace", "pg_type"):
        c.true(name in got, f"no {name} in {c.short(got)}")


@checks.check("catalog/views")
def check_catalog_views():
    got = labels(nodes("view", *catalog()))
    for name in ("pg_settings", "pg_tables", "pg_views", "pg_stat_activity"):
        c.true(name in got, f"no {name} in {c.short(got)}")


@checks.check("catalog/aggregates")
def check_catalog_aggregates():
    got = labels(nodes("aggregate", *catalog()))
    for name in ("count()", "sum(integer)", "max(text)"):
        c.true(name in got, f"no {name} in {c.short(got)}")


@checks.check("catalog/functions")
def check_catalog_functions():
    got = labels(nodes("function", *catalog()))
    for name in ("lower(text)", "abs(integer)", "pg_backend_pid()"):
        c.true(name in got, f"no {name} in {c.short(got)}")


@checks.check("catalog/types")
def check_catalog_types():
    got = labels(nodes("type", *catalog()))
    for name in ("any", "int4", "regclass", "uuid"):
        c.true(name in got, f"no {name} in {c.short(got)}")


# ---- tables and their parts -------------------------------------------------------------------------------------------------

COLUMNS = [  # name, type, NOT NULL, default
    ("id", "integer", True, None),
    ("name", "character varying(40)", True, "'nobody'::character varying"),
    ("code", "text", False, None),
    ("born", "date", False, None),
    ("seen", "timestamp with time zone", False, None),
    ("made", "timestamp without time zone", False, None),
    ("balance", "numeric(10,2)", False, "0"),
    ("ratio", "double precision", False, None),
    ("tags", "text[]", False, None),
    ("doc", "json", False, None),
    ("ref", "uuid", False, None),
    ("ok", "boolean", False, None),
]


@checks.check("table/nodes")
def check_table_nodes():
    found = nodes("table", *schema())
    c.equal(labels(found), ["customers", "orders", "plain"], "tables")
    c.equal(found[0]["description"], "Who buys, and it's short", "comment")
    c.equal(found[1]["description"], None, "comment")
    c.equal(found[0]["is_partitioned"], False, "is_partitioned")


@checks.check("table/list")
def check_table_list():
    rows = listed("table", *schema())
    c.equal([row["name"] for row in rows], ["customers", "orders", "plain"], "tables")
    want = {"relowner": c.USER, "relkind": "r", "conname": "customers_pkey", "conkey": [1], "description": "Who buys, and it's short"}
    has(rows[0], want, "customers")
    has(rows[1], {"conname": "orders_pkey", "conkey": [1, 2], "description": None}, "orders")
    has(rows[2], {"conname": None, "conkey": None}, "plain")


@checks.check("table/properties")
def check_table_properties():
    shown = of("table", "obj", table("customers"))
    want = {"name": "customers", "schema": SCHEMA, "relowner": c.USER, "conname": "customers_pkey", "conkey": [1]}
    has(shown, {**want, "description": "Who buys, and it's short", "relpersistence": False, "acl": [], "relhassubclass": False}, "table")
    got = [(col["name"], col["displaytypname"], col["attnotnull"], col["defval"]) for col in shown["columns"]]
    c.equal([g[0] for g in got], [w[0] for w in COLUMNS], "columns")
    c.equal([g[2] for g in got], [w[2] for w in COLUMNS], "NOT NULL")
    c.equal([col["is_pk"] for col in shown["columns"]], [w[0] == "id" for w in COLUMNS], "primary key")
    c.equal([k["name"] for k in shown["primary_key"]], ["customers_pkey"], "primary keys")
    c.equal(shown["primary_key"][0]["columns"], [{"column": "id"}], "columns of the primary key")
    c.equal([k["name"] for k in shown["unique_constraint"]], ["customers_code_key"], "unique constraints")


@checks.check("table/properties/foreign-key")
def check_table_properties_foreign_key():
    (key,) = of("table", "obj", table("orders"))["foreign_key"]
    has(key, {"name": "orders_customer_fkey", "confupdtype": "a", "confdeltype": "a"}, "foreign key")
    has(key["columns"][0], {"local_column": "customer", "referenced": "id"}, "columns")


@checks.check("table/children")
def check_table_children():
    got = labels(of("table", "children", table("customers"))["data"])
    c.equal(got, ["Columns", "Constraints", "Indexes", "RLS Policies", "Rules", "Triggers"], "children")


@checks.check("table/sql")
def check_table_sql():
    """What holds where strings have neither a length nor a collation."""
    text = of("table", "sql", table("customers"))
    contains(
        text,
        f"CREATE TABLE IF NOT EXISTS {SCHEMA}.customers\n(\n    id integer NOT NULL,\n    name character varying",
        "    born date,\n    seen timestamp with time zone,\n    made timestamp without time zone,\n",
        "    balance numeric(10,2) DEFAULT 0,\n    ratio double precision,\n    tags text[]",
        "    doc json,\n    ref uuid,\n    ok boolean,\n",
        "    CONSTRAINT customers_pkey PRIMARY KEY (id),\n    CONSTRAINT customers_code_key UNIQUE (code)\n",
        f"OWNER to {c.USER};",
        f"COMMENT ON TABLE {SCHEMA}.customers\n    IS 'Who buys, and it''s short';",
        f"COMMENT ON COLUMN {SCHEMA}.customers.balance\n    IS 'What they owe';",
    )


@checks.check("table/sql/exact")
def check_table_sql_exact():
    c.equal(
        of("table", "sql", table("customers")),
        f"""-- Table: {SCHEMA}.customers

-- DROP TABLE IF EXISTS {SCHEMA}.customers;

CREATE TABLE IF NOT EXISTS {SCHEMA}.customers
(
    id integer NOT NULL,
    name character varying(40) COLLATE pg_catalog."default" NOT NULL DEFAULT 'nobody'::character varying,
    code text COLLATE pg_catalog."default",
    born date,
    seen timestamp with time zone,
    made timestamp without time zone,
    balance numeric(10,2) DEFAULT 0,
    ratio double precision,
    tags text[] COLLATE pg_catalog."default",
    doc json,
    ref uuid,
    ok boolean,
    CONSTRAINT customers_pkey PRIMARY KEY (id),
    CONSTRAINT customers_code_key UNIQUE (code)
)

TABLESPACE pg_default;

ALTER TABLE IF EXISTS {SCHEMA}.customers
    OWNER to {c.USER};

COMMENT ON TABLE {SCHEMA}.customers
    IS 'Who buys, and it''s short';

COMMENT ON COLUMN {SCHEMA}.customers.balance
    IS 'What they owe';""",
        "text",
    )


@checks.check("table/sql/foreign-key")
def check_table_sql_foreign_key():
    contains(
        of("table", "sql", table("orders")),
        "    id bigint NOT NULL,\n    line smallint NOT NULL,\n    customer integer NOT NULL,\n    amount numeric(12,3),\n    note text",
        "    CONSTRAINT orders_pkey PRIMARY KEY (id, line),\n",
        f"    CONSTRAINT orders_customer_fkey FOREIGN KEY (customer)\n        REFERENCES {SCHEMA}.customers (id) MATCH SIMPLE\n",
    )


@checks.check("table/statistics")
def check_table_statistics():
    answer = of("table", "stats", table("customers"))
    (row,) = statistics(answer, "Sequential scans", "Tuples inserted", "Live tuples", "Dead tuples", "Heap blocks read", "Table size")
    c.true(row["Sequential scans"] is not None, "no scans")


@checks.check("table/statistics/all")
def check_tables_statistics():
    rows = statistics(browser.get(f"/browser/table/stats/{GROUP}/{'/'.join(map(str, schema()))}/"), "Table name", "Live tuples", "Total Size")
    c.equal([row["Table name"] for row in rows], ["customers", "orders", "plain"], "tables")


@checks.check("table/dependencies")
def check_table_dependencies():
    got = [(r["type"], r["name"], r["field"]) for r in of("table", "dependency", table("customers"))]
    c.equal(got, [("schema", SCHEMA, "normal")], "dependencies")


@checks.check("table/dependents")
def check_table_dependents():
    got = [(r["type"], r["name"]) for r in of("table", "dependent", table("customers"))]
    for want in (
        ("primary_key", f"{SCHEMA}.customers_pkey"),
        ("unique_constraint", f"{SCHEMA}.customers_code_key"),
        ("foreign_key", f"{SCHEMA}.orders.orders_customer_fkey"),
    ):
        c.true(want in got, f"no {want} in {c.short(got)}")


@checks.check("table/dependents/view")
def check_table_dependents_view():
    got = [(r["type"], r["name"]) for r in of("table", "dependent", table("orders"))]
    c.true(("rule", f"_RETURN ON {SCHEMA}.totals") in got, f"no view in {c.short(got)}")


ALL = "id, name, code, born, seen, made, balance, ratio, tags, doc, ref, ok"


@checks.each(
    ("table/script/select", "select_sql", f"SELECT {ALL}\n\tFROM {SCHEMA}.customers;"),
    ("table/script/insert", "insert_sql", f"INSERT INTO {SCHEMA}.customers(\n\t{ALL})\n\tVALUES ({', '.join('?' * 12)});"),
    (
        "table/script/update",
        "update_sql",
        f"UPDATE {SCHEMA}.customers\n\tSET {'=?, '.join(ALL.split(', '))}=?\n\tWHERE <condition>;",
    ),
    ("table/script/delete", "delete_sql", f"DELETE FROM {SCHEMA}.customers\n\tWHERE <condition>;"),
)
def check_table_script(what, want):
    c.equal(of("table", what, table("customers")), want, "script")


@checks.check("table/count-rows")
def check_count_rows():
    c.equal(of("table", "count_rows", table("plain"))["data"], {"total_rows": "2500"}, "rows")


def dialog(what):
    """A list that the dialog of a table's properties offers."""
    answer = browser.get(f"/browser/table/{what}/{GROUP}/{'/'.join(map(str, schema()))}/")
    return answer["data"] if isinstance(answer, dict) else answer


@checks.check("table/dialog/types")
def check_dialog_types():
    offered = dict((row["value"], row) for row in dialog("get_types"))
    for name in ("bigint", "boolean", "character varying", "date", "double precision", "integer", "json", "numeric", "text", "uuid"):
        c.true(name in offered, f"no {name}")
    has(offered["integer"], {"oid": 23, "length": False, "precision": False}, "integer")
    has(offered["numeric"], {"oid": 1700, "length": True, "precision": True}, "numeric")
    has(offered["character varying"], {"oid": 1043, "length": True, "is_collatable": True}, "character varying")


@checks.check("table/dialog/tables")
def check_dialog_tables():
    got = labels(dialog("all_tables"))
    ours = [label for label in got if label.startswith(f"{SCHEMA}.")]
    c.equal(ours, [f"{SCHEMA}.{name}" for name in ("customers", "orders", "plain")], "tables")
    c.true(not any(label.startswith("pg_catalog.") for label in got), "tables of the catalog are offered")


@checks.check("table/dialog/inherits")
def check_dialog_inherits():
    got = labels(dialog("get_inherits"))
    for name in ("customers", "orders", "plain"):
        c.true(f"{SCHEMA}.{name}" in got, f"no {name} in {got}")


@checks.check("table/dialog/relations")
def check_dialog_relations():
    got = labels(dialog("get_relations"))
    for name in ("customers", "orders", "plain", "totals"):
        c.true(f"{SCHEMA}.{name}" in got, f"no {name} in {got}")


@checks.check("table/dialog/access-methods")
def check_dialog_access_methods():
    c.true("btree" in labels(dialog("get_access_methods")), "no btree")
    c.true("heap" in labels(dialog("get_table_access_methods")), "no heap")


@checks.check("table/dialog/vacuum")
def check_dialog_vacuum():
    names = [row["name"] for row in dialog("get_table_vacuum")]
    c.true("autovacuum_vacuum_threshold" in names, f"{names}")


@checks.check("table/dialog/operators")
def check_dialog_operators():
    c.true(["=", "="] in dialog("get_operator"), "no =")


@checks.check("column/nodes")
def check_column_nodes():
    found = nodes("column", *table("customers"))
    c.equal(labels(found), [w[0] for w in COLUMNS], "columns")
    plain = [w[1].split("(")[0] for w in COLUMNS]
    c.equal([n["datatype"] for n in found], plain, "types")


@checks.check("column/nodes/types")
def check_column_nodes_types():
    c.equal([n["displaytypname"] for n in nodes("column", *table("customers"))], [w[1] for w in COLUMNS], "types")


@checks.check("column/list")
def check_column_list():
    rows = listed("column", *table("customers"))
    c.equal([row["name"] for row in rows], [w[0] for w in COLUMNS], "columns")
    c.equal([row["attnotnull"] for row in rows], [w[2] for w in COLUMNS], "NOT NULL")
    c.equal([row["attnum"] for row in rows], list(range(1, 13)), "attnum")
    has(rows[6], {"cltype": "numeric", "attlen": "10", "attprecision": "2", "description": "What they owe"}, "balance")


@checks.check("column/list/defaults")
def check_column_list_defaults():
    c.equal([row["defval"] for row in listed("column", *table("customers"))], [w[3] for w in COLUMNS], "defaults")


@checks.check("column/properties")
def check_column_properties():
    shown = of("column", "obj", find("column", "balance", *table("customers")))
    want = {"name": "balance", "atttypid": 1700, "attnum": 7, "displaytypname": "numeric(10,2)", "attnotnull": False}
    has(shown, {**want, "defval": "0", "description": "What they owe", "relname": "customers", "is_pk": False}, "column")


@checks.check("column/sql")
def check_column_sql():
    contains(
        of("column", "sql", find("column", "balance", *table("customers"))),
        f"ALTER TABLE IF EXISTS {SCHEMA}.customers\n    ADD COLUMN balance numeric(10,2) DEFAULT 0;",
        f"COMMENT ON COLUMN {SCHEMA}.customers.balance\n    IS 'What they owe';",
    )


@checks.check("column/statistics")
def check_column_statistics():
    answer = of("column", "stats", find("column", "balance", *table("customers")))
    statistics(answer, "Null fraction", "Average width", "Distinct values")


@checks.check("column/dependencies")
def check_column_dependencies():
    c.equal(of("column", "dependency", find("column", "balance", *table("customers"))), [], "dependencies")


@checks.check("column/dependents")
def check_column_dependents():
    got = of("column", "dependent", find("column", "amount", *table("orders")))
    c.true(any("totals" in r["name"] for r in got), f"no view in {c.short(got)}")


@checks.check("constraints/nodes")
def check_constraints_nodes():
    got = sorted((n["_type"], n["label"]) for n in nodes("constraints", *table("customers")))
    c.equal(got, [("primary_key", "customers_pkey"), ("unique_constraint", "customers_code_key")], "constraints")


@checks.check("constraints/list")
def check_constraints_list():
    got = sorted((r["_type"], r["name"]) for r in listed("constraints", *table("orders")))
    c.equal(got, [("foreign_key", "orders_customer_fkey"), ("primary_key", "orders_pkey")], "constraints")


# kind, table, name, columns as its properties show them, the end of its SQL
KEYS = [
    ("primary_key", "customers", "customers_pkey", [{"column": "id"}], "PRIMARY KEY (id)"),
    ("primary_key", "orders", "orders_pkey", [{"column": "id"}, {"column": "line"}], "PRIMARY KEY (id, line)"),
    ("unique_constraint", "customers", "customers_code_key", [{"column": "code"}], "UNIQUE (code)"),
]


@checks.each(*((f"{kind}/{where}", kind, where, name, columns, end) for kind, where, name, columns, end in KEYS))
def check_key(kind, where, name, columns, end):
    c.equal(labels(nodes(kind, *table(where))), [name], "nodes")
    c.equal([row["name"] for row in listed(kind, *table(where))], [name], "list")
    ids = find(kind, name, *table(where))
    has(of(kind, "obj", ids), {"name": name, "columns": columns, "include": [], "condeferrable": False}, "properties")
    contains(of(kind, "sql", ids), f"ALTER TABLE IF EXISTS {SCHEMA}.{where}\n    ADD CONSTRAINT {name} {end};")


@checks.check("primary_key/dependents")
def check_primary_key_dependents():
    got = of("primary_key", "dependent", find("primary_key", "customers_pkey", *table("customers")))
    c.equal([(r["type"], r["name"]) for r in got], [("foreign_key", f"{SCHEMA}.orders.orders_customer_fkey")], "dependents")


@checks.check("primary_key/statistics")
def check_primary_key_statistics():
    answer = of("primary_key", "stats", find("primary_key", "customers_pkey", *table("customers")))
    c.equal(len(statistics(answer, "Index scans", "Index tuples read", "Index size")), 1, "rows")


def foreign_key():
    return find("foreign_key", "orders_customer_fkey", *table("orders"))


@checks.check("foreign_key/nodes")
def check_foreign_key_nodes():
    (node,) = nodes("foreign_key", *table("orders"))
    has(node, {"label": "orders_customer_fkey", "valid": True}, "node")
    c.equal(nodes("foreign_key", *table("customers")), [], "of customers")


@checks.check("foreign_key/properties")
def check_foreign_key_properties():
    shown = of("foreign_key", "obj", foreign_key())
    want = {"name": "orders_customer_fkey", "conkey": [3], "confkey": [1], "reftab": "customers", "refnsp": SCHEMA, "fktab": "orders"}
    has(shown, {**want, "confupdtype": "a", "confdeltype": "a", "convalidated": True}, "foreign key")
    want = {"local_column": "customer", "referenced": "id", "references_table_name": f"{SCHEMA}.customers"}
    has(shown["columns"][0], want, "columns")


@checks.check("foreign_key/sql")
def check_foreign_key_sql():
    contains(
        of("foreign_key", "sql", foreign_key()),
        f"ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer)\n    REFERENCES {SCHEMA}.customers (id) MATCH SIMPLE\n",
    )


@checks.check("foreign_key/dependencies")
def check_foreign_key_dependencies():
    got = sorted((r["type"], r["name"]) for r in of("foreign_key", "dependency", foreign_key()))
    want = [("column", f"{SCHEMA}.customers.id"), ("column", f"{SCHEMA}.orders.customer"), ("index", f"{SCHEMA}.customers_pkey")]
    c.equal(got, want, "dependencies")


@checks.each(
    *(
        (f"table/{kind}", kind)
        for kind in ("exclusion_constraint", "index", "partition", "row_security_policy", "rule", "trigger")
    )
)
def check_none_in_table(kind):
    """Kinds of which the table has none."""
    c.equal(nodes(kind, *table("plain")), [], "nodes")
    c.equal(listed(kind, *table("plain")), [], "list")


@checks.check("table/check_constraint")
def check_no_check_constraint():
    c.equal(listed("check_constraint", *table("plain")), [], "list")


# ---- views ------------------------------------------------------------------------------------------------------------------


@checks.check("view/nodes")
def check_view_nodes():
    (node,) = nodes("view", *schema())
    has(node, {"label": "totals", "description": "By customer"}, "view")


@checks.check("view/list")
def check_view_list():
    (row,) = listed("view", *schema())
    has(row, {"name": "totals", "owner": c.USER, "comment": "By customer", "relkind": "v", "schema": SCHEMA}, "view")


@checks.check("view/properties")
def check_view_properties():
    shown = of("view", "obj", view())
    has(shown, {"name": "totals", "owner": c.USER, "comment": "By customer", "system_view": False, "acl": None}, "view")
    contains(shown["definition"], "customer", "count(*)", "sum(", f"{SCHEMA}.orders", "GROUP BY")
    c.true(shown["definition"].endswith(";"), "no semicolon at the end of the definition")


@checks.check("view/sql")
def check_view_sql():
    """The statement shown makes a view that gives the same rows."""
    text = of("view", "sql", view())
    contains(text, f"CREATE OR REPLACE VIEW {SCHEMA}.totals\n AS\n", f"OWNER TO {c.USER};", f"COMMENT ON VIEW {SCHEMA}.totals\n    IS 'By customer';")
    statement = text[text.index("CREATE OR REPLACE VIEW") : text.index("\n\nALTER TABLE")]
    try:
        sql(statement.replace(f"{SCHEMA}.totals", f"{SCHEMA}.totals_again"))
        rows = sql(f"SELECT customer, orders, amount::text FROM {SCHEMA}.totals_again ORDER BY 1")
    finally:
        sql(f"DROP VIEW IF EXISTS {SCHEMA}.totals_again")
    c.equal(rows, [(1, 2, "9.625"), (3, 1, "100.000")], "rows")


@checks.check("view/children")
def check_view_children():
    c.equal(labels(of("view", "children", view())["data"]), ["Columns", "Rules", "Triggers"], "children")


@checks.check("view/columns")
def check_view_columns():
    got = [(n["label"], n["displaytypname"]) for n in nodes("column", *view())]
    c.equal(got, [("customer", "integer"), ("orders", "bigint"), ("amount", "numeric")], "columns")


@checks.check("view/columns/list")
def check_view_columns_list():
    rows = listed("column", *view())
    c.equal([(r["name"], r["is_view_only"], r["relname"]) for r in rows], [(n, True, "totals") for n in ("customer", "orders", "amount")], "columns")


@checks.check("view/dependencies")
def check_view_dependencies():
    got = [(r["type"], r["name"]) for r in of("view", "dependency", view())]
    for want in (("column", f"{SCHEMA}.orders.customer"), ("column", f"{SCHEMA}.orders.amount"), ("schema", SCHEMA)):
        c.true(want in got, f"no {want} in {got}")


@checks.each(
    ("view/script/select", "select_sql", f"SELECT customer, orders, amount\n\tFROM {SCHEMA}.totals;"),
    ("view/script/insert", "insert_sql", f"INSERT INTO {SCHEMA}.totals(\n\tcustomer, orders, amount)\n\tVALUES (?, ?, ?);"),
)
def check_view_script(what, want):
    c.equal(of("view", what, view()), want, "script")


# ---- the dashboard and other tools ----------------------------------------------------------------------------------------------


@checks.each(("dashboard/activity/server", False), ("dashboard/activity/database", True))
def check_activity(of_database):
    sid, did = database()
    answer = browser.get(f"/dashboard/activity/{sid}/{did}" if of_database else f"/dashboard/activity/{sid}")
    rows = answer[0]["activity"] if "activity" in answer[0] else answer
    mine = [r for r in rows if r["usename"] == c.USER and r["datname"] == c.DATABASE and "pgAdmin" in (r["application_name"] or "")]
    c.true(mine, f"the session that asks is not in {c.short(rows)}")
    c.true(isinstance(mine[0]["pid"], int) and mine[0]["backend_start"], c.short(mine[0]))


@checks.check("dashboard/locks")
def check_locks():
    sid, did = database()
    for path in (f"/dashboard/locks/{sid}", f"/dashboard/locks/{sid}/{did}"):
        c.true(isinstance(browser.get(path), list), "no list")


@checks.check("dashboard/prepared")
def check_prepared():
    sid, did = database()
    for path in (f"/dashboard/prepared/{sid}", f"/dashboard/prepared/{sid}/{did}"):
        c.equal(browser.get(path), [], "prepared transactions")


@checks.check("dashboard/configuration")
def check_configuration():
    row = named(browser.get(f"/dashboard/config/{server()}"), "server_version")
    c.true(row["setting"].startswith("15"), c.short(row))


@checks.each(("dashboard/charts/server", False), ("dashboard/charts/database", True))
def check_charts(of_database):
    sid, did = database()
    path = f"/dashboard/dashboard_stats/{sid}/{did}" if of_database else f"/dashboard/dashboard_stats/{sid}"
    answer = browser.get(path + "?chart_names=session_stats,tps_stats,ti_stats,to_stats,bio_stats")
    want = {
        "session_stats": ["Total", "Active", "Idle"],
        "tps_stats": ["Transactions", "Commits", "Rollbacks"],
        "ti_stats": ["Inserts", "Updates", "Deletes"],
        "to_stats": ["Fetched", "Returned"],
        "bio_stats": ["Reads", "Hits"],
    }
    c.equal({k: sorted(v) for k, v in answer.items()}, {k: sorted(v) for k, v in want.items()}, "charts")
    c.true(answer["session_stats"]["Total"] >= 1, c.short(answer))


@checks.check("dashboard/replication")
def check_replication():
    c.equal(browser.get(f"/dashboard/replication_slots/{server()}"), [], "slots")
    c.equal(browser.get(f"/dashboard/replication_stats/{server()}"), [], "statistics")


@checks.check("dashboard/log-formats")
def check_log_formats():
    contains(browser.get(f"/dashboard/log_formats/{server()}"), "stderr")


@checks.check("search/all")
def check_search_all():
    sid, did = database()
    rows = browser.get(f"/search_objects/search/{sid}/{did}?text=custom&type=all")["data"]
    got = sorted((r["type"], r["name"]) for r in rows if SCHEMA in r["path"])
    want = [
        ("column", "customer"), ("column", "customer"), ("foreign_key", "orders_customer_fkey -> customers"),
        ("primary_key", "customers_pkey"), ("table", "customers"), ("unique_constraint", "customers_code_key"),
    ]  # fmt: skip
    c.equal(got, want, "found")


@checks.check("search/columns")
def check_search_columns():
    sid, did = database()
    rows = browser.get(f"/search_objects/search/{sid}/{did}?text=balance&type=column")["data"]
    c.equal([(r["name"], r["type"]) for r in rows if SCHEMA in r["path"]], [("balance", "column")], "found")


@checks.check("schema-diff/lists")
def check_schema_diff_lists():
    sid, did = database()
    c.true(c.DATABASE in labels(browser.get(f"/schema_diff/databases/{sid}")["data"]), "no database")
    c.true(SCHEMA in labels(browser.get(f"/schema_diff/schemas/{sid}/{did}")["data"]), "no schema")


@checks.check("grant-wizard/objects")
def check_grant_wizard():
    sid, did, scid = schema()
    rows = browser.get(f"/grant_wizard/{sid}/{did}/{scid}/schema/")["result"]
    got = [(r["object_type"], r["name"]) for r in rows]
    c.equal(got, [("Table", "customers"), ("Table", "orders"), ("Table", "plain"), ("View", "totals")], "objects")


@checks.check("new-connection/lists")
def check_new_connection_lists():
    sid = server()
    for what, want in (("database", c.DATABASE), ("user", c.USER), ("role", c.USER)):
        rows = browser.get(f"/sqleditor/new_connection_{what}/{GROUP}/{sid}")["data"]["result"]["data"]
        c.true(want in labels(rows), f"no {want} in {c.short(rows)}")


# ---- the query tool -----------------------------------------------------------------------------------------------------------


class Tool:
    """A tab of the query tool, or one that shows a table's data."""

    def __init__(self, start, *options):
        self.id = random.randrange(1, 10**7)
        self.start = start
        sid, did = database()
        if start == "query_tool":
            path = f"/sqleditor/initialize/sqleditor/{self.id}/{GROUP}/{sid}/{did}"
        else:
            path = f"/sqleditor/initialize/viewdata/{self.id}/{'/'.join(map(str, options))}"
        browser.ask("POST", path, {"dbname": c.DATABASE})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        browser.request("DELETE", f"/sqleditor/close/{self.id}")

    def begin(self, statement, **explain):
        """Starts a statement, which goes on while the tab waits."""
        body = {"sql": statement, "explain_plan": explain or None}
        browser.ask("POST", f"/sqleditor/query_tool/start/{self.id}", body)

    def poll(self):
        """Waits for the statement, and returns the status and the answer, of which "data" has the first rows."""
        while True:
            status, answer = browser.request("GET", f"/sqleditor/poll/{self.id}")
            if status != 200 or answer["data"]["status"] != "Busy":
                return status, answer
            time.sleep(0.02)

    def data(self):
        status, answer = self.poll()
        if status != 200 or answer["data"]["status"] != "Success":
            raise AssertionError(f"{status}: {said(answer)}")
        return answer["data"]

    def run(self, statement, **explain):
        self.begin(statement, **explain)
        return self.data()

    def fails(self, statement):
        """What the tab says of a statement that has to fail."""
        self.begin(statement)
        status, answer = self.poll()
        c.equal(status, 500, f"status of {c.short(answer)}")
        return answer["errormsg"]

    def window(self, first, last):
        return browser.get(f"/sqleditor/fetch_window/{self.id}/{first}/{last}")["data"]


def query_tool():
    return Tool("query_tool")


def data_of(kind, ids, command=3):
    """The tab that shows the data of a table or view: all rows, or 1 for the first 100, 2 for the last."""
    sid, did, _, oid = ids
    tool = Tool("view_data", command, kind, GROUP, sid, did, oid)
    browser.get(f"/sqleditor/view_data/start/{tool.id}")
    return tool


@checks.check("query/rows")
def check_query_rows():
    with query_tool() as tool:
        data = tool.run(f"SELECT id, name, balance, ok FROM {SCHEMA}.customers ORDER BY id;")
        c.equal(data["result"], [[1, "Ada", "10.50", True], [2, "Bob", None, False], [3, "Čeněk", "-1.00", None]], "rows")
        c.equal(data["rows_affected"], 3, "rows_affected")
        c.equal([col["display_name"] for col in data["colinfo"]], ["id", "name", "balance", "ok"], "columns")
        shown = {t["oid"]: t["typname"] for t in data["types"]}
        got = [shown[col["type_code"]] for col in data["colinfo"]]
        c.equal(got, ["integer", "character varying", "numeric", "boolean"], "types")


@checks.check("query/types")
def check_query_types():
    """Each value as the grid shows it."""
    with query_tool() as tool:
        data = tool.run(f"SELECT {ALL} FROM {SCHEMA}.customers WHERE id = 1")
        want = [
            1, "Ada", "A", "1815-12-10", "2024-07-01 12:00:00+00", "2024-07-01 12:00:00.25", "10.50", "0.5", '{x,"y z"}',
            '{"a": 1}', "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", True,
        ]  # fmt: skip
        (got,) = data["result"]
        for column, g, w in zip(ALL.split(", "), got, want):
            c.equal(g, w, column)


@checks.check("query/types/more")
def check_query_types_more():
    with query_tool() as tool:
        data = tool.run(
            "SELECT 9223372036854775807 AS big, 'x'::bytea AS bytes, interval '1 day 02:03:04' AS span, time '12:34:56' AS clock,"
            " 1e300::float8 AS ratio, ARRAY[1, NULL, 3] AS numbers, ''::text AS empty, NULL::text AS nothing"
        )
        (got,) = data["result"]
        want = ["9223372036854775807", "binary data", "1 day 02:03:04", "12:34:56", "1e+300", "{1,NULL,3}", "", None]
        c.equal(got, want, "values")


@checks.check("query/windows")
def check_query_windows():
    with query_tool() as tool:
        data = tool.run(f"SELECT n, t FROM {SCHEMA}.plain ORDER BY n")
        c.equal(data["rows_affected"], 2500, "rows_affected")
        c.equal(data["rows_fetched_to"], 1000, "rows fetched")
        c.equal(data["result"][999], [1000, "row 1000"], "row 1000")
        data = tool.window(1001, 2000)
        c.equal((data["result"][0], data["result"][-1]), ([1001, "row 1001"], [2000, "row 2000"]), "rows")
        data = tool.window(2001, 3000)
        c.equal(data["result"], [[i, f"row {i}"] for i in range(2001, 2501)], "the last rows")


@checks.check("query/message")
def check_query_message():
    with query_tool() as tool:
        c.equal(tool.run(f"CREATE TABLE {SCHEMA}.made (a int, b text)")["result"], "CREATE TABLE", "message")
        c.equal(tool.run(f"INSERT INTO {SCHEMA}.made VALUES (1, 'x'), (2, 'y')")["result"], "INSERT 0 2", "message")
        c.equal(tool.run(f"UPDATE {SCHEMA}.made SET b = 'z' WHERE a = 2")["result"], "UPDATE 1", "message")
        c.equal(tool.run(f"SELECT a, b FROM {SCHEMA}.made ORDER BY a")["result"], [[1, "x"], [2, "z"]], "rows")
        c.equal(tool.run(f"DROP TABLE {SCHEMA}.made")["result"], "DROP TABLE", "message")


@checks.check("query/script")
def check_query_script():
    """Many statements in one go, of which the last one's rows are shown."""
    with query_tool() as tool:
        data = tool.run("CREATE TEMP TABLE s (a int); INSERT INTO s VALUES (1), (2); SELECT sum(a)::int AS total FROM s;")
        c.equal(data["result"], [[3]], "rows")


@checks.check("query/same-names")
def check_query_same_names():
    with query_tool() as tool:
        data = tool.run("SELECT 1 AS a, 2 AS a, 3")
        c.equal(data["result"], [[1, 2, 3]], "rows")
        c.equal([col["display_name"] for col in data["colinfo"]], ["a", "a", "?column?"], "columns")


@checks.check("query/error")
def check_query_error():
    with query_tool() as tool:
        said = tool.fails("SELECT n FROM no_such_table_here")
        contains(said, 'relation "no_such_table_here" does not exist', "SQL state: 42P01", "Character: 15")
        contains(tool.fails("SELEC 1"), "syntax error at or near", "SQL state: 42601")
        c.equal(tool.run("SELECT 1 AS n")["result"], [[1]], "rows after errors")


@checks.check("query/cancel")
def check_query_cancel():
    with query_tool() as tool:
        tool.begin(c.ENDLESS)
        time.sleep(1)
        status, answer = browser.request("GET", f"/sqleditor/poll/{tool.id}")
        c.equal((status, answer["data"]["status"]), (200, "Busy"), "while it runs")
        started = time.monotonic()
        data = browser.ask("POST", f"/sqleditor/cancel/{tool.id}")["data"]
        c.equal(data["status"], True, f"status of {data}")
        status, answer = tool.poll()
        said = answer.get("errormsg") or (answer.get("data") or {}).get("status")
        c.true("canceling statement" in said or said == "Cancel", said)
        c.true(time.monotonic() - started < 20, "it went on for long")
        c.equal(tool.run("SELECT 1 AS n")["result"], [[1]], "rows afterwards")


@checks.check("query/transaction")
def check_query_transaction():
    with query_tool() as tool:
        tool.run(f"CREATE TABLE {SCHEMA}.turned (a int)")
        c.equal(tool.run("BEGIN")["transaction_status"], 2, "status in a transaction")
        tool.run(f"INSERT INTO {SCHEMA}.turned VALUES (1)")
        c.equal(browser.get(f"/sqleditor/status/{tool.id}")["data"]["status"], 2, "status as asked for")
        contains(tool.fails("SELECT 1/0 FROM no_such_table_here"), "42P01")
        c.equal(browser.get(f"/sqleditor/status/{tool.id}")["data"]["status"], 3, "status of a failed transaction")
        contains(tool.fails("SELECT 1"), "current transaction is aborted", "25P02")
        c.equal(tool.run("ROLLBACK")["transaction_status"], 0, "status afterwards")
        c.equal(tool.run(f"SELECT count(*)::int AS n FROM {SCHEMA}.turned")["result"], [[0]], "rows")


@checks.check("query/without-auto-commit")
def check_query_without_auto_commit():
    with query_tool() as tool:
        tool.run(f"CREATE TABLE {SCHEMA}.kept (a int)")
        browser.ask("POST", f"/sqleditor/auto_commit/{tool.id}", False)
        c.equal(tool.run(f"INSERT INTO {SCHEMA}.kept VALUES (1)")["transaction_status"], 2, "status")
        c.equal(sql(f"SELECT count(*)::int FROM {SCHEMA}.kept"), [(0,)], "rows that others see")
        tool.run("COMMIT")
        c.equal(sql(f"SELECT count(*)::int FROM {SCHEMA}.kept"), [(1,)], "rows that others see")
        browser.ask("POST", f"/sqleditor/auto_commit/{tool.id}", True)


@checks.check("query/notice")
def check_query_notice():
    with query_tool() as tool:
        data = tool.run(f"DROP TABLE IF EXISTS {SCHEMA}.no_such_table_here")
        said = f"{data['additional_messages'] or ''}{data['result'] or ''}"
        contains(said, 'table "no_such_table_here" does not exist, skipping')


@checks.check("query/explain")
def check_query_explain():
    with query_tool() as tool:
        statement = f"SELECT name FROM {SCHEMA}.customers WHERE id = 1"
        options = dict(analyze=False, verbose=False, costs=False, buffers=False, timing=False, summary=False, settings=False, wal=False)
        data = tool.run(statement, format="json", **options)
        plan = data["result"][0][0]
        plan = json.loads(plan) if isinstance(plan, str) else plan
        c.true("Node Type" in plan[0]["Plan"], c.short(plan))


@checks.check("query/explain/analyze")
def check_query_explain_analyze():
    with query_tool() as tool:
        statement = f"SELECT count(*) FROM {SCHEMA}.plain"
        options = dict(analyze=True, verbose=False, costs=True, buffers=False, timing=True, summary=False, settings=False, wal=False)
        plan = tool.run(statement, format="json", **options)["result"][0][0]
        plan = json.loads(plan) if isinstance(plan, str) else plan
        c.equal(int(plan[0]["Plan"]["Actual Rows"]), 1, "rows")


@checks.check("query/download")
def check_query_download():
    with query_tool() as tool:
        tool.run("SELECT 1 AS a")
        text = browser.ask("POST", f"/sqleditor/query_tool/download/{tool.id}", {"query": f"SELECT id, name, balance, born FROM {SCHEMA}.customers ORDER BY id", "query_commited": True})
        want = '"id","name","balance","born"\r\n1,"Ada",10.50,"1815-12-10"\r\n2,"Bob",NULL,NULL\r\n3,"Čeněk",-1.00,"2000-02-29"'
        c.equal(text.strip().replace("\r\n", "\n"), want.replace("\r\n", "\n"), "text")


@checks.each(
    ("query/autocomplete/tables", f"SELECT * FROM {SCHEMA}.", ["customers", "orders", "plain", "totals"], "table view"),
    ("query/autocomplete/columns", f"SELECT c. FROM {SCHEMA}.customers c", ["balance", "code", "tags"], "column"),
    ("query/autocomplete/schemas", "SELECT * FROM pgadmin_", [SCHEMA], "schema"),
)
def check_autocomplete(text, wanted, kinds):
    before = text if "c." not in text.split(" FROM ")[0] else text.split(" FROM ")[0]
    with query_tool() as tool:
        found = browser.ask("POST", f"/sqleditor/autocomplete/{tool.id}", [text, before])["data"]
        c.equal(found["status"], True, f"status of {c.short(found)}")
        for name in wanted:
            about = found["result"].get(name) or found["result"].get(f"{name} ")
            c.true(about, f"no {name} among {c.short(sorted(found['result']))}")
            c.true(about["object_type"] in kinds, c.short(about))


@checks.check("query/editable")
def check_query_editable():
    """Rows of a query on one table with its primary key can be edited in the grid."""
    with query_tool() as tool:
        data = tool.run(f"SELECT id, name FROM {SCHEMA}.customers")
        c.equal(data["primary_keys"], {"id": "int4"}, "primary keys")


# ---- the data of a table --------------------------------------------------------------------------------------------------------


@checks.check("data/all-rows")
def check_data_all():
    with data_of("table", table("customers")) as tool:
        data = tool.data()
        c.equal([(row[0], row[1]) for row in data["result"]], [(1, "Ada"), (2, "Bob"), (3, "Čeněk")], "rows")
        c.equal(data["primary_keys"], {"id": "int4"}, "primary keys")
        shown = {t["oid"]: t["typname"] for t in data["types"]}
        got = [shown[col["type_code"]] for col in data["colinfo"]]
        c.equal(got, [w[1].split("(")[0] for w in COLUMNS], "types")


@checks.check("data/all-rows/windows")
def check_data_windows():
    with data_of("table", table("plain")) as tool:
        data = tool.data()
        c.equal(len(data["result"]), 1000, "rows")
        rows = data["result"] + tool.window(1001, 2000)["result"] + tool.window(2001, 3000)["result"]
        c.equal(sorted(rows), [[i, f"row {i}"] for i in range(1, 2501)], "rows")


@checks.each(("data/first-100", 1, 1), ("data/last-100", 2, 2))
def check_data_100(command, first):
    with data_of("table", table("orders"), command) as tool:
        rows = [tuple(row[:2]) for row in tool.data()["result"]]
        want = [(1, 1), (1, 2), (2, 1)]
        c.equal([(int(a), b) for a, b in rows], want if command == 1 else want[::-1], "rows")


@checks.check("data/view")
def check_data_view():
    with data_of("view", view()) as tool:
        got = sorted(tool.data()["result"])
        c.equal(got, [[1, "2", "9.625"], [3, "1", "100.000"]], "rows")


@checks.check("data/filter")
def check_data_filter():
    with data_of("table", table("customers")) as tool:
        tool.data()
        browser.ask("POST", f"/sqleditor/filter/inclusive/{tool.id}", {"name": "Ada"})
        browser.get(f"/sqleditor/view_data/start/{tool.id}")
        c.equal([row[0] for row in tool.data()["result"]], [1], "rows of the filter")
        browser.ask("POST", f"/sqleditor/filter/remove/{tool.id}")
        browser.ask("POST", f"/sqleditor/filter/exclusive/{tool.id}", {"name": "Ada"})
        browser.get(f"/sqleditor/view_data/start/{tool.id}")
        c.equal([row[0] for row in tool.data()["result"]], [2, 3], "rows of the filter")


@checks.check("data/filter/dialog")
def check_data_filter_dialog():
    with data_of("table", table("customers")) as tool:
        tool.data()
        offered = browser.get(f"/sqleditor/filter_dialog/{tool.id}")["data"]["result"]
        c.equal([column for column in offered["column_list"]], [w[0] for w in COLUMNS], "columns")
        wanted = {"sql": "balance IS NOT NULL", "data_sorting": [{"name": "balance", "order": "asc"}]}
        browser.ask("PUT", f"/sqleditor/filter_dialog/{tool.id}", wanted)
        browser.get(f"/sqleditor/view_data/start/{tool.id}")
        c.equal([row[0] for row in tool.data()["result"]], [3, 1], "rows")


@checks.check("data/filter/validate")
def check_data_filter_validate():
    sid, did, _, oid = table("customers")
    path = f"/sqleditor/filter/validate/{sid}/{did}/{oid}"
    c.equal(browser.ask("POST", path, {"filter_sql": "id > 1 AND name LIKE 'B%'"})["data"]["status"], True, "status")
    status, answer = browser.request("POST", path, {"filter_sql": "no_such_column = 1"})
    contains(said(answer), 'column "no_such_column" does not exist')


def save(tool, columns, **changes):
    body = {"updated": {}, "added": {}, "deleted": {}, "staged_rows": {}, "updated_index": {}, "added_index": {}, "columns": columns}
    answer = browser.ask("POST", f"/sqleditor/save/{tool.id}", {**body, **changes})["data"]
    if answer["status"] is not True:
        raise AssertionError(f"save: {answer['result']}: {[r.get('sql') for r in answer['query_results'] or []]}")
    return answer


@checks.check("data/edit")
def check_data_edit():
    sql(f"DROP TABLE IF EXISTS {SCHEMA}.edited", f"CREATE TABLE {SCHEMA}.edited (id int4 PRIMARY KEY, name text, amount numeric(10,2), tags text[])")
    sql(f"INSERT INTO {SCHEMA}.edited (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three')")
    with data_of("table", table("edited")) as tool:
        columns = tool.data()["colinfo"]
        data = {"name": "it's %s one", "amount": "1.50", "tags": '{a,"b c"}'}
        save(tool, columns, updated={"1": {"err": False, "data": data, "primary_keys": {"id": 1}}})
        row = {"id": "4", "name": "four", "amount": "4"}
        answer = save(tool, columns, added={"2": {"err": False, "data": row}}, added_index={"3": "2"})
        (added,) = [r["row_added"] for r in answer["query_results"] if r.get("row_added")]
        has(added["2"], {"id": 4, "name": "four", "amount": "4.00"}, "the added row")
        save(tool, columns, deleted={"3": {"id": 2}})
    want = [(1, "it's %s one", Decimal("1.50"), ["a", "b c"]), (3, "three", None, None), (4, "four", Decimal("4.00"), None)]
    c.equal(sql(f"SELECT id, name, amount, tags FROM {SCHEMA}.edited ORDER BY id"), want, "rows")


@checks.check("data/edit/two-keys")
def check_data_edit_two_keys():
    sql(f"DROP TABLE IF EXISTS {SCHEMA}.pairs", f"CREATE TABLE {SCHEMA}.pairs (a int4, b text, v text, PRIMARY KEY (a, b))")
    sql(f"INSERT INTO {SCHEMA}.pairs VALUES (1, 'x', 'old'), (1, 'y', 'old'), (2, 'x', 'old')")
    with data_of("table", table("pairs")) as tool:
        columns = tool.data()["colinfo"]
        save(tool, columns, updated={"1": {"err": False, "data": {"v": "new"}, "primary_keys": {"a": 1, "b": "y"}}})
        save(tool, columns, deleted={"1": {"a": 2, "b": "x"}, "2": {"a": 1, "b": "x"}})
    c.equal(sql(f"SELECT a, b, v FROM {SCHEMA}.pairs ORDER BY a, b"), [(1, "y", "new")], "rows")


# ---- making and changing things through the dialogs ---------------------------------------------------------------------------------


def create(kind, ids, about):
    """Creates through the dialog of a kind under the node that ids lead to, and returns the new node."""
    return browser.ask("POST", f"/browser/{kind}/obj/{GROUP}/{'/'.join(map(str, ids))}/", about)["node"]


def change(kind, ids, about):
    return browser.ask("PUT", f"/browser/{kind}/obj/{GROUP}/{'/'.join(map(str, ids))}", about)


def delete(kind, ids):
    return browser.ask("DELETE", f"/browser/{kind}/obj/{GROUP}/{'/'.join(map(str, ids))}")


def column(name, kind, **more):
    about = {"name": name, "cltype": kind, "attacl": [], "is_primary_key": False, "attnotnull": False, "attlen": None}
    return {**about, "attprecision": None, "attoptions": [], "seclabels": [], "colconstype": "n", **more}


TABLE = {
    "name": "things", "relowner": c.USER, "schema": SCHEMA, "description": "Made in a dialog", "relpersistence": False,
    "columns": [column("id", "integer", is_primary_key=True, attnotnull=True), column("what", "text", description="What it is")],
    "primary_key": [{"name": None, "columns": [{"column": "id"}], "include": []}],
    "spcname": "pg_default", "coll_inherits": [], "relacl": [], "seclabels": [], "autovacuum_custom": False, "hastoasttable": True,
    "check_constraint": [], "unique_constraint": [], "foreign_key": [], "exclude_constraint": [], "partition_keys": [],
    "partitions": [], "partition_type": "range", "is_partitioned": False, "like_constraints": False, "fillfactor": "",
    "vacuum_table": [], "vacuum_toast": [], "typname": None, "amname": "heap",
}  # fmt: skip


@checks.check("dialog/schema")
def check_dialog_schema():
    about = {"name": MADE, "namespaceowner": c.USER, "nspacl": [], "seclabels": [], "deftblacl": [], "deffuncacl": [], "deftypeacl": [], "defseqacl": []}
    made = create("schema", database(), about)
    c.equal(made["label"], MADE, "label")
    ids = schema(MADE)
    c.equal(ids[2], made["_id"], "number")
    delete("schema", ids)
    c.true(MADE not in labels(nodes("schema", *database())), "the schema is still there")


@checks.check("dialog/schema/comment")
def check_dialog_schema_comment():
    sql(f"CREATE SCHEMA IF NOT EXISTS {MADE}")
    change("schema", schema(MADE), {"description": "Said in a dialog"})
    c.equal(of("schema", "obj", schema(MADE))["description"], "Said in a dialog", "comment")


@checks.check("dialog/table/sql")
def check_dialog_table_sql():
    """What the dialog's last tab shows before anything is made."""
    quoted = "&".join(f"{k}={urllib.parse.quote(json.dumps(v))}" for k, v in TABLE.items())
    answer = browser.get(f"/browser/table/msql/{GROUP}/{'/'.join(map(str, schema()))}/?{quoted}")
    contains(answer["data"], f"CREATE TABLE {SCHEMA}.things\n(\n    id integer NOT NULL,\n    what text,\n    PRIMARY KEY (id)\n)")


@checks.check("dialog/table")
def check_dialog_table():
    made = create("table", schema(), TABLE)
    c.equal(made["label"], "things", "label")
    ids = (*schema(), made["_id"])
    sql(f"INSERT INTO {SCHEMA}.things VALUES (1, 'a')")
    c.equal(of("table", "obj", ids)["description"], "Made in a dialog", "comment")
    change("table", ids, {"name": "renamed", "description": "Changed"})
    c.equal([n["description"] for n in nodes("table", *schema()) if n["label"] == "renamed"], ["Changed"], "comment")
    ids = table("renamed")
    change("column", find("column", "what", *ids), {"name": "which"})
    create("column", ids, column("more", "bigint"))
    c.equal([n["label"] for n in nodes("column", *ids)], ["id", "which", "more"], "columns")
    change("column", find("column", "more", *ids), {"cltype": "numeric", "attlen": "12", "attprecision": "3"})
    delete("column", find("column", "which", *ids))
    c.equal(sql(f"SELECT * FROM {SCHEMA}.renamed"), [(1, None)], "rows")
    delete("table", ids)
    c.true("renamed" not in labels(nodes("table", *schema())), "the table is still there")


@checks.check("dialog/table/truncate")
def check_dialog_truncate():
    sql(f"DROP TABLE IF EXISTS {SCHEMA}.emptied", f"CREATE TABLE {SCHEMA}.emptied AS SELECT 1 AS a")
    ids = table("emptied")
    browser.ask("PUT", f"/browser/table/truncate/{GROUP}/{'/'.join(map(str, ids))}", {"cascade": False})
    c.equal(sql(f"SELECT count(*)::int FROM {SCHEMA}.emptied"), [(0,)], "rows")


@checks.check("dialog/view")
def check_dialog_view():
    sql(f"DROP VIEW IF EXISTS {SCHEMA}.seen", f"DROP VIEW IF EXISTS {SCHEMA}.looked")
    definition = f"SELECT id, name FROM {SCHEMA}.customers;"
    about = {"name": "seen", "owner": c.USER, "schema": SCHEMA, "datacl": [], "seclabels": [], "definition": definition, "comment": "Made"}
    made = create("view", schema(), about)
    ids = (*schema(), made["_id"])
    has(of("view", "obj", ids), {"name": "seen", "comment": "Made"}, "view")
    change("view", ids, {"definition": f"SELECT id, name, code FROM {SCHEMA}.customers"})
    ids = view("seen")
    c.equal(labels(nodes("column", *ids)), ["id", "name", "code"], "columns")
    change("view", ids, {"name": "looked", "comment": "Changed"})
    ids = view("looked")
    c.equal(of("view", "obj", ids)["comment"], "Changed", "comment")
    delete("view", ids)
    c.equal(labels(nodes("view", *schema())), ["totals"], "views")


@checks.check("server/disconnect")
def check_server_disconnect():
    sid = server()
    browser.ask("DELETE", f"/browser/server/connect/{GROUP}/{sid}")
    c.equal(browser.get(f"/browser/server/connect/{GROUP}/{sid}")["data"]["connected"], False, "connected")


def main():
    drop()
    sql(*(statement for statement in SETUP.split(";\n") if statement.strip()))
    with tempfile.TemporaryDirectory(dir=c.TMP, prefix="pgadmin-") as folder:
        process = start_server(folder)
        try:
            checks.run()
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            drop()


if __name__ == "__main__":
    main()
