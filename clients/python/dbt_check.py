"""dbt (dbt-core, dbt-postgres): debug, seed, run, snapshot, test, docs, show, build and run-operation on the project in dbt/.

dbt runs as a person runs it, as a program; what it leaves in the database is read with psycopg2, and what it says of each
model from its run_results.json. Several checks look at what one command did, so each command is a step, taken once, after
the steps that it needs.

Left out, since dbt insists on what lasting tables do not have here: indexes, functions, unlogged tables, check
constraints, materialized views. Grants are not configured: dbt then asks for none.
"""

import datetime as dt
import functools
import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal

import psycopg2

import common as c

c.TIMEOUT = max(c.TIMEOUT, 240)  # a step may take several commands, each of which starts Python anew
checks = c.Checks()

WORK = os.path.join(c.TMP, "dbt_check")
PROJECT = os.path.join(WORK, "project")
TARGET = os.path.join(WORK, "target")
DBT = os.path.join(os.path.dirname(sys.executable), "dbt")
SSLMODE = "verify-full" if c.SSLROOTCERT else os.environ.get("PGSSLMODE", "require")
SCHEMAS = (
    "dbt_check_raw", "dbt_check", "dbt_check_custom", "dbt_check_snapshots", "dbt_check_other", "dbt_check_other_custom",
    "dbt_check_dbt_test__audit",
)  # fmt: skip

ENVIRONMENT = {
    **os.environ,
    "PGHOST": c.HOST,
    "PGPORT": str(c.PORT),
    "PGUSER": c.USER,
    "PGPASSWORD": c.PASSWORD,
    "PGDATABASE": c.DATABASE,
    "CHECK_SSLMODE": SSLMODE,
    "DBT_PROJECT_DIR": PROJECT,
    "DBT_PROFILES_DIR": PROJECT,
    "DBT_TARGET_PATH": TARGET,
    "DBT_LOG_PATH": os.path.join(WORK, "logs"),
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DBT_VERSION_CHECK": "false",
    "DO_NOT_TRACK": "1",
    "NO_COLOR": "1",
}


# ---- the database -----------------------------------------------------------------------------------------------------


def connect():
    conn = psycopg2.connect(sslmode=SSLMODE, host=c.HOST, port=c.PORT, user=c.USER, password=c.PASSWORD, dbname=c.DATABASE)
    conn.autocommit = True
    return conn


def query(sql, *values):
    conn = connect()
    try:
        with conn.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else None
    finally:
        conn.close()


def kinds(schema):
    """The names in a schema, each with r for a table and v for a view."""
    return dict(
        query(
            "SELECT c.relname::text, c.relkind::text FROM pg_catalog.pg_class c"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relkind IN ('r', 'v')",
            schema,
        )
    )


def kind(name, schema="dbt_check"):
    return kinds(schema).get(name)


def columns(name, schema="dbt_check"):
    """The names of a relation's columns, each with its type."""
    return dict(
        query(
            "SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute a"
            " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
            schema,
            name,
        )
    )


def nothing_left(schema="dbt_check"):
    """Fails when dbt has left one of the relations that it makes in passing."""
    left = [name for name in kinds(schema) if "__dbt_" in name]
    c.equal(left, [], "left over")


def at(month, day, hour=8):
    return dt.datetime(2024, month, day, hour)


def orders(*ids, **changes):
    """Rows of orders as they were first, with those in changes (r2=…) instead."""
    first = {
        1: (1, 1, "new", Decimal("10.00"), at(1, 1)),
        2: (2, 2, "paid", Decimal("20.50"), at(1, 2)),
        3: (3, 1, "paid", Decimal("30.00"), at(1, 3)),
        4: (4, None, "gone", Decimal("5.25"), at(1, 4)),
    }
    first.update({int(name[1:]): row for name, row in changes.items()})
    return [first[i] for i in ids]


# Order 2 as it is after the change, and the order that is new then. Order 4 has gone.
CHANGED = (2, 2, "gone", Decimal("21.00"), at(2, 2))
ADDED = (5, 1, "paid", Decimal("50.00"), at(2, 5))


# ---- dbt --------------------------------------------------------------------------------------------------------------


def dbt(*arguments, exit=0):
    """Runs dbt, and returns its exit code, its output, and of each node that it ran the status, message and failures.

    exit is what its exit code must be; None for any, when each node is a check of its own.
    """
    file = os.path.join(TARGET, "run_results.json")
    if os.path.exists(file):
        os.remove(file)
    done = subprocess.run(
        [DBT, *arguments], env=ENVIRONMENT, cwd=WORK, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=c.TIMEOUT - 20,
    )  # fmt: skip
    print(f"$ dbt {' '.join(arguments)}\n{done.stdout}", file=sys.stderr, flush=True)
    nodes = {}
    if os.path.exists(file):
        with open(file) as f:
            for r in json.load(f)["results"]:
                id = r["unique_id"].split(".")
                nodes[id[3 if id[0] == "unit_test" else 2]] = {"status": r["status"], "message": r["message"], "failures": r["failures"]}  # fmt: skip
    if exit is not None and done.returncode != exit:
        bad = [f"{name}: {n['message']}" for name, n in nodes.items() if n["status"] not in ("success", "pass")]
        raise AssertionError(f"dbt {' '.join(arguments[:2])}: exit code {done.returncode}, want {exit}: {'; '.join(bad) or done.stdout[-300:]}")
    if exit is None and not nodes:
        raise AssertionError(f"dbt {arguments[0]}: exit code {done.returncode}, and nothing was run: {done.stdout[-300:]}")
    return {"exit": done.returncode, "output": done.stdout, "nodes": nodes}


