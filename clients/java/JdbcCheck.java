// Checks of PostgreSQL's JDBC driver, in each of its four preferQueryModes, whose
// name ends the name of a check.
//
//   java -cp postgresql.jar JdbcCheck.java [MODE …]
//
// Left out: COPY in binary (CopyManager passes bytes on, nothing encodes them)
// and fetch sizes. The driver asks for binary results of the types it can decode
// from a statement's fifth use on; the checks use statements more often than that.

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PGobject;
import org.postgresql.util.PSQLException;

public class JdbcCheck {
    static final String[] MODES = {"simple", "extended", "extendedForPrepared", "extendedCacheEverything"};
    static final int ROWS = 1_000_000;
    static final int COPIED = 200_000;
    // An hour-long query, for whatever ends it early.
    static final String LONG_QUERY = "SELECT count(*)::bigint AS n FROM generate_series(1, 100000000) a(x),"
        + " generate_series(1, 1000) b(y) WHERE (a.x * b.y) % 7 = 3";
    static final ExecutorService threads = Executors.newCachedThreadPool(r -> {
        Thread t = new Thread(r);
        t.setDaemon(true);
        return t;
    });

    static boolean failed;
    final String mode;

    JdbcCheck(String mode) {
        this.mode = mode;
    }

    public static void main(String[] args) {
        for (String mode : args.length > 0 ? args : MODES) {
            new JdbcCheck(mode).all();
        }
        System.exit(failed ? 1 : 0);
    }

    void all() {
        check("connect", this::connectCheck);
        check("rows", this::rows);
        check("rows/fetch", this::fetchedRows);
        check("types", this::types);
        check("types/objects", this::typeObjects);
        check("error", this::error);
        check("cancel", this::cancel);
        check("cancel/timeout", this::cancelTimeout);
        check("rollback", this::rollback);
        check("rollback/savepoint", this::savepoint);
        check("prepared", this::prepared);
        check("batch", this::batch);
        check("batch/rewritten", this::batchRewritten);
        check("batch/keys", this::generatedKeys);
        check("copy_out/text", c -> copyOut(c, "text"));
        check("copy_out/csv", c -> copyOut(c, "csv"));
        check("copy_in/text", c -> copyIn(c, "text"));
        check("copy_in/csv", c -> copyIn(c, "csv"));
        check("pool", this::pool);
        check("catalog", this::catalog);
        check("catalog/tables", this::catalogTables);
    }

    interface Body {
        void run(Connection c) throws Exception;
    }

    // check runs one check on a connection of its own and prints its line. It
    // goes on after a failure; what hangs longer than the limit has failed.
    void check(String name, Body body) {
        String full = name + "/" + mode;
        Connection[] open = new Connection[1];
        Future<?> done = threads.submit((Callable<Void>) () -> {
            try (Connection c = connect()) {
                open[0] = c;
                body.run(c);
            }
            return null;
        });
        try {
            done.get(110, TimeUnit.SECONDS);
            System.out.println("ok " + full);
        } catch (ExecutionException | InterruptedException | TimeoutException e) {
            failed = true;
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String state = cause instanceof SQLException s ? s.getSQLState() + " " : "";
            String reason = (state + (e instanceof TimeoutException ? "not done after 55 s" : cause.getMessage()))
                .replaceAll("\\s+", " ");
            System.out.println("not ok " + full + ": " + reason.substring(0, Math.min(300, reason.length())));
            System.err.println(full);
            cause.printStackTrace();
            if (open[0] != null) {
                try {
                    open[0].abort(threads);
                } catch (SQLException ignored) {
                    // the connection was to go anyway
                }
            }
        }
    }

    static String env(String name) {
        return Objects.requireNonNull(System.getenv(name), name);
    }

    String url() {
        return "jdbc:postgresql://" + env("PGHOST") + ":" + env("PGPORT") + "/" + env("PGDATABASE");
    }

