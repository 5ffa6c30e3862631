// Checks of the Flight SQL JDBC driver, as DBeaver, Tableau and Spark use it.
//
//   java --add-opens=java.base/java.nio=ALL-UNNAMED -cp flight-sql-jdbc-driver.jar FlightCheck.java
//
// Left out: getTypeInfo and getters that the driver answers by itself with nothing; commit and rollback by the driver, which
// sends nothing for them.

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.Arrays;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

public class FlightCheck {
    static final ExecutorService threads = Executors.newCachedThreadPool(r -> {
        Thread t = new Thread(r);
        t.setDaemon(true);
        return t;
    });
    static boolean failed;

    public static void main(String[] args) {
        check("connect", FlightCheck::who);
        check("connect/jwt", FlightCheck::token);
        check("rows", FlightCheck::rows);
        check("types", FlightCheck::types);
        check("prepared", FlightCheck::prepared);
        check("batch", FlightCheck::batch);
        check("error", FlightCheck::error);
        check("cancel", FlightCheck::cancel);
        check("max_rows", FlightCheck::maxRows);
        check("transaction", FlightCheck::transaction);
        check("catalog", FlightCheck::catalog);
        check("catalog/getters", FlightCheck::getters);
        System.exit(failed ? 1 : 0);
    }

    interface Body {
        void run(Connection c) throws Exception;
    }

    static Connection connect() throws SQLException {
        Properties p = new Properties();
        p.put("user", System.getenv("PGUSER"));
        p.put("password", System.getenv("PGPASSWORD"));
        return connect(p);
    }

    static Connection connect(Properties p) throws SQLException {
        p.put("tlsRootCerts", System.getenv("PGSSLROOTCERT"));
        return DriverManager.getConnection(
            "jdbc:arrow-flight-sql://" + System.getenv("PGHOST") + ":" + System.getenv("FLIGHTPORT") + "/?useEncryption=true&catalog=tavana", p);
    }

    static void close(Connection c) {
        try {
            c.close();
        } catch (SQLException leaked) {
            // the driver complains of results that were not read to their end, and of sessions that it has ended itself
        }
    }

    // check runs one check on a connection of its own and prints its line. What hangs longer than the limit has failed.
    static void check(String name, Body body) {
        Future<?> done = threads.submit((Callable<Void>) () -> {
            Connection c = connect();
            body.run(c);
            close(c);
            return null;
        });
        try {
            done.get(110, TimeUnit.SECONDS);
            System.out.println("ok " + name);
        } catch (ExecutionException | InterruptedException | TimeoutException e) {
            failed = true;
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String reason = String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
            System.out.println("not ok " + name + ": " + reason.substring(0, Math.min(300, reason.length())));
            cause.printStackTrace();
        }
    }

    static void equal(Object got, Object want, String what) {
        if (!Objects.equals(got, want)) {
            throw new AssertionError(what + ": got " + got + ", want " + want);
        }
    }

    // all returns a result's rows: cells joined by bars, rows by semicolons.
    static String all(ResultSet r) throws SQLException {
        StringBuilder b = new StringBuilder();
        int n = r.getMetaData().getColumnCount();
        while (r.next()) {
            b.append(b.length() > 0 ? ";" : "");
            for (int i = 1; i <= n; i++) {
                b.append(i > 1 ? "|" : "").append(r.getObject(i));
            }
        }
        r.close();
        return b.toString();
    }