def quiet(*arguments):
    """Runs dbt with nothing in its output but what was asked for, which is JSON."""
    done = dbt("--quiet", *arguments)
    try:
        return json.loads(done["output"])
    except ValueError:
        raise AssertionError(f"dbt {arguments[0]} gave no JSON: {done['output']}") from None


def succeeded(done, *names, status="success"):
    for name in names:
        c.true(name in done["nodes"], f"{name} was not run")
        node = done["nodes"][name]
        c.true(node["status"] == status, f"{name}: {node['status']}, want {status}: {node['message']}")


def step(function):
    """Takes a step once in a run of this program, though each check is a process of its own: its result lies in a file."""

    @functools.wraps(function)
    def taken():
        file = os.path.join(WORK, "steps", function.__name__ + ".json")
        if os.path.exists(file):
            with open(file) as f:
                before = json.load(f)
            if "error" in before:
                raise AssertionError(f"step {function.__name__}: {before['error']}")
            return before["result"]
        said = {"error": "did not end"}  # what stays if this process is killed
        try:
            write(file, said)
            said = {"result": function()}
            return said["result"]
        except BaseException as error:
            said = {"error": c.one_line(error)}
            raise
        finally:
            write(file, said)

    return taken


def write(file, value):
    with open(file, "w") as f:
        json.dump(value, f)


# ---- the steps --------------------------------------------------------------------------------------------------------


@step
def sourced():
    query("CREATE SCHEMA dbt_check_raw")
    query(
        "CREATE TABLE dbt_check_raw.orders (id int PRIMARY KEY, customer_id int, status text NOT NULL, amount numeric(12,2),"
        " updated_at timestamp)"
    )
    query("COMMENT ON TABLE dbt_check_raw.orders IS 'Loaded from elsewhere'")
    query("CREATE TABLE dbt_check_raw.hooked (what text, n bigint)")
    for row in orders(1, 2, 3, 4):
        query("INSERT INTO dbt_check_raw.orders VALUES (%s, %s, %s, %s, %s)", *row)


@step
def seeded():
    sourced()
    return dbt("seed", exit=None)


@step
def seeded_again():
    seeded()
    return dbt("seed", exit=None)


@step
def seeded_fully():
    seeded_again()
    with open(os.path.join(PROJECT, "seeds", "statuses.csv"), "w") as f:
        f.write("status,rank,label\nnew,1,New\npaid,2,Paid\ngone,3,Gone\n")
    return dbt("seed", "--full-refresh", exit=None)


@step
def ran():
    seeded()
    return dbt("run", "--exclude", "tag:incremental", "tag:microbatch", exit=None)


@step
def ran_again():
    ran()
    return dbt("run", "--exclude", "tag:incremental", "tag:microbatch", exit=None)


@step
def switched():
    ran()
    done = [ran()["nodes"]["switching"]]
    seen = [kind("switching")]
    for materialized in ("view", "table"):
        done.append(dbt("run", "--select", "switching", "--vars", json.dumps({"switching": materialized}))["nodes"]["switching"])
        seen.append(kind("switching"))
    return {"nodes": done, "kinds": seen}


@step
def added_first():
    seeded()
    return dbt("run", "--select", "tag:incremental", "--vars", '{"view_first": "view"}', exit=None)


@step
def snapped_first():
    sourced()
    return dbt("snapshot", exit=None)


@step
def snapped_same():
    snapped_first()
    return dbt("snapshot", exit=None)


@step
def batched_first():
    sourced()
    return dbt("run", "--select", "tag:microbatch", "--event-time-start", "2024-01-01", "--event-time-end", "2024-01-05", exit=None)


@step
def changed():
    for before in (ran_again, added_first, snapped_same, batched_first):
        try:
            before()
        except AssertionError:
            pass  # that is for the checks of that step to say
    query("UPDATE dbt_check_raw.orders SET status = %s, amount = %s, updated_at = %s WHERE id = 2", *CHANGED[2:])
    query("INSERT INTO dbt_check_raw.orders VALUES (%s, %s, %s, %s, %s)", *ADDED)
    query("DELETE FROM dbt_check_raw.orders WHERE id = 4")


@step
def added_second():
    added_first()
    changed()
    return dbt("run", "--select", "tag:incremental", "--vars", '{"more": true}', exit=None)


@step
def added_third():
    added_second()
    return dbt("run", "--select", "tag:incremental", "--vars", '{"more": true}', exit=None)


@step
def added_fully():
    added_third()
    return dbt("run", "--select", "tag:incremental", "--full-refresh", exit=None)


@step
def batched_second():
    batched_first()
    changed()
    return dbt("run", "--select", "tag:microbatch", "--event-time-start", "2024-02-01", "--event-time-end", "2024-02-06", exit=None)


@step
def snapped_second():
    snapped_same()
    changed()
    return dbt("snapshot", exit=None)


@step
def tested():
    ran()
    return dbt("test", "--exclude", "tag:failing", exit=None)


@step
def failed():
    ran()
    return dbt("test", "--select", "tag:failing", exit=None)


@step
def documented():
    ran()
    snapped_first()
    dbt("docs", "generate", "--exclude", "tag:microbatch")
    with open(os.path.join(TARGET, "catalog.json")) as f:
        return json.load(f)


# ---- the checks -------------------------------------------------------------------------------------------------------


