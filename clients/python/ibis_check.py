"""ibis (ibis-framework with its postgres backend, which goes over psycopg): the catalog, expressions, tables made and filled,
results as pandas and Arrow.

Left out: what needs functions of one's own (udf), read_csv and the like.
"""

import datetime as dt
import functools
from decimal import Decimal

import ibis
import pandas as pd
import psycopg
import pyarrow as pa
from ibis import _

import common as c

checks = c.Checks()

SCHEMA = "ibis_check"
MADE = "ibis_made"


@checks.cleanup
def cleanup():
    for schema in (SCHEMA, MADE):
        c.drop_schema(schema)


def fixture():
    with psycopg.connect(c.uri(), autocommit=True) as conn:
        c.data_schema(conn, SCHEMA)
        there = f"SELECT 1 AS n FROM information_schema.views WHERE table_schema = '{SCHEMA}' AND table_name = 'small'"
        if not conn.execute(there).fetchone():
            conn.execute(f"CREATE TABLE {SCHEMA}.groups (grp int, label text)")
            conn.execute(f"INSERT INTO {SCHEMA}.groups VALUES (0, 'zero'), (1, 'one'), (2, 'two'), (99, 'unused')")
            conn.execute(f"CREATE VIEW {SCHEMA}.small AS SELECT id, name FROM {SCHEMA}.data WHERE id <= 10")
            conn.execute(
                f"CREATE TABLE {SCHEMA}.types (a_bool bool, a_int2 int2, a_int4 int4, a_int8 int8, a_float4 float4, a_float8 float8,"
                " a_numeric numeric(12,3), a_text text, a_varchar varchar, a_bytea bytea, a_date date, a_time time, a_timestamp timestamp,"
                " a_timestamptz timestamptz, an_interval interval, a_uuid uuid, a_json json, ints int4[], texts text[])"
            )


def connect(schema=SCHEMA):
    tls = {"sslmode": "verify-full", "sslrootcert": c.SSLROOTCERT} if c.SSLROOTCERT else {"sslmode": "require"}
    return ibis.postgres.connect(
        host=c.HOST, port=c.PORT, user=c.USER, password=c.PASSWORD, database=c.DATABASE, schema=schema, **tls
    )


def check(name):
    """Registers a function of a connection with the fixture's schema."""

    def register(function):
        def run():
            fixture()
            con = connect()
            function(con)
            con.disconnect()

        checks.check(name)(run)
        return function

    return register


def rows(expression):
    """The result's rows, by pandas, as tuples of Python's values."""
    frame = expression.to_pandas()
    return list(zip(*([plain(v) for v in frame[name].astype(object)] for name in frame.columns)))


def plain(value):
    if not isinstance(value, (list, dict)) and pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def wanted(*columns):
    """The named columns of the rows that the table data has."""
    names = ["id", "name", "grp", "amount", "ratio", "ok", "day", "ts", "tz"]
    return [tuple(row[names.index(name)] for name in columns) for row in c.data_rows()]


def compare(got, want):
    c.equal(len(got), len(want), "rows")
    for g, w in zip(got, want):
        if g != w:
            raise AssertionError(f"got {g!r}, want {w!r}")


# ---- the catalog ------------------------------------------------------------------------------------------------------


@check("connect")
def check_connect(con):
    c.true(con.version.startswith("15"), con.version)
    c.equal((con.current_catalog, con.current_database), (c.DATABASE, SCHEMA), "where")
    other = ibis.connect(c.uri("postgres"))
    c.equal(other.current_database, "public", "by URL")
    other.disconnect()


@check("catalog/lists")
def check_lists(con):
    c.equal(sorted(con.list_tables()), ["data", "groups", "small", "types"], "tables")
    c.equal(con.list_tables(like="^gr"), ["groups"], "tables like")
    c.equal(sorted(con.list_tables(database=SCHEMA)), ["data", "groups", "small", "types"], "tables of a schema")
    c.true(c.DATABASE in con.list_catalogs(), "catalogs")
    found = con.list_databases()
    c.true({SCHEMA, "public", "information_schema", "pg_catalog"} <= set(found), f"schemas {found}")
    c.raises(con.table, "no_such_table", expect=ibis.common.exceptions.TableNotFound)


