"""SQLAlchemy over psycopg2, psycopg and asyncpg: reflection of a schema with keys and comments, Core, ORM.

Every check runs over each of the three drivers, and its name ends with the driver's; asyncpg's run in AsyncConnection's
run_sync, which gives the same interface. Left out: SERIAL and IDENTITY keys (models give their own keys), CHECK, enum types
and indexes, and begin_nested (a savepoint).
"""

import asyncio
import datetime as dt
import functools
import uuid
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncSession

import common as c

checks = c.Checks()

DRIVERS = ("psycopg2", "psycopg", "asyncpg")
SCHEMA = "sqlalchemy_check"
EMPTY = "sqlalchemy_other"
WORK = "sqlalchemy_work"
READ = "sqlalchemy_read"


def check(name):
    """Registers a function of a sync Connection for each driver."""

    def register(function):
        for driver in DRIVERS:
            checks.check(f"{name}/{driver}", driver, function)(run)
        return function

    return register


def session_check(name):
    """Registers a function of a sync Session for each driver."""

    def register(function):
        for driver in DRIVERS:
            checks.check(f"{name}/{driver}", driver, function)(run_session)
        return function

    return register


def run(driver, function):
    fixture()
    engine = c.engine(driver)
    if driver != "asyncpg":
        with engine.connect() as conn:
            function(conn)
        engine.dispose()
        return

    async def go():
        async with engine.connect() as conn:
            await conn.run_sync(function)
        await engine.dispose()

    asyncio.run(go())


def run_session(driver, function):
    tables = Base.metadata
    if driver != "asyncpg":
        engine = c.engine(driver)
        with engine.begin() as conn:
            remake(conn, tables)
        with orm.Session(engine) as session:
            function(session)
        engine.dispose()
        return

    async def go():
        engine = c.engine(driver)
        async with engine.begin() as conn:
            await conn.run_sync(remake, tables)
        async with AsyncSession(engine) as session:
            await session.run_sync(function)
        await engine.dispose()

    asyncio.run(go())


def remake(conn, metadata):
    conn.execute(sa.schema.CreateSchema(WORK, if_not_exists=True))
    metadata.drop_all(conn)
    metadata.create_all(conn)


# ---- what is reflected ------------------------------------------------------------------------------------------------

FIXTURE = [
    f"CREATE SCHEMA {EMPTY}",
    f"CREATE SCHEMA {SCHEMA}",
    f"""CREATE TABLE {SCHEMA}.customer (
        id bigint PRIMARY KEY, name text NOT NULL, email text, region text NOT NULL, code int,
        CONSTRAINT customer_email_key UNIQUE (email), CONSTRAINT customer_region_code UNIQUE (region, code))""",
    f"""CREATE TABLE {SCHEMA}.orders (
        customer_id bigint NOT NULL REFERENCES {SCHEMA}.customer (id), number int, placed timestamp, "Mixed Case" text,
        CONSTRAINT orders_key PRIMARY KEY (customer_id, number))""",
    f"""CREATE TABLE {SCHEMA}.item (
        id bigint PRIMARY KEY, customer_id bigint, order_number int, price numeric(10,2),
        CONSTRAINT item_order FOREIGN KEY (customer_id, order_number) REFERENCES {SCHEMA}.orders (customer_id, number)
          ON DELETE CASCADE)""",
    f"CREATE TABLE {SCHEMA}.bare (a int, b text)",
    f"""CREATE TABLE {SCHEMA}.types (
        a_bool bool, a_int2 int2, a_int4 int4, a_int8 int8, a_float4 float4, a_float8 float8, a_numeric numeric(12,3),
        a_text text, a_varchar varchar, a_bytea bytea, a_date date, a_time time, a_timestamp timestamp,
        a_timestamptz timestamptz, an_interval interval, a_uuid uuid, a_json json, ints int4[], texts text[])""",
    f"""CREATE TABLE {SCHEMA}.sized (a varchar(20), b char(3))""",
    f"""CREATE TABLE {SCHEMA}.defaults (
        id bigint NOT NULL, a_text text DEFAULT 'it''s', a_number int DEFAULT 7, a_numeric numeric(8,2) DEFAULT 1.50,
        a_bool bool DEFAULT true, a_day date DEFAULT '2020-01-02', a_time timestamp DEFAULT now(), none text)""",
    f"CREATE VIEW {SCHEMA}.names AS SELECT id, name FROM {SCHEMA}.customer WHERE id > 10",
    f"COMMENT ON TABLE {SCHEMA}.customer IS 'Who buys: ünï€ ''quoted'''",
    f"COMMENT ON COLUMN {SCHEMA}.customer.email IS 'where to write to'",
    f"COMMENT ON VIEW {SCHEMA}.names IS 'names of some'",
    f"CREATE TABLE {SCHEMA}.complete (n int)",
]


def fixture():
    """Makes what the reflection's checks look at, unless a check before has."""
    import psycopg

    with psycopg.connect(c.uri(), autocommit=True) as conn:
        there = f"SELECT count(*)::int AS n FROM information_schema.tables WHERE table_schema = '{SCHEMA}' AND table_name = 'complete'"
        if conn.execute(there).fetchone() == (1,):
            return
        for schema in (SCHEMA, EMPTY):
            conn.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        for statement in FIXTURE:
            conn.execute(statement)


@checks.cleanup
def cleanup():
    for schema in (SCHEMA, EMPTY, WORK, READ):
        c.drop_schema(schema)


TABLES = ["bare", "complete", "customer", "defaults", "item", "orders", "sized", "types"]


@check("connect")
def check_connect(conn):
    c.equal(conn.dialect.server_version_info[0], 15, "server version")
    c.equal(conn.dialect.default_schema_name, "public", "default schema")
    c.equal(conn.get_isolation_level(), "READ COMMITTED", "isolation level")
    c.equal(conn.dialect.default_isolation_level, "READ COMMITTED", "default isolation level")
    row = conn.execute(sa.select(sa.func.current_database().label("d"), sa.literal("ü").label("u"))).one()
    c.equal(tuple(row), (c.DATABASE, "ü"), "row")


@check("reflect/schemas")
def check_schemas(conn):
    got = sa.inspect(conn).get_schema_names()
    for name in (SCHEMA, EMPTY, "public", "information_schema"):
        c.true(name in got, f"no {name} among {got}")
    c.true(not [n for n in got if n.startswith("pg_")], f"system schemas among {got}")
    inspector = sa.inspect(conn)
    c.equal((inspector.has_schema(SCHEMA), inspector.has_schema("no_such_schema")), (True, False), "has_schema")


