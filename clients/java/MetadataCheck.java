// Checks of what PostgreSQL's JDBC driver tells of the catalog, of results and of
// parameters, as database tools ask for it. Each check runs in two preferQueryModes,
// whose name ends the name of a check.
//
//   java -cp postgresql.jar MetadataCheck.java [MODE …]
//
// Left out: getSuperTypes, getSuperTables, getAttributes and getPseudoColumns, which
// the driver does not implement, and the getters with arguments that the driver
// answers without the server (supportsConvert and its like).

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.postgresql.PGResultSetMetaData;

public class MetadataCheck {
    static final String[] MODES = {"extended", "simple"};
    static final ExecutorService threads = Executors.newCachedThreadPool(r -> {
        Thread t = new Thread(r);
        t.setDaemon(true);
        return t;
    });

    // Two schemas: as a pattern, the name of the second matches the first too.
    static final String[] DROP = {"DROP SCHEMA IF EXISTS jmeta CASCADE", "DROP SCHEMA IF EXISTS jm_ta CASCADE"};
    static final String[] CREATE = {
        "CREATE SCHEMA jmeta",
        "CREATE SCHEMA jm_ta",
        "CREATE TABLE jmeta.customer (id int PRIMARY KEY, name varchar(40) NOT NULL, email text UNIQUE, balance numeric(12,2) DEFAULT 0,"
            + " born date)",
        "CREATE TABLE jmeta.orders (region text NOT NULL, no bigint NOT NULL, customer_id int NOT NULL REFERENCES jmeta.customer (id),"
            + " placed timestamptz DEFAULT now(), note text DEFAULT 'none', CONSTRAINT orders_key PRIMARY KEY (no, region))",
        "CREATE TABLE jmeta.item (line int2, region text, order_no bigint, sku uuid, qty float8, CONSTRAINT item_order"
            + " FOREIGN KEY (order_no, region) REFERENCES jmeta.orders (no, region) ON DELETE CASCADE)",
        "CREATE VIEW jmeta.recent AS SELECT o.no AS no, c.name AS name FROM jmeta.orders o JOIN jmeta.customer c ON c.id = o.customer_id",
        "CREATE VIEW jmeta.totals AS SELECT region AS region, count(*) AS n, avg(no) AS mean FROM jmeta.orders GROUP BY region",
        "COMMENT ON TABLE jmeta.customer IS 'who buys; it''s ☃'",
        "COMMENT ON COLUMN jmeta.customer.name IS 'full name'",
        "COMMENT ON COLUMN jmeta.customer.born IS 'day of birth'",
        "COMMENT ON VIEW jmeta.recent IS 'latest orders'",
        "CREATE TABLE jm_ta.kinds (b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric, n10 numeric(10), n12 numeric(12,2),"
            + " t text, v varchar, bin bytea, d date, ti time, ts timestamp, tz timestamptz, iv interval, u uuid, j json, ia int4[],"
            + " ta text[])",
        "CREATE TABLE jm_ta.\"Odd \"\"Name%\" (\"Column One\" int, \"q\"\"uote\" text, \"ünï ☃\" int)",
        "CREATE TABLE jm_ta.customer (other int)",
        "CREATE TABLE jm_ta.p_1 (c_1 int, cx1 int)",
        "CREATE TABLE jm_ta.px1 (c_1 int)",
        "INSERT INTO jmeta.customer VALUES (1, 'Ann', 'ann@example.org', 1.50, DATE '1990-02-28'), (2, 'Bob', NULL, NULL, NULL)",
    };

    static boolean failed;
    final String mode;

    MetadataCheck(String mode) {
        this.mode = mode;
    }

    public static void main(String[] args) throws Exception {
        for (String mode : args.length > 0 ? args : MODES) {
            MetadataCheck m = new MetadataCheck(mode);
            m.check("setup", c -> {
                update(c, DROP);
                update(c, CREATE);
            });
            m.all();
            m.check("drop", c -> {
                update(c, DROP);
                equal(rows(c.getMetaData().getTables(null, "jmeta", null, null), "TABLE_NAME"), List.of(), "tables");
            });
        }
        System.exit(failed ? 1 : 0);
    }