@check("catalog/schema")
def check_schema(con):
    got = con.table("types").schema()
    want = {
        "a_bool": "boolean", "a_int2": "int16", "a_int4": "int32", "a_int8": "int64", "a_float4": "float32", "a_float8": "float64",
        "a_numeric": "decimal(12, 3)", "a_text": "string", "a_varchar": "string", "a_bytea": "binary", "a_date": "date", "a_time": "time",
        "a_timestamp": "timestamp(6)", "a_timestamptz": "timestamp('UTC', 6)", "an_interval": "interval('s')", "a_uuid": "uuid",
        "a_json": "json", "ints": "array<int32>", "texts": "array<string>",
    }  # fmt: skip
    wrong = [f"{name}: got {got.get(name)}, want {kind}" for name, kind in want.items() if str(got.get(name)) != kind]
    c.true(not wrong and list(got) == list(want), "; ".join(wrong) or f"columns {list(got)}")
    data = con.table("data").schema()
    c.equal([data[name].nullable for name in ("id", "name", "grp")], [False, False, True], "nullable")
    c.equal(list(con.table("small").schema()), ["id", "name"], "a view")
    c.equal(list(con.table("data", database=SCHEMA).schema()), list(data), "of a named schema")


@check("catalog/query")
def check_query_schema(con):
    # ibis makes a temporary view of the query to know its types.
    table = con.sql("SELECT id, name, amount * 2 AS double, ts::date AS d, now() AS n FROM data WHERE id < 3 ORDER BY id")
    kinds = {name: str(kind) for name, kind in table.schema().items()}
    c.equal(kinds["id"], "int64", "id")
    c.equal((kinds["name"], kinds["d"], kinds["n"][:9]), ("string", "date", "timestamp"), "types")
    c.true(kinds["double"].startswith("decimal"), kinds["double"])
    compare(rows(table.select("id", "double").order_by("id")), [(1, Decimal("0.50")), (2, Decimal("1.00"))])


@check("catalog/database")
def check_database(con):
    con.create_database(MADE, force=True)
    c.true(MADE in con.list_databases(), "made")
    con.drop_database(MADE)
    c.true(MADE not in con.list_databases(), "dropped")


# ---- results ----------------------------------------------------------------------------------------------------------


@check("read/pandas")
def check_pandas(con):
    frame = con.table("data").order_by("id").to_pandas()
    want = {"id": "int64", "name": "str", "ratio": "float64", "ts": "datetime64[us]", "tz": "datetime64[us, UTC]"}
    c.equal({name: str(frame[name].dtype) for name in want}, want, "dtypes")
    compare(
        rows(con.table("data").select("id", "name", "amount", "ratio", "ts", "tz").order_by("id")),
        wanted("id", "name", "amount", "ratio", "ts", "tz"),
    )


ARROW = {
    "id": "int64", "name": "string", "grp": "int32", "amount": "decimal128(12, 2)", "ratio": "double", "ok": "bool", "day": "date32[day]",
    "ts": "timestamp[us]", "tz": "timestamp[us, tz=UTC]",
}  # fmt: skip


@check("read/pyarrow")
def check_pyarrow(con):
    got = con.table("data").order_by("id").to_pyarrow()
    c.equal({field.name: str(field.type) for field in got.schema}, ARROW, "schema")
    compare([tuple(row.values()) for row in got.to_pylist()], c.data_rows())


@check("read/pyarrow_batches")
def check_batches(con):
    # A cursor of the server's.
    batches = list(con.table("data").order_by("id").to_pyarrow_batches(chunk_size=300))
    c.equal([batch.num_rows for batch in batches], [300, 300, 300, 100], "sizes")
    compare([row["id"] for batch in batches for row in batch.to_pylist()], list(range(1, c.DATA_ROWS + 1)))


@check("read/many")
def check_many(con):
    count = 50_000
    frame = con.sql(c.rows_sql(count)).order_by("id").to_pandas()
    for name, want in zip(frame.columns, zip(*c.expected_rows(count))):
        got = [plain(v) for v in frame[name].astype(object)]
        if name == "day":
            got = [v.date() if isinstance(v, dt.datetime) else v for v in got]
        c.true(got == list(want), f"{name} differs")