@check("reflect/tables")
def check_tables(conn):
    inspector = sa.inspect(conn)
    c.equal(sorted(inspector.get_table_names(SCHEMA)), TABLES, "tables")
    c.equal(inspector.get_view_names(SCHEMA), ["names"], "views")
    c.equal(inspector.get_table_names(EMPTY), [], "tables of an empty schema")
    c.equal(inspector.get_view_names(EMPTY), [], "views of an empty schema")
    c.equal(inspector.get_materialized_view_names(SCHEMA), [], "materialized views")
    c.equal(inspector.get_sequence_names(SCHEMA), [], "sequences")
    c.equal(inspector.get_enums(SCHEMA), [], "enums")
    c.equal(inspector.get_domains(SCHEMA), [], "domains")
    c.true("customer" not in inspector.get_table_names(), "a table of another schema in public")


@check("reflect/temp")
def check_temp(conn):
    conn.execute(sa.text("CREATE TEMP TABLE sa_temp (a int NOT NULL, b text)"))
    conn.execute(sa.text("CREATE TEMP VIEW sa_temp_view AS SELECT 1::int AS one"))
    inspector = sa.inspect(conn)
    c.equal(inspector.get_temp_table_names(), ["sa_temp"], "temporary tables")
    c.equal(inspector.get_temp_view_names(), ["sa_temp_view"], "temporary views")
    c.true(inspector.has_table("sa_temp"), "has_table of a temporary table")
    columns = [(col["name"], str(col["type"]), col["nullable"]) for col in inspector.get_columns("sa_temp")]
    c.equal(columns, [("a", "INTEGER", False), ("b", "TEXT", True)], "columns")


@check("reflect/sorted")
def check_sorted(conn):
    got = [name for name, _ in sa.inspect(conn).get_sorted_table_and_fkc_names(SCHEMA) if name]
    c.equal(sorted(got), TABLES, "tables")
    order = [n for n in got if n in ("customer", "orders", "item")]
    c.equal(order, ["customer", "orders", "item"], "by dependency")


@check("reflect/has_table")
def check_has_table(conn):
    inspector = sa.inspect(conn)
    for name, schema, want in [
        ("customer", SCHEMA, True),
        ("names", SCHEMA, True),  # a view
        ("no_such_table", SCHEMA, False),
        ("Customer", SCHEMA, False),
        ("customer", EMPTY, False),
        ("customer", None, False),
        ("tables", "information_schema", True),
        ("pg_class", "pg_catalog", True),
        ("pg_class", None, False),  # SQLAlchemy leaves the catalog out where no schema is given
    ]:
        c.equal(inspector.has_table(name, schema=schema), want, f"{schema}.{name}")


def described(columns):
    return [(col["name"], repr(col["type"]), col["nullable"]) for col in columns]


@check("reflect/columns")
def check_columns(conn):
    inspector = sa.inspect(conn)
    want = [
        ("id", "BIGINT()", False),
        ("name", "TEXT()", False),
        ("email", "TEXT()", True),
        ("region", "TEXT()", False),
        ("code", "INTEGER()", True),
    ]
    c.equal(described(inspector.get_columns("customer", SCHEMA)), want, "customer")
    want = [
        ("customer_id", "BIGINT()", False),
        ("number", "INTEGER()", False),
        ("placed", "TIMESTAMP()", True),
        ("Mixed Case", "TEXT()", True),
    ]
    c.equal(described(inspector.get_columns("orders", SCHEMA)), want, "orders")
    want = [("id", "BIGINT()", True), ("name", "TEXT()", True)]
    c.equal(described(inspector.get_columns("names", SCHEMA)), want, "names, a view")
    c.raises(inspector.get_columns, "no_such_table", SCHEMA, expect=sa.exc.NoSuchTableError)


@check("reflect/types")
def check_types(conn):
    got = [(col["name"], repr(col["type"])) for col in sa.inspect(conn).get_columns("types", SCHEMA)]
    want = [
        ("a_bool", "BOOLEAN()"), ("a_int2", "SMALLINT()"), ("a_int4", "INTEGER()"), ("a_int8", "BIGINT()"), ("a_float4", "REAL()"),
        ("a_float8", "DOUBLE_PRECISION(precision=53)"), ("a_numeric", "NUMERIC(precision=12, scale=3)"), ("a_text", "TEXT()"),
        ("a_varchar", "VARCHAR()"), ("a_bytea", "BYTEA()"), ("a_date", "DATE()"), ("a_time", "TIME()"), ("a_timestamp", "TIMESTAMP()"),
        ("a_timestamptz", "TIMESTAMP(timezone=True)"), ("an_interval", "INTERVAL()"), ("a_uuid", "UUID()"),
        ("a_json", "JSON(astext_type=Text())"), ("ints", "ARRAY(INTEGER())"), ("texts", "ARRAY(TEXT())"),
    ]  # fmt: skip
    c.equal(len(got), len(want), "columns")
    wrong = [f"{g[0]}: got {g[1]}, want {w[1]}" for g, w in zip(got, want) if g != w]
    c.true(not wrong, "; ".join(wrong))


@check("reflect/types/sized")
def check_sized(conn):
    got = described(sa.inspect(conn).get_columns("sized", SCHEMA))
    c.equal(got, [("a", "VARCHAR(length=20)", True), ("b", "CHAR(length=3)", True)], "columns")


@check("reflect/defaults")
def check_defaults(conn):
    got = {col["name"]: col["default"] for col in sa.inspect(conn).get_columns("defaults", SCHEMA)}
    want = {
        "id": None, "a_text": "'it''s'::text", "a_number": "7", "a_numeric": "1.50", "a_bool": "true", "a_day": "'2020-01-02'::date",
        "a_time": "now()", "none": None,
    }  # fmt: skip
    wrong = [f"{name}: got {got.get(name)}, want {text}" for name, text in want.items() if got.get(name) != text]
    c.true(not wrong, "; ".join(wrong))


@check("reflect/defaults/meaning")
def check_defaults_meaning(conn):
    # What is reflected as a default makes a table that has the same defaults.
    metadata = sa.MetaData()
    table = sa.Table("defaults", metadata, schema=SCHEMA, autoload_with=conn)
    copy = table.to_metadata(sa.MetaData(), schema=None, name="defaults_copy")
    copy._prefixes = ["TEMPORARY"]
    copy.create(conn)
    conn.execute(copy.insert(), {"id": 1})
    row = conn.execute(sa.select(copy)).one()
    got = (row.a_text, row.a_number, row.a_numeric, row.a_bool, row.a_day, row.none)
    c.equal(got, ("it's", 7, Decimal("1.50"), True, dt.date(2020, 1, 2), None), "row")
    c.true(abs((row.a_time - dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)).total_seconds()) < 100_000, f"{row.a_time}")