    static String query(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            return all(s.executeQuery(sql));
        }
    }

    static int update(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            return s.executeUpdate(sql);
        }
    }

    static void who(Connection c) throws SQLException {
        equal(query(c, "SELECT current_user, current_database()"), System.getenv("PGUSER") + "|tavana", "who and where");
        equal(c.getMetaData().getDatabaseProductName(), "Tavana", "product");
    }

    // A token of an identity provider, whose keys the gateway knows, instead of a name and a password.
    static void token(Connection c) throws SQLException {
        Properties p = new Properties();
        p.put("token", System.getenv("FLIGHT_JWT"));
        Connection own = connect(p);
        try (Statement s = own.createStatement()) {
            s.executeUpdate("CREATE TEMP TABLE own AS SELECT 7 AS a");
            try (ResultSet r = s.executeQuery("SELECT current_user AS u, a FROM own")) {
                r.next();
                equal(r.getString(1), System.getenv("PGUSER"), "the user");
                equal(r.getInt(2), 7, "the session's table");
            }
        }
        close(own);
    }

    static void rows(Connection c) throws SQLException {
        final long n = 10_000_000;
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT i, 'row ' || i AS s FROM range(" + n + ") t(i)")) {
            long count = 0;
            long sum = 0;
            String last = "";
            while (r.next()) {
                count++;
                sum += r.getLong(1);
                if (count == n) {
                    last = r.getString(2);
                }
            }
            equal(count, n, "rows");
            equal(sum, n * (n - 1) / 2, "sum");
            equal(last, "row " + (n - 1), "last");
        }
    }

    static void types(Connection c) throws SQLException {
        update(c, "SET TimeZone = 'Asia/Tokyo'");
        String[][] values = {
            {"true", "true", "BOOLEAN"}, {"7::smallint", "7", "SMALLINT"}, {"-7", "-7", "INTEGER"}, {"1152921504606846976", "1152921504606846976", "BIGINT"},
            {"1.5::real", "1.5", "FLOAT"}, {"0.1::float8", "0.1", "DOUBLE"}, {"12345678901234567890.50::numeric(30,2)", "12345678901234567890.50", "DECIMAL"},
            {"'é'", "é", "VARCHAR"}, {"DATE '2024-02-29'", "2024-02-29", "DATE"}, {"TIME '01:02:03'", "01:02:03", "TIME"},
            {"TIMESTAMP '2024-01-02 03:04:05'", "2024-01-02 03:04:05.0", "TIMESTAMP"}, {"TIMESTAMPTZ '2024-01-02 03:04:05+00'", "2024-01-02 12:04:05.0", "TIMESTAMP"},
            {"12345678901234567890123::hugeint", "12345678901234567890123", "DECIMAL"}, {"'5b1a3d1e-0000-4000-8000-000000000001'::uuid", "5b1a3d1e-0000-4000-8000-000000000001", "VARCHAR"},
            {"interval '14 months'", "1 year 2 mons", "VARCHAR"}, {"'b'::enum('a', 'b')", "b", "VARCHAR"}, {"'{}'::json", "{}", "VARCHAR"},
            {"[1, 2]", "[1,2]", "ARRAY"}, {"{'a': 1}", "{\"a\":1}", "JAVA_OBJECT"}, {"timetz '10:11:12+02'", "10:11:12+02", "VARCHAR"},
        };
        for (String[] v : values) {
            try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT " + v[0] + " AS v")) {
                r.next();
                equal(String.valueOf(r.getObject(1)), v[1], v[0]);
                equal(r.getMetaData().getColumnTypeName(1), v[2], "the type of " + v[0]);
            }
        }
        equal(query(c, "SELECT NULL, NULL::date"), "null|null", "NULLs");
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT '\\x00ff'::bytea")) {
            r.next();
            equal(Arrays.toString(r.getBytes(1)), "[0, -1]", "bytea");
        }
    }

    static void prepared(Connection c) throws SQLException {
        String sql = "SELECT ?::int, ?::bigint, ?::text, ?::boolean, ?::float8, ?::date, ?::timestamp, ?::bytea, ?::real, ?::smallint, ?::time";
        try (PreparedStatement p = c.prepareStatement(sql)) {
            for (int round = 0; round < 2; round++) {
                int i = 1;
                p.setInt(i++, round);
                p.setLong(i++, 1L << 40);
                p.setString(i++, "é'");
                p.setBoolean(i++, true);
                p.setDouble(i++, 0.1);
                p.setDate(i++, Date.valueOf("2024-02-29"));
                p.setTimestamp(i++, Timestamp.valueOf("2024-01-02 03:04:05"));
                p.setBytes(i++, new byte[] {1, 2});
                p.setFloat(i++, 2.5f);
                p.setShort(i++, (short) 3);
                p.setTime(i++, Time.valueOf("01:02:03"));
                try (ResultSet r = p.executeQuery()) {
                    r.next();
                    equal(r.getInt(1), round, "int");
                    equal(r.getLong(2), 1L << 40, "bigint");
                    equal(r.getString(3), "é'", "text");
                    equal(r.getBoolean(4), true, "boolean");
                    equal(r.getDouble(5), 0.1, "float8");
                    equal(r.getDate(6).toString(), "2024-02-29", "date");
                    equal(r.getTimestamp(7).toString(), "2024-01-02 03:04:05.0", "timestamp");
                    equal(Arrays.toString(r.getBytes(8)), "[1, 2]", "bytea");
                    equal(r.getFloat(9), 2.5f, "real");
                    equal(r.getShort(10), (short) 3, "smallint");
                    equal(r.getTime(11).toString(), "01:02:03", "time");
                }
            }
        }
        try (PreparedStatement p = c.prepareStatement("SELECT ?::int IS NULL")) {
            p.setNull(1, Types.INTEGER);
            equal(all(p.executeQuery()), "true", "NULL");
        }
    }

    static void batch(Connection c) throws SQLException {
        update(c, "DROP TABLE IF EXISTS flight_batch");
        update(c, "CREATE TABLE flight_batch (a INTEGER, b VARCHAR, n NUMERIC(10,2))");
        try (PreparedStatement p = c.prepareStatement("INSERT INTO flight_batch VALUES (?, ?, ?)")) {
            for (int i = 0; i < 100; i++) {
                p.setInt(1, i);
                p.setString(2, "row " + i);
                p.setBigDecimal(3, new BigDecimal("1.25"));
                p.addBatch();
            }
            equal(Arrays.stream(p.executeBatch()).sum(), 100, "rows");
        }
        equal(query(c, "SELECT count(*), sum(a), max(b), sum(n) FROM flight_batch"), "100|4950|row 99|125.00", "what is there");
        try (PreparedStatement p = c.prepareStatement("SELECT b FROM flight_batch WHERE a = ? AND n = ?")) {
            p.setInt(1, 7);
            p.setBigDecimal(2, new BigDecimal("1.25"));
            equal(all(p.executeQuery()), "row 7", "by a number");
        }
        equal(update(c, "DELETE FROM flight_batch WHERE a < 10"), 10, "rows deleted");
        update(c, "DROP TABLE flight_batch");
    }

    static void error(Connection c) throws SQLException {
        try {
            query(c, "SELECT * FROM flight_missing");
        } catch (SQLException e) {
            equal(e.getMessage().contains("42P01") && e.getMessage().contains("flight_missing"), true, e.getMessage());
            equal(query(c, "SELECT 1"), "1", "afterwards");
            return;
        }
        throw new AssertionError("no error");
    }

    static void cancel(Connection c) throws Exception {
        try (Statement s = c.createStatement()) {
            threads.submit(() -> {
                Thread.sleep(500);
                s.cancel();
                return null;
            });
            long begun = System.nanoTime();
            try (ResultSet r = s.executeQuery("SELECT i FROM range(10000000000) t(i)")) {
                while (r.next()) {
                    continue;
                }
                throw new AssertionError("not cancelled");
            } catch (SQLException | RuntimeException e) { // the driver has both
                equal(System.nanoTime() - begun < 20_000_000_000L, true, "at once");
            }
        }
        equal(query(c, "SELECT 1"), "1", "afterwards");
    }

    // The driver stops reading and does not tell: the session goes on beside the half-read result.
    static void maxRows(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.setMaxRows(10);
            ResultSet r = s.executeQuery("SELECT i, repeat('x', 100) FROM range(30000000) t(i)");
            int n = 0;
            while (r.next()) {
                n++;
            }
            equal(n, 10, "rows");
            for (int i = 0; i < 3; i++) {
                equal(query(c, "SELECT " + i), "" + i, "beside it");
            }
        }
    }

    static void transaction(Connection c) throws SQLException {
        update(c, "DROP TABLE IF EXISTS flight_jdbc");
        update(c, "CREATE TABLE flight_jdbc (a INTEGER)");
        update(c, "BEGIN");
        equal(update(c, "INSERT INTO flight_jdbc VALUES (1), (2)"), 2, "rows");
        equal(query(c, "SELECT count(*) FROM flight_jdbc"), "2", "inside");
        update(c, "ROLLBACK");
        equal(query(c, "SELECT count(*) FROM flight_jdbc"), "0", "after ROLLBACK");
        update(c, "BEGIN");
        update(c, "INSERT INTO flight_jdbc VALUES (3)");
        update(c, "COMMIT");
        equal(query(c, "SELECT a FROM flight_jdbc"), "3", "after COMMIT");
        update(c, "DROP TABLE flight_jdbc");
    }

    static void catalog(Connection c) throws SQLException {
        for (String sql : new String[] {"DROP SCHEMA IF EXISTS fj CASCADE", "CREATE SCHEMA fj", "CREATE TABLE fj.t (id BIGINT PRIMARY KEY, name VARCHAR, n NUMERIC(10,2))",
            "CREATE VIEW fj.v AS SELECT id FROM fj.t"}) {
            update(c, sql);
        }
        DatabaseMetaData m = c.getMetaData();
        equal(all(m.getCatalogs()), "tavana", "catalogs");
        equal(all(m.getSchemas(null, "fj")), "fj|tavana", "schemas");
        equal(all(m.getTableTypes()), "LOCAL TEMPORARY;SYSTEM TABLE;TABLE;VIEW", "types of tables");
        StringBuilder tables = new StringBuilder();
        try (ResultSet r = m.getTables(null, "fj", "%", new String[] {"TABLE", "VIEW"})) {
            while (r.next()) {
                tables.append(r.getString("TABLE_NAME")).append(' ').append(r.getString("TABLE_TYPE")).append(';');
            }
        }
        equal(tables.toString(), "t TABLE;v VIEW;", "tables");
        StringBuilder columns = new StringBuilder();
        try (ResultSet r = m.getColumns(null, "fj", "t", "%")) {
            while (r.next()) {
                columns.append(r.getString("COLUMN_NAME")).append(' ').append(r.getInt("DATA_TYPE")).append(' ').append(r.getString("TYPE_NAME")).append(' ')
                    .append(r.getInt("DECIMAL_DIGITS")).append(';');
            }
        }
        equal(columns.toString(), "id -5 bigint 0;name 12 text 0;n 3 numeric 2;", "columns");
        try (ResultSet r = m.getPrimaryKeys(null, "fj", "t")) {
            equal(r.next(), true, "a primary key");
            equal(r.getString("COLUMN_NAME"), "id", "its column");
        }
        equal(all(m.getImportedKeys(null, "fj", "t")), "", "imported keys");
        equal(all(m.getExportedKeys(null, "fj", "t")), "", "exported keys");
        equal(all(m.getCrossReference(null, "fj", "t", null, "fj", "t")), "", "a cross reference");
        update(c, "DROP SCHEMA fj CASCADE");
    }

    static void getters(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        int n = 0;
        for (Method g : DatabaseMetaData.class.getMethods()) {
            if (g.getParameterCount() == 0 && g.getDeclaringClass() == DatabaseMetaData.class) {
                Object v = g.invoke(m);
                if (v instanceof ResultSet r) {
                    r.close();
                }
                n++;
            }
        }
        equal(n > 130, true, n + " getters");
        equal(m.getIdentifierQuoteString(), "\"", "quote");
        equal(m.supportsTransactions(), true, "transactions");
        equal(m.supportsSavepoints(), false, "savepoints");
        equal(m.getSearchStringEscape(), "\\", "escape");
        ResultSetMetaData r = c.prepareStatement("SELECT 1 AS a, 'x' AS b").getMetaData();
        equal(r.getColumnCount() + r.getColumnName(2), "2b", "a prepared statement's columns");
    }
}