    void all() {
        check("scalars", this::scalars);
        check("scalars/constants", this::constants);
        check("scalars/keywords", this::keywords);
        check("escapes/numbers", this::escapes);
        check("escapes/texts", this::escapesOfTexts);
        check("escapes/insert", this::escapeInsert);
        check("escapes/times", this::escapesOfTimes);
        check("escapes/names", this::escapesOfNames);
        check("catalogs", this::catalogs);
        check("schemas", this::schemas);
        check("schemas/escapes", this::schemaEscapes);
        check("tables", this::tables);
        check("tables/comments", this::tableComments);
        check("tables/patterns", this::tablePatterns);
        check("tables/escapes", this::tableEscapes);
        check("tables/types", this::tableTypes);
        check("tables/system", this::systemTables);
        check("tables/temporary", this::temporaryTables);
        check("tables/labels", this::labels);
        check("keys/labels", this::keyLabels);
        check("tables/index", this::indexTables);
        check("columns", this::columns);
        check("columns/kinds", this::columnKinds);
        check("columns/view", this::columnsOfView);
        check("columns/defaults", this::columnDefaults);
        check("columns/varchar", this::columnVarchar);
        check("columns/numeric", this::columnNumeric);
        check("columns/mean", this::columnMean);
        check("columns/patterns", this::columnPatterns);
        check("columns/escapes", this::columnEscapes);
        check("columns/names", this::columnNames);
        check("columns/altered", this::columnsAltered);
        check("columns/all", this::allColumns);
        check("comments/schema", this::commentSchema);
        check("comments/view", this::commentViewColumn);
        check("comments/change", this::commentChange);
        check("keys/primary", this::primaryKeys);
        check("keys/imported", this::importedKeys);
        check("keys/exported", this::exportedKeys);
        check("keys/cross", this::crossReference);
        check("indexes", this::indexes);
        check("rows/best", this::bestRow);
        check("rows/version", this::versionColumns);
        check("privileges/table", this::tablePrivileges);
        check("privileges/column", this::columnPrivileges);
        check("types", this::typeInfo);
        check("types/own", this::udts);
        check("functions", this::functions);
        check("functions/columns", this::functionColumns);
        check("procedures", this::procedures);
        check("client_info", this::clientInfo);
        check("other_catalog", this::otherCatalog);
        check("privileged", this::hideUnprivileged);
        check("result/kinds", this::resultKinds);
        check("result/varchar", this::resultVarchar);
        check("result/numeric", this::resultNumeric);
        check("result/mean", this::resultMean);
        check("result/table", this::resultTable);
        check("result/nullable", this::resultNullable);
        check("result/expressions", this::resultExpressions);
        check("result/constants", this::resultConstants);
        check("result/aliases", this::resultAliases);
        check("result/empty", this::resultEmpty);
        check("result/updatable", this::updatable);
        if (!mode.equals("simple")) {
            // without Describe the driver knows nothing of a statement before it runs
            check("parameters", this::parameters);
            check("parameters/insert", this::parametersOfInsert);
            check("parameters/result", this::resultBeforeRun);
        }
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
            try (Connection c = connect(properties())) {
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

    static String url() {
        return "jdbc:postgresql://" + env("PGHOST") + ":" + env("PGPORT") + "/" + env("PGDATABASE");
    }

    Properties properties() {
        Properties p = new Properties();
        p.setProperty("user", env("PGUSER"));
        p.setProperty("password", env("PGPASSWORD"));
        p.setProperty("sslmode", env("PGSSLMODE"));
        p.setProperty("preferQueryMode", mode);
        p.setProperty("loginTimeout", "10");
        p.setProperty("ApplicationName", "metadata check");
        return p;
    }

    static Connection connect(Properties p) throws SQLException {
        return DriverManager.getConnection(url(), p);
    }

    static void equal(Object got, Object want, String what) {
        if (!Objects.deepEquals(got, want)) {
            throw new AssertionError(what + ": got " + show(got) + ", want " + show(want));
        }
    }

    static String show(Object o) {
        String s = o instanceof Object[] a ? Arrays.deepToString(a) : String.valueOf(o);
        return s.substring(0, Math.min(2000, s.length()));
    }

    // same compares two lists and names what is in one of them only.
    static void same(List<String> got, List<String> want, String what) {
        if (got.equals(want)) {
            return;
        }
        List<String> more = new ArrayList<>(got), missing = new ArrayList<>(want);
        want.forEach(more::remove);
        got.forEach(missing::remove);
        if (more.isEmpty() && missing.isEmpty()) {
            throw new AssertionError(what + ": the order is " + show(got) + ", want " + show(want));
        }
        throw new AssertionError(what + ": got " + show(more) + " where it should be " + show(missing));
    }

    static void includes(List<String> got, List<String> want, String what) {
        List<String> missing = new ArrayList<>(want);
        missing.removeAll(got);
        if (!missing.isEmpty()) {
            throw new AssertionError(what + ": no " + show(missing) + " among the " + got.size() + ", such as " + show(got.stream().limit(5).toList()));
        }
    }

    interface Attempt {
        void run() throws Exception;
    }

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

    static void update(Connection c, String... statements) throws SQLException {
        try (Statement s = c.createStatement()) {
            for (String text : statements) {
                s.execute(text);
            }
        }
    }

    // rows reads a result to its end: each row as the named columns' texts, with
    // a bar between them.
    static List<String> rows(ResultSet r, String... columns) throws SQLException {
        List<String> all = new ArrayList<>();
        try (r) {
            while (r.next()) {
                List<String> row = new ArrayList<>();
                for (String column : columns) {
                    row.add(r.getString(column));
                }
                all.add(String.join("|", row.stream().map(String::valueOf).toList()));
            }
        }
        return all;
    }

    static List<String> labelsOf(ResultSet r) throws SQLException {
        List<String> labels = new ArrayList<>();
        try (r) {
            ResultSetMetaData m = r.getMetaData();
            for (int i = 1; i <= m.getColumnCount(); i++) {
                labels.add(m.getColumnLabel(i));
            }
        }
        return labels;
    }

    // scalars are the getters without arguments whose answers come from the server.
    void scalars(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(m.getURL().split("\\?")[0], url(), "getURL");
        equal(m.getUserName(), env("PGUSER"), "getUserName");
        equal(m.getDatabaseProductName(), "PostgreSQL", "getDatabaseProductName");
        equal(m.getDatabaseProductVersion().startsWith("15."), true, "getDatabaseProductVersion " + m.getDatabaseProductVersion());
        equal(m.getDatabaseMajorVersion(), 15, "getDatabaseMajorVersion");
        equal(m.getDatabaseMinorVersion() > 0, true, "getDatabaseMinorVersion");
        equal(m.getDefaultTransactionIsolation(), Connection.TRANSACTION_READ_COMMITTED, "getDefaultTransactionIsolation");
        equal(m.getMaxColumnNameLength(), 63, "getMaxColumnNameLength");
        equal(m.getMaxTableNameLength(), 63, "getMaxTableNameLength");
        equal(m.getMaxColumnsInIndex(), 32, "getMaxColumnsInIndex");
        equal(m.isReadOnly(), false, "isReadOnly");
        equal(c.getTransactionIsolation(), Connection.TRANSACTION_READ_COMMITTED, "getTransactionIsolation");
        equal(c.getCatalog(), env("PGDATABASE"), "getCatalog");
        equal(c.getSchema(), "public", "getSchema");
        c.setSchema("jmeta");
        equal(c.getSchema(), "jmeta", "getSchema after setSchema");
        equal(rows(c.createStatement().executeQuery("SELECT name AS v FROM customer ORDER BY 1"), "v"), List.of("Ann", "Bob"), "names");
        c.setReadOnly(true);
        equal(m.isReadOnly(), true, "isReadOnly after setReadOnly");
    }

    static final List<String> SERVER = List.of("getURL", "getUserName", "getDatabaseProductVersion", "getDriverVersion", "getDriverMinorVersion",
        "getDatabaseMinorVersion", "getSQLKeywords", "getConnection");

    // Every other getter without arguments, found by reflection. Those that are not
    // named here answer false or 0.
    void constants(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        Map<String, Object> got = new TreeMap<>();
        List<String> missing = new ArrayList<>();
        int none = 0;
        for (Method method : DatabaseMetaData.class.getMethods()) {
            if (method.getParameterCount() > 0 || method.getReturnType() == ResultSet.class || SERVER.contains(method.getName())) {
                continue;
            }
            Object v;
            try {
                v = method.invoke(m);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof SQLFeatureNotSupportedException) {
                    missing.add(method.getName());
                    continue;
                }
                throw new AssertionError(method.getName() + ": " + e.getCause().getMessage(), e.getCause());
            }
            if (Objects.equals(v, false) || Objects.equals(v, 0) || Objects.equals(v, 0L)) {
                none++;
            } else {
                got.put(method.getName(), v);
            }
        }
        List<String> yes = new ArrayList<>(), others = new ArrayList<>();
        got.forEach((name, v) -> (Objects.equals(v, true) ? yes : others).add(Objects.equals(v, true) ? name : name + "=" + v));
        same(yes, List.of(
            "allProceduresAreCallable", "allTablesAreSelectable", "generatedKeyAlwaysReturned", "isCatalogAtStart",
            "locatorsUpdateCopy", "nullPlusNonNullIsNull", "nullsAreSortedHigh", "storesLowerCaseIdentifiers",
            "supportsANSI92EntryLevelSQL", "supportsAlterTableWithAddColumn", "supportsAlterTableWithDropColumn",
            "supportsBatchUpdates", "supportsColumnAliasing", "supportsCorrelatedSubqueries",
            "supportsDataDefinitionAndDataManipulationTransactions", "supportsExpressionsInOrderBy", "supportsFullOuterJoins",
            "supportsGetGeneratedKeys", "supportsGroupBy", "supportsGroupByBeyondSelect", "supportsGroupByUnrelated",
            "supportsIntegrityEnhancementFacility", "supportsLikeEscapeClause", "supportsLimitedOuterJoins",
            "supportsMinimumSQLGrammar", "supportsMixedCaseQuotedIdentifiers", "supportsMultipleResultSets",
            "supportsMultipleTransactions", "supportsNonNullableColumns", "supportsOpenStatementsAcrossCommit",
            "supportsOpenStatementsAcrossRollback", "supportsOrderByUnrelated", "supportsOuterJoins", "supportsRefCursors",
            "supportsSavepoints", "supportsSchemasInDataManipulation", "supportsSchemasInIndexDefinitions",
            "supportsSchemasInPrivilegeDefinitions", "supportsSchemasInProcedureCalls", "supportsSchemasInTableDefinitions",
            "supportsSelectForUpdate", "supportsStoredFunctionsUsingCallSyntax", "supportsStoredProcedures",
            "supportsSubqueriesInComparisons", "supportsSubqueriesInExists", "supportsSubqueriesInIns",
            "supportsSubqueriesInQuantifieds", "supportsTableCorrelationNames", "supportsTransactions", "supportsUnion",
            "supportsUnionAll"), "what is true");
        same(others, List.of(
            "getCatalogSeparator=.", "getCatalogTerm=database", "getDatabaseMajorVersion=15", "getDatabaseProductName=PostgreSQL",
            "getDefaultTransactionIsolation=2", "getDriverMajorVersion=42", "getDriverName=PostgreSQL JDBC Driver",
            "getExtraNameCharacters=", "getIdentifierQuoteString=\"", "getJDBCMajorVersion=4", "getJDBCMinorVersion=2",
            "getMaxCatalogNameLength=63", "getMaxColumnNameLength=63", "getMaxColumnsInIndex=32", "getMaxColumnsInTable=1600",
            "getMaxConnections=8192", "getMaxCursorNameLength=63", "getMaxProcedureNameLength=63", "getMaxRowSize=1073741824",
            "getMaxSchemaNameLength=63", "getMaxTableNameLength=63", "getMaxUserNameLength=63",
            "getNumericFunctions=abs,acos,asin,atan,atan2,ceiling,cos,cot,degrees,exp,floor,log,log10,mod,pi,power,radians,round,sign,sin,sqrt,tan,truncate",
            "getProcedureTerm=function", "getResultSetHoldability=1", "getSQLStateType=2", "getSchemaTerm=schema",
            "getSearchStringEscape=\\",
            "getStringFunctions=ascii,char,concat,lcase,left,length,ltrim,repeat,rtrim,space,substring,ucase,replace",
            "getSystemFunctions=database,ifnull,user",
            "getTimeDateFunctions=curdate,curtime,dayname,dayofmonth,dayofweek,dayofyear,hour,minute,month,monthname,now,quarter,second,week,year,timestampadd"), "other values");
        equal(none, 46, "how many are false or 0");
        equal(missing, List.of("getRowIdLifetime"), "what the driver lacks");
    }

    // The escapes of JDBC, with the functions that the getters name: the driver
    // writes them as PostgreSQL's.
    void escapes(Connection c) throws Exception {
        String[] numbers = {"abs(-1.5)", "acos(1)", "asin(0)", "atan(0)", "atan2(0, 1)", "ceiling(1.2)", "cos(0)", "cot(1)", "degrees(0)", "exp(0)", "floor(-1.2)",
            "log(1)", "log10(100)", "mod(7, 4)", "pi()", "power(2, 10)", "radians(0)", "round(1.256, 2)", "sign(-4)", "sin(0)", "sqrt(16)", "tan(0)",
            "truncate(1.299, 2)"};
        String[] wants = {"1.5", "0", "0", "0", "0", "2", "1", "0.642093", "0", "1", "-2", "0", "2", "3", "3.141593", "1024", "0", "1.26", "-1", "0", "4", "0", "1.29"};
        for (int i = 0; i < numbers.length; i++) {
            String query = "SELECT round(({fn " + numbers[i] + "})::numeric, 6)::float8 AS v";
            List<String> got = rows(c.createStatement().executeQuery(query), "v");
            equal(got, List.of(wants[i]), numbers[i]);
        }
    }

    void escapesOfTexts(Connection c) throws Exception {
        String[] texts = {"ascii('A')", "char(66)", "concat('a', 'b')", "lcase('ABC')", "left('abc', 2)", "length('abc ')", "ltrim('  x')", "repeat('ab', 2)",
            "rtrim('x  ')", "space(2)", "substring('abcdef', 2, 3)", "ucase('abc')", "replace('abc', 'b', 'x')", "locate('c', 'abc')",
            "database()", "user()", "ifnull(NULL, 'x')"};
        String[] results = {"65", "B", "ab", "abc", "ab", "3", "x", "abab", "x", "  ", "bcd", "ABC", "axc", "3", env("PGDATABASE"), env("PGUSER"), "x"};
        for (int i = 0; i < texts.length; i++) {
            equal(rows(c.createStatement().executeQuery("SELECT {fn " + texts[i] + "} AS v"), "v"), List.of(results[i]), texts[i]);
        }
    }

    // insert() is sent as overlay().
    void escapeInsert(Connection c) throws Exception {
        equal(rows(c.createStatement().executeQuery("SELECT {fn insert('abcdef', 2, 3, 'x')} AS v"), "v"), List.of("axef"), "insert");
    }

    // dayname() and monthname() are sent as to_char().
    void escapesOfNames(Connection c) throws Exception {
        String query = "SELECT {fn dayname({d '2024-02-29'})} AS a, {fn monthname({d '2024-02-29'})} AS b";
        List<String> got = rows(c.createStatement().executeQuery(query), "a", "b");
        equal(List.of(got.get(0).replace(" ", "")), List.of("Thursday|February"), "names");
    }

    void escapesOfTimes(Connection c) throws Exception {
        String day = "{ts '2024-02-29 13:14:15'}";
        String[] times = {"dayofmonth(" + day + ")", "dayofweek(" + day + ")", "dayofyear(" + day + ")", "hour(" + day + ")",
            "minute(" + day + ")", "month(" + day + ")", "quarter(" + day + ")", "second(" + day + ")", "week(" + day + ")",
            "year(" + day + ")", "timestampadd(SQL_TSI_DAY, 1, " + day + ")", "timestampadd(SQL_TSI_MONTH, -2, " + day + ")",
            "timestampdiff(SQL_TSI_DAY, {ts '2024-02-01 00:00:00'}, " + day + ")"};
        String[] said = {"29", "5", "60", "13", "14", "2", "1", "15.000000", "9", "2024", "2024-03-01 13:14:15", "2023-12-29 13:14:15", "28"};
        for (int i = 0; i < times.length; i++) {
            List<String> got = rows(c.createStatement().executeQuery("SELECT {fn " + times[i] + "} AS v"), "v");
            equal(got.get(0).trim(), said[i], times[i]);
        }
        equal(rows(c.createStatement().executeQuery("SELECT ({fn curdate()} = CURRENT_DATE)::text AS a, ({fn now()} = now())::text AS b"), "a", "b"),
            List.of("true|true"), "today");
        equal(rows(c.createStatement().executeQuery("SELECT {d '2024-02-29'} AS a, {t '13:14:15'} AS b"), "a", "b"), List.of("2024-02-29|13:14:15"), "literals");
        equal(rows(c.createStatement().executeQuery("SELECT c.id AS a, o.no AS b FROM {oj jmeta.customer c LEFT OUTER JOIN jmeta.orders o ON o.customer_id = c.id}"
            + " WHERE c.name LIKE 'A\\_%' {escape '\\'} OR c.id = 2 ORDER BY 1"), "a", "b"), List.of("2|null"), "join and escape");
    }

    // The words of PostgreSQL's grammar that are not in SQL:2003.
    static final String KEYWORDS = "abort,access,aggregate,also,analyse,analyze,attach,backward,bit,cache,checkpoint,class,cluster,"
        + "columns,comment,comments,compression,concurrently,configuration,conflict,connection,content,"
        + "conversion,copy,cost,csv,current_catalog,current_schema,database,delimiter,delimiters,depends,"
        + "detach,dictionary,disable,discard,do,document,enable,encoding,encrypted,enum,event,exclusive,"
        + "explain,expression,extension,family,finalize,force,forward,freeze,functions,generated,greatest,"
        + "groups,handler,header,if,ilike,immutable,implicit,import,include,index,indexes,inherit,inherits,"
        + "inline,instead,isnull,label,leakproof,least,limit,listen,load,location,lock,locked,logged,mapping,"
        + "materialized,mode,move,nfc,nfd,nfkc,nfkd,nothing,notify,notnull,nowait,off,offset,oids,operator,"
        + "owned,owner,parallel,parser,passing,password,plans,policy,prepared,procedural,procedures,program,"
        + "publication,quote,reassign,recheck,refresh,reindex,rename,replace,replica,reset,restrict,returning,"
        + "routines,rule,schemas,sequences,server,setof,share,show,skip,snapshot,stable,standalone,statistics,"
        + "stdin,stdout,storage,stored,strict,strip,subscription,support,sysid,tables,tablespace,temp,template,"
        + "text,truncate,trusted,types,unencrypted,unlisten,unlogged,until,vacuum,valid,validate,validator,"
        + "variadic,verbose,version,views,volatile,whitespace,wrapper,xml,xmlattributes,xmlconcat,xmlelement,"
        + "xmlexists,xmlforest,xmlnamespaces,xmlparse,xmlpi,xmlroot,xmlserialize,xmltable,yes";

    void keywords(Connection c) throws Exception {
        same(List.of(c.getMetaData().getSQLKeywords().split(",")), List.of(KEYWORDS.split(",")), "getSQLKeywords");
    }

    void catalogs(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        List<String> all = rows(m.getCatalogs(), "TABLE_CAT");
        includes(all, List.of(env("PGDATABASE")), "getCatalogs");
        equal(all, all.stream().sorted().distinct().toList(), "order");
        equal(rows(m.getTableTypes(), "TABLE_TYPE"), List.of("FOREIGN TABLE", "INDEX", "MATERIALIZED VIEW", "PARTITIONED INDEX", "PARTITIONED TABLE",
            "SEQUENCE", "SYSTEM INDEX", "SYSTEM TABLE", "SYSTEM TOAST INDEX", "SYSTEM TOAST TABLE", "SYSTEM VIEW", "TABLE", "TEMPORARY INDEX",
            "TEMPORARY SEQUENCE", "TEMPORARY TABLE", "TEMPORARY VIEW", "TYPE", "VIEW"), "getTableTypes");
    }

    void schemas(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        String db = env("PGDATABASE");
        includes(rows(m.getSchemas(), "TABLE_SCHEM", "TABLE_CATALOG"), List.of("information_schema|" + db, "jm_ta|" + db, "jmeta|" + db,
            "pg_catalog|" + db, "public|" + db), "getSchemas");
        equal(rows(m.getSchemas(db, "nope"), "TABLE_SCHEM"), List.of(), "of no such name");
        equal(rows(m.getSchemas(null, "pg_cat%"), "TABLE_SCHEM"), List.of("pg_catalog"), "pg_catalog");
        includes(rows(m.getSchemas(null, "%"), "TABLE_SCHEM"), List.of("jmeta", "public"), "by %");
        equal(rows(m.getSchemas(null, "jm_ta"), "TABLE_SCHEM"), List.of("jm_ta", "jmeta"), "by pattern");
        equal(rows(m.getSchemas(null, "JMETA"), "TABLE_SCHEM"), List.of(), "another case");
    }

    // A backslash before _ or % takes its meaning away.
    void schemaEscapes(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(rows(m.getSchemas(env("PGDATABASE"), "jm\\_ta"), "TABLE_SCHEM"), List.of("jm_ta"), "jm_ta");
        equal(rows(m.getSchemas(null, "pg\\_catalog"), "TABLE_SCHEM"), List.of("pg_catalog"), "pg_catalog");
        equal(rows(m.getTables(null, "jm\\_ta", "customer", new String[] {"TABLE"}), "TABLE_SCHEM"), List.of("jm_ta"), "of getTables");
    }

    static final String[] TABLE = {"TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE", "TYPE_NAME"};

    void tables(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        String db = env("PGDATABASE");
        // INDEX comes before TABLE: the primary and unique keys' indexes are listed by indexTables
        String[] types = {"TABLE", "VIEW"};
        same(rows(m.getTables(db, "jmeta", "%", types), TABLE), List.of(
            db + "|jmeta|customer|TABLE|",
            db + "|jmeta|item|TABLE|",
            db + "|jmeta|orders|TABLE|",
            db + "|jmeta|recent|VIEW|",
            db + "|jmeta|totals|VIEW|"), "getTables");
        equal(rows(m.getTables(db, "jmeta", "%", new String[] {"VIEW"}), "TABLE_NAME"), List.of("recent", "totals"), "views");
        equal(rows(m.getTables(null, null, "customer", types), "TABLE_SCHEM", "TABLE_TYPE"), List.of("jm_ta|TABLE", "jmeta|TABLE"), "in every schema");
        equal(rows(m.getTables(null, "jmeta", null, new String[] {"TABLE"}), "TABLE_NAME"), List.of("customer", "item", "orders"), "without a pattern");
        includes(rows(m.getTables(null, null, null, new String[] {"TABLE", "VIEW", "SYSTEM TABLE", "SYSTEM VIEW"}), "TABLE_SCHEM", "TABLE_NAME"),
            List.of("jmeta|orders", "jm_ta|kinds", "pg_catalog|pg_class", "information_schema|columns"), "all");
    }

    void tableComments(Connection c) throws Exception {
        equal(rows(c.getMetaData().getTables(null, "jmeta", "%", new String[] {"TABLE", "VIEW"}), "TABLE_NAME", "REMARKS"), List.of("customer|who buys; it's ☃",
            "item|null", "orders|null", "recent|latest orders", "totals|null"), "REMARKS");
    }

    void tablePatterns(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        String[] types = {"TABLE"};
        equal(m.getSearchStringEscape(), "\\", "getSearchStringEscape");
        equal(rows(m.getTables(null, "jm_ta", "p_1", types), "TABLE_NAME"), List.of("p_1", "px1"), "_");
        equal(rows(m.getTables(null, "jm_ta", "p%", types), "TABLE_NAME"), List.of("p_1", "px1"), "%");
        equal(rows(m.getTables(null, "jm_ta", "Odd \"Name%", types), "TABLE_NAME"), List.of("Odd \"Name%"), "quotes");
        equal(rows(m.getTables(null, "jm_ta", "P%", types), "TABLE_NAME"), List.of(), "another case");
        equal(rows(m.getTables(null, "jm%ta", "customer", types), "TABLE_SCHEM"), List.of("jm_ta", "jmeta"), "% in the schema");
        equal(rows(m.getTables(null, "", "customer", types), "TABLE_SCHEM"), List.of(), "the empty schema");
        equal(rows(m.getTables(null, "jm_ta", "", types), "TABLE_NAME"), List.of(), "the empty table");
        equal(rows(m.getTables(null, "it's", "x'y", types), "TABLE_NAME"), List.of(), "with a quote");
    }

    void tableEscapes(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        String[] types = {"TABLE"};
        equal(rows(m.getTables(null, "jm_ta", "p\\_1", types), "TABLE_NAME"), List.of("p_1"), "_");
        equal(rows(m.getTables(null, "jm_ta", "%\\%", types), "TABLE_NAME"), List.of("Odd \"Name%"), "%");
        equal(rows(m.getTables(null, "jm_ta", "Odd \"Name\\%", types), "TABLE_NAME"), List.of("Odd \"Name%"), "quotes");
        equal(rows(m.getTables(null, "jm_ta", "k\\inds", types), "TABLE_NAME"), List.of("kinds"), "another letter");
    }

    void tableTypes(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        for (String type : List.of("FOREIGN TABLE", "MATERIALIZED VIEW", "PARTITIONED TABLE", "PARTITIONED INDEX", "SEQUENCE", "TYPE", "TEMPORARY TABLE",
                "TEMPORARY VIEW", "TEMPORARY INDEX", "TEMPORARY SEQUENCE")) {
            equal(rows(m.getTables(null, "jm%", "%", new String[] {type}), "TABLE_NAME"), List.of(), type);
        }
        equal(rows(m.getTables(null, "jmeta", "%", new String[] {}), "TABLE_NAME"), List.of(), "of no type");
        equal(rows(m.getTables(null, "jmeta", "%", new String[] {"NOPE", "VIEW"}), "TABLE_NAME"), List.of("recent", "totals"), "of an unknown type too");
    }

    void systemTables(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        List<String> tables = rows(m.getTables(null, "pg_catalog", "%", new String[] {"SYSTEM TABLE"}), "TABLE_NAME");
        includes(tables, List.of("pg_attrdef", "pg_attribute", "pg_class", "pg_constraint", "pg_database", "pg_depend", "pg_description", "pg_enum",
            "pg_index", "pg_namespace", "pg_proc", "pg_type"), "tables");
        List<String> views = rows(m.getTables(null, "pg_catalog", "%", new String[] {"SYSTEM VIEW"}), "TABLE_NAME");
        includes(views, List.of("pg_indexes", "pg_roles", "pg_settings", "pg_stat_activity", "pg_tables", "pg_user", "pg_views"), "views");
        includes(rows(m.getTables(null, "information_schema", "%", new String[] {"SYSTEM VIEW"}), "TABLE_NAME"),
            List.of("columns", "key_column_usage", "referential_constraints", "schemata", "table_constraints", "tables", "views"), "information_schema");
        includes(rows(m.getColumns(null, "pg_catalog", "pg_class", "rel%"), "COLUMN_NAME", "TYPE_NAME", "IS_NULLABLE"),
            List.of("relname|name|NO", "relnamespace|oid|NO", "relkind|char|NO", "reltuples|float4|NO", "relhasindex|bool|NO"), "columns of pg_class");
    }

    void temporaryTables(Connection c) throws Exception {
        update(c, "CREATE TEMP TABLE jmtemp (id int, name text NOT NULL)", "CREATE TEMP VIEW jmtemp_view AS SELECT id AS id FROM jmtemp");
        DatabaseMetaData m = c.getMetaData();
        equal(rows(m.getTables(null, null, "jmtemp%", new String[] {"TEMPORARY TABLE", "TEMPORARY VIEW"}), "TABLE_NAME", "TABLE_TYPE"),
            List.of("jmtemp|TEMPORARY TABLE", "jmtemp_view|TEMPORARY VIEW"), "getTables");
        equal(rows(m.getTables(null, null, "jmtemp%", new String[] {"TABLE"}), "TABLE_NAME"), List.of(), "lasting ones");
        equal(rows(m.getColumns(null, null, "jmtemp", "%"), "COLUMN_NAME", "TYPE_NAME", "IS_NULLABLE"), List.of("id|int4|YES", "name|text|NO"), "getColumns");
        List<String> schemas = rows(m.getTables(null, null, "jmtemp", null), "TABLE_SCHEM");
        equal(schemas.size() == 1 && schemas.get(0).matches("pg_temp_\\d+"), true, "the schema " + schemas);
    }

    void labels(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(labelsOf(m.getTables(null, "jmeta", null, null)), List.of("TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE", "REMARKS", "TYPE_CAT",
            "TYPE_SCHEM", "TYPE_NAME", "SELF_REFERENCING_COL_NAME", "REF_GENERATION"), "of getTables");
        equal(labelsOf(m.getSchemas()), List.of("TABLE_SCHEM", "TABLE_CATALOG"), "of getSchemas");
        equal(labelsOf(m.getImportedKeys(null, "jmeta", "orders")), List.of("PKTABLE_CAT", "PKTABLE_SCHEM", "PKTABLE_NAME", "PKCOLUMN_NAME",
            "FKTABLE_CAT", "FKTABLE_SCHEM", "FKTABLE_NAME", "FKCOLUMN_NAME", "KEY_SEQ", "UPDATE_RULE", "DELETE_RULE", "FK_NAME", "PK_NAME",
            "DEFERRABILITY"), "of getImportedKeys");
        equal(labelsOf(m.getFunctions(null, "jmeta", null)), List.of("FUNCTION_CAT", "FUNCTION_SCHEM", "FUNCTION_NAME", "REMARKS", "FUNCTION_TYPE",
            "SPECIFIC_NAME"), "of getFunctions");
    }

    void keyLabels(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(labelsOf(m.getPrimaryKeys(null, "jmeta", "orders")), List.of("TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME", "KEY_SEQ", "PK_NAME"),
            "of getPrimaryKeys");
        equal(labelsOf(m.getIndexInfo(null, "jmeta", "orders", false, true)), List.of("TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "NON_UNIQUE",
            "INDEX_QUALIFIER", "INDEX_NAME", "TYPE", "ORDINAL_POSITION", "COLUMN_NAME", "ASC_OR_DESC", "CARDINALITY", "PAGES",
            "FILTER_CONDITION", "REMARKS"), "of getIndexInfo");
    }

    // The indexes of the keys are relations too.
    void indexTables(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(rows(m.getTables(null, "jmeta", "%", new String[] {"INDEX"}), "TABLE_NAME"), List.of("customer_email_key", "customer_pkey", "orders_key"),
            "indexes");
        equal(rows(m.getTables(null, "jmeta", "orders%", null), "TABLE_NAME", "TABLE_TYPE"), List.of("orders_key|INDEX", "orders|TABLE"), "of every type");
    }

    static final String[] COLUMN = {"COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "DECIMAL_DIGITS", "NUM_PREC_RADIX", "NULLABLE", "REMARKS",
        "CHAR_OCTET_LENGTH", "ORDINAL_POSITION", "IS_NULLABLE", "IS_AUTOINCREMENT", "IS_GENERATEDCOLUMN", "SOURCE_DATA_TYPE"};

    void columns(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        String db = env("PGDATABASE");
        same(rows(m.getColumns(db, "jmeta", "customer", null), "TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "IS_NULLABLE",
            "REMARKS", "ORDINAL_POSITION"), List.of(
            db + "|jmeta|customer|id|4|NO|null|1",
            db + "|jmeta|customer|name|12|NO|full name|2",
            db + "|jmeta|customer|email|12|YES|null|3",
            db + "|jmeta|customer|balance|2|YES|null|4",
            db + "|jmeta|customer|born|91|YES|day of birth|5"), "customer");
        same(rows(m.getColumns(db, "jmeta", "orders", "%"), COLUMN), List.of(
            "region|12|text|2147483647|0|10|0|null|2147483647|1|NO|NO|NO|null",
            "no|-5|int8|19|0|10|0|null|null|2|NO|NO|NO|null",
            "customer_id|4|int4|10|0|10|0|null|null|3|NO|NO|NO|null",
            "placed|93|timestamptz|35|6|10|1|null|null|4|YES|NO|NO|null",
            "note|12|text|2147483647|0|10|1|null|2147483647|5|YES|NO|NO|null"), "orders");
        equal(rows(m.getColumns(db, "jmeta", "item", "%"), "COLUMN_NAME", "TYPE_NAME"), List.of("line|int2", "region|text", "order_no|int8", "sku|uuid",
            "qty|float8"), "item");
    }

    void columnKinds(Connection c) throws Exception {
        // n and v have checks of their own
        List<String> got = rows(c.getMetaData().getColumns(null, "jm_ta", "kinds", "%"), COLUMN);
        got.removeIf(row -> row.startsWith("n|") || row.startsWith("v|"));
        same(got, List.of(
            "b|-7|bool|1|0|10|1|null|null|1|YES|NO|NO|null",
            "i2|5|int2|5|0|10|1|null|null|2|YES|NO|NO|null",
            "i4|4|int4|10|0|10|1|null|null|3|YES|NO|NO|null",
            "i8|-5|int8|19|0|10|1|null|null|4|YES|NO|NO|null",
            "f4|7|float4|8|8|10|1|null|null|5|YES|NO|NO|null",
            "f8|8|float8|17|17|10|1|null|null|6|YES|NO|NO|null",
            "n10|2|numeric|10|0|10|1|null|null|8|YES|NO|NO|null",
            "n12|2|numeric|12|2|10|1|null|null|9|YES|NO|NO|null",
            "t|12|text|2147483647|0|10|1|null|2147483647|10|YES|NO|NO|null",
            "bin|-2|bytea|2147483647|0|10|1|null|2147483647|12|YES|NO|NO|null",
            "d|91|date|13|0|10|1|null|null|13|YES|NO|NO|null",
            "ti|92|time|15|6|10|1|null|null|14|YES|NO|NO|null",
            "ts|93|timestamp|29|6|10|1|null|null|15|YES|NO|NO|null",
            "tz|93|timestamptz|35|6|10|1|null|null|16|YES|NO|NO|null",
            "iv|1111|interval|49|6|10|1|null|null|17|YES|NO|NO|null",
            "u|1111|uuid|2147483647|0|10|1|null|null|18|YES|NO|NO|null",
            "j|1111|json|2147483647|0|10|1|null|null|19|YES|NO|NO|null",
            "ia|2003|_int4|10|0|10|1|null|null|20|YES|NO|NO|null",
            "ta|2003|_text|2147483647|0|10|1|null|null|21|YES|NO|NO|null"), "kinds");
    }

    void columnsOfView(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        List<String> got = rows(m.getColumns(null, "jmeta", "totals", "%"), COLUMN);
        got.removeIf(row -> row.startsWith("mean|"));
        same(got, List.of(
            "region|12|text|2147483647|0|10|1|null|2147483647|1|YES|NO|NO|null",
            "n|-5|int8|19|0|10|1|null|null|2|YES|NO|NO|null"), "totals");
        equal(rows(m.getColumns(null, "jmeta", "recent", "%"), "COLUMN_NAME", "IS_NULLABLE"), List.of("no|YES", "name|YES"), "recent");
    }

    void columnDefaults(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(rows(m.getColumns(null, "jmeta", "customer", "%"), "COLUMN_NAME", "COLUMN_DEF"), List.of("id|null", "name|null", "email|null", "balance|0",
            "born|null"), "customer");
        equal(rows(m.getColumns(null, "jmeta", "orders", "%"), "COLUMN_NAME", "COLUMN_DEF"), List.of("region|null", "no|null", "customer_id|null",
            "placed|now()", "note|'none'::text"), "orders");
    }

    void columnVarchar(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(rows(m.getColumns(null, "jmeta", "customer", "name"), "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "CHAR_OCTET_LENGTH"),
            List.of("12|varchar|40|40"), "varchar(40)");
        equal(rows(m.getColumns(null, "jmeta", "recent", "name"), "TYPE_NAME", "COLUMN_SIZE"), List.of("varchar|40"), "varchar(40) of a view");
        equal(rows(m.getColumns(null, "jm_ta", "kinds", "v"), "TYPE_NAME", "COLUMN_SIZE"), List.of("varchar|2147483647"), "varchar");
        equal(rows(m.getColumns(null, "jm_ta", "kinds", "t"), "TYPE_NAME", "COLUMN_SIZE"), List.of("text|2147483647"), "text");
    }

    // The mean of integers is numeric.
    void columnMean(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(rows(m.getColumns(null, "jmeta", "totals", "mean"), "TYPE_NAME", "COLUMN_SIZE", "DECIMAL_DIGITS"), List.of("numeric|0|null"), "a mean");
    }

    // A numeric without precision has none to tell.
    void columnNumeric(Connection c) throws Exception {
        equal(rows(c.getMetaData().getColumns(null, "jm_ta", "kinds", "n"), "TYPE_NAME", "COLUMN_SIZE", "DECIMAL_DIGITS"), List.of("numeric|0|null"), "numeric");
    }

    void columnPatterns(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(rows(m.getColumns(null, "jm_ta", "p_1", "c_1"), "TABLE_NAME", "COLUMN_NAME", "ORDINAL_POSITION"), List.of("p_1|c_1|1", "p_1|cx1|2",
            "px1|c_1|1"), "_");
        // the position is among all columns, not among those that the pattern matches
        equal(rows(m.getColumns(null, "jm_ta", "p_1", "cx1"), "COLUMN_NAME", "ORDINAL_POSITION"), List.of("cx1|2"), "position");
        equal(rows(m.getColumns(null, "jm_ta", "Odd \"Name%", "%"), "TABLE_NAME", "COLUMN_NAME"),
            List.of("Odd \"Name%|Column One", "Odd \"Name%|q\"uote", "Odd \"Name%|ünï ☃"), "quotes");
        equal(rows(m.getColumns(null, "jm_ta", "customer", "other"), "TABLE_SCHEM", "COLUMN_NAME"), List.of("jm_ta|other"), "pattern of schemas");
        equal(rows(m.getColumns(null, "jm_ta", "p%", "nope"), "COLUMN_NAME"), List.of(), "no such column");
    }

    void columnEscapes(Connection c) throws Exception {
        equal(rows(c.getMetaData().getColumns(null, "jm\\_ta", "p\\_1", "c\\_1"), "TABLE_NAME", "COLUMN_NAME"), List.of("p_1|c_1"), "columns");
    }

    // Words that PostgreSQL lets be names of columns without quotes.
    void columnNames(Connection c) throws Exception {
        List<String> names = List.of("by", "key", "value", "type", "year", "date", "time", "timestamp", "text", "name", "no", "level", "user_id", "comment",
            "position", "range", "status", "count", "first", "at", "index", "data", "owner", "view", "text2", "qualify", "pivot", "summarize", "describe");
        update(c, "CREATE TABLE jm_ta.words (" + String.join(" int, ", names) + " int)");
        try {
            equal(rows(c.getMetaData().getColumns(null, "jm_ta", "words", "%"), "COLUMN_NAME"), names, "getColumns");
        } finally {
            update(c, "DROP TABLE jm_ta.words");
        }
    }

    void columnsAltered(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        update(c, "CREATE TABLE jm_ta.altered (a int, b int, c int)", "ALTER TABLE jm_ta.altered DROP COLUMN b");
        try {
            equal(rows(m.getColumns(null, "jm_ta", "altered", "%"), "COLUMN_NAME", "ORDINAL_POSITION"), List.of("a|1", "c|2"), "after DROP COLUMN");
            update(c, "ALTER TABLE jm_ta.altered ADD COLUMN d text", "ALTER TABLE jm_ta.altered RENAME COLUMN c TO e",
                "ALTER TABLE jm_ta.altered ALTER COLUMN a SET NOT NULL", "ALTER TABLE jm_ta.altered ALTER COLUMN a TYPE bigint");
            equal(rows(m.getColumns(null, "jm_ta", "altered", "%"), "COLUMN_NAME", "TYPE_NAME", "IS_NULLABLE", "ORDINAL_POSITION"),
                List.of("a|int8|NO|1", "e|int4|YES|2", "d|text|YES|3"), "after other changes");
            update(c, "ALTER TABLE jm_ta.altered RENAME TO altered_too");
            equal(rows(m.getTables(null, "jm_ta", "altered%", new String[] {"TABLE"}), "TABLE_NAME"), List.of("altered_too"), "after RENAME");
            c.setAutoCommit(false);
            update(c, "CREATE TABLE jm_ta.altered_three (a int)");
            equal(rows(m.getColumns(null, "jm_ta", "altered_three", "%"), "COLUMN_NAME"), List.of("a"), "in the transaction");
            c.rollback();
            equal(rows(m.getColumns(null, "jm_ta", "altered_three", "%"), "COLUMN_NAME"), List.of(), "after rollback");
            c.setAutoCommit(true);
        } finally {
            update(c, "DROP TABLE IF EXISTS jm_ta.altered", "DROP TABLE IF EXISTS jm_ta.altered_too");
        }
    }

    // Every column there is, which a tool that fills its completion asks for.
    void allColumns(Connection c) throws Exception {
        List<String> all = rows(c.getMetaData().getColumns(null, null, null, null), "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME", "TYPE_NAME");
        includes(all, List.of("jmeta|customer|id|int4", "jm_ta|kinds|ia|_int4", "pg_catalog|pg_type|typname|name", "pg_catalog|pg_class|relname|name"),
            "getColumns");
        equal(all.size() > 1000, true, all.size() + " columns");
    }

    void commentSchema(Connection c) throws Exception {
        update(c, "COMMENT ON SCHEMA jmeta IS 'the first'");
        equal(rows(c.createStatement().executeQuery("SELECT obj_description(oid, 'pg_namespace') AS d FROM pg_namespace WHERE nspname = 'jmeta'"), "d"),
            List.of("the first"), "comment");
    }

    void commentViewColumn(Connection c) throws Exception {
        update(c, "COMMENT ON COLUMN jmeta.recent.no IS 'number'");
        equal(rows(c.getMetaData().getColumns(null, "jmeta", "recent", "%"), "COLUMN_NAME", "REMARKS"), List.of("no|number", "name|null"), "comment");
    }

    void commentChange(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        update(c, "COMMENT ON TABLE jm_ta.px1 IS 'first'", "COMMENT ON TABLE jm_ta.px1 IS 'second'", "COMMENT ON COLUMN jm_ta.px1.c_1 IS 'of a column'");
        equal(rows(m.getTables(null, "jm_ta", "px1", null), "REMARKS"), List.of("second"), "changed");
        update(c, "COMMENT ON TABLE jm_ta.px1 IS NULL");
        equal(rows(m.getTables(null, "jm_ta", "px1", null), "REMARKS"), Arrays.asList("null"), "removed");
        equal(rows(m.getColumns(null, "jm_ta", "px1", null), "REMARKS"), List.of("of a column"), "of the column");
        update(c, "COMMENT ON COLUMN jm_ta.px1.c_1 IS NULL");
        equal(rows(m.getColumns(null, "jm_ta", "px1", null), "REMARKS"), List.of("null"), "of the column, removed");
    }

    void primaryKeys(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        String db = env("PGDATABASE");
        equal(rows(m.getPrimaryKeys(db, "jmeta", "customer"), "TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME", "KEY_SEQ", "PK_NAME"),
            List.of(db + "|jmeta|customer|id|1|customer_pkey"), "customer");
        // in the order of the key, which is not that of the columns
        equal(rows(m.getPrimaryKeys(null, "jmeta", "orders"), "COLUMN_NAME", "KEY_SEQ", "PK_NAME"), List.of("no|1|orders_key", "region|2|orders_key"), "orders");
        equal(rows(m.getPrimaryKeys(null, "jmeta", "item"), "COLUMN_NAME"), List.of(), "item");
        equal(rows(m.getPrimaryKeys(null, "jmeta", "recent"), "COLUMN_NAME"), List.of(), "a view");
        equal(rows(m.getPrimaryKeys(null, null, "orders"), "TABLE_SCHEM", "COLUMN_NAME"), List.of("jmeta|no", "jmeta|region"), "without a schema");
        equal(rows(m.getPrimaryKeys(null, "jmeta", null), "TABLE_NAME", "COLUMN_NAME"), List.of("customer|id", "orders|no", "orders|region"), "of every table");
    }

    static final String[] KEY = {"PKTABLE_CAT", "PKTABLE_SCHEM", "PKTABLE_NAME", "PKCOLUMN_NAME", "FKTABLE_CAT", "FKTABLE_SCHEM", "FKTABLE_NAME",
        "FKCOLUMN_NAME", "KEY_SEQ", "UPDATE_RULE", "DELETE_RULE", "FK_NAME", "PK_NAME", "DEFERRABILITY"};

    static List<String> keyOfItem() {
        String db = env("PGDATABASE");
        return List.of(db + "|jmeta|orders|no|" + db + "|jmeta|item|order_no|1|3|0|item_order|orders_key|7",
            db + "|jmeta|orders|region|" + db + "|jmeta|item|region|2|3|0|item_order|orders_key|7");
    }

    static List<String> keyOfOrders() {
        String db = env("PGDATABASE");
        return List.of(db + "|jmeta|customer|id|" + db + "|jmeta|orders|customer_id|1|3|3|orders_customer_id_fkey|customer_pkey|7");
    }

    void importedKeys(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        same(rows(m.getImportedKeys(env("PGDATABASE"), "jmeta", "orders"), KEY), keyOfOrders(), "orders");
        same(rows(m.getImportedKeys(null, "jmeta", "item"), KEY), keyOfItem(), "item");
        same(rows(m.getImportedKeys(null, "jmeta", "customer"), KEY), List.of(), "customer");
    }

    void exportedKeys(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        same(rows(m.getExportedKeys(env("PGDATABASE"), "jmeta", "customer"), KEY), keyOfOrders(), "customer");
        same(rows(m.getExportedKeys(null, "jmeta", "orders"), KEY), keyOfItem(), "orders");
        same(rows(m.getExportedKeys(null, "jmeta", "item"), KEY), List.of(), "item");
    }

    void crossReference(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        same(rows(m.getCrossReference(null, "jmeta", "orders", null, "jmeta", "item"), KEY), keyOfItem(), "orders and item");
        same(rows(m.getCrossReference(null, "jmeta", "item", null, "jmeta", "orders"), KEY), List.of(), "the other way");
        same(rows(m.getCrossReference(null, "jmeta", "customer", null, "jmeta", null), KEY), keyOfOrders(), "customer and any");
    }

    static final String[] INDEX = {"TABLE_NAME", "NON_UNIQUE", "INDEX_QUALIFIER", "INDEX_NAME", "TYPE", "ORDINAL_POSITION", "COLUMN_NAME", "ASC_OR_DESC",
        "FILTER_CONDITION", "REMARKS"};

    void indexes(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        same(rows(m.getIndexInfo(null, "jmeta", "customer", true, true), INDEX), List.of("customer|f|null|customer_email_key|3|1|email|A|null|null",
            "customer|f|null|customer_pkey|3|1|id|A|null|null"), "customer");
        same(rows(m.getIndexInfo(env("PGDATABASE"), "jmeta", "orders", false, true), INDEX), List.of("orders|f|null|orders_key|3|1|no|A|null|null",
            "orders|f|null|orders_key|3|2|region|A|null|null"), "orders");
        same(rows(m.getIndexInfo(null, "jmeta", "item", false, false), INDEX), List.of(), "item");
    }

    void bestRow(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        String[] columns = {"SCOPE", "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "BUFFER_LENGTH", "DECIMAL_DIGITS", "PSEUDO_COLUMN"};
        same(rows(m.getBestRowIdentifier(null, "jmeta", "customer", DatabaseMetaData.bestRowSession, false), columns), List.of("2|id|4|int4|10|null|0|1"),
            "customer");
        // here in the order of the columns
        same(rows(m.getBestRowIdentifier(null, "jmeta", "orders", DatabaseMetaData.bestRowTransaction, true), columns),
            List.of("1|region|12|text|2147483647|null|0|1", "1|no|-5|int8|19|null|0|1"), "orders");
        same(rows(m.getBestRowIdentifier(null, "jmeta", "item", DatabaseMetaData.bestRowSession, true), columns), List.of(), "item");
    }

    void versionColumns(Connection c) throws Exception {
        equal(rows(c.getMetaData().getVersionColumns(null, "jmeta", "customer"), "COLUMN_NAME", "TYPE_NAME", "PSEUDO_COLUMN"), List.of("ctid|tid|2"), "getVersionColumns");
        // what a tool that uses it would send
        equal(rows(c.createStatement().executeQuery("SELECT ctid AS v, name AS n FROM jmeta.customer WHERE id = 1"), "n"), List.of("Ann"), "SELECT ctid");
    }

    static final List<String> PRIVILEGES = List.of("DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE");

    void tablePrivileges(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        String end = "|" + env("PGUSER") + "|" + env("PGUSER") + "|", db = env("PGDATABASE");
        String[] columns = {"TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "GRANTOR", "GRANTEE", "PRIVILEGE", "IS_GRANTABLE"};
        same(rows(m.getTablePrivileges(null, "jmeta", "item"), columns), PRIVILEGES.stream().map(p -> db + "|jmeta|item" + end + p + "|YES").toList(), "item");
        same(rows(m.getTablePrivileges(null, "jmeta", "recent"), columns), PRIVILEGES.stream().map(p -> db + "|jmeta|recent" + end + p + "|YES").toList(),
            "a view");
        equal(rows(m.getTablePrivileges(null, "jm%ta", "customer"), "TABLE_SCHEM").stream().distinct().toList(), List.of("jm_ta", "jmeta"), "both schemas");
    }

    void columnPrivileges(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        String end = "|" + env("PGUSER") + "|" + env("PGUSER") + "|";
        List<String> want = new ArrayList<>();
        for (String column : List.of("c_1", "cx1")) {
            PRIVILEGES.forEach(p -> want.add("jm_ta|p_1|" + column + end + p + "|YES"));
        }
        same(rows(m.getColumnPrivileges(null, "jm_ta", "p_1", "c_1"), "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME", "GRANTOR", "GRANTEE", "PRIVILEGE",
            "IS_GRANTABLE"), want, "p_1");
    }

    void typeInfo(Connection c) throws Exception {
        String[] columns = {"TYPE_NAME", "DATA_TYPE", "PRECISION", "LITERAL_PREFIX", "LITERAL_SUFFIX", "NULLABLE", "CASE_SENSITIVE", "SEARCHABLE",
            "UNSIGNED_ATTRIBUTE", "AUTO_INCREMENT", "MINIMUM_SCALE", "MAXIMUM_SCALE", "NUM_PREC_RADIX"};
        List<String> all = rows(c.getMetaData().getTypeInfo(), columns);
        includes(all, List.of(
            "bool|-7|0|'|'|1|f|3|t|f|0|0|10",
            "int8|-5|0|null|null|1|f|3|f|f|0|0|10",
            "oid|-5|0|null|null|1|f|3|t|f|0|0|10",
            "bytea|-2|0|'|'|1|t|3|t|f|0|0|10",
            "char|1|0|'|'|1|t|3|t|f|0|0|10",
            "bpchar|1|10485760|'|'|1|t|3|t|f|0|0|10",
            "numeric|2|1000|null|null|1|f|3|f|f|0|1000|10",
            "int4|4|0|null|null|1|f|3|f|f|0|0|10",
            "serial|4|0|null|null|1|f|3|f|t|0|0|10",
            "int2|5|0|null|null|1|f|3|f|f|0|0|10",
            "float4|7|0|null|null|1|f|3|f|f|0|0|10",
            "float8|8|0|null|null|1|f|3|f|f|0|0|10",
            "name|12|0|'|'|1|t|3|t|f|0|0|10",
            "text|12|0|'|'|1|t|3|t|f|0|0|10",
            "varchar|12|10485760|'|'|1|t|3|t|f|0|0|10",
            "date|91|0|'|'|1|f|3|t|f|0|0|10",
            "time|92|6|'|'|1|f|3|t|f|0|0|10",
            "timetz|92|6|'|'|1|f|3|t|f|0|0|10",
            "timestamp|93|6|'|'|1|f|3|t|f|0|0|10",
            "timestamptz|93|6|'|'|1|f|3|t|f|0|0|10",
            "json|1111|0|'|'|1|t|3|t|f|0|0|10",
            "interval|1111|6|'|'|1|f|3|t|f|0|0|10",
            "uuid|1111|0|'|'|1|t|3|t|f|0|0|10",
            "jsonb|1111|0|'|'|1|t|3|t|f|0|0|10",
            "_int4|2003|0|'|'|1|f|3|f|f|0|0|10",
            "_text|2003|0|'|'|1|t|3|t|f|0|0|10",
            "xml|2009|0|'|'|1|t|3|t|f|0|0|10"), "getTypeInfo");
        List<Integer> numbers = rows(c.getMetaData().getTypeInfo(), "DATA_TYPE").stream().map(Integer::valueOf).toList();
        equal(numbers, numbers.stream().sorted().toList(), "order");
        List<String> names = rows(c.getMetaData().getTypeInfo(), "TYPE_NAME");
        equal(names.stream().filter("int4"::equals).count(), 1L, "times of int4");
    }

    void udts(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        // each table and view is the type of its rows
        String[] columns = {"TYPE_SCHEM", "TYPE_NAME", "CLASS_NAME", "DATA_TYPE", "REMARKS", "BASE_TYPE"};
        equal(rows(m.getUDTs(null, "jmeta", "%", null), columns), List.of("jmeta|customer|null|2002|null|null", "jmeta|item|null|2002|null|null",
            "jmeta|orders|null|2002|null|null", "jmeta|recent|null|2002|null|null", "jmeta|totals|null|2002|null|null"), "getUDTs");
        equal(rows(m.getUDTs(null, "jmeta", "o%", new int[] {Types.STRUCT}), "TYPE_NAME"), List.of("orders"), "of structs");
        equal(rows(m.getUDTs(null, "jmeta", "%", new int[] {Types.DISTINCT}), "TYPE_NAME"), List.of(), "of domains");
    }

    void functions(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        String db = env("PGDATABASE");
        String[] columns = {"FUNCTION_CAT", "FUNCTION_SCHEM", "FUNCTION_NAME", "FUNCTION_TYPE", "REMARKS"};
        includes(rows(m.getFunctions(null, "pg_catalog", "lower"), columns), List.of(db + "|pg_catalog|lower|1|lowercase"), "lower");
        includes(rows(m.getFunctions(db, "pg_catalog", "generate_series"), columns),
            List.of(db + "|pg_catalog|generate_series|2|non-persistent series generator"), "generate_series");
        List<String> all = rows(m.getFunctions(null, null, null), "FUNCTION_SCHEM", "FUNCTION_NAME");
        includes(all, List.of("pg_catalog|abs", "pg_catalog|concat", "pg_catalog|current_database", "pg_catalog|date_trunc", "pg_catalog|now",
            "pg_catalog|pg_get_viewdef", "pg_catalog|substring", "pg_catalog|to_char", "pg_catalog|version"), "all functions");
        // an aggregate is none
        equal(rows(m.getFunctions(null, "pg_catalog", "sum"), "FUNCTION_NAME"), List.of(), "aggregates");
        equal(rows(m.getFunctions(null, "jmeta", "%"), "FUNCTION_NAME"), List.of(), "of the schema");
        List<String> specific = rows(m.getFunctions(null, "pg_catalog", "abs"), "SPECIFIC_NAME");
        equal(specific.size(), 6, "functions abs");
        equal(new TreeSet<>(specific).size(), 6, "names of functions abs");
        equal(specific.get(0).matches("abs_\\d+"), true, "name " + specific.get(0));
    }

    void functionColumns(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        String[] columns = {"COLUMN_NAME", "COLUMN_TYPE", "DATA_TYPE", "TYPE_NAME", "NULLABLE", "ORDINAL_POSITION"};
        List<String> rows = rows(m.getFunctionColumns(null, "pg_catalog", "date_trunc", null), columns);
        includes(rows, List.of("returnValue|4|93|timestamp|2|0", "$1|1|12|text|2|1", "$2|1|93|timestamp|2|2", "returnValue|4|1111|interval|2|0",
            "$2|1|1111|interval|2|2", "returnValue|4|93|timestamptz|2|0", "$2|1|93|timestamptz|2|2", "$3|1|12|text|2|3"), "date_trunc");
        equal(rows(m.getFunctionColumns(null, "pg_catalog", "version", null), columns), List.of("returnValue|4|12|text|2|0"), "version");
        // results with names, in proargmodes and proallargtypes
        equal(rows(m.getFunctionColumns(null, "pg_catalog", "pg_get_keywords", null), columns), List.of("word|3|12|text|2|1", "catcode|3|1|char|2|2",
            "barelabel|3|-7|bool|2|3", "catdesc|3|12|text|2|4", "baredesc|3|12|text|2|5"), "pg_get_keywords");
        equal(rows(m.getFunctionColumns(null, "jmeta", null, null), columns), List.of(), "of the schema");
    }

    void procedures(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(labelsOf(m.getProcedures(null, null, "%")).size(), 9, "columns");
        equal(rows(m.getProcedures(null, "jmeta", "%"), "PROCEDURE_NAME"), List.of(), "getProcedures");
        equal(rows(m.getProcedures(null, "pg_catalog", "lower"), "PROCEDURE_NAME"), List.of(), "functions are none");
        // functions' parameters are listed here all the same
        equal(rows(m.getProcedureColumns(null, "pg_catalog", "starts_with", null), "PROCEDURE_NAME", "COLUMN_NAME", "COLUMN_TYPE", "TYPE_NAME",
            "ORDINAL_POSITION"), List.of("starts_with|returnValue|5|bool|0", "starts_with|$1|1|text|1", "starts_with|$2|1|text|2"), "getProcedureColumns");
        equal(rows(m.getProcedureColumns(null, "jmeta", "%", null), "COLUMN_NAME"), List.of(), "getProcedureColumns of the schema");
    }

    void clientInfo(Connection c) throws Exception {
        equal(rows(c.getMetaData().getClientInfoProperties(), "NAME", "MAX_LEN", "DEFAULT_VALUE"), List.of("ApplicationName|63|"), "getClientInfoProperties");
        equal(c.getClientInfo("ApplicationName"), "metadata check", "getClientInfo");
        c.setClientInfo("ApplicationName", "another name");
        equal(rows(c.createStatement().executeQuery("SHOW application_name"), "application_name"), List.of("another name"), "SHOW");
        equal(rows(c.createStatement().executeQuery("SELECT application_name AS a FROM pg_stat_activity WHERE pid = pg_backend_pid()"), "a"),
            List.of("another name"), "pg_stat_activity");
    }

    // Of another catalog than the connection's there is nothing, and with the same
    // columns.
    void otherCatalog(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(rows(m.getTables("nope", null, null, null), "TABLE_NAME"), List.of(), "getTables");
        equal(rows(m.getColumns("nope", null, null, null), "COLUMN_NAME"), List.of(), "getColumns");
        equal(rows(m.getSchemas("nope", null), "TABLE_SCHEM"), List.of(), "getSchemas");
        equal(rows(m.getPrimaryKeys("nope", "jmeta", "orders"), "COLUMN_NAME"), List.of(), "getPrimaryKeys");
        equal(rows(m.getTables(env("PGDATABASE"), "jmeta", "recent", null), "TABLE_NAME"), List.of("recent"), "this one");
    }

    // hideUnprivilegedObjects adds has_…_privilege to the queries.
    void hideUnprivileged(Connection unused) throws Exception {
        Properties p = properties();
        p.setProperty("hideUnprivilegedObjects", "true");
        try (Connection c = connect(p)) {
            DatabaseMetaData m = c.getMetaData();
            equal(rows(m.getTables(null, "jmeta", null, new String[] {"TABLE"}), "TABLE_NAME"), List.of("customer", "item", "orders"), "getTables");
            equal(rows(m.getSchemas(null, "jm_ta"), "TABLE_SCHEM"), List.of("jm_ta", "jmeta"), "getSchemas");
            includes(rows(m.getTypeInfo(), "TYPE_NAME"), List.of("int4", "text"), "getTypeInfo");
            includes(rows(m.getFunctions(null, "pg_catalog", "lower"), "FUNCTION_NAME"), List.of("lower"), "getFunctions");
            equal(rows(m.getProcedures(null, "jmeta", null), "PROCEDURE_NAME"), List.of(), "getProcedures");
            equal(rows(m.getUDTs(null, "jmeta", "%", new int[] {Types.DISTINCT}), "TYPE_NAME"), List.of(), "getUDTs");
        }
    }

    interface Facts {
        Object of(ResultSetMetaData m, int column) throws SQLException;
    }

    static List<String> facts(ResultSetMetaData m, Facts... facts) throws SQLException {
        List<String> all = new ArrayList<>();
        for (int i = 1; i <= m.getColumnCount(); i++) {
            List<String> one = new ArrayList<>();
            for (Facts f : facts) {
                one.add(String.valueOf(f.of(m, i)));
            }
            all.add(String.join("|", one));
        }
        return all;
    }

    static final Facts[] KIND = {ResultSetMetaData::getColumnLabel, ResultSetMetaData::getColumnType, ResultSetMetaData::getColumnTypeName,
        ResultSetMetaData::getColumnClassName, ResultSetMetaData::getPrecision, ResultSetMetaData::getScale, ResultSetMetaData::getColumnDisplaySize,
        ResultSetMetaData::isSigned, ResultSetMetaData::isCaseSensitive};

    void resultKinds(Connection c) throws Exception {
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT * FROM jm_ta.kinds")) {
            ResultSetMetaData m = r.getMetaData();
            List<String> got = facts(m, KIND);
            got.removeIf(row -> row.startsWith("n|") || row.startsWith("v|"));
            same(got, List.of(
                "b|-7|bool|java.lang.Boolean|1|0|1|false|false",
                "i2|5|int2|java.lang.Integer|5|0|6|true|false",
                "i4|4|int4|java.lang.Integer|10|0|11|true|false",
                "i8|-5|int8|java.lang.Long|19|0|20|true|false",
                "f4|7|float4|java.lang.Float|8|8|15|true|false",
                "f8|8|float8|java.lang.Double|17|17|25|true|false",
                "n10|2|numeric|java.math.BigDecimal|10|0|11|true|false",
                "n12|2|numeric|java.math.BigDecimal|12|2|14|true|false",
                "t|12|text|java.lang.String|2147483647|0|2147483647|false|true",
                "bin|-2|bytea|[B|2147483647|0|2147483647|false|true",
                "d|91|date|java.sql.Date|13|0|13|false|false",
                "ti|92|time|java.sql.Time|15|6|15|false|false",
                "ts|93|timestamp|java.sql.Timestamp|29|6|29|false|false",
                "tz|93|timestamptz|java.sql.Timestamp|35|6|35|false|false",
                "iv|1111|interval|org.postgresql.util.PGInterval|49|6|49|false|false",
                "u|1111|uuid|java.util.UUID|2147483647|0|2147483647|false|true",
                "j|1111|json|org.postgresql.util.PGobject|2147483647|0|2147483647|false|true",
                "ia|2003|_int4|java.sql.Array|10|0|11|true|false",
                "ta|2003|_text|java.sql.Array|2147483647|0|2147483647|false|true"), "kinds");
            equal(facts(m, ResultSetMetaData::isSearchable, ResultSetMetaData::isCurrency, ResultSetMetaData::isReadOnly, ResultSetMetaData::isWritable,
                ResultSetMetaData::isDefinitelyWritable, ResultSetMetaData::getCatalogName).stream().distinct().toList(),
                List.of("true|false|false|true|false|"), "what is of every column");
        }
    }

    void resultVarchar(Connection c) throws Exception {
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT name, v FROM jmeta.customer, jm_ta.kinds")) {
            equal(facts(r.getMetaData(), ResultSetMetaData::getColumnTypeName, ResultSetMetaData::getPrecision, ResultSetMetaData::getColumnDisplaySize),
                List.of("varchar|40|40", "varchar|2147483647|2147483647"), "name and v");
        }
    }

    void resultNumeric(Connection c) throws Exception {
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT n, n12 FROM jm_ta.kinds")) {
            equal(facts(r.getMetaData(), ResultSetMetaData::getColumnTypeName, ResultSetMetaData::getPrecision, ResultSetMetaData::getScale),
                List.of("numeric|0|0", "numeric|12|2"), "n and n12");
        }
    }

    void resultMean(Connection c) throws Exception {
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT avg(i4), avg(i8), avg(f8) FROM jm_ta.kinds")) {
            equal(facts(r.getMetaData(), ResultSetMetaData::getColumnTypeName, ResultSetMetaData::getColumnClassName), List.of("numeric|java.math.BigDecimal",
                "numeric|java.math.BigDecimal", "float8|java.lang.Double"), "means");
        }
    }