@check("reflect/primary_key")
def check_primary_key(conn):
    inspector = sa.inspect(conn)
    for table, name, columns in [
        ("customer", "customer_pkey", ["id"]),
        ("orders", "orders_key", ["customer_id", "number"]),
        ("item", "item_pkey", ["id"]),
        ("bare", None, []),
        ("names", None, []),
    ]:
        got = inspector.get_pk_constraint(table, SCHEMA)
        c.equal((got["name"], got["constrained_columns"]), (name, columns), table)


@check("reflect/foreign_keys")
def check_foreign_keys(conn):
    inspector = sa.inspect(conn)
    keys = inspector.get_foreign_keys("orders", SCHEMA)
    got = [
        (k["name"], k["constrained_columns"], k["referred_schema"], k["referred_table"], k["referred_columns"]) for k in keys
    ]
    c.equal(got, [("orders_customer_id_fkey", ["customer_id"], SCHEMA, "customer", ["id"])], "orders")
    keys = inspector.get_foreign_keys("item", SCHEMA)
    got = [
        (k["name"], k["constrained_columns"], k["referred_schema"], k["referred_table"], k["referred_columns"]) for k in keys
    ]
    c.equal(got, [("item_order", ["customer_id", "order_number"], SCHEMA, "orders", ["customer_id", "number"])], "item")
    c.equal(inspector.get_foreign_keys("bare", SCHEMA), [], "bare")


@check("reflect/foreign_keys/options")
def check_foreign_key_options(conn):
    (key,) = sa.inspect(conn).get_foreign_keys("item", SCHEMA)
    c.equal(key["options"], {"ondelete": "CASCADE"}, "options")


@check("reflect/unique")
def check_unique(conn):
    inspector = sa.inspect(conn)
    got = sorted((u["name"], u["column_names"]) for u in inspector.get_unique_constraints("customer", SCHEMA))
    c.equal(got, [("customer_email_key", ["email"]), ("customer_region_code", ["region", "code"])], "customer")
    c.equal(inspector.get_unique_constraints("bare", SCHEMA), [], "bare")
    c.equal(inspector.get_check_constraints("customer", SCHEMA), [], "check constraints")


@check("reflect/indexes")
def check_indexes(conn):
    inspector = sa.inspect(conn)
    got = sorted(
        (i["name"], i["column_names"], i["unique"], i.get("duplicates_constraint"))
        for i in inspector.get_indexes("customer", SCHEMA)
    )
    want = [
        ("customer_email_key", ["email"], True, "customer_email_key"),
        ("customer_region_code", ["region", "code"], True, "customer_region_code"),
    ]
    c.equal(got, want, "customer")
    c.equal(inspector.get_indexes("bare", SCHEMA), [], "bare")


@check("reflect/comments")
def check_comments(conn):
    inspector = sa.inspect(conn)
    c.equal(inspector.get_table_comment("customer", SCHEMA), {"text": "Who buys: ünï€ 'quoted'"}, "customer")
    c.equal(inspector.get_table_comment("names", SCHEMA), {"text": "names of some"}, "names")
    c.equal(inspector.get_table_comment("bare", SCHEMA), {"text": None}, "bare")
    got = {col["name"]: col["comment"] for col in inspector.get_columns("customer", SCHEMA)}
    c.equal((got["email"], got["name"]), ("where to write to", None), "columns")


@check("reflect/view")
def check_view(conn):
    got = sa.inspect(conn).get_view_definition("names", SCHEMA)
    c.true(got is not None, "no definition")
    words = " ".join(got.split())
    c.equal(words, f"SELECT customer.id, customer.name FROM {SCHEMA}.customer WHERE (customer.id > 10);", "definition")


@check("reflect/view/meaning")
def check_view_meaning(conn):
    definition = sa.inspect(conn).get_view_definition("names", SCHEMA)
    c.true(definition is not None, "no definition")
    conn.execute(sa.text(f"CREATE TEMP VIEW names_again AS {definition}"))
    conn.execute(sa.text(f"INSERT INTO {SCHEMA}.customer VALUES (1, 'one', 'a', 'r', 1), (11, 'eleven', 'b', 'r', 2)"))
    c.equal([tuple(r) for r in conn.execute(sa.text("SELECT * FROM names_again"))], [(11, "eleven")], "rows")
    conn.rollback()


@check("reflect/multi")
def check_multi(conn):
    inspector = sa.inspect(conn)
    any_kind = sa.engine.reflection.ObjectKind.ANY
    columns = inspector.get_multi_columns(SCHEMA, kind=any_kind)
    c.equal(sorted(name for _, name in columns), sorted([*TABLES, "names"]), "tables")
    c.equal(len(columns[SCHEMA, "types"]), 19, "columns of types")
    keys = inspector.get_multi_pk_constraint(SCHEMA)
    c.equal(keys[SCHEMA, "orders"]["constrained_columns"], ["customer_id", "number"], "key")
    foreign = inspector.get_multi_foreign_keys(SCHEMA)
    c.equal({name: len(v) for (_, name), v in foreign.items() if v}, {"orders": 1, "item": 1}, "foreign keys")
    only = inspector.get_multi_columns(SCHEMA, filter_names=["bare", "customer"])
    c.equal(sorted(name for _, name in only), ["bare", "customer"], "filtered")


@check("reflect/metadata")
def check_metadata(conn):
    metadata = sa.MetaData()
    metadata.reflect(conn, schema=SCHEMA, views=True)
    c.equal(sorted(metadata.tables), sorted(f"{SCHEMA}.{name}" for name in [*TABLES, "names"]), "tables")
    tables = {t.name: t for t in metadata.tables.values()}
    c.equal([k.name for k in tables["orders"].primary_key], ["customer_id", "number"], "primary key")
    targets = sorted(k.target_fullname for k in tables["item"].foreign_keys)
    c.equal(targets, [f"{SCHEMA}.orders.customer_id", f"{SCHEMA}.orders.number"], "foreign key")
    uniques = sorted(k.name for k in tables["customer"].constraints if isinstance(k, sa.UniqueConstraint))
    c.equal(uniques, ["customer_email_key", "customer_region_code"], "unique constraints")
    c.equal(tables["customer"].comment, "Who buys: ünï€ 'quoted'", "comment")
    c.equal(str(tables["item"].c.price.type), "NUMERIC(10, 2)", "type")
    join = tables["orders"].join(tables["item"])  # by the foreign key
    c.equal(conn.execute(sa.select(sa.func.count()).select_from(join)).scalar(), 0, "rows")


@check("reflect/catalog")
def check_catalog(conn):
    # The catalog's own tables and views are reflected as any.
    columns = {col["name"]: str(col["type"]) for col in sa.inspect(conn).get_columns("columns", "information_schema")}
    c.true("table_name" in columns and "data_type" in columns, f"columns: {sorted(columns)}")
    columns = {col["name"]: str(col["type"]) for col in sa.inspect(conn).get_columns("pg_namespace", "pg_catalog")}
    c.equal({name: columns.get(name) for name in ("oid", "nspname")}, {"oid": "OID", "nspname": "VARCHAR"}, "pg_namespace")