@check("read/scalars")
def check_scalars(con):
    data = con.table("data")
    c.equal(con.execute(data.count()), 1000, "count")
    c.equal(con.execute(data.amount.sum()), Decimal(sum(v for (v,) in wanted("amount") if v is not None)), "sum")
    c.equal(con.execute(data.grp.max()), 6, "max")
    c.equal(con.execute(data.name.nunique()), 1000, "nunique")
    c.equal(con.execute(data.id.mean()), 500.5, "mean")
    c.equal(con.execute(data.ok.any()), True, "any")
    got = con.execute(ibis.literal("it's ü"))
    c.equal(got, "it's ü", "a literal")


# ---- expressions ------------------------------------------------------------------------------------------------------


@check("expression/filter")
def check_filter(con):
    data = con.table("data")
    got = rows(data.filter(_.id > 990, _.ok.isnull() | ~_.ok).select("id").order_by(ibis.desc("id")))
    compare(got, [(row[0],) for row in reversed(wanted("id", "ok")) if row[0] > 990 and not row[1]])
    got = rows(
        data.filter(_.grp.isin([1, 2]) & _.day.between(dt.date(1969, 7, 21), dt.date(1969, 8, 1))).select("id").order_by("id")
    )
    want = [
        (i,) for i, g, d in wanted("id", "grp", "day") if g in (1, 2) and d and dt.date(1969, 7, 21) <= d <= dt.date(1969, 8, 1)
    ]
    compare(got, want)
    got = rows(data.filter(_.name.like("name 99%")).order_by("id").limit(3, offset=1).select("name"))
    compare(got, [("name 990",), ("name 991",), ("name 992",)])
    got = rows(data.filter(_.name.re_search("^name 1.$")).order_by("id").select("id"))
    compare(got, [(i,) for i in range(10, 20)])
    compare(rows(data.select("grp").distinct().order_by("grp")), [*((g,) for g in range(7)), (None,)])
    compare(rows(data.drop_null(["grp"]).aggregate(n=_.count())), [(900,)])


@check("expression/group")
def check_group(con):
    data = con.table("data")
    got = rows(
        data.group_by("grp").aggregate(n=_.count(), total=_.amount.sum(), top=_.id.max(), mean=_.ratio.mean()).order_by("grp")
    )
    want = []
    for group in [*range(7), None]:
        mine = [row for row in wanted("grp", "amount", "id", "ratio") if row[0] == group]
        ratios = [row[3] for row in mine if row[3] is not None]
        want.append(
            (
                group,
                len(mine),
                sum(row[1] for row in mine if row[1] is not None),
                max(row[2] for row in mine),
                sum(ratios) / len(ratios),
            )
        )
    got = [(None if g is None else int(g), n, total, top, mean) for g, n, total, top, mean in got]
    for g, w in zip(got, want):
        c.equal(g[:4], w[:4], f"group {w[0]}")
        c.true(abs(g[4] - w[4]) < 1e-9, f"mean of {w[0]}: {g[4]}, want {w[4]}")
    c.equal(len(got), len(want), "groups")
    got = rows(data.group_by("grp").having(_.count() > 130).aggregate(n=_.count()).select("grp").order_by("grp"))
    sizes = [sum(1 for (g,) in wanted("grp") if g == group) for group in range(7)]
    compare(got, [(g,) for g, n in enumerate(sizes) if n > 130])
    got = rows(
        data.filter(_.id <= 6)
        .group_by(even=_.id % 2)
        .aggregate(ids=_.id.collect(order_by=_.id), names=_.name.group_concat(",", order_by=_.id))
        .order_by("even")
    )
    compare(got, [(0, [2, 4, 6], "name 2,name 4,name 6"), (1, [1, 3, 5], "name 1,name 3,name 5")])
    compare(
        rows(data.filter(_.id <= 9).ok.value_counts(name="n").order_by(_.ok.asc(nulls_first=False))),
        [(False, 3), (True, 3), (None, 3)],
    )