    // What RowDescription's table and column numbers tell, and the catalog of them.
    void resultTable(Connection c) throws Exception {
        String query = "SELECT o.no, o.region AS area, c.name, c.id + 1 AS next, o.note FROM jmeta.orders o JOIN jmeta.customer c ON c.id = o.customer_id";
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery(query)) {
            equal(facts(r.getMetaData(), ResultSetMetaData::getColumnLabel, ResultSetMetaData::getColumnName, ResultSetMetaData::getTableName,
                ResultSetMetaData::getSchemaName, ResultSetMetaData::isNullable, ResultSetMetaData::isAutoIncrement), List.of("no|no|orders||0|false",
                "area|area|orders||0|false", "name|name|customer||0|false", "next|next|||2|false", "note|note|orders||1|false"), "names");
            equal(facts(r.getMetaData(), (m, i) -> ((PGResultSetMetaData) m).getBaseSchemaName(i), (m, i) -> ((PGResultSetMetaData) m).getBaseTableName(i),
                (m, i) -> ((PGResultSetMetaData) m).getBaseColumnName(i)), List.of("jmeta|orders|no", "jmeta|orders|region",
                "jmeta|customer|name", "||", "jmeta|orders|note"), "base names");
        }
    }

    void resultNullable(Connection c) throws Exception {
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT * FROM jmeta.orders")) {
            equal(facts(r.getMetaData(), ResultSetMetaData::getColumnName, ResultSetMetaData::isNullable, ResultSetMetaData::isAutoIncrement),
                List.of("region|0|false", "no|0|false", "customer_id|0|false", "placed|1|false", "note|1|false"), "orders");
        }
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT * FROM jmeta.recent")) {
            equal(facts(r.getMetaData(), ResultSetMetaData::getColumnName, ResultSetMetaData::isNullable, ResultSetMetaData::getTableName),
                List.of("no|1|recent", "name|1|recent"), "a view");
        }
    }

    void resultExpressions(Connection c) throws Exception {
        String query = "SELECT count(*), sum(no) AS total, max(placed), min(note), region || '!', count(*) > 1 AS many, 1 AS one, 'x' AS x, now(), CURRENT_DATE,"
            + " CASE WHEN region = 'a' THEN 1 END FROM jmeta.orders GROUP BY region";
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery(query)) {
            same(facts(r.getMetaData(), ResultSetMetaData::getColumnLabel, ResultSetMetaData::getColumnTypeName, ResultSetMetaData::getTableName,
                ResultSetMetaData::isNullable, ResultSetMetaData::getPrecision, ResultSetMetaData::getScale), List.of("count|int8||2|19|0", "total|numeric||2|0|0",
                "max|timestamptz||2|35|6", "min|text||2|2147483647|0", "?column?|text||2|2147483647|0", "many|bool||2|1|0", "one|int4||2|10|0",
                "x|text||2|2147483647|0", "now|timestamptz||2|35|6", "current_date|date||2|13|0", "case|int4||2|10|0"), "expressions");
        }
    }

    // Values of numeric have no precision, and NULL is text.
    void resultConstants(Connection c) throws Exception {
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT 1.50 AS a, round(2.345, 2) AS b, NULL AS c")) {
            equal(facts(r.getMetaData(), ResultSetMetaData::getColumnTypeName, ResultSetMetaData::getPrecision, ResultSetMetaData::getScale),
                List.of("numeric|0|0", "numeric|0|0", "text|2147483647|0"), "constants");
        }
    }

    void resultAliases(Connection c) throws Exception {
        String query = "SELECT id AS \"The Id\", name AS \"select\", email AS \"ünï ☃\", id, id FROM jmeta.customer WHERE id = 1";
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery(query)) {
            equal(facts(r.getMetaData(), ResultSetMetaData::getColumnLabel), List.of("The Id", "select", "ünï ☃", "id", "id"), "labels");
            r.next();
            equal(List.of(r.getInt("The Id"), r.getString("SELECT"), r.getString("ünï ☃"), r.findColumn("id")), List.of(1, "Ann", "ann@example.org", 4), "row");
        }
    }

    // Tools ask for a table's columns with a query that has no rows.
    void resultEmpty(Connection c) throws Exception {
        for (String query : List.of("SELECT * FROM jmeta.customer WHERE 1 = 0", "SELECT * FROM jmeta.customer LIMIT 0",
                "SELECT * FROM (SELECT * FROM jmeta.customer) AS \"Custom SQL Query\" WHERE (0 = 1)", "SELECT t.* FROM jmeta.customer t WHERE false")) {
            try (Statement s = c.createStatement(); ResultSet r = s.executeQuery(query)) {
                equal(facts(r.getMetaData(), ResultSetMetaData::getColumnName, ResultSetMetaData::getColumnType, ResultSetMetaData::getScale),
                    List.of("id|4|0", "name|12|0", "email|12|0", "balance|2|2", "born|91|0"), query);
                equal(r.next(), false, "a row");
            }
        }
        if (!mode.equals("simple")) {
            // Execute has a number of rows, Query has none
            try (Statement s = c.createStatement()) {
                s.setMaxRows(1);
                try (ResultSet r = s.executeQuery("SELECT * FROM jmeta.customer ORDER BY id")) {
                    equal(rows(r, "name"), List.of("Ann"), "with setMaxRows");
                }
            }
        }
    }

    // A result whose rows can be changed needs its table's name and primary key.
    void updatable(Connection c) throws Exception {
        update(c, "CREATE TEMP TABLE jm_change (id int PRIMARY KEY, name text)", "INSERT INTO jm_change VALUES (1, 'one'), (2, 'two'), (3, 'three')");
        try (Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                ResultSet r = s.executeQuery("SELECT id, name FROM jm_change ORDER BY id")) {
            r.next();
            r.updateString("name", "changed");
            r.updateRow();
            r.next();
            r.deleteRow();
            r.moveToInsertRow();
            r.updateInt("id", 9);
            r.updateString("name", "new");
            r.insertRow();
        }
        equal(rows(c.createStatement().executeQuery("SELECT id, name FROM jm_change ORDER BY id"), "id", "name"), List.of("1|changed", "3|three", "9|new"), "rows");
    }

    static List<String> parametersOf(Connection c, String statement) throws SQLException {
        List<String> all = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(statement)) {
            ParameterMetaData p = s.getParameterMetaData();
            for (int i = 1; i <= p.getParameterCount(); i++) {
                all.add(p.getParameterTypeName(i) + "|" + p.getParameterType(i) + "|" + p.getParameterClassName(i) + "|" + p.getParameterMode(i) + "|"
                    + p.isNullable(i) + "|" + p.isSigned(i));
            }
        }
        return all;
    }

    void parameters(Connection c) throws Exception {
        String end = "|1|2|";
        same(parametersOf(c, "SELECT name FROM jmeta.customer WHERE id = ? AND email LIKE ? AND balance > ? AND born BETWEEN ? AND ?"), List.of(
            "int4|4|java.lang.Integer" + end + "true", "text|12|java.lang.String" + end + "false", "numeric|2|java.math.BigDecimal" + end + "true",
            "date|91|java.sql.Date" + end + "false", "date|91|java.sql.Date" + end + "false"), "compared with columns");
        same(parametersOf(c, "SELECT no FROM jmeta.orders WHERE placed >= ? AND no IN (?, ?) LIMIT ? OFFSET ?"), List.of(
            "timestamptz|93|java.sql.Timestamp" + end + "false", "int8|-5|java.lang.Long" + end + "true", "int8|-5|java.lang.Long" + end + "true",
            "int8|-5|java.lang.Long" + end + "true", "int8|-5|java.lang.Long" + end + "true"), "LIMIT and IN");
        same(parametersOf(c, "SELECT ?::uuid AS a, ?::bool AS b, ?::float8 AS c, ?::bytea AS d, ?::int4[] AS e, CAST(? AS int2) AS f"), List.of(
            "uuid|1111|java.util.UUID" + end + "false", "bool|-7|java.lang.Boolean" + end + "false", "float8|8|java.lang.Double" + end + "true",
            "bytea|-2|[B" + end + "false", "_int4|2003|java.sql.Array" + end + "true", "int2|5|java.lang.Integer" + end + "true"), "cast");
        equal(parametersOf(c, "SELECT 1 AS a"), List.of(), "none");
    }

    void parametersOfInsert(Connection c) throws Exception {
        List<String> got = new ArrayList<>();
        for (String statement : List.of("INSERT INTO jmeta.customer (id, email, balance, born) VALUES (?, ?, ?, ?)",
                "UPDATE jmeta.orders SET note = ?, placed = ? WHERE no = ?", "DELETE FROM jmeta.item WHERE sku = ? AND line = ?")) {
            for (String p : parametersOf(c, statement)) {
                got.add(p.split("\\|")[0]);
            }
        }
        equal(got, List.of("int4", "text", "numeric", "date", "text", "timestamptz", "int8", "uuid", "int2"), "types");
    }

    void resultBeforeRun(Connection c) throws Exception {
        try (PreparedStatement s = c.prepareStatement("SELECT id, balance, count(*) OVER () AS n, ?::text AS t FROM jmeta.customer WHERE id > ?")) {
            equal(facts(s.getMetaData(), ResultSetMetaData::getColumnLabel, ResultSetMetaData::getColumnTypeName, ResultSetMetaData::getPrecision,
                ResultSetMetaData::getScale), List.of("id|int4|10|0", "balance|numeric|12|2", "n|int8|19|0", "t|text|2147483647|0"), "columns");
        }
        try (PreparedStatement s = c.prepareStatement("INSERT INTO jmeta.customer (id, name) VALUES (?, ?)")) {
            equal(s.getMetaData(), null, "of an INSERT");
        }
        fails(() -> {
            try (PreparedStatement s = c.prepareStatement("SELECT nope FROM jmeta.customer")) {
                s.getMetaData();
            }
        }, "42703", "a column that is missing");
        fails(() -> {
            try (PreparedStatement s = c.prepareStatement("SELECT id FROM jmeta.nope WHERE id = ?")) {
                s.getParameterMetaData();
            }
        }, "42P01", "a table that is missing");
    }
}