@check("reflect/automap")
def check_automap(conn):
    from sqlalchemy.ext.automap import automap_base

    base = automap_base()
    base.prepare(conn, schema=SCHEMA)
    c.equal(sorted(base.classes.keys()), ["customer", "item", "orders"], "classes, of the tables with a primary key")
    customer, orders = base.classes.customer, base.classes.orders
    orm.configure_mappers()
    c.equal(customer.orders_collection.property.mapper.class_, orders, "relationship")


# ---- Core -------------------------------------------------------------------------------------------------------------

core = sa.MetaData(schema=WORK)
team = sa.Table(
    "team", core,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False, comment="what it is called"),
    comment="all the teams",
)  # fmt: skip
player = sa.Table(
    "player", core,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("team_id", sa.BigInteger, sa.ForeignKey(team.c.id, name="player_team")),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("score", sa.Numeric(10, 2)),
    sa.Column("born", sa.Date),
    sa.Column("note", sa.Text, server_default="none"),
    sa.UniqueConstraint("team_id", "name", name="player_once"),
)  # fmt: skip
values = sa.Table(
    "vals", core,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("a_bool", sa.Boolean), sa.Column("a_small", sa.SmallInteger), sa.Column("a_big", sa.BigInteger),
    sa.Column("a_float", sa.Float), sa.Column("a_double", sa.Double), sa.Column("a_numeric", sa.Numeric(20, 4)), sa.Column("a_text", sa.Text),
    sa.Column("a_bytea", sa.LargeBinary), sa.Column("a_date", sa.Date), sa.Column("a_time", sa.Time), sa.Column("a_timestamp", sa.DateTime),
    sa.Column("a_timestamptz", sa.DateTime(timezone=True)), sa.Column("an_interval", sa.Interval), sa.Column("a_uuid", sa.Uuid),
    sa.Column("a_json", sa.JSON), sa.Column("ints", pg.ARRAY(sa.Integer)), sa.Column("texts", pg.ARRAY(sa.Text)),
)  # fmt: skip

TEAMS = [{"id": 1, "name": "red"}, {"id": 2, "name": "blue"}, {"id": 3, "name": "empty"}]
PLAYERS = [
    {"id": i, "team_id": 1 + i % 2, "name": f"player {i}", "score": Decimal(i * 10) / 4, "born": dt.date(2000, 1, i)}
    for i in range(1, 11)
]


def filled(conn):
    remake(conn, core)
    conn.execute(team.insert(), TEAMS)
    conn.execute(player.insert(), PLAYERS)


def rows(conn, statement, parameters=None):
    return [tuple(r) for r in conn.execute(statement, parameters or {})]


@check("core/create_all")
def check_create_all(conn):
    remake(conn, core)
    conn.commit()
    core.create_all(conn)  # once more: all is there
    inspector = sa.inspect(conn)
    c.equal(sorted(inspector.get_table_names(WORK)), ["player", "team", "vals"], "tables")
    c.equal(inspector.get_table_comment("team", WORK), {"text": "all the teams"}, "comment")
    core.drop_all(conn)
    conn.commit()
    c.equal(sa.inspect(conn).get_table_names(WORK), [], "tables after drop_all")


@check("core/insert")
def check_insert(conn):
    filled(conn)
    c.equal(conn.execute(sa.select(sa.func.count()).select_from(player)).scalar(), 10, "players")
    conn.execute(team.insert().values([{"id": 4, "name": "four"}, {"id": 5, "name": "five"}]))
    conn.execute(team.insert().from_select(["id", "name"], sa.select(team.c.id + 100, sa.func.upper(team.c.name))))
    got = rows(conn, sa.select(team).order_by(team.c.id))
    five = ["red", "blue", "empty", "four", "five"]
    want = [*enumerate(five, 1), *((100 + i, name.upper()) for i, name in enumerate(five, 1))]
    c.equal(got, want, "teams")
    got = rows(conn, sa.select(player.c.score, player.c.born, player.c.note).where(player.c.id == 3))
    c.equal(got, [(Decimal("7.50"), dt.date(2000, 1, 3), "none")], "a player")
    conn.rollback()
    many = [{"id": i, "name": f"team {i}"} for i in range(5000)]
    remake(conn, core)
    conn.execute(team.insert(), many)
    got = conn.execute(
        sa.select(sa.func.count(), sa.func.max(team.c.name), sa.func.sum(team.c.id).cast(sa.BigInteger)).select_from(team)
    ).one()
    c.equal(tuple(got), (5000, "team 999", 12_497_500), "many")
    conn.commit()


@check("core/rowcount")
def check_rowcount(conn):
    filled(conn)
    c.equal(conn.execute(player.update().where(player.c.team_id == 1).values(score=player.c.score + 1)).rowcount, 5, "updated")
    c.equal(conn.execute(player.delete().where(player.c.id > 8)).rowcount, 2, "deleted")
    changes = [{"key": 1, "new": "first"}, {"key": 2, "new": "second"}]
    conn.execute(player.update().where(player.c.id == sa.bindparam("key")).values(name=sa.bindparam("new")), changes)
    got = rows(conn, sa.select(player.c.name, player.c.score).where(player.c.id < 4).order_by(player.c.id))
    c.equal(got, [("first", Decimal("2.50")), ("second", Decimal("6.00")), ("player 3", Decimal("7.50"))], "players")
    # DML with a second table.
    conn.execute(player.update().where(player.c.team_id == team.c.id, team.c.name == "blue").values(note=team.c.name))
    conn.execute(player.delete().where(player.c.team_id == team.c.id, team.c.name == "red"))
    c.equal(
        rows(conn, sa.select(player.c.id, player.c.note).order_by(player.c.id)),
        [(i, "blue") for i in (1, 3, 5, 7)],
        "in the end",
    )


# The same tables in a schema where they are filled once, for statements that change nothing.
steady = sa.MetaData()
t, p = team.to_metadata(steady, schema=READ), player.to_metadata(steady, schema=READ)

scores = sa.func.max(p.c.score)
joined = (
    sa.select(t.c.name, sa.func.count(p.c.id).label("n"), scores.label("best"))
    .outerjoin_from(t, p)
    .group_by(t.c.name)
    .order_by(t.c.name)
)
top = sa.select(p.c.name).where(p.c.team_id == t.c.id).order_by(p.c.score.desc()).limit(1).lateral("top")
best = sa.select(p.c.team_id, scores.label("best")).group_by(p.c.team_id).cte("best")
numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < 10))
given = sa.values(sa.column("a", sa.Integer), sa.column("b", sa.Text), name="v").data([(1, "x"), (2, "y")])
series = sa.func.generate_series(1, 5).table_valued("n").render_derived()
by_team = {"partition_by": p.c.team_id, "order_by": p.c.score}
level = sa.case((p.c.score > 20, "high"), else_="low").label("level")