    Properties properties() {
        Properties p = new Properties();
        p.setProperty("user", env("PGUSER"));
        p.setProperty("password", env("PGPASSWORD"));
        p.setProperty("sslmode", "verify-full");
        p.setProperty("sslrootcert", env("PGSSLROOTCERT"));
        p.setProperty("preferQueryMode", mode);
        p.setProperty("loginTimeout", "10");
        p.setProperty("ApplicationName", "jdbc check");
        return p;
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), properties());
    }

    static void equal(Object got, Object want, String what) {
        if (!Objects.deepEquals(got, want)) {
            throw new AssertionError(what + ": got " + show(got) + ", want " + show(want));
        }
    }

    static String show(Object o) {
        String s = o instanceof byte[] b ? b.length + " bytes " + Arrays.toString(b)
            : o instanceof Object[] a ? Arrays.deepToString(a) : String.valueOf(o);
        return (o == null ? "" : o.getClass().getSimpleName() + " ") + s.substring(0, Math.min(100, s.length()));
    }

    interface Attempt {
        void run() throws Exception;
    }

    // fails waits for the error of a statement and compares its SQLSTATE.
    static SQLException fails(Attempt attempt, String state, String what) throws Exception {
        try {
            attempt.run();
        } catch (SQLException e) {
            if (!state.equals(e.getSQLState())) {
                throw new AssertionError(what + ": got " + e.getSQLState() + " " + e.getMessage() + ", want " + state, e);
            }
            return e;
        }
        throw new AssertionError(what + ": no error, want " + state);
    }

    // one runs a plain query with one row and one column.
    static Object one(Connection c, String query) throws SQLException {
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery(query)) {
            equal(r.next(), true, "a row of " + query);
            Object v = r.getObject(1);
            equal(r.next(), false, "a second row of " + query);
            return v;
        }
    }

    static void update(Connection c, String... statements) throws SQLException {
        try (Statement s = c.createStatement()) {
            for (String text : statements) {
                s.execute(text);
            }
        }
    }

    void connectCheck(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(m.getDatabaseProductName(), "PostgreSQL", "product");
        equal(m.getDatabaseMajorVersion(), 15, "major version");
        equal(c.unwrap(PGConnection.class).getParameterStatus("server_version").startsWith("15"), true, "server_version");
        equal(String.valueOf(one(c, "SHOW server_version")).startsWith("15"), true, "SHOW server_version");
        // verify-full connects with TLS or not at all, and only if the certificate is the right one
        Properties other = properties();
        other.setProperty("sslrootcert", env("CHECK_TMP") + "/missing.pem");
        fails(() -> DriverManager.getConnection(url(), other).close(), "08006", "with another certificate");
        equal(one(c, "SELECT current_user::text AS v"), env("PGUSER"), "current_user");
        equal(one(c, "SELECT current_database()::text AS v"), env("PGDATABASE"), "current_database()");
        equal(m.getUserName(), env("PGUSER"), "getUserName");
        equal(c.getCatalog(), env("PGDATABASE"), "getCatalog");
        equal(c.isValid(5), true, "isValid");
    }

    static BigDecimal cents(int i) {
        return BigDecimal.valueOf(i, 2);
    }

    /** A block, and a fetch size, make the driver read by a portal with a row limit; other statements go on beside it. */
    void fetchedRows(Connection c) throws Exception {
        c.setAutoCommit(false);
        long sum = 0, count = 0;
        try (PreparedStatement s = c.prepareStatement("SELECT i::bigint AS id FROM generate_series(1, " + ROWS + ") AS g(i)")) {
            s.setFetchSize(5000);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    sum += r.getLong(1);
                    if (++count == 10_000) {
                        equal(one(c, "SELECT 7::int4 AS v"), 7, "beside it");
                    }
                }
            }
        }
        c.commit();
        equal(count, (long) ROWS, "rows");
        equal(sum, (long) ROWS * (ROWS + 1) / 2, "sum");
    }

    void rows(Connection c) throws Exception {
        String query = "SELECT i::bigint AS id, ('row ' || i::text)::text AS name, (i * 0.5)::float8 AS half,"
            + " (i * 0.01)::numeric(12,2) AS price, (TIMESTAMP '2000-01-01 00:00:00' + i * INTERVAL '1 second')::timestamp AS at,"
            + " (DATE '2000-01-01' + (i % 10000)::int)::date AS day, (i % 3 = 0)::bool AS third"
            + " FROM generate_series(1, " + ROWS + ") AS g(i)";
        LocalDateTime at0 = LocalDateTime.of(2000, 1, 1, 0, 0);
        LocalDate day0 = LocalDate.of(2000, 1, 1);
        long count = 0, ids = 0, lengths = 0, prices = 0, seconds = 0, days = 0, thirds = 0;
        double halves = 0;
        try (PreparedStatement s = c.prepareStatement(query); ResultSet r = s.executeQuery()) {
            while (r.next()) {
                int i = (int) r.getLong("id");
                String name = r.getString("name");
                double half = r.getDouble(3);
                BigDecimal price = r.getBigDecimal(4);
                LocalDateTime at = r.getObject(5, LocalDateTime.class);
                LocalDate day = r.getObject(6, LocalDate.class);
                boolean third = r.getBoolean(7);
                if (!name.equals("row " + i) || half != i * 0.5 || !price.equals(cents(i)) || !at.equals(at0.plusSeconds(i))
                        || !day.equals(day0.plusDays(i % 10000)) || third != (i % 3 == 0)) {
                    throw new AssertionError("row " + i + ": " + name + ", " + half + ", " + price + ", " + at + ", " + day + ", " + third);
                }
                count++;
                ids += i;
                lengths += name.length();
                halves += half;
                prices += price.unscaledValue().longValue();
                seconds += at.toEpochSecond(ZoneOffset.UTC) - at0.toEpochSecond(ZoneOffset.UTC);
                days += day.toEpochDay() - day0.toEpochDay();
                thirds += third ? 1 : 0;
            }
        }
        long total = ROWS * (ROWS + 1L) / 2;
        long digits = 0;
        for (long d = 1; d <= ROWS; d *= 10) {
            digits += ROWS - d + 1;
        }
        equal(List.of(count, ids, lengths, halves, prices, seconds, days, thirds),
            List.of((long) ROWS, total, 4L * ROWS + digits, total / 2.0, total, total, ROWS / 10000 * (10000L * 9999 / 2), ROWS / 3L), "sums");
    }

    static byte[] allBytes() {
        byte[] b = new byte[256];
        for (int i = 0; i < 256; i++) {
            b[i] = (byte) i;
        }
        return b;
    }

    static final String ODD = "it's \"quoted\" \\ back, ünï ☃ 😀 $1 ? %s";
    static final String[] ODDS = {"a", null, "b,c", "d\"e", "it's", "", "NULL", "{x}", "back\\slash", "ünï ☃"};

    interface Setter {
        void set(PreparedStatement s) throws SQLException;
    }

    interface Getter {
        Object get(ResultSet r) throws SQLException;
    }

    final List<String> wrong = new ArrayList<>();

    // value sends one value and compares what comes back, six times with one
    // statement, since the driver changes to binary at the fifth; then NULL.
    void value(Connection c, String type, int jdbcType, Setter set, Getter get, Object want) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("SELECT ?::" + type + " AS v")) {
            for (int i = 0; i < 6; i++) {
                set.set(s);
                try (ResultSet r = s.executeQuery()) {
                    equal(r.next(), true, "a row");
                    equal(get.get(r), want, type + " at use " + (i + 1));
                }
            }
            s.setNull(1, jdbcType);
            try (ResultSet r = s.executeQuery()) {
                r.next();
                equal(r.getObject(1), null, "NULL of " + type);
                equal(r.wasNull(), true, "wasNull of " + type);
            }
        } catch (SQLException e) {
            wrong.add(type + ": " + e.getSQLState() + " " + e.getMessage());
            e.printStackTrace();
        } catch (AssertionError e) {
            wrong.add(e.getMessage());
        }
    }

    void noneWrong() {
        if (!wrong.isEmpty()) {
            String all = wrong.size() + " wrong: " + String.join("; ", wrong);
            wrong.clear();
            throw new AssertionError(all);
        }
    }

    void types(Connection c) throws Exception {
        for (boolean v : new boolean[] {true, false}) {
            value(c, "bool", Types.BOOLEAN, s -> s.setBoolean(1, v), r -> r.getBoolean(1), v);
        }
        for (short v : new short[] {Short.MIN_VALUE, Short.MAX_VALUE}) {
            value(c, "int2", Types.SMALLINT, s -> s.setShort(1, v), r -> r.getShort(1), v);
        }
        for (int v : new int[] {Integer.MIN_VALUE, 0, Integer.MAX_VALUE}) {
            value(c, "int4", Types.INTEGER, s -> s.setInt(1, v), r -> r.getInt(1), v);
        }
        for (long v : new long[] {Long.MIN_VALUE, Long.MAX_VALUE}) {
            value(c, "int8", Types.BIGINT, s -> s.setLong(1, v), r -> r.getLong(1), v);
        }
        for (float v : new float[] {0.1f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE}) {
            value(c, "float4", Types.REAL, s -> s.setFloat(1, v), r -> r.getFloat(1), v);
        }
        for (double v : new double[] {0.1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MAX_VALUE, Double.MIN_VALUE}) {
            value(c, "float8", Types.DOUBLE, s -> s.setDouble(1, v), r -> r.getDouble(1), v);
        }
        for (String v : new String[] {"12345678901234567890123456789012345678", "-99999999999999999999999999999999999999"}) {
            value(c, "numeric(38,0)", Types.NUMERIC, s -> s.setBigDecimal(1, new BigDecimal(v)), r -> r.getBigDecimal(1), new BigDecimal(v));
        }
        for (String v : new String[] {"-123.4500", "0.0001", "0.0000"}) {
            value(c, "numeric(20,4)", Types.NUMERIC, s -> s.setBigDecimal(1, new BigDecimal(v)), r -> r.getBigDecimal(1), new BigDecimal(v));
        }
        for (String v : new String[] {ODD, "", "é".repeat(512 * 1024)}) {
            value(c, "text", Types.VARCHAR, s -> s.setString(1, v), r -> r.getString(1), v);
        }
        for (byte[] v : new byte[][] {allBytes(), {}}) {
            value(c, "bytea", Types.BINARY, s -> s.setBytes(1, v), r -> r.getBytes(1), v);
        }
        for (String v : new String[] {"1969-07-20", "2024-02-29", "0001-01-01"}) {
            value(c, "date", Types.DATE, s -> s.setObject(1, LocalDate.parse(v)), r -> r.getObject(1, LocalDate.class), LocalDate.parse(v));
        }
        value(c, "date", Types.DATE, s -> s.setDate(1, Date.valueOf("1969-07-20")), r -> r.getDate(1), Date.valueOf("1969-07-20"));
        for (String v : new String[] {"23:59:59.999999", "00:00:00"}) {
            value(c, "time", Types.TIME, s -> s.setObject(1, LocalTime.parse(v)), r -> r.getObject(1, LocalTime.class), LocalTime.parse(v));
        }
        value(c, "time", Types.TIME, s -> s.setTime(1, Time.valueOf("12:34:56")), r -> r.getTime(1), Time.valueOf("12:34:56"));
        for (String v : new String[] {"2024-02-29T12:34:56.123456", "1969-07-20T20:17:40"}) {
            LocalDateTime t = LocalDateTime.parse(v);
            value(c, "timestamp", Types.TIMESTAMP, s -> s.setObject(1, t), r -> r.getObject(1, LocalDateTime.class), t);
            value(c, "timestamp", Types.TIMESTAMP, s -> s.setTimestamp(1, Timestamp.valueOf(t)), r -> r.getTimestamp(1), Timestamp.valueOf(t));
        }
        OffsetDateTime tz = OffsetDateTime.parse("2024-02-29T12:34:56.123456+05:30");
        value(c, "timestamptz", Types.TIMESTAMP_WITH_TIMEZONE, s -> s.setObject(1, tz),
            r -> r.getObject(1, OffsetDateTime.class).toInstant(), tz.toInstant());
        noneWrong();
    }

    static PGobject object(String type, String value) {
        try {
            PGobject o = new PGobject();
            o.setType(type);
            o.setValue(value);
            return o;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void typeObjects(Connection c) throws Exception {
        PGInterval long1 = new PGInterval(1, 2, 3, 4, 5, 6.789);
        value(c, "interval", Types.OTHER, s -> s.setObject(1, long1), r -> r.getObject(1), long1);
        PGInterval negative = new PGInterval(0, -1, -2, 0, 0, -3);
        value(c, "interval", Types.OTHER, s -> s.setObject(1, negative), r -> r.getObject(1), negative);
        UUID uuid = UUID.fromString("0f14d0ab-9605-4a62-a9e4-5ed26688389b");
        value(c, "uuid", Types.OTHER, s -> s.setObject(1, uuid), r -> r.getObject(1), uuid);
        String json = "{\"a\": [1, \"x\", null], \"b\": \"é\"}";
        value(c, "json", Types.OTHER, s -> s.setObject(1, object("json", json)), r -> r.getString(1), json);
        value(c, "json", Types.OTHER, s -> s.setObject(1, json, Types.OTHER), r -> ((PGobject) r.getObject(1)).getType(), "json");
        for (Integer[] v : new Integer[][] {{1, null, -3}, {}}) {
            value(c, "int4[]", Types.ARRAY, s -> s.setArray(1, c.createArrayOf("int4", v)), r -> r.getArray(1).getArray(), v);
        }
        value(c, "int4[]", Types.ARRAY, s -> s.setObject(1, new int[] {1, 2}), r -> r.getArray(1).getArray(), new Integer[] {1, 2});
        Long[] longs = {Long.MIN_VALUE, null, Long.MAX_VALUE};
        value(c, "int8[]", Types.ARRAY, s -> s.setArray(1, c.createArrayOf("int8", longs)), r -> r.getArray(1).getArray(), longs);
        for (String[] v : new String[][] {ODDS, {}}) {
            value(c, "text[]", Types.ARRAY, s -> s.setArray(1, c.createArrayOf("text", v)), r -> r.getArray(1).getArray(), v);
        }
        Double[] doubles = {0.1, null, Double.NaN};
        value(c, "float8[]", Types.ARRAY, s -> s.setArray(1, c.createArrayOf("float8", doubles)), r -> r.getArray(1).getArray(), doubles);
        Boolean[] bools = {true, null, false};
        value(c, "bool[]", Types.ARRAY, s -> s.setArray(1, c.createArrayOf("bool", bools)), r -> r.getArray(1).getArray(), bools);
        // strings whose type the server is to find out
        Properties p = properties();
        p.setProperty("stringtype", "unspecified");
        try (Connection u = DriverManager.getConnection(url(), p)) {
            update(u, "CREATE TEMP TABLE t (a int, b uuid, d timestamp)");
            try (PreparedStatement s = u.prepareStatement("INSERT INTO t VALUES (?, ?, ?)")) {
                s.setString(1, "42");
                s.setString(2, uuid.toString());
                s.setString(3, "2024-02-29 12:34:56");
                equal(s.executeUpdate(), 1, "rows inserted");
            }
            equal(one(u, "SELECT a AS v FROM t"), 42, "int of a string");
            equal(one(u, "SELECT b AS v FROM t"), uuid, "uuid of a string");
        }
        noneWrong();
    }

    void error(Connection c) throws Exception {
        String[][] cases = {
            {"SELEC 1", "42601"}, {"SELECT 1 AS v FROM", "42601"}, {"SELECT v FROM jdbc_missing", "42P01"},
            {"SELECT nope FROM (SELECT 1 AS v) t", "42703"}, {"SELECT 'abc'::int AS v", "22P02"},
            {"SELECT 99999999999::int AS v", "22003"},
        };
        for (String[] one : cases) {
            fails(() -> one(c, one[0]), one[1], one[0]);
            equal(one(c, "SELECT 1::int4 AS v"), 1, "after " + one[1]);
            try (PreparedStatement s = c.prepareStatement(one[0])) {
                PSQLException e = (PSQLException) fails(s::executeQuery, one[1], "prepared " + one[0]);
                equal(e.getServerErrorMessage().getSeverity(), "ERROR", "severity");
            }
            equal(one(c, "SELECT 1::int4 AS v"), 1, "after prepared " + one[1]);
        }
        c.setAutoCommit(false);
        fails(() -> one(c, "SELECT v FROM jdbc_missing"), "42P01", "in a transaction");
        fails(() -> one(c, "SELECT 1 AS v"), "25P02", "after an error in a transaction");
        c.rollback();
        equal(one(c, "SELECT 1::int4 AS v"), 1, "after rollback");
        c.commit();
    }

    void cancel(Connection c) throws Exception {
        try (Statement s = c.createStatement()) {
            Future<?> canceller = threads.submit((Callable<Void>) () -> {
                Thread.sleep(500);
                s.cancel();
                return null;
            });
            long began = System.nanoTime();
            fails(() -> s.executeQuery(LONG_QUERY), "57014", "cancelled");
            equal(System.nanoTime() - began < 10_000_000_000L, true, "within 10 s");
            canceller.get();
        }
        equal(one(c, "SELECT 1::int4 AS v"), 1, "afterwards");
    }

    void cancelTimeout(Connection c) throws Exception {
        try (PreparedStatement s = c.prepareStatement(LONG_QUERY)) {
            s.setQueryTimeout(1);
            long began = System.nanoTime();
            fails(s::executeQuery, "57014", "query timeout");
            equal(System.nanoTime() - began < 10_000_000_000L, true, "within 10 s");
        }
        equal(one(c, "SELECT 1::int4 AS v"), 1, "afterwards");
        Properties p = properties();
        p.setProperty("options", "-c statement_timeout=500");
        try (Connection o = DriverManager.getConnection(url(), p)) {
            fails(() -> one(o, LONG_QUERY), "57014", "statement_timeout of the options");
        }
    }

    void rollback(Connection a) throws Exception {
        try (Connection b = connect()) {
            update(a, "DROP TABLE IF EXISTS jdbc_t");
            a.setAutoCommit(false);
            update(a, "CREATE TABLE jdbc_t (id int, name text)", "INSERT INTO jdbc_t VALUES (1, 'a')");
            a.rollback();
            fails(() -> one(a, "SELECT id FROM jdbc_t"), "42P01", "after rollback");
            a.rollback();
            update(a, "CREATE TABLE jdbc_t (id int, name text)");
            try (PreparedStatement s = a.prepareStatement("INSERT INTO jdbc_t VALUES (?, ?)")) {
                s.setInt(1, 1);
                s.setString(2, "a");
                equal(s.executeUpdate(), 1, "rows inserted");
            }
            fails(() -> one(b, "SELECT id FROM jdbc_t"), "42P01", "before commit");
            a.commit();
            equal(one(b, "SELECT name FROM jdbc_t WHERE id = 1"), "a", "after commit");
            update(a, "UPDATE jdbc_t SET name = 'z'");
            a.rollback();
            equal(one(b, "SELECT name FROM jdbc_t"), "a", "after the second rollback");
            equal(a.getTransactionIsolation() > 0, true, "isolation");
            a.commit();
        } finally {
            a.rollback();
            a.setAutoCommit(true);
            update(a, "DROP TABLE IF EXISTS jdbc_t");
        }
    }

    // Savepoints, by themselves and as autosave sets them.
    void savepoint(Connection c) throws Exception {
        update(c, "CREATE TEMP TABLE t (id int)");
        c.setAutoCommit(false);
        update(c, "INSERT INTO t VALUES (1)");
        java.sql.Savepoint p = c.setSavepoint("one");
        update(c, "INSERT INTO t VALUES (2)");
        c.rollback(p);
        update(c, "INSERT INTO t VALUES (3)");
        c.commit();
        equal(one(c, "SELECT sum(id)::int4 AS v FROM t"), 4, "after rolling back to the savepoint");
        c.commit();
    }

    void prepared(Connection c) throws Exception {
        try (PreparedStatement twice = c.prepareStatement("SELECT ?::int4 * 2 AS v, ?::text AS t");
                PreparedStatement half = c.prepareStatement("SELECT ?::float8 / 2 AS h")) {
            for (int i = 0; i < 200; i++) {
                twice.setInt(1, i);
                twice.setString(2, "t" + i);
                try (ResultSet r = twice.executeQuery()) {
                    r.next();
                    equal(List.of(r.getInt("v"), r.getString("t")), List.of(i * 2, "t" + i), "twice");
                }
                half.setDouble(1, i);
                try (ResultSet r = half.executeQuery()) {
                    r.next();
                    equal(r.getDouble(1), i / 2.0, "half");
                }
            }
            // the same placeholder with another type
            twice.setString(1, "21");
            twice.setString(2, "");
            try (ResultSet r = twice.executeQuery()) {
                r.next();
                equal(r.getInt(1), 42, "int of a string");
            }
        }
        // closed and prepared again: from the driver's cache
        for (int i = 0; i < 20; i++) {
            try (PreparedStatement s = c.prepareStatement("SELECT ?::int4 + 1 AS v")) {
                s.setInt(1, i);
                try (ResultSet r = s.executeQuery()) {
                    r.next();
                    equal(r.getInt(1), i + 1, "cached");
                }
            }
        }
        // a table that changes under a statement that the server has prepared
        update(c, "CREATE TEMP TABLE t (a int)", "INSERT INTO t VALUES (1)");
        try (PreparedStatement s = c.prepareStatement("SELECT * FROM t")) {
            for (int i = 0; i < 8; i++) {
                s.executeQuery().close();
            }
            update(c, "ALTER TABLE t ADD COLUMN b text");
            try (ResultSet r = s.executeQuery()) {
                equal(r.getMetaData().getColumnCount(), 2, "columns after ALTER TABLE");
            }
        }
    }

    void batch(Connection c) throws Exception {
        update(c, "CREATE TEMP TABLE t (id int PRIMARY KEY, name text)");
        batchOf(c);
        // a batch with an error: nothing of it in a transaction
        c.setAutoCommit(false);
        try (PreparedStatement s = c.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
            for (int id : new int[] {9001, 1, 9002}) {
                s.setInt(1, id);
                s.setString(2, "x");
                s.addBatch();
            }
            equal(fails(s::executeBatch, "23505", "duplicate") instanceof BatchUpdateException, true, "BatchUpdateException");
        }
        c.rollback();
        c.setAutoCommit(true);
        equal(one(c, "SELECT count(*)::int4 AS v FROM t"), 5000, "after the error");
        try (Statement s = c.createStatement()) {
            s.addBatch("INSERT INTO t VALUES (9001, 'a'), (9002, 'b')");
            s.addBatch("UPDATE t SET name = 'c' WHERE id > 9000");
            s.addBatch("DELETE FROM t WHERE id = 9001");
            equal(s.executeBatch(), new int[] {2, 2, 1}, "counts of plain statements");
            // several statements in one
            equal(s.execute("SELECT 1::int4 AS a; SELECT 'b' AS b; DELETE FROM t WHERE id = 9002"), true, "a result set");
            s.getResultSet().next();
            equal(s.getResultSet().getInt(1), 1, "the first of several");
            equal(s.getMoreResults(), true, "a second result set");
            s.getResultSet().next();
            equal(s.getResultSet().getString(1), "b", "the second of several");
            equal(s.getMoreResults(), false, "no third result set");
            equal(s.getUpdateCount(), 1, "the third of several");
        }
    }

    static void batchOf(Connection c) throws SQLException {
        try (PreparedStatement s = c.prepareStatement("INSERT INTO t (id, name) VALUES (?, ?)")) {
            for (int i = 1; i <= 5000; i++) {
                s.setInt(1, i);
                s.setString(2, i % 10 == 0 ? null : "n" + i);
                s.addBatch();
                if (i % 1000 == 0) {
                    for (int n : s.executeBatch()) {
                        // rewritten batches have no count of each
                        equal(n == 1 || n == Statement.SUCCESS_NO_INFO, true, "count");
                    }
                }
            }
        }
        equal(one(c, "SELECT count(*)::int4 AS v FROM t"), 5000, "rows");
        equal(one(c, "SELECT sum(id)::int4 AS v FROM t WHERE name IS NULL"), 1252500, "rows with NULL");
        equal(one(c, "SELECT count(*)::int4 AS v FROM t WHERE name = 'n' || id::text"), 4500, "names");
    }

    void batchRewritten(Connection unused) throws Exception {
        Properties p = properties();
        p.setProperty("reWriteBatchedInserts", "true");
        try (Connection c = DriverManager.getConnection(url(), p)) {
            update(c, "CREATE TEMP TABLE t (id int PRIMARY KEY, name text)");
            batchOf(c);
        }
    }

    // RETURN_GENERATED_KEYS adds RETURNING to the statement.
    void generatedKeys(Connection c) throws Exception {
        update(c, "CREATE TEMP TABLE t (id int PRIMARY KEY, name text)");
        try (PreparedStatement s = c.prepareStatement("INSERT INTO t VALUES (?, ?)", new String[] {"id"})) {
            s.setInt(1, 7);
            s.setString(2, "x");
            equal(s.executeUpdate(), 1, "rows inserted");
            try (ResultSet keys = s.getGeneratedKeys()) {
                equal(keys.next(), true, "a key");
                equal(keys.getInt("id"), 7, "the key");
            }
        }
    }

    // The rows of the COPY checks: id, a text that needs every kind of quoting,
    // and an amount; both with NULLs.
    static String copyName(int i) {
        return switch (i % 10) {
            case 0 -> null;
            case 1 -> "plain " + i;
            case 2 -> "comma, " + i;
            case 3 -> "quote \" and ' " + i;
            case 4 -> "line\nbreak\r\n" + i;
            case 5 -> "tab\tand\\slash " + i;
            case 6 -> "ünï ☃ 😀 " + i;
            case 7 -> "";
            case 8 -> "\\N";
            default -> "NULL";
        };
    }

    static String copyAmount(int i) {
        return i % 7 == 0 ? null : cents(i).toString();
    }

    // The same rows made on the server; chr() where a literal would depend on
    // the rules for backslashes.
    static final String COPY_QUERY = "SELECT i::bigint AS id, (CASE i % 10 WHEN 0 THEN NULL WHEN 1 THEN 'plain ' || i::text"
        + " WHEN 2 THEN 'comma, ' || i::text WHEN 3 THEN 'quote \" and '' ' || i::text"
        + " WHEN 4 THEN 'line' || chr(10) || 'break' || chr(13) || chr(10) || i::text"
        + " WHEN 5 THEN 'tab' || chr(9) || 'and' || chr(92) || 'slash ' || i::text"
        + " WHEN 6 THEN 'ünï ☃ 😀 ' || i::text WHEN 7 THEN '' WHEN 8 THEN chr(92) || 'N' ELSE 'NULL' END)::text AS name,"
        + " (CASE WHEN i % 7 = 0 THEN NULL ELSE i * 0.01 END)::numeric(12,2) AS amount"
        + " FROM generate_series(1, " + COPIED + ") AS g(i) ORDER BY i";

    static String field(String s, boolean csv) {
        if (csv) {
            boolean quoted = s != null && (s.isEmpty() || s.matches("(?s).*[\",\n\r].*"));
            return s == null ? "" : quoted ? '"' + s.replace("\"", "\"\"") + '"' : s;
        }
        return s == null ? "\\N" : s.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    static String copyText(String format) {
        boolean csv = format.equals("csv");
        char between = csv ? ',' : '\t';
        StringBuilder b = new StringBuilder();
        for (int i = 1; i <= COPIED; i++) {
            b.append(i).append(between).append(field(copyName(i), csv)).append(between).append(field(copyAmount(i), csv)).append('\n');
        }
        return b.toString();
    }

    void copyOut(Connection c, String format) throws Exception {
        CopyManager m = c.unwrap(PGConnection.class).getCopyAPI();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long n = m.copyOut("COPY (" + COPY_QUERY + ") TO STDOUT WITH (FORMAT " + format + ")", out);
        String[] got = out.toString(StandardCharsets.UTF_8).split("\n");
        String[] want = copyText(format).split("\n");
        for (int i = 0; i < Math.min(got.length, want.length); i++) {
            equal(got[i], want[i], "line " + (i + 1));
        }
        equal(got.length, want.length, "lines");
        equal(n, (long) COPIED, "rows by the driver's count");
        fails(() -> m.copyOut("COPY (SELECT nope AS v FROM (SELECT 1 AS v) t) TO STDOUT", out), "42703", "missing column");
        equal(one(c, "SELECT 1::int4 AS v"), 1, "afterwards");
    }

    void copyIn(Connection c, String format) throws Exception {
        CopyManager m = c.unwrap(PGConnection.class).getCopyAPI();
        update(c, "CREATE TEMP TABLE t (id bigint, name text, amount numeric(12,2))");
        String copy = "COPY t (id, name, amount) FROM STDIN WITH (FORMAT " + format + ")";
        equal(m.copyIn(copy, new ByteArrayInputStream(copyText(format).getBytes(StandardCharsets.UTF_8))), (long) COPIED, "rows copied");
        int i = 0;
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT id, name, amount FROM t ORDER BY id")) {
            while (r.next()) {
                i++;
                equal(r.getInt(1), i, "id");
                equal(r.getString(2), copyName(i), "name of row " + i);
                equal(r.getString(3), copyAmount(i), "amount of row " + i);
            }
        }
        equal(i, COPIED, "rows");
        String comma = format.equals("csv") ? "," : "\t";
        String good = String.join(comma, "-1", "good", "1") + "\n";
        fails(() -> m.copyIn(copy, new StringReader(good + String.join(comma, "abc", "bad", "1") + "\n")), "22P02", "not a number");
        equal(one(c, "SELECT count(*)::int4 AS v FROM t"), COPIED, "rows after the first error");
        fails(() -> m.copyIn(copy, new StringReader(good + String.join(comma, "-2", "bad") + "\n")), "22P04", "a column is missing");
        equal(one(c, "SELECT count(*)::int4 AS v FROM t"), COPIED, "rows after the second error");
        // a COPY that the client gives up
        org.postgresql.copy.CopyIn in = m.copyIn(copy);
        byte[] row = good.getBytes(StandardCharsets.UTF_8);
        in.writeToCopy(row, 0, row.length);
        in.cancelCopy();
        equal(one(c, "SELECT count(*)::int4 AS v FROM t"), COPIED, "rows after giving up");
        c.setAutoCommit(false);
        equal(m.copyIn(copy, new StringReader(good)), 1L, "one more");
        c.rollback();
        equal(one(c, "SELECT count(*)::int4 AS v FROM t"), COPIED, "rows after rollback");
        c.commit();
    }

    // Twenty tasks on five connections of a data source, handed on by a queue:
    // the driver's own pooling data source is deprecated.
    void pool(Connection unused) throws Exception {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {env("PGHOST")});
        source.setPortNumbers(new int[] {Integer.parseInt(env("PGPORT"))});
        source.setDatabaseName(env("PGDATABASE"));
        source.setUser(env("PGUSER"));
        source.setPassword(env("PGPASSWORD"));
        source.setSslMode("verify-full");
        source.setSslRootCert(env("PGSSLROOTCERT"));
        source.setPreferQueryMode(org.postgresql.jdbc.PreferQueryMode.of(mode));
        BlockingQueue<Connection> idle = new ArrayBlockingQueue<>(5);
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                all.add(source.getConnection());
            }
            idle.addAll(all);
            List<Future<?>> tasks = new ArrayList<>();
            for (int n = 0; n < 20; n++) {
                int task = n;
                tasks.add(threads.submit((Callable<Void>) () -> {
                    for (int i = 0; i < 10; i++) {
                        Connection c = idle.take();
                        try {
                            poolTask(c, task, i);
                        } finally {
                            idle.add(c);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> t : tasks) {
                t.get();
            }
        } finally {
            for (Connection c : all) {
                c.close();
            }
        }
    }

    static void poolTask(Connection c, int task, int round) throws Exception {
        try (PreparedStatement s = c.prepareStatement("SELECT ?::int4 AS n, i::int4 AS i FROM generate_series(1, 100) AS g(i) ORDER BY i")) {
            s.setInt(1, task);
            try (ResultSet r = s.executeQuery()) {
                for (int k = 1; k <= 100; k++) {
                    equal(r.next(), true, "a row");
                    equal(List.of(r.getInt(1), r.getInt(2)), List.of(task, k), "task " + task);
                }
            }
        }
        if (round == 5) {
            fails(() -> one(c, "SELECT 'abc'::int AS v"), "22P02", "bad value");
        }
        c.setAutoCommit(false);
        equal(one(c, "SELECT 'task " + task + "'::text AS v"), "task " + task, "in a transaction");
        c.commit();
        c.setAutoCommit(true);
    }

    void catalog(Connection c) throws Exception {
        String query = "SELECT 1::int2 AS a, 2::int4 AS b, 3::int8 AS c, 'x'::text AS d, 1.5::numeric(12,2) AS e, true AS f,"
            + " DATE '2000-01-01' AS g, TIMESTAMP '2000-01-01 00:00:00' AS h, 0.5::float8 AS i, ARRAY[1, 2]::int4[] AS j, ?::text AS k";
        int[] types = {Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.VARCHAR, Types.NUMERIC, Types.BIT, Types.DATE, Types.TIMESTAMP,
            Types.DOUBLE, Types.ARRAY, Types.VARCHAR};
        String[] names = {"int2", "int4", "int8", "text", "numeric", "bool", "date", "timestamp", "float8", "_int4", "text"};
        try (PreparedStatement s = c.prepareStatement(query)) {
            s.setString(1, "x");
            try (ResultSet r = s.executeQuery()) {
                ResultSetMetaData m = r.getMetaData();
                equal(m.getColumnCount(), types.length, "columns");
                for (int i = 0; i < types.length; i++) {
                    equal(m.getColumnLabel(i + 1), String.valueOf((char) ('a' + i)), "label");
                    equal(m.getColumnTypeName(i + 1), names[i], "type name");
                    equal(m.getColumnType(i + 1), types[i], "type " + names[i]);
                }
                equal(List.of(m.getPrecision(5), m.getScale(5)), List.of(12, 2), "precision and scale");
                equal(m.getColumnClassName(5), "java.math.BigDecimal", "class");
            }
        }
        if (!mode.equals("simple")) {
            // Describe is of the extended protocol
            try (PreparedStatement s = c.prepareStatement("SELECT ?::int4 AS a, ?::text AS b, ?::numeric(12,2) AS c")) {
                ParameterMetaData p = s.getParameterMetaData();
                equal(p.getParameterCount(), 3, "parameters");
                equal(List.of(p.getParameterTypeName(1), p.getParameterTypeName(2), p.getParameterTypeName(3)),
                    List.of("int4", "text", "numeric"), "types of the parameters");
                ResultSetMetaData m = s.getMetaData();
                equal(List.of(m.getColumnLabel(1), m.getColumnTypeName(1), m.getColumnTypeName(3)), List.of("a", "int4", "numeric"),
                    "metadata before the statement runs");
            }
        }
        // array types by their names
        Array a = c.createArrayOf("uuid", new UUID[] {UUID.fromString("0f14d0ab-9605-4a62-a9e4-5ed26688389b")});
        equal(a.getBaseTypeName(), "uuid", "base type of an array");
    }

    // What metadata of columns and of the database ask the catalog.
    void catalogTables(Connection c) throws Exception {
        update(c, "DROP TABLE IF EXISTS jdbc_meta", "CREATE TABLE jdbc_meta (id int PRIMARY KEY, name text NOT NULL, amount numeric(12,2))");
        try {
            try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT id, name, amount FROM jdbc_meta")) {
                ResultSetMetaData m = r.getMetaData();
                equal(List.of(m.getColumnName(2), m.getTableName(2)), List.of("name", "jdbc_meta"), "column and table");
                equal(List.of(m.isNullable(2), m.isNullable(3)),
                    List.of(ResultSetMetaData.columnNoNulls, ResultSetMetaData.columnNullable), "nullable");
                equal(m.isAutoIncrement(1), false, "isAutoIncrement");
            }
            DatabaseMetaData m = c.getMetaData();
            try (ResultSet r = m.getTables(null, null, "jdbc_meta", new String[] {"TABLE"})) {
                equal(r.next(), true, "a table");
                equal(List.of(r.getString("TABLE_NAME"), r.getString("TABLE_TYPE")), List.of("jdbc_meta", "TABLE"), "getTables");
            }
            List<String> columns = new ArrayList<>();
            try (ResultSet r = m.getColumns(null, null, "jdbc_meta", null)) {
                while (r.next()) {
                    columns.add(r.getString("COLUMN_NAME") + " " + r.getString("TYPE_NAME") + " " + r.getString("IS_NULLABLE"));
                }
            }
            equal(columns, List.of("id int4 NO", "name text NO", "amount numeric YES"), "getColumns");
            try (ResultSet r = m.getPrimaryKeys(null, null, "jdbc_meta")) {
                equal(r.next(), true, "a primary key");
                equal(r.getString("COLUMN_NAME"), "id", "getPrimaryKeys");
            }
        } finally {
            update(c, "DROP TABLE IF EXISTS jdbc_meta");
        }
    }
}