@check("expression/join")
def check_join(con):
    data, groups = con.table("data").filter(_.id <= 12), con.table("groups")
    got = rows(data.join(groups, "grp").select("id", "label").order_by("id"))
    labels = {0: "zero", 1: "one", 2: "two", 99: "unused"}
    small = [row for row in wanted("id", "grp") if row[0] <= 12]
    compare(got, [(i, labels[g]) for i, g in small if g in labels])
    got = rows(data.left_join(groups, data.grp == groups.grp).select("id", "label").order_by("id"))
    compare(got, [(i, labels.get(g)) for i, g in small])
    got = rows(groups.anti_join(data, "grp").select("label"))
    compare(got, [("unused",)])
    got = rows(groups.semi_join(data, "grp").select("label").order_by("label"))
    compare(got, [("one",), ("two",), ("zero",)])
    got = rows(groups.outer_join(data, groups.grp == data.grp).aggregate(n=_.count()))
    compare(got, [(len(small) + 1,)])
    got = rows(groups.cross_join(groups.view()).aggregate(n=_.count()))
    compare(got, [(16,)])
    got = rows(groups.select("grp").union(groups.select("grp"), distinct=True).order_by("grp"))
    compare(got, [(0,), (1,), (2,), (99,)])
    got = rows(groups.select("grp").difference(groups.filter(_.grp > 0).select("grp")))
    compare(got, [(0,)])


@check("expression/window")
def check_window(con):
    data = con.table("data").filter(_.id <= 30, _.grp.notnull())
    window = ibis.window(group_by="grp", order_by="id")
    got = rows(
        data.mutate(
            number=ibis.row_number().over(window), before=_.id.lag().over(window), running=_.amount.sum().over(ibis.cumulative_window(group_by="grp", order_by="id")),
            best=_.id.max().over(group_by="grp"), place=ibis.rank().over(order_by=ibis.desc("id")),
        ).select("id", "number", "before", "running", "best", "place").order_by("id")
    )  # fmt: skip
    source = [row for row in wanted("id", "grp", "amount") if row[0] <= 30 and row[1] is not None]
    want = []
    for i, group, _amount in source:
        mine = [row for row in source if row[1] == group]
        upto = [row for row in mine if row[0] <= i]
        amounts = [row[2] for row in upto if row[2] is not None]
        before = upto[-2][0] if len(upto) > 1 else None
        place = sum(1 for row in source if row[0] > i)
        want.append((i, len(upto) - 1, before, sum(amounts) if amounts else None, mine[-1][0], place))
    got = [(i, n, None if b is None else int(b), *rest) for i, n, b, *rest in got]
    compare(got, want)
    got = rows(data.filter(ibis.row_number().over(window) == 0).select("id").order_by("id"))  # a filter of a window
    firsts = {}
    for i, group, _amount in source:
        firsts.setdefault(group, i)
    compare(got, sorted((i,) for i in firsts.values()))


def check_value(con, expression, want):
    """The expression's value in the row of id 77: 'name 77', ts 2020-01-04 05:00:00.25, day 1969-10-05, no amount."""
    made = (
        con.table("data")
        .filter(_.id == 77)
        .mutate(a=ibis.array([3, 1, 2]), j=ibis.literal('{"k": [1, {"x": "y"}]}').cast("json"))
    )
    ((got,),) = rows(made.select(value=expression))
    if isinstance(want, float):
        c.true(abs(float(got) - want) < 1e-9, f"got {got!r}, want {want!r}")
    else:
        c.true(got == want, f"got {got!r}, want {want!r}")