def over(function, **window):
    """The function over a window, for the first four players."""
    return sa.select(function.over(**window)).order_by(p.c.id).limit(4)


# (name, statement, rows)
SELECTS = [
    ("join", joined, [("blue", 5, Decimal("22.50")), ("empty", 0, None), ("red", 5, Decimal("25.00"))]),
    ("having", joined.having(sa.func.count(p.c.id) > 0), [("blue", 5, Decimal("22.50")), ("red", 5, Decimal("25.00"))]),
    ("limit", sa.select(p.c.id).order_by(p.c.score.desc()).limit(2).offset(1), [(9,), (8,)]),
    ("not_exists", sa.select(t.c.name).where(~sa.exists().where(p.c.team_id == t.c.id)), [("empty",)]),
    ("in", sa.select(p.c.id).where(p.c.id.in_([2, 4, 99])).order_by(p.c.id), [(2,), (4,)]),
    ("in_nothing", sa.select(p.c.id).where(p.c.id.in_([])), []),
    ("in_query", sa.select(p.c.id).where(p.c.team_id.in_(sa.select(t.c.id).where(t.c.name == "red")), p.c.id < 5).order_by(p.c.id), [(2,), (4,)]),
    ("scalar_query", sa.select(p.c.id).where(p.c.score == sa.select(scores).scalar_subquery()), [(10,)]),
    ("ilike", sa.select(t.c.id).where(t.c.name.ilike("%E%")).order_by(t.c.id), [(1,), (2,), (3,)]),
    ("startswith", sa.select(t.c.id).where(t.c.name.startswith("r", autoescape=True)), [(1,)]),
    ("regexp_match", sa.select(t.c.id).where(t.c.name.regexp_match("^b.*e$")), [(2,)]),
    ("regexp_replace", sa.select(t.c.name.regexp_replace("[aeu]", "-", flags="g")).order_by(t.c.id), [("r-d",), ("bl--",), ("-mpty",)]),
    ("union", sa.union_all(sa.select(t.c.id), sa.select(p.c.id).where(p.c.id > 9)).order_by("id"), [(1,), (2,), (3,), (10,)]),
    ("except", sa.except_(sa.select(t.c.id), sa.select(p.c.team_id)), [(3,)]),
    ("case", sa.select(level, sa.func.count()).select_from(p).group_by("level").order_by("level"), [("high", 2), ("low", 8)]),
    ("lateral", sa.select(t.c.name, top.c.name).join(top, sa.true()).order_by(t.c.id), [("red", "player 10"), ("blue", "player 9")]),
    ("distinct_on", sa.select(p.c.team_id, p.c.name).distinct(p.c.team_id).order_by(p.c.team_id, p.c.id.desc()), [(1, "player 10"), (2, "player 9")]),
    (
        "array_agg",
        sa.select(p.c.team_id, sa.func.array_agg(pg.aggregate_order_by(p.c.id, p.c.id.desc()))).group_by(p.c.team_id).order_by(p.c.team_id),
        [(1, [10, 8, 6, 4, 2]), (2, [9, 7, 5, 3, 1])],
    ),
    ("string_agg", sa.select(sa.func.string_agg(t.c.name, pg.aggregate_order_by(sa.literal(","), t.c.id))), [("red,blue,empty",)]),
    ("filter", sa.select(sa.func.count().filter(p.c.score > 10)).select_from(p), [(6,)]),
    ("coalesce", sa.select(sa.func.coalesce(scores, 7)).where(p.c.id < 0), [(Decimal(7),)]),
    ("arithmetic", sa.select(p.c.id / 2, p.c.id // 2, p.c.id % 2, -p.c.id, p.c.score * 2).where(p.c.id == 3), [(Decimal("1.5000000000000000"), 1, 1, -3, Decimal("15.00"))]),
    ("percent", sa.select(sa.literal("50%").concat(t.c.name)).where(t.c.id == 1), [("50%red",)]),
    ("extract", sa.select(sa.cast(sa.extract("year", p.c.born), sa.Integer), sa.func.count()).group_by(sa.extract("year", p.c.born)), [(2000, 10)]),
    ("date_trunc", sa.select(sa.func.date_trunc("month", sa.cast(p.c.born, sa.DateTime))).where(p.c.id == 3), [(dt.datetime(2000, 1, 1),)]),
    ("dates", sa.select(p.c.born + 1, sa.cast(p.c.born, sa.DateTime) - dt.timedelta(hours=1)).where(p.c.id == 3), [(dt.date(2000, 1, 4), dt.datetime(2000, 1, 2, 23))]),
    ("sum", sa.select(sa.func.sum(p.c.score)), [(Decimal("137.50"),)]),
    ("for_update", sa.select(p.c.id).where(p.c.id == 1).with_for_update(), [(1,)]),
    ("for_update/options", sa.select(p.c.id).where(p.c.id == 1).with_for_update(of=p, skip_locked=True), [(1,)]),
    ("tuple", sa.select(p.c.id).where(sa.tuple_(p.c.id, p.c.name).in_([(1, "player 1"), (2, "other")])), [(1,)]),
    (
        "cte",
        sa.select(t.c.name, p.c.name).join_from(best, p, sa.and_(p.c.team_id == best.c.team_id, p.c.score == best.c.best))
        .join(t, t.c.id == p.c.team_id).order_by(t.c.name),
        [("blue", "player 9"), ("red", "player 10")],
    ),
    ("cte/recursive", sa.select(sa.func.count(), sa.func.max(numbers.c.n)).select_from(numbers), [(10, 10)]),
    ("values", sa.select(given).order_by("a"), [(1, "x"), (2, "y")]),
    ("table_valued", sa.select(sa.cast(sa.func.sum(series.c.n), sa.Integer)).select_from(series), [(15,)]),
    ("grouping_sets", sa.select(p.c.team_id, sa.func.count()).group_by(sa.func.rollup(p.c.team_id)).order_by(sa.func.count(), p.c.team_id), [(1, 5), (2, 5), (None, 10)]),
    ("window/row_number", over(sa.func.row_number(), **by_team), [(1,), (1,), (2,), (2,)]),
    ("window/rank", over(sa.func.rank(), order_by=p.c.score.desc()), [(10,), (9,), (8,), (7,)]),
    ("window/lag", over(sa.func.lag(p.c.id), **by_team), [(None,), (None,), (1,), (2,)]),
    ("window/lag/default", over(sa.func.lag(p.c.id, 2, -1), **by_team), [(-1,), (-1,), (-1,), (-1,)]),
    ("window/sum", over(sa.func.sum(p.c.score), **by_team, rows=(None, 0)), [(Decimal("2.50"),), (Decimal("5.00"),), (Decimal("10.00"),), (Decimal("15.00"),)]),
    ("window/rows", over(sa.func.sum(p.c.score), order_by=p.c.id, rows=(-1, 1)), [(Decimal("7.50"),), (Decimal("15.00"),), (Decimal("22.50"),), (Decimal("30.00"),)]),
    ("window/first_value", over(sa.func.first_value(p.c.id), **by_team, rows=(None, None)), [(1,), (2,), (1,), (2,)]),
    ("window/ntile", over(sa.func.ntile(2), order_by=p.c.id), [(1,), (1,), (1,), (1,)]),
]  # fmt: skip


def check_select(conn, statement, want):
    if not sa.inspect(conn).has_table("vals", READ):
        conn.execute(sa.schema.CreateSchema(READ, if_not_exists=True))
        values.to_metadata(steady, schema=READ)
        steady.create_all(conn)
        conn.execute(t.insert(), TEAMS)
        conn.execute(p.insert(), PLAYERS)
        conn.commit()
    c.equal(rows(conn, statement), want, "rows")


for name, statement, want in SELECTS:
    check(f"core/select/{name}")(functools.partial(check_select, statement=statement, want=want))


VALUES = {
    "id": 1, "a_bool": True, "a_small": -32768, "a_big": 2**63 - 1, "a_float": 0.1, "a_double": 1e300, "a_numeric": Decimal("-12345.6789"),
    "a_text": "ünï€😀 'q' \"d\" \\ :x %s %(n)s", "a_bytea": bytes(range(256)), "a_date": dt.date(1969, 7, 20), "a_time": dt.time(23, 59, 59, 999999),
    "a_timestamp": dt.datetime(2024, 2, 29, 12, 0, 0, 1), "a_timestamptz": dt.datetime(2024, 2, 29, 12, 0, 0, 1, tzinfo=c.UTC),
    "an_interval": dt.timedelta(days=3, seconds=5, microseconds=7), "a_uuid": uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "a_json": {"a": [1, None, "ü"]}, "ints": [1, None, 3], "texts": ["it's", "{a,b}", ""],
}  # fmt: skip


@check("core/values")
def check_values(conn):
    remake(conn, core)
    conn.execute(values.insert(), VALUES)
    nothing = {key: (2 if key == "id" else None if key != "a_json" else sa.null()) for key in VALUES}
    conn.execute(values.insert(), nothing)
    first, second = conn.execute(sa.select(values).order_by(values.c.id)).mappings().all()
    for key, want in VALUES.items():
        c.equal(first[key], want, key)
        c.equal(second[key], 2 if key == "id" else None, f"null {key}")
    for key, want in VALUES.items():  # and as a condition
        if key == "a_json":  # json has no =
            continue
        c.equal(conn.execute(sa.select(values.c.id).where(values.c[key] == want)).scalars().all(), [1], f"where {key}")
    c.equal(conn.execute(sa.select(values.c.a_json["a"][2].as_string()).where(values.c.id == 1)).scalar(), "ü", "in json")
    c.equal(conn.execute(sa.select(values.c.ints[3]).where(values.c.ints.contains([3]))).scalar(), 3, "in an array")
    c.equal(conn.execute(sa.select(values.c.id).where(sa.literal(3) == sa.any_(values.c.ints))).scalars().all(), [1], "any")


@check("core/parameters")
def check_parameters(conn):
    got = conn.execute(
        sa.text("SELECT CAST(:a AS int) AS a, CAST(:b AS text) AS b, '50%' AS c, :a + 1 AS d"), {"a": 1, "b": "x:y%"}
    ).one()
    c.equal(tuple(got), (1, "x:y%", "50%", 2), "text")
    typed = sa.text("SELECT :d AS d, :n AS n").bindparams(
        sa.bindparam("d", type_=sa.Date), sa.bindparam("n", type_=sa.Numeric(10, 2))
    )
    typed = typed.columns(d=sa.Date, n=sa.Numeric(10, 2))
    got = conn.execute(typed, {"d": dt.date(2020, 1, 2), "n": Decimal("1.50")}).one()
    c.equal(tuple(got), (dt.date(2020, 1, 2), Decimal("1.50")), "typed")
    expanding = sa.text("SELECT i FROM generate_series(1, 10) AS g(i) WHERE i IN :many ORDER BY i").bindparams(
        sa.bindparam("many", expanding=True)
    )
    c.equal(rows(conn, expanding, {"many": [3, 5]}), [(3,), (5,)], "expanding")


@check("core/transaction")
def check_transaction(conn):
    filled(conn)
    conn.commit()
    conn.execute(team.insert(), {"id": 10, "name": "not kept"})
    conn.rollback()
    c.equal(conn.execute(sa.select(sa.func.count()).select_from(team)).scalar(), 3, "after rollback")
    conn.commit()
    error = c.raises(conn.execute, sa.text("SELECT no_such_column FROM pg_class"), expect=sa.exc.ProgrammingError)
    c.state_is(error.orig, "42703")
    error = c.raises(conn.execute, sa.text("SELECT 1"), expect=sa.exc.DBAPIError)
    c.state_is(error.orig, "25P02")
    conn.rollback()
    with conn.begin():
        conn.execute(team.insert(), {"id": 10, "name": "kept"})
    c.equal(conn.execute(sa.select(team.c.name).where(team.c.id == 10)).scalar(), "kept", "after commit")
    conn.commit()
    error = c.raises(conn.execute, sa.text("SELECT * FROM no_such_table"), expect=sa.exc.ProgrammingError)
    c.state_is(error.orig, "42P01")
    conn.rollback()
    error = c.raises(conn.execute, team.insert(), {"id": 11, "name": None}, expect=sa.exc.IntegrityError)
    c.state_is(error.orig, "23502")
    conn.rollback()


@check("core/isolation")
def check_isolation(conn):
    for level in ("READ COMMITTED", "REPEATABLE READ", "AUTOCOMMIT"):
        conn.rollback()
        conn.execution_options(isolation_level=level)
        c.equal(conn.execute(sa.text("SELECT 1 AS n")).scalar(), 1, level)
        if level != "AUTOCOMMIT":
            c.equal(conn.get_isolation_level(), level, "level")


@check("core/read_only")
def check_read_only(conn):
    filled(conn)
    conn.commit()
    conn.execution_options(postgresql_readonly=True)
    c.equal(conn.execute(sa.select(sa.func.count()).select_from(team)).scalar(), 3, "rows")
    error = c.raises(conn.execute, team.insert(), {"id": 10, "name": "no"}, expect=sa.exc.DBAPIError)
    c.state_is(error.orig, "25006")
    conn.rollback()


@check("core/returning/temp")
def check_returning(conn):
    # On a temporary table; lasting ones have no RETURNING.
    temp = sa.Table(
        "sa_returning", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), sa.Column("name", sa.Text),
        sa.Column("size", sa.Integer, server_default="5"), prefixes=["TEMPORARY"],
    )  # fmt: skip
    temp.create(conn)
    got = rows(conn, temp.insert().values(id=1, name="one").returning(temp.c.id, temp.c.size))
    c.equal(got, [(1, 5)], "insert")
    many = [{"id": i, "name": f"n{i}"} for i in range(2, 2500)]
    got = conn.execute(temp.insert().returning(temp.c.id, temp.c.name, sort_by_parameter_order=True), many).all()
    c.equal([tuple(r) for r in got], [(i, f"n{i}") for i in range(2, 2500)], "many")
    got = rows(conn, temp.update().where(temp.c.id == 2).values(size=temp.c.size * 2).returning(temp.c.name, temp.c.size))
    c.equal(got, [("n2", 10)], "update")
    c.equal(rows(conn, temp.delete().where(temp.c.id == 2).returning(temp.c.id)), [(2,)], "delete")


@check("core/upsert/temp")
def check_upsert(conn):
    # On a temporary table, whose key is enforced.
    temp = sa.Table(
        "sa_upsert", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), sa.Column("name", sa.Text),
        prefixes=["TEMPORARY"],
    )  # fmt: skip
    temp.create(conn)
    conn.execute(temp.insert(), [{"id": 1, "name": "one"}, {"id": 2, "name": "two"}])
    conn.execute(pg.insert(temp).on_conflict_do_nothing(), [{"id": 2, "name": "ignored"}, {"id": 3, "name": "three"}])
    update = pg.insert(temp)
    update = update.on_conflict_do_update(index_elements=["id"], set_={"name": update.excluded.name})
    conn.execute(update, [{"id": 1, "name": "uno"}, {"id": 4, "name": "four"}])
    c.equal(rows(conn, sa.select(temp).order_by(temp.c.id)), [(1, "uno"), (2, "two"), (3, "three"), (4, "four")], "rows")
    error = c.raises(conn.execute, temp.insert(), {"id": 1, "name": "again"}, expect=sa.exc.IntegrityError)
    c.state_is(error.orig, "23505")