@checks.cleanup
def cleanup():
    for schema in SCHEMAS:
        query(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


@checks.check("debug")
def check_debug():
    done = dbt("debug")
    c.true("Connection test: [OK connection ok]" in done["output"], done["output"])
    c.true("All checks passed!" in done["output"], done["output"])


@checks.check("debug/password")
def check_debug_password():
    ENVIRONMENT["PGPASSWORD"] = "wrong"
    done = dbt("debug", exit=1)
    c.true("password authentication failed" in done["output"], done["output"])


CUSTOMERS = [
    (1, "Ada", "007", dt.date(2020, 1, 31), dt.datetime(2024, 2, 29, 12), True, 1.5, Decimal("10.50")),
    (2, 'O\'Neil, "Bo"', "010", dt.date(2021, 12, 1), dt.datetime(2024, 3, 1, 0, 0, 1), False, -2.25, Decimal("-0.01")),
    (3, "ünï€😀", None, dt.date(1969, 7, 20), None, True, None, None),
    (4, "two\nlines", "a\\b", dt.date(2000, 2, 29), dt.datetime(2000, 2, 29, 23, 59, 59), None, 0.1, Decimal("9999999999.99")),
]
CUSTOMER_COLUMNS = {
    "id": "integer",
    "name": "text",
    "code": "text",
    "joined": "date",
    "seen_at": "timestamp without time zone",
    "active": "boolean",
    "score": "double precision",
    "balance": "numeric(12,2)",
}


@checks.each(("seed", seeded), ("seed/again", seeded_again), ("seed/full-refresh", seeded_fully))
def check_seed(taken):
    done = taken()
    succeeded(done, "customers", "statuses")
    got = query("SELECT id, name, code, joined, seen_at, active, score::float8, balance FROM dbt_check.customers ORDER BY id")
    c.equal(got, CUSTOMERS, "customers")
    labels = query("SELECT status, label FROM dbt_check.statuses ORDER BY status")
    c.equal(labels, [("gone", "Gone"), ("new", "New"), ("paid", "Paid")], "statuses")
    nothing_left()


@checks.check("seed/columns")
def check_seed_columns():
    seeded_fully()
    c.equal(list(columns("customers").items()), list(CUSTOMER_COLUMNS.items()), "customers")
    c.equal(list(columns("statuses").items()), [("status", "text"), ("rank", "integer"), ("label", "text")], "statuses")
    c.equal(query("SELECT rank FROM dbt_check.statuses WHERE status = 'paid'"), [(2,)], "the new column")


ORDERS_TABLE = [
    (1, 1, "new", Decimal("10.00"), at(1, 1), "Ada"),
    (2, 2, "paid", Decimal("20.50"), at(1, 2), 'O\'Neil, "Bo"'),
    (3, 1, "paid", Decimal("30.00"), at(1, 3), "Ada"),
    (4, None, "gone", Decimal("5.25"), at(1, 4), None),
]

# Of each model: what to ask for, what comes back, and whether it is a view.
MODELS = {
    "table": (
        "orders_table",
        "r",
        "SELECT id, customer_id, status, amount, updated_at, customer_name FROM dbt_check.orders_table ORDER BY id",
        ORDERS_TABLE,
    ),
    "view": (
        "customers_view",
        "v",
        "SELECT id, upper_name, joined, active FROM dbt_check.customers_view WHERE id <> 3 ORDER BY id",
        [(r[0], r[1].upper(), r[3], r[5]) for r in CUSTOMERS if r[0] != 3],
    ),
    "ephemeral": (
        "uses_ephemeral",
        "r",
        "SELECT id, amount, bigger::int FROM dbt_check.uses_ephemeral ORDER BY id",
        [(2, Decimal("20.50"), 1), (3, Decimal("30.00"), 1)],
    ),
    "macro": (
        "uses_macro",
        "v",
        "SELECT customer_id, gone_cents::bigint, new_cents::bigint, paid_cents::bigint FROM dbt_check.uses_macro"
        " ORDER BY customer_id NULLS LAST",
        [(1, 0, 1000, 3000), (2, 0, 0, 2050), (None, 525, 0, 0)],
    ),
    "quoted": (
        "Mixed Case",
        "r",
        'SELECT id, "Total Amount", "select" FROM dbt_check."Mixed Case" ORDER BY id',
        [(o[0], o[3], o[2]) for o in orders(1, 2, 3, 4)],
    ),
    "contract": (
        "contract",
        "r",
        "SELECT id, amount, name, updated_at FROM dbt_check.contract ORDER BY id",
        [(r[0], r[3], r[5], r[4]) for r in ORDERS_TABLE],
    ),
    "types": (
        "all_types",
        "r",
        "SELECT ok, small, whole, large, rough, ratio, amount, words, day, \"at\", seen_at, seen_at_tz AT TIME ZONE 'UTC' AS tz, took,"
        " key::text, doc::text, tags, numbers FROM dbt_check.all_types",
        [
            (True, 1, 2, 3, 0.5, 0.25, Decimal("1.10"), "text", dt.date(2024, 2, 29), dt.time(12, 34, 56), at(2, 29, 12), at(2, 29, 12),
             dt.timedelta(days=1, hours=2), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", '{"a": 1}', ["a", "b"], [1, 2]),
        ],
    ),
    "spine": (
        "spine",
        "r",
        "SELECT date_day::date FROM dbt_check.spine ORDER BY date_day",
        [(dt.date(2024, 2, 27),), (dt.date(2024, 2, 28),), (dt.date(2024, 2, 29),), (dt.date(2024, 3, 1),)],
    ),
}  # fmt: skip
FILES = {"Mixed Case": "mixed"}


@checks.each(*((f"run/{name}", ran, name) for name in MODELS), *((f"run-again/{name}", ran_again, name) for name in MODELS))
def check_run(taken, model):
    done = taken()
    name, want_kind, sql, want = MODELS[model]
    succeeded(done, FILES.get(name, name))
    c.equal(kind(name), want_kind, "kind")
    c.equal(query(sql), want, name)


@checks.check("run/types/at")
def check_at():
    ran()
    c.equal(query("SELECT day, at FROM dbt_check.all_types"), [(dt.date(2024, 2, 29), dt.time(12, 34, 56))], "a column called at")


@checks.check("run/relations")
def check_relations():
    ran()
    ran_again()
    c.equal(kind("big_orders"), None, "an ephemeral model")
    nothing_left()
    nothing_left("dbt_check_custom")


@checks.each(("run/schema", ran), ("run-again/schema", ran_again))
def check_schema(taken):
    succeeded(taken(), "elsewhere")
    c.equal(kinds("dbt_check_custom"), {"moved": "r"}, "relations")
    c.equal(kind("moved"), None, "in the main schema")
    c.equal(query("SELECT id, name FROM dbt_check_custom.moved ORDER BY id"), [(1, "Ada"), (3, "ünï€😀")], "rows")


@checks.check("run/hooks")
def check_hooks():
    succeeded(ran(), "hooks")
    succeeded(ran_again(), "hooks")
    got = query("SELECT what, n, count(*)::int FROM dbt_check_raw.hooked WHERE n < 7 GROUP BY what, n ORDER BY what")
    c.equal(got, [("after", 3, 2), ("before", 4, 2), ("outside", 0, 2)], "what the hooks wrote")


BUILTIN = {
    "plus_days": at(3, 1, 0),
    "minus_month": at(2, 29, 0),
    "days": 60,
    "years": 1,
    "months": 2,
    "hours": 2,
    "weeks": 2,
    "quarters": 2,
    "seconds": 61,
    "month": at(2, 1, 0),
    "last_day": dt.date(2024, 2, 29),
    "last_of_quarter": dt.date(2024, 3, 31),
    "part": "b",
    "last_part": "c",
    "together": "abc",
    "hashed": "b6ccd40d2285deac430714c82f73e033",
    "letters": 3,
    "found_at": 2,
    "replaced": "abc",
    "ending": "bc",
    "number": 12,
    "bool_text": "true",
    "list": [1, 2],
    "longer": [1, 2, 3],
    "joined": [1, 2],
    "literal": "text",
    "escaped": "it's",
    "names": 'Ada|O\'Neil, "Bo"',
    "any_true": True,
    "any_name": "x",
}


@checks.check("run/builtin")
def check_builtin():
    succeeded(ran(), "builtin")
    got = query("SELECT " + ", ".join(BUILTIN) + " FROM dbt_check.builtin")
    for (name, want), value in zip(BUILTIN.items(), got[0]):
        c.equal(int(value) if isinstance(want, int) and isinstance(value, (Decimal, float)) else value, want, name)


@checks.check("run/contract/keys")
def check_contract_keys():
    succeeded(ran(), "contract")
    got = query(
        "SELECT k.contype::text, array_to_string(array_agg(a.attname::text), ',') FROM pg_catalog.pg_constraint k"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey)"
        " WHERE k.conrelid = 'dbt_check.contract'::regclass AND k.contype = 'p' GROUP BY k.contype"
    )
    c.equal(got, [("p", "id")], "primary key")
    error = c.raises(query, "INSERT INTO dbt_check.contract (id) VALUES (NULL)", expect=psycopg2.Error)
    c.state_is(error, "23502")
    want = {"id": "integer", "amount": "numeric(12,2)", "name": "text", "updated_at": "timestamp without time zone"}
    c.equal(columns("contract"), want, "columns")


@checks.check("run/switch")
def check_switch():
    done = switched()
    c.equal(done["kinds"], ["r", "v", "r"], "kinds")
    c.equal([n["status"] for n in done["nodes"]], ["success"] * 3, "statuses")
    got = query("SELECT id, status FROM dbt_check.switching ORDER BY id")
    c.equal(got, [(o[0], o[2]) for o in orders(1, 2, 3, 4)], "rows")
    nothing_left()


@checks.check("run/error")
def check_error():
    succeeded(ran(), "breaking")
    done = dbt("run", "--select", "breaking", "--vars", '{"break": true}', exit=1)
    node = done["nodes"]["breaking"]
    c.equal(node["status"], "error", "status")
    c.true("Database Error" in node["message"] and "xnew" in node["message"].lower(), node["message"])
    got = query("SELECT id, n FROM dbt_check.breaking ORDER BY id")
    c.equal(got, [(1, 1), (2, 1), (3, 1), (4, 1)], "the table as it was")
    dbt("run", "--select", "breaking")
    nothing_left()


@checks.check("run/target")
def check_target():
    ran()
    dbt("seed", "--target", "other", "--select", "customers")
    done = dbt("run", "--target", "other", "--select", "customers_view", "elsewhere")
    succeeded(done, "customers_view", "elsewhere")
    c.equal(kinds("dbt_check_other"), {"customers": "r", "customers_view": "v"}, "relations")
    c.equal(query("SELECT id FROM dbt_check_other.customers_view ORDER BY id"), [(1,), (2,), (3,), (4,)], "rows")
    c.equal(query("SELECT id FROM dbt_check_other_custom.moved ORDER BY id"), [(1,), (3,)], "rows")
    told = quiet("run-operation", "settings", "--target", "other")
    want = {"app": "dbt_check", "path": "dbt_check_raw, public", "who": c.USER, "base": c.DATABASE}
    c.equal(told, want, "settings")


@checks.check("run/role")
def check_role():
    told = quiet("run-operation", "settings", "--target", "role")
    c.equal((told["app"], told["who"]), ("dbt_check", c.USER), "settings")



@checks.check("comments")
def check_comments():
    ran()
    got = query(
        "SELECT obj_description('dbt_check.orders_table'::regclass, 'pg_class'), col_description('dbt_check.orders_table'::regclass, 3),"
        " obj_description('dbt_check.customers_view'::regclass, 'pg_class'), col_description('dbt_check.customers_view'::regclass, 2)"
    )
    want = (
        "Orders with their customers' names. It's \"quoted\", $$ and \\ are in it, and so is ünï€😀.",
        "One of three",
        "A view over a seed",
        "In capitals\nand on two lines",
    )
    c.equal(got, [want], "comments")


# ---- incremental models -----------------------------------------------------------------------------------------------

# After the second run, in the order of id and updated_at.
BOTH = [*orders(1, 2), CHANGED, *orders(3, 4), ADDED]
REPLACED = [*orders(1), CHANGED, *orders(3, 4), ADDED]
ADDED_TO = {
    "inc_append": BOTH,
    "inc_default": REPLACED,
    "inc_delete_insert": BOTH,  # only what is under 20 may be deleted
    "inc_two_keys": [*orders(1, 2), CHANGED, *orders(4), ADDED],
    "inc_merge": REPLACED,
    "inc_merge_keys": REPLACED,
    "inc_merge_columns": [*orders(1), (2, 2, "paid", *CHANGED[3:]), *orders(3, 4), ADDED],
    "inc_merge_exclude": [*orders(1), (2, 2, "gone", Decimal("20.50"), at(2, 2)), *orders(3, 4), ADDED],
    "inc_new_columns": REPLACED,
}


def rows_of(name):
    return query(f"SELECT id, customer_id, status, amount, updated_at FROM dbt_check.{name} ORDER BY id, updated_at")


@checks.each(*((f"incremental/first/{name}", name) for name in ADDED_TO))
def check_incremental_first(name):
    succeeded(added_first(), name)
    c.equal(kind(name), "r", "kind")
    c.equal(rows_of(name), orders(1, 2, 3, 4), "rows")


# ---- snapshots, the first time, while the orders are what they were ---------------------------------------------------

SNAPSHOTS = ("snap_timestamp", "snap_check", "snap_deletes", "snap_new_record")
FOREVER = dt.datetime(9999, 12, 31)


@checks.each(*((f"snapshot/{when}/{name}", taken, name) for when, taken in (("first", snapped_first), ("same", snapped_same)) for name in SNAPSHOTS))
def check_snapshot_first(taken, name):
    succeeded(taken(), name)
    c.equal(kind(name, "dbt_check_snapshots"), "r", "kind")
    valid_to = "to_time" if name == "snap_new_record" else "dbt_valid_to"
    got = query(f"SELECT id, customer_id, status, amount, {valid_to} FROM dbt_check_snapshots.{name} ORDER BY id")
    end = FOREVER if name == "snap_deletes" else None
    c.equal(got, [(*o[:4], end) for o in orders(1, 2, 3, 4)], "rows")


def check_microbatch(taken, want):
    succeeded(taken(), "inc_microbatch")
    got = query("SELECT id, amount, updated_at FROM dbt_check.inc_microbatch ORDER BY id")
    c.equal(got, [(o[0], o[3], o[4]) for o in want], "rows")


checks.each(("incremental/first/inc_microbatch", batched_first, orders(1, 2, 3, 4)))(check_microbatch)


# ---- tests and documentation ------------------------------------------------------------------------------------------


@checks.check("test")
def check_test():
    done = tested()
    c.equal(done["exit"], 0, "exit code: " + "; ".join(f"{k}: {n['message']}" for k, n in done["nodes"].items() if n["status"] != "pass"))
    names = (
        "unique_orders_table_id",
        "not_null_orders_table_id",
        "accepted_values_orders_table_status__new__paid__gone",
        "relationships_orders_table_status__status__ref_statuses_",
        "relationships_orders_table_customer_id__id__ref_customers_",
        "not_null_orders_table_customer_name",
        "not_null_mixed__Total_Amount_",
        "at_least_orders_table_amount__0",
        "source_not_null_raw_orders_id",
        "no_negative_amounts",
    )
    for name in names:
        succeeded(done, name, status="pass")
        c.equal(done["nodes"][name]["failures"], 0, name)


@checks.check("test/unit")
def check_unit_test():
    done = dbt("test", "--select", "unit_orders")
    c.equal([n["status"] for n in done["nodes"].values()], ["pass"], "statuses")


# Of each test that must fail: its status and how many rows it finds.
FAILING = {
    "failing_unique": ("fail", 1),
    "failing_not_null": ("fail", 1),
    "failing_accepted_values": ("warn", 1),
    "failing_relationships": ("fail", 1),
    "failing_singular": ("fail", 2),
    "few_failures": ("warn", 4),
}


@checks.each(*((f"test/failing/{name}", name) for name in FAILING))
def check_failing(name):
    done = failed()
    c.equal(done["exit"], 1, "exit code")
    node = done["nodes"][name]
    c.equal((node["status"], node["failures"]), FAILING[name], f"{name} ({node['message']})")


@checks.check("test/failing/unit")
def check_failing_unit():
    failed()
    done = dbt("test", "--select", "unit_wrong", exit=1)
    c.equal([n["status"] for n in done["nodes"].values()], ["fail"], "statuses")
    c.true("Eight" in done["output"] and "Seven" in done["output"], done["output"])


@checks.check("test/store_failures")
def check_store_failures():
    failed()
    got = query("SELECT id, amount FROM dbt_check_dbt_test__audit.failing_singular ORDER BY id")
    c.equal(got, [(2, Decimal("20.50")), (3, Decimal("30.00"))], "failing_singular")
    got = query("SELECT unique_field, n_records::int FROM dbt_check_dbt_test__audit.failing_unique")
    c.equal(got, [(1, 2)], "failing_unique")


def catalogued(unique_id):
    catalog = documented()
    return {**catalog["nodes"], **catalog["sources"]}[unique_id]


# Of each relation: its type, its comment, and of its columns the type and the comment.
CATALOG = {
    "seed.tavana_check.customers": (
        "BASE TABLE",
        "Who buys. It's a \"seed\".",
        [(name, kind, {"id": "The customer's number", "name": "Full name: ünï€😀"}.get(name)) for name, kind in CUSTOMER_COLUMNS.items()],
    ),
    "model.tavana_check.orders_table": (
        "BASE TABLE",
        "Orders with their customers' names. It's \"quoted\", $$ and \\ are in it, and so is ünï€😀.",
        [
            ("id", "integer", "The order's number"),
            ("customer_id", "integer", None),
            ("status", "text", "One of three"),
            ("amount", "numeric(12,2)", None),
            ("updated_at", "timestamp without time zone", None),
            ("customer_name", "text", "Empty for none"),
        ],
    ),
    "model.tavana_check.customers_view": (
        "VIEW",
        "A view over a seed",
        [
            ("id", "integer", "Number, from the seed"),
            ("upper_name", "text", "In capitals\nand on two lines"),
            ("joined", "date", None),
            ("active", "boolean", None),
        ],
    ),
    "model.tavana_check.mixed": (
        "BASE TABLE",
        "Quoted names",
        [
            ("id", "integer", None),
            ("Total Amount", "numeric(12,2)", "A column in capitals, with a space"),
            ("select", "text", "A reserved word"),
        ],
    ),
    "model.tavana_check.all_types": (
        "BASE TABLE",
        None,
        [
            ("ok", "boolean", None),
            ("small", "smallint", None),
            ("whole", "integer", None),
            ("large", "bigint", None),
            ("rough", "real", None),
            ("ratio", "double precision", None),
            ("amount", "numeric(12,2)", None),
            ("words", "text", None),
            ("day", "date", None),
            ("at", "time without time zone", None),
            ("seen_at", "timestamp without time zone", None),
            ("seen_at_tz", "timestamp with time zone", None),
            ("took", "interval", None),
            ("key", "uuid", None),
            ("doc", "json", None),
            ("tags", "text[]", "A list"),
            ("numbers", "integer[]", None),
        ],
    ),
    "source.tavana_check.raw.orders": (
        "BASE TABLE",
        "Loaded from elsewhere",
        [
            ("id", "integer", None),
            ("customer_id", "integer", None),
            ("status", "text", None),
            ("amount", "numeric(12,2)", None),
            ("updated_at", "timestamp without time zone", None),
        ],
    ),
    "snapshot.tavana_check.snap_timestamp": (
        "BASE TABLE",
        "Orders as they were",
        [
            ("id", "integer", "The order's number"),
            ("customer_id", "integer", None),
            ("status", "text", None),
            ("amount", "numeric(12,2)", None),
            ("updated_at", "timestamp without time zone", None),
            ("dbt_scd_id", "text", None),
            ("dbt_updated_at", "timestamp without time zone", None),
            ("dbt_valid_from", "timestamp without time zone", None),
            ("dbt_valid_to", "timestamp without time zone", None),
        ],
    ),
}


@checks.each(*((f"docs/{unique_id.rpartition('.')[2]}", unique_id) for unique_id in CATALOG))
def check_docs(unique_id):
    entry = catalogued(unique_id)
    want_type, want_comment, want_columns = CATALOG[unique_id]
    c.equal(entry["metadata"]["type"], want_type, "type")
    c.equal(entry["metadata"]["comment"], want_comment, "comment")
    c.equal(entry["metadata"]["owner"], c.USER, "owner")
    c.equal(entry["metadata"]["database"], c.DATABASE, "database")
    got = sorted(entry["columns"].values(), key=lambda column: column["index"])
    c.equal([column["index"] for column in got], list(range(1, len(want_columns) + 1)), "indexes")
    for column, want in zip(got, want_columns):
        c.equal((column["name"], column["type"], column["comment"]), want, "column")


@checks.check("docs/complete")
def check_docs_complete():
    catalog = documented()
    c.equal(catalog["errors"], None, "errors")
    want = {f"model.tavana_check.{name}" for name in ran()["nodes"]}
    c.equal(sorted(want - set(catalog["nodes"])), [], "models that are missing")


# ---- show, compile, operations ----------------------------------------------------------------------------------------


@checks.check("show")
def check_show():
    ran()
    got = quiet("show", "--select", "customers_view", "--output", "json", "--limit", "2")
    c.equal(len(got["show"]), 2, "rows")
    c.equal(sorted(got["show"][0]), ["active", "id", "joined", "upper_name"], "columns")


@checks.check("show/inline")
def check_show_inline():
    ran()
    sql = (
        "select id, customer_name, amount, updated_at, true as ok, null::text as nothing from {{ ref('orders_table') }}"
        " where id > 2 order by id desc"
    )
    got = quiet("show", "--inline", sql, "--output", "json")["show"]
    want = [
        {"id": 4, "customer_name": None, "amount": 5.25, "updated_at": "2024-01-04T08:00:00", "ok": True, "nothing": None},
        {"id": 3, "customer_name": "Ada", "amount": 30.0, "updated_at": "2024-01-03T08:00:00", "ok": True, "nothing": None},
    ]
    c.equal(got, want, "rows")


@checks.check("show/error")
def check_show_error():
    done = dbt("show", "--inline", "select no_such_column from (select 1 as a) t", exit=2)
    c.true("no_such_column" in done["output"] and "Database Error" in done["output"], done["output"])


@checks.check("compile")
def check_compile():
    ran()
    got = quiet("compile", "--select", "uses_macro", "--output", "json")
    c.true("gone_cents" in got["compiled"] and f'"{c.DATABASE}"."dbt_check_raw"."orders"' in got["compiled"], got["compiled"])


@checks.check("freshness")
def check_freshness():
    sourced()
    dbt("source", "freshness")
    with open(os.path.join(TARGET, "sources.json")) as f:
        (result,) = json.load(f)["results"]
    c.equal(result["status"], "warn", "status")
    c.equal(result["max_loaded_at"], "2024-01-04T08:00:00+00:00", "max_loaded_at")
    asked = dt.datetime.fromisoformat(result["snapshotted_at"].replace("Z", "+00:00"))
    away = abs((dt.datetime.now(dt.timezone.utc) - asked).total_seconds())
    c.true(away < 3600, f"now() was {asked}")


@checks.check("operation")
def check_operation():
    ran()
    got = quiet("run-operation", "describe", "--args", '{"schema": "dbt_check", "name": "orders_table"}')
    want = [
        ["id", "integer"],
        ["customer_id", "integer"],
        ["status", "text"],
        ["amount", "numeric(12,2)"],
        ["updated_at", "timestamp without time zone"],
        ["customer_name", "text"],
    ]
    c.equal(got, {"type": "table", "columns": want, "rows": 4, "schema_exists": True}, "orders_table")


@checks.check("operation/view")
def check_operation_view():
    ran()
    got = quiet("run-operation", "describe", "--args", '{"schema": "dbt_check", "name": "customers_view"}')
    want = [["id", "integer"], ["upper_name", "text"], ["joined", "date"], ["active", "boolean"]]
    c.equal(got, {"type": "view", "columns": want, "rows": 4, "schema_exists": True}, "customers_view")


@checks.check("operation/write")
def check_operation_write():
    sourced()
    dbt("run-operation", "note", "--args", '{"text": "noted"}')
    dbt("run-operation", "note_in_transaction", "--args", '{"text": "noted"}')
    c.equal(query("SELECT n FROM dbt_check_raw.hooked WHERE what = 'noted' ORDER BY n"), [(7,), (8,), (9,)], "rows")


@checks.check("operation/error")
def check_operation_error():
    sourced()
    done = dbt("run-operation", "note_in_transaction", "--args", '{"text": "rolled back", "second": "(\'x\' || 1)::bigint"}', exit=1)
    c.true("Database Error" in done["output"] and "x1" in done["output"], done["output"])
    c.equal(query("SELECT n FROM dbt_check_raw.hooked WHERE what = 'rolled back'"), [], "rows")


# ---- after the orders have changed ------------------------------------------------------------------------------------


@checks.each(
    *((f"incremental/{when}/{name}", taken, name) for when, taken in (("second", added_second), ("third", added_third)) for name in ADDED_TO)
)
def check_incremental(taken, name):
    succeeded(taken(), name)
    c.equal(kind(name), "r", "kind")
    c.equal(rows_of(name), ADDED_TO[name], "rows")


checks.each(("incremental/second/inc_microbatch", batched_second, REPLACED))(check_microbatch)


@checks.check("incremental/columns/append")
def check_new_columns():
    succeeded(added_second(), "inc_new_columns")
    got = query("SELECT id, more FROM dbt_check.inc_new_columns ORDER BY id")
    c.equal(got, [(1, None), (2, "extra2"), (3, None), (4, None), (5, "extra5")], "rows")


@checks.check("incremental/columns/sync")
def check_sync_columns():
    succeeded(added_first(), "inc_sync")
    succeeded(added_third(), "inc_sync")
    want = {"amount": "text", "flag": "boolean", "id": "integer", "updated_at": "timestamp without time zone"}
    c.equal(dict(sorted(columns("inc_sync").items())), want, "columns")
    got = query("SELECT id, amount, flag, updated_at FROM dbt_check.inc_sync ORDER BY id")
    flags = {2: True, 5: True}
    c.equal(got, [(o[0], str(o[3]), flags.get(o[0]), o[4]) for o in REPLACED], "rows")


@checks.check("incremental/from-view")
def check_from_view():
    succeeded(added_first(), "inc_view_first")
    succeeded(added_second(), "inc_view_first")
    c.equal(kind("inc_view_first"), "r", "kind")
    got = query("SELECT id, amount FROM dbt_check.inc_view_first ORDER BY id")
    c.equal(got, [(o[0], o[3]) for o in orders(1, 2, 3, r2=CHANGED)] + [(ADDED[0], ADDED[3])], "rows")


@checks.each(*((f"incremental/full-refresh/{name}", name) for name in ADDED_TO))
def check_full_refresh(name):
    succeeded(added_fully(), name)
    c.equal(kind(name), "r", "kind")
    c.equal(rows_of(name), [*orders(1, 2, 3, r2=CHANGED), ADDED], "rows")
    c.true("more" not in columns(name), "a column that is no more")
    nothing_left()


def versions(name, *selected):
    sql = f"SELECT {', '.join(selected)} FROM dbt_check_snapshots.{name} ORDER BY 1, 2, 3"
    return query(sql)


@checks.check("snapshot/second/snap_timestamp")
def check_snapshot_timestamp():
    succeeded(snapped_second(), "snap_timestamp")
    got = versions("snap_timestamp", "id", "dbt_valid_from", "status", "amount", "dbt_valid_to")
    want = [
        (1, at(1, 1), "new", Decimal("10.00"), None),
        (2, at(1, 2), "paid", Decimal("20.50"), at(2, 2)),
        (2, at(2, 2), "gone", Decimal("21.00"), None),
        (3, at(1, 3), "paid", Decimal("30.00"), None),
        (4, at(1, 4), "gone", Decimal("5.25"), None),
        (5, at(2, 5), "paid", Decimal("50.00"), None),
    ]
    c.equal(got, want, "versions")
    (ids,) = query("SELECT count(DISTINCT dbt_scd_id)::int, min(length(dbt_scd_id))::int FROM dbt_check_snapshots.snap_timestamp")
    c.equal(ids, (6, 32), "dbt_scd_id")


@checks.check("snapshot/second/snap_check")
def check_snapshot_check():
    succeeded(snapped_second(), "snap_check")
    got = versions("snap_check", "id", "dbt_valid_to IS NULL", "status", "amount")
    want = [
        (1, True, "new", Decimal("10.00")),
        (2, False, "paid", Decimal("20.50")),
        (2, True, "gone", Decimal("21.00")),
        (3, True, "paid", Decimal("30.00")),
        (4, True, "gone", Decimal("5.25")),
        (5, True, "paid", Decimal("50.00")),
    ]
    c.equal(got, want, "versions")
    got = query(
        "SELECT o.dbt_valid_to = n.dbt_valid_from, o.dbt_valid_from < o.dbt_valid_to"
        " FROM dbt_check_snapshots.snap_check o, dbt_check_snapshots.snap_check n"
        " WHERE o.id = 2 AND n.id = 2 AND o.status = 'paid' AND n.status = 'gone'"
    )
    c.equal(got, [(True, True)], "the old version ends where the new begins")


@checks.check("snapshot/second/snap_deletes")
def check_snapshot_deletes():
    succeeded(snapped_second(), "snap_deletes")
    got = versions("snap_deletes", "id", "dbt_valid_from", "status", "dbt_valid_to")
    c.true(len(got) == 6, f"{len(got)} versions")
    ended = [row for row in got if row[0] == 4][0][3]
    c.true(ended is not None and dt.datetime(2025, 1, 1) < ended < FOREVER, f"the deleted order ended {ended}")
    want = [
        (1, at(1, 1), "new", FOREVER),
        (2, at(1, 2), "paid", at(2, 2)),
        (2, at(2, 2), "gone", FOREVER),
        (3, at(1, 3), "paid", FOREVER),
        (4, at(1, 4), "gone", ended),
        (5, at(2, 5), "paid", FOREVER),
    ]
    c.equal(got, want, "versions")


@checks.check("snapshot/second/snap_new_record")
def check_snapshot_new_record():
    succeeded(snapped_second(), "snap_new_record")
    got = versions("snap_new_record", "id", "dbt_is_deleted", "status", "to_time IS NULL", "amount")
    want = [
        (1, "False", "new", True, Decimal("10.00")),
        (2, "False", "gone", True, Decimal("21.00")),
        (2, "False", "paid", False, Decimal("20.50")),
        (3, "False", "paid", True, Decimal("30.00")),
        (4, "False", "gone", False, Decimal("5.25")),
        (4, "True", "gone", True, Decimal("5.25")),
        (5, "False", "paid", True, Decimal("50.00")),
    ]
    c.equal(got, want, "versions")


@checks.check("build")
def check_build():
    for before in (ran_again, added_fully, snapped_second):
        before()
    done = dbt("build", "--exclude", "tag:failing", "tag:microbatch")
    statuses = {n["status"] for n in done["nodes"].values()}
    c.true(statuses == {"success", "pass"}, f"statuses {statuses}")
    c.true(len(done["nodes"]) > 45, f"{len(done['nodes'])} nodes")
    got = query("SELECT id, status, customer_name FROM dbt_check.orders_table ORDER BY id")
    names = {1: "Ada", 2: 'O\'Neil, "Bo"', 5: "Ada", 3: "Ada"}
    c.equal(got, [(o[0], o[2], names[o[0]]) for o in [*orders(1, 2, 3, r2=CHANGED), ADDED]], "orders_table")
    c.equal(query("SELECT count(*)::int FROM dbt_check_snapshots.snap_timestamp"), [(6,)], "versions")
    nothing_left()


@checks.check("operation/drop")
def check_drop():
    ran()
    if "dbt_check_other" not in {r[0] for r in query("SELECT nspname::text FROM pg_catalog.pg_namespace")}:
        dbt("seed", "--target", "other", "--select", "customers")
    c.true(kinds("dbt_check_custom") and kinds("dbt_check_other"), "nothing to drop")
    dbt("run-operation", "drop_schemas")
    names = {r[0] for r in query("SELECT nspname::text FROM pg_catalog.pg_namespace")}
    c.true("dbt_check" in names, "dbt_check is gone")
    c.equal(sorted(names & {"dbt_check_other", "dbt_check_custom"}), [], "schemas")
    c.state_is(c.raises(query, "SELECT * FROM dbt_check_custom.moved", expect=psycopg2.Error), "42P01")


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(os.path.join(WORK, "steps"))
    shutil.copytree(os.path.join(os.path.dirname(os.path.abspath(__file__)), "dbt"), PROJECT)
    checks.run()


main()