# (name, expression, value)
VALUES = [
    ("text/upper", _.name.upper(), "NAME 77"),
    ("text/length", _.name.length(), 7),
    ("text/substr", _.name.substr(5), "77"),
    ("text/left", _.name.left(4), "name"),
    ("text/contains", _.name.contains("77"), True),
    ("text/startswith", _.name.startswith("name"), True),
    ("text/replace", _.name.replace("name", "n"), "n 77"),
    ("text/split", _.name.split(" "), ["name", "77"]),
    ("text/concat", _.name + "!", "name 77!"),
    ("text/lpad", _.id.cast("string").lpad(5, "0"), "00077"),
    ("text/find", _.name.find("e"), 3),
    ("text/re_extract", _.name.re_extract("([0-9]+)", 1), "77"),
    ("text/re_replace", _.name.re_replace("[0-9]", "#"), "name ##"),
    ("text/strip", (_.name.lpad(9, " ") + " ").strip(), "name 77"),
    ("text/reverse", _.name.reverse(), "77 eman"),
    ("text/repeat", _.name.left(1).repeat(3), "nnn"),
    ("text/capitalize", _.name.capitalize(), "Name 77"),
    ("number/divide", _.id / 2.0, 38.5),
    ("number/divide_integers", _.id / 2, 38.0),  # as ibis has PostgreSQL divide them
    ("number/floor_divide", _.id // 2, 38),
    ("number/modulo", _.id % 10, 7),
    ("number/power", _.id**2, 5929),
    ("number/round", (_.id / 3.0).round(2), 25.67),
    ("number/floor", (_.id / 3.0).floor(), 25),
    ("number/ceil", (_.id / 3.0).ceil(), 26),
    ("number/abs", (-_.id).abs(), 77),
    ("number/sign", (-_.id).sign(), -1),
    ("number/sqrt", _.id.cast("float64").sqrt(), 77**0.5),
    ("number/log10", (_.id + 23).cast("float64").log10(), 2.0),
    ("number/clip", _.id.clip(lower=80), 80),
    ("number/cast", _.id.cast("string"), "77"),
    ("number/parse", _.name.substr(5).cast("int32"), 77),
    ("number/try", _.ratio.cast("decimal(12, 2)"), Decimal("38.50")),
    ("choice/ifelse", ibis.ifelse(_.id > 50, "big", "small"), "big"),
    ("choice/cases", ibis.cases((_.id < 10, "a"), (_.id < 100, "b"), else_="c"), "b"),
    ("choice/coalesce", ibis.coalesce(_.amount, ibis.literal(Decimal("1.00"), "decimal(12,2)")), Decimal("1.00")),
    ("choice/fill_null", _.amount.fill_null(Decimal("2.00")), Decimal("2.00")),
    ("choice/nullif", _.id.nullif(77), None),
    ("choice/greatest", ibis.greatest(_.id, 100), 100),
    ("choice/identical_to", _.amount.identical_to(ibis.null()), True),
    ("time/year", _.ts.year(), 2020),
    ("time/month", _.day.month(), 10),
    ("time/quarter", _.day.quarter(), 4),
    ("time/hour", _.ts.hour(), 5),
    ("time/second", _.ts.second(), 0),
    ("time/millisecond", _.ts.millisecond(), 250),
    ("time/weekday", _.ts.day_of_week.index(), 5),
    ("time/weekday_name", _.ts.day_of_week.full_name(), "Saturday"),
    ("time/day_of_year", _.ts.day_of_year(), 4),
    ("time/week", _.ts.week_of_year(), 1),
    ("time/truncate", _.ts.truncate("M"), dt.datetime(2020, 1, 1)),
    ("time/truncate_hour", _.ts.truncate("h"), dt.datetime(2020, 1, 4, 5)),
    ("time/date", _.ts.date().cast("string"), "2020-01-04"),
    ("time/add", _.ts + ibis.interval(days=1, hours=2), dt.datetime(2020, 1, 5, 7, 0, 0, 250000)),
    ("time/subtract", _.ts - ibis.interval(months=1), dt.datetime(2019, 12, 4, 5, 0, 0, 250000)),
    ("time/epoch", _.ts.epoch_seconds(), 1578114000),
    ("time/strftime", _.ts.strftime("%Y/%m/%d %H:%M"), "2020/01/04 05:00"),
    ("time/cast", ibis.literal("2020-02-03").cast("date").cast("string"), "2020-02-03"),
    ("time/timestamp", ibis.timestamp(2020, 1, 2, 3, 4, 5), dt.datetime(2020, 1, 2, 3, 4, 5)),
    ("time/make", ibis.timestamp(_.ts.year(), 1, 2, 3, 4, 5), dt.datetime(2020, 1, 2, 3, 4, 5)),
    ("time/delta", _.ts.date() - _.day, pd.Timedelta(days=18353)),
    ("array/length", _.a.length(), 3),
    ("array/index", _.a[0], 3),
    ("array/slice", _.a[1:], [1, 2]),
    ("array/contains", _.a.contains(2), True),
    ("array/concat", _.a.concat(ibis.array([9])), [3, 1, 2, 9]),
    ("array/join", ibis.array(["a", "b"]).join("-"), "a-b"),
    ("array/sort", _.a.sort(), [1, 2, 3]),
    ("json/index", _.j["k"][0].cast("string"), "1"),
    ("json/nested", _.j["k"][1]["x"].cast("string"), '"y"'),
    ("json/str", _.j["k"][1]["x"].str, "y"),
    ("json/int", _.j["k"][0].int, 1),
]  # fmt: skip

for name, expression, want in VALUES:
    check(f"expression/{name}")(functools.partial(check_value, expression=expression, want=want))


@check("expression/array/unnest")
def check_unnest(con):
    made = con.table("data").filter(_.id == 77).mutate(a=ibis.array([3, 1, 2]))
    compare(rows(made.select(n=_.a.unnest()).order_by("n")), [(1,), (2,), (3,)])


@check("expression/reshape")
def check_reshape(con):
    groups = con.table("groups").filter(_.grp < 3)
    got = rows(
        groups.mutate(a=_.grp, b=_.grp * 10)
        .drop("grp")
        .pivot_longer(["a", "b"], names_to="which", values_to="n")
        .select("label", "n")
        .order_by("label", "n")
    )
    compare(got, [("one", 1), ("one", 10), ("two", 2), ("two", 20), ("zero", 0), ("zero", 0)])
    got = rows(
        con.table("data")
        .filter(_.id <= 20)
        .group_by("ok")
        .aggregate(n=_.count())
        .mutate(share=_.n / _.n.sum())
        .select("n")
        .order_by("n")
    )
    compare(got, [(6,), (7,), (7,)])
    compare(rows(con.table("data").order_by("id").head(2).select("id")), [(1,), (2,)])


@check("expression/memtable")
def check_memtable(con):
    memory = ibis.memtable({"grp": [1, 2], "word": ["uno", "dos ü"]})
    groups = con.table("groups")
    frame = con.execute(groups.join(memory, "grp").select("label", "word").order_by("label"))
    c.equal(frame.values.tolist(), [["one", "uno"], ["two", "dos ü"]], "rows")


@check("expression/parameter")
def check_parameter(con):
    low = ibis.param("int64")
    expression = con.table("data").filter(_.id > low).count()
    c.equal([con.execute(expression, params={low: value}) for value in (0, 990, 1000)], [1000, 10, 0], "counts")


# ---- tables made ------------------------------------------------------------------------------------------------------


@check("create/schema")
def check_create(con):
    con.create_database(MADE, force=True)
    schema = ibis.schema(
        {
            "id": "!int64",
            "name": "string",
            "amount": "decimal(12, 2)",
            "ts": "timestamp",
            "day": "date",
            "ok": "boolean",
            "ratio": "float64",
        }
    )
    made = con.create_table("by_schema", schema=schema, database=MADE)
    c.true("by_schema" in con.list_tables(database=MADE), "made")
    c.equal(con.table("by_schema", database=MADE).schema()["id"].nullable, False, "NOT NULL")
    rows_in = [
        {
            "id": i,
            "name": f"n{i}",
            "amount": Decimal(i),
            "ts": dt.datetime(2020, 1, i),
            "day": dt.date(2020, 1, i),
            "ok": i == 1,
            "ratio": i / 2,
        }
        for i in (1, 2)
    ]
    con.insert("by_schema", pd.DataFrame(rows_in), database=MADE)
    con.insert(
        "by_schema",
        con.table("data").filter(_.id.between(3, 4)).select("id", "name", "amount", "ts", "day", "ok", "ratio"),
        database=MADE,
    )
    got = rows(made.select("id", "name", "amount", "ok", "ratio").order_by("id"))
    c.equal([row[0] for row in got], [1, 2, 3, 4], "ids")
    c.equal(got[0], (1, "n1", Decimal("1.00"), True, 0.5), "a row of pandas")
    c.equal(got[3][:2], (4, "name 4"), "a row of an expression")
    con.truncate_table("by_schema", database=MADE)
    c.equal(con.execute(made.count()), 0, "truncated")
    con.drop_table("by_schema", database=MADE)
    c.true("by_schema" not in con.list_tables(database=MADE), "dropped")
    con.drop_table("by_schema", database=MADE, force=True)


@check("create/from")
def check_create_from(con):
    frame = pd.DataFrame({"id": [1, 2, 3], "name": ["a", None, "ü"], "at": pd.to_datetime(["2020-01-01", "2020-01-02", None])})
    made = con.create_table("from_pandas", frame)
    compare(rows(made.select("id", "name").order_by("id")), [(1, "a"), (2, None), (3, "ü")])
    arrow = pa.table(
        {
            "id": pa.array([1, 2], pa.int32()),
            "n": pa.array([Decimal("1.50"), None], pa.decimal128(10, 2)),
            "day": pa.array([dt.date(2020, 1, 1), None]),
        }
    )
    made = con.create_table("from_arrow", arrow)
    compare(rows(made.select("id", "n").order_by("id")), [(1, Decimal("1.50")), (2, None)])
    made = con.create_table("from_query", con.table("data").filter(_.id < 4).select("id", "name", "amount"))
    compare(rows(made.order_by("id")), wanted("id", "name", "amount")[:3])
    c.true({"from_pandas", "from_arrow", "from_query"} <= set(con.list_tables()), "tables")
    for name in ("from_pandas", "from_arrow", "from_query"):
        con.drop_table(name)


@check("create/overwrite")
def check_overwrite(con):
    con.create_table("replaced", con.table("data").filter(_.id < 4).select("id", "name"))
    c.raises(con.create_table, "replaced", con.table("data").select("id"), expect=psycopg.Error)
    made = con.create_table("replaced", con.table("data").filter(_.id < 3).select("id"), overwrite=True)
    compare(rows(made.order_by("id")), [(1,), (2,)])
    con.insert("replaced", con.table("data").filter(_.id == 9).select("id"), overwrite=True)
    compare(rows(con.table("replaced")), [(9,)])
    con.drop_table("replaced")


@check("create/temp")
def check_temp(con):
    made = con.create_table("passing", con.table("data").filter(_.id < 4).select("id", "name"), temp=True)
    compare(rows(made.order_by("id")), wanted("id", "name")[:3])
    kinds = {name: str(kind) for name, kind in con.table("passing").schema().items()}
    c.equal(kinds, {"id": "!int64", "name": "!string"}, "schema")
    con.insert("passing", con.table("data").filter(_.id == 4).select("id", "name"))
    c.equal(con.execute(con.table("passing").count()), 4, "rows")
    con.drop_table("passing")


@check("create/view")
def check_view(con):
    made = con.create_view("seen", con.table("data").filter(_.id < 4).select("id", "amount"))
    compare(rows(made.order_by("id")), wanted("id", "amount")[:3])
    c.true("seen" in con.list_tables(), "made")
    con.create_view("seen", con.table("data").filter(_.id < 3).select("id", "amount"), overwrite=True)
    compare(rows(con.table("seen").select("id").order_by("id")), [(1,), (2,)])
    con.drop_view("seen")
    c.true("seen" not in con.list_tables(), "dropped")


@check("create/raw")
def check_raw(con):
    with con.begin() as cursor:
        cursor.execute(f"CREATE TABLE {SCHEMA}.raw (n int)")
        cursor.execute(f"INSERT INTO {SCHEMA}.raw VALUES (1), (2)")
    cursor = con.raw_sql(f"SELECT sum(n)::int AS s FROM {SCHEMA}.raw")
    c.equal(cursor.fetchall(), [(3,)], "rows")
    cursor.close()

    def failing():
        with con.begin() as cursor:
            cursor.execute(f"INSERT INTO {SCHEMA}.raw VALUES (3)")
            cursor.execute("SELECT * FROM no_such_table")

    c.state_is(c.raises(failing, expect=psycopg.Error), "42P01")
    c.equal(con.execute(con.table("raw").count()), 2, "rolled back")
    con.drop_table("raw")


if __name__ == "__main__":
    checks.run()