@check("core/stream")
def check_stream(conn):
    # psycopg2 and psycopg take a named cursor for stream_results; read without one, by pieces.
    result = conn.execute(sa.text(c.rows_sql(20_000)))
    got = [tuple(r) for part in result.partitions(1000) for r in part]
    c.check_rows(sorted(got), 20_000)


@check("core/ctas")
def check_ctas(conn):
    filled(conn)
    conn.execute(sa.text(f"CREATE TABLE {WORK}.best AS SELECT * FROM {WORK}.player WHERE score > 20"))
    best = sa.Table("best", sa.MetaData(), schema=WORK, autoload_with=conn)
    c.equal([col.name for col in best.columns], ["id", "team_id", "name", "score", "born", "note"], "columns")
    c.equal(rows(conn, sa.select(best.c.id).order_by(best.c.id)), [(9,), (10,)], "rows")
    best.drop(conn)
    c.true(not sa.inspect(conn).has_table("best", WORK), "still there")
    conn.commit()


# ---- ORM --------------------------------------------------------------------------------------------------------------


class Base(orm.DeclarativeBase):
    metadata = sa.MetaData(schema=WORK)


class Author(Base):
    __tablename__ = "author"
    id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    name: orm.Mapped[str] = orm.mapped_column(sa.Text)
    born: orm.Mapped[dt.date | None]
    extra: orm.Mapped[dict | None] = orm.mapped_column(sa.JSON(none_as_null=True))
    books: orm.Mapped[list["Book"]] = orm.relationship(
        back_populates="author", cascade="all, delete-orphan", order_by="Book.id"
    )


class Book(Base):
    __tablename__ = "book"
    id: orm.Mapped[uuid.UUID] = orm.mapped_column(primary_key=True)
    author_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey(Author.id))
    title: orm.Mapped[str] = orm.mapped_column(sa.Text)
    price: orm.Mapped[Decimal | None] = orm.mapped_column(sa.Numeric(10, 2))
    version: orm.Mapped[int] = orm.mapped_column(default=0)
    author: orm.Mapped[Author] = orm.relationship(back_populates="books")
    tags: orm.Mapped[list["Tag"]] = orm.relationship(secondary="sqlalchemy_work.book_tag", order_by="Tag.name")
    __mapper_args__ = {"version_id_col": version}


class Tag(Base):
    __tablename__ = "tag"
    name: orm.Mapped[str] = orm.mapped_column(sa.Text, primary_key=True)


sa.Table(
    "book_tag", Base.metadata,
    sa.Column("book_id", sa.ForeignKey(Book.id), primary_key=True),
    sa.Column("tag", sa.ForeignKey(Tag.name), primary_key=True),
)  # fmt: skip


def book(number, **fields):
    return Book(id=uuid.UUID(int=number), title=f"book {number}", **fields)


def library(session):
    old, new = Tag(name="old"), Tag(name="new")
    first = Author(id=1, name="Ada", born=dt.date(1815, 12, 10), extra={"langs": ["en", "fr"]})
    first.books = [book(1, price=Decimal("9.50"), tags=[old]), book(2, tags=[old, new])]
    second = Author(id=2, name="Zoë", books=[book(3, price=Decimal("20.00"))])
    session.add_all([first, second, Author(id=3, name="None")])
    session.commit()


@session_check("orm/add")
def check_add(session):
    library(session)
    session.expunge_all()
    author = session.get(Author, 1)
    c.equal((author.name, author.born, author.extra), ("Ada", dt.date(1815, 12, 10), {"langs": ["en", "fr"]}), "author")
    c.equal(session.get(Author, 99), None, "no author")
    c.equal(session.get(Author, 2).extra, None, "null json")
    session.add(Author(id=4, name="pending"))
    session.flush()
    c.equal(session.scalar(sa.select(sa.func.count()).select_from(Author)), 4, "after flush")
    session.rollback()
    c.equal(session.scalar(sa.select(sa.func.count()).select_from(Author)), 3, "after rollback")


@session_check("orm/query")
def check_query(session):
    library(session)
    got = session.scalars(sa.select(Author.name).where(Author.books.any(Book.price > 10))).all()
    c.equal(got, ["Zoë"], "any")
    got = session.scalars(sa.select(Book.title).join(Book.author).where(Author.name == "Ada").order_by(Book.title)).all()
    c.equal(got, ["book 1", "book 2"], "join")
    got = session.query(Author).filter(Author.name.like("%a%")).order_by(Author.id).all()
    c.equal([a.id for a in got], [1], "query")
    got = session.execute(
        sa.select(Author, sa.func.count(Book.id))
        .outerjoin(Author.books)
        .group_by(Author.id, Author.name, Author.born)
        .with_only_columns(Author.id, sa.func.count(Book.id))
        .order_by(Author.id)
    ).all()
    c.equal([tuple(r) for r in got], [(1, 2), (2, 1), (3, 0)], "group by")
    got = session.scalars(sa.select(Book).where(Book.tags.any(Tag.name == "new"))).one()
    c.equal(got.id, uuid.UUID(int=2), "by tag")
    alias = orm.aliased(Author)
    got = session.execute(sa.select(Author.id, alias.id).join(alias, Author.id < alias.id).order_by(Author.id, alias.id)).all()
    c.equal([tuple(r) for r in got], [(1, 2), (1, 3), (2, 3)], "alias")
    c.equal(session.scalar(sa.select(Author.id).where(Author.extra["langs"][0].as_string() == "en")), 1, "json")
    c.raises(session.scalars(sa.select(Author)).one, expect=sa.exc.MultipleResultsFound)


@session_check("orm/update")
def check_update(session):
    library(session)
    author = session.get(Author, 1)
    author.name, author.extra = "Ada L.", {"langs": []}
    author.books[0].price = Decimal("11.25")
    session.commit()
    session.expunge_all()
    author = session.get(Author, 1)
    c.equal(
        (author.name, author.extra, author.books[0].price, author.books[0].version),
        ("Ada L.", {"langs": []}, Decimal("11.25"), 2),
        "changed",
    )
    session.execute(sa.update(Book).where(Book.price.is_(None)).values(price=1))
    session.commit()
    c.equal(session.scalar(sa.select(sa.func.sum(Book.price))), Decimal("32.25"), "sum")
    session.execute(sa.update(Author), [{"id": 2, "name": "two"}, {"id": 3, "name": "three"}])
    session.commit()
    c.equal(session.scalars(sa.select(Author.name).order_by(Author.id)).all(), ["Ada L.", "two", "three"], "in bulk")


@session_check("orm/version")
def check_version(session):
    library(session)
    held = session.get(Book, uuid.UUID(int=1))
    c.equal(held.version, 1, "version")
    session.execute(sa.text(f"UPDATE {WORK}.book SET version = 5"))
    held.title = "stale"
    c.raises(session.flush, expect=orm.exc.StaleDataError)
    session.rollback()
    c.equal(session.get(Book, uuid.UUID(int=1)).title, "book 1", "title")


@session_check("orm/delete")
def check_delete(session):
    library(session)
    session.delete(session.get(Author, 1))  # and what is below it
    session.commit()
    c.equal(session.scalars(sa.select(Book.title)).all(), ["book 3"], "books")
    c.equal(session.scalar(sa.text(f"SELECT count(*) FROM {WORK}.book_tag")), 0, "tags of books")
    c.equal(session.scalar(sa.select(sa.func.count()).select_from(Tag)), 2, "tags")
    author = session.get(Author, 2)
    author.books.clear()
    session.commit()
    c.equal(session.scalar(sa.select(sa.func.count()).select_from(Book)), 0, "orphans")
    session.execute(sa.delete(Author).where(Author.name == "None"))
    session.commit()
    c.equal(session.scalars(sa.select(Author.id)).all(), [2], "authors")


@session_check("orm/rollback")
def check_rollback(session):
    library(session)
    author = session.get(Author, 1)
    author.name = "changed"
    session.add(book(9, author=author))
    session.flush()
    session.rollback()
    c.equal((author.name, len(author.books)), ("Ada", 2), "after rollback")
    session.add(Author(id=5, name=None))
    error = c.raises(session.flush, expect=sa.exc.IntegrityError)
    c.state_is(error.orig, "23502")
    c.raises(session.scalar, sa.select(sa.literal(1)), expect=sa.exc.PendingRollbackError)
    session.rollback()
    c.equal(session.scalar(sa.select(sa.func.count()).select_from(Author)), 3, "in the end")


@session_check("orm/loads")
def check_loads(session):
    library(session)
    for option in (orm.lazyload, orm.joinedload, orm.selectinload, orm.subqueryload, orm.immediateload):
        session.expunge_all()
        statement = sa.select(Author).options(option(Author.books).options(option(Book.tags))).order_by(Author.id)
        got = [(a.name, [(b.title, [t.name for t in b.tags]) for b in a.books]) for a in session.scalars(statement).unique()]
        want = [("Ada", [("book 1", ["old"]), ("book 2", ["new", "old"])]), ("Zoë", [("book 3", [])]), ("None", [])]
        c.equal(got, want, option.__name__)
    session.expunge_all()
    statement = sa.select(Book).join(Book.author).options(orm.contains_eager(Book.author)).order_by(Book.title)
    c.equal([b.author.name for b in session.scalars(statement)], ["Ada", "Ada", "Zoë"], "contains_eager")
    session.expunge_all()
    c.equal(
        session.scalars(sa.select(Book).options(orm.defer(Book.price)).order_by(Book.title)).first().price,
        Decimal("9.50"),
        "deferred",
    )


@session_check("orm/bulk")
def check_bulk(session):
    session.add_all([Author(id=i, name=f"author {i}") for i in range(2500)])
    session.commit()
    session.execute(sa.insert(Author), [{"id": i, "name": f"author {i}"} for i in range(2500, 5000)])
    session.commit()
    got = session.execute(sa.select(sa.func.count(), sa.func.count(Author.name.distinct())).select_from(Author)).one()
    c.equal(tuple(got), (5000, 5000), "authors")
    got = session.scalars(sa.select(Author).where(Author.id.in_(range(0, 5000, 7))).order_by(Author.id)).all()
    c.equal([a.id for a in got], list(range(0, 5000, 7)), "in a list")


@session_check("orm/refresh")
def check_refresh(session):
    library(session)
    author = session.get(Author, 1)
    session.execute(sa.text(f"UPDATE {WORK}.author SET name = 'other' WHERE id = 1"))
    session.refresh(author)
    c.equal(author.name, "other", "refreshed")
    merged = session.merge(Author(id=2, name="merged"))
    session.merge(Author(id=7, name="seven"))
    session.commit()
    c.equal((merged.name, session.get(Author, 7).name), ("merged", "seven"), "merged")
    stored = session.get(Author, 7, populate_existing=True, with_for_update=True)
    c.equal(stored.name, "seven", "for update")


if __name__ == "__main__":
    checks.run()
