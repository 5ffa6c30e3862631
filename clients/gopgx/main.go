// Command gopgx checks pgx in its five query exec modes, whose name ends the name
// of a check.
//
// Left out: maps as JSON in exec and simple_protocol, which know no types of
// parameters but those of the Go values.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	rowCount  = 1_000_000
	copyCount = 200_000
	// An hour-long query, for whatever ends it early.
	longQuery = `SELECT count(*)::bigint AS n FROM generate_series(1, 100000000) a(x),
		generate_series(1, 1000) b(y) WHERE (a.x * b.y) % 7 = 3`
)

var failed bool

// mode is one of the ways in which pgx runs a query.
type mode struct {
	name string
	exec pgx.QueryExecMode
}

func main() {
	for _, m := range []mode{
		{"cache_statement", pgx.QueryExecModeCacheStatement},
		{"cache_describe", pgx.QueryExecModeCacheDescribe},
		{"describe_exec", pgx.QueryExecModeDescribeExec},
		{"exec", pgx.QueryExecModeExec},
		{"simple_protocol", pgx.QueryExecModeSimpleProtocol},
	} {
		m.check("connect", m.connect)
		m.check("rows", m.rows)
		m.check("types", m.types)
		m.check("error", m.errorCodes)
		m.check("cancel", m.cancel)
		m.check("rollback", m.rollback)
		m.check("prepared", m.prepared)
		m.check("batch", m.batch)
		m.check("copy_in", m.copyIn)
		m.check("pool", m.pool)
		m.check("catalog", m.catalog)
	}
	// What does not depend on the mode.
	m := mode{"protocol", pgx.QueryExecModeCacheStatement}
	m.check("batch", m.pipeline)
	m.check("copy_out", m.copyOut)
	m.check("copy_in", m.copyInText)
	if failed {
		os.Exit(1)
	}
}

// check runs one check on a connection of its own and prints its line. It goes on
// after a failure; what hangs longer than the limit has failed.
func (m mode) check(name string, run func(context.Context, *pgx.Conn) error) {
	name += "/" + m.name
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		done <- func() error {
			c, err := m.open(ctx)
			if err != nil {
				return err
			}
			defer c.Close(context.WithoutCancel(ctx))
			return run(ctx, c)
		}()
	}()
	var err error
	select {
	case err = <-done:
	case <-time.After(55 * time.Second):
		err = errors.New("not done after 55 s")
	}
	if err == nil {
		fmt.Println("ok " + name)
		return
	}
	failed = true
	reason := strings.Join(strings.Fields(code(err)+" "+err.Error()), " ")
	fmt.Printf("not ok %s: %.300s\n", name, reason)
	fmt.Fprintf(os.Stderr, "%s: %+v\n", name, err)
}

// dsn names what the environment does not; pgx reads PGHOST and its like.
const dsn = "sslmode=verify-full connect_timeout=10 application_name=gopgx"

func (m mode) config() (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	config.DefaultQueryExecMode = m.exec
	return config, nil
}

func (m mode) open(ctx context.Context) (*pgx.Conn, error) {
	config, err := m.config()
	if err != nil {
		return nil, err
	}
	return pgx.ConnectConfig(ctx, config)
}

func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func fails(err error, want, what string) error {
	if got := code(err); got != want {
		return fmt.Errorf("%s: got %q %v, want %s", what, got, err, want)
	}
	return nil
}

func equal(got, want any, what string) error {
	if reflect.DeepEqual(got, want) {
		return nil
	}
	return fmt.Errorf("%s: got %.100q, want %.100q", what, fmt.Sprint(got), fmt.Sprint(want))
}

type querier interface {
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
}

// one reads a row's single value, whose type is the one of want.
func one[T any](ctx context.Context, db querier, want T, query string, args ...any) error {
	var got T
	if err := db.QueryRow(ctx, query, args...).Scan(&got); err != nil {
		return fmt.Errorf("%s: %w", query, err)
	}
	return equal(got, want, query)
}

func run(ctx context.Context, db interface {
	Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
}, statements ...string,
) error {
	for _, s := range statements {
		if _, err := db.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func (m mode) connect(ctx context.Context, c *pgx.Conn) error {
	t, ok := c.PgConn().Conn().(*tls.Conn)
	if !ok || !t.ConnectionState().HandshakeComplete || len(t.ConnectionState().VerifiedChains) == 0 {
		return fmt.Errorf("connected by a %T, want TLS with a verified certificate", c.PgConn().Conn())
	}
	if v := c.PgConn().ParameterStatus("server_version"); !strings.HasPrefix(v, "15") {
		return fmt.Errorf("server_version %q", v)
	}
	if err := c.Ping(ctx); err != nil {
		return err
	}
	if err := one(ctx, c, os.Getenv("PGUSER"), "SELECT current_user::text AS v"); err != nil {
		return err
	}
	if err := one(ctx, c, os.Getenv("PGDATABASE"), "SELECT current_database()::text AS v"); err != nil {
		return err
	}
	var version string
	if err := c.QueryRow(ctx, "SHOW server_version").Scan(&version); err != nil {
		return err
	}
	if !strings.HasPrefix(version, "15") {
		return fmt.Errorf("SHOW server_version: %s", version)
	}
	return one(ctx, c, "gopgx", "SHOW application_name")
}

func cents(i int64) pgtype.Numeric {
	return pgtype.Numeric{Int: big.NewInt(i), Exp: -2, Valid: true}
}

// hundredths gives a numeric times 100, whatever its exponent is.
func hundredths(n pgtype.Numeric) (int64, error) {
	f, err := n.Float64Value()
	if err != nil || !f.Valid {
		return 0, fmt.Errorf("numeric %v: %v", n, err)
	}
	return int64(math.Round(f.Float64 * 100)), nil
}

func (m mode) rows(ctx context.Context, c *pgx.Conn) error {
	rows, err := c.Query(ctx, fmt.Sprintf(`SELECT i::bigint AS id, ('row ' || i::text)::text AS name, (i * 0.5)::float8 AS half,
		(i * 0.01)::numeric(12,2) AS price, (TIMESTAMP '2000-01-01 00:00:00' + i * INTERVAL '1 second')::timestamp AS at,
		(DATE '2000-01-01' + (i %% 10000)::int)::date AS day, (i %% 3 = 0)::bool AS third
		FROM generate_series(1, %d) AS g(i)`, rowCount))
	if err != nil {
		return err
	}
	defer rows.Close()
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	var count, ids, lengths, prices, seconds, days, thirds int64
	var halves, half float64
	var id int64
	var name string
	var price pgtype.Numeric
	var at, day time.Time
	var third bool
	if _, err := pgx.ForEachRow(rows, []any{&id, &name, &half, &price, &at, &day, &third}, func() error {
		amount, err := hundredths(price)
		if err != nil {
			return err
		}
		if name != "row "+strconv.FormatInt(id, 10) || half != float64(id)*0.5 || amount != id ||
			!at.Equal(start.Add(time.Duration(id)*time.Second)) || !day.Equal(start.AddDate(0, 0, int(id%10000))) || third != (id%3 == 0) {
			return fmt.Errorf("row %d: %v", id, []any{name, half, price, at, day, third})
		}
		count++
		ids += id
		lengths += int64(len(name))
		halves += half
		prices += amount
		seconds += at.Unix() - start.Unix()
		days += (day.Unix() - start.Unix()) / 86400
		if third {
			thirds++
		}
		return nil
	}); err != nil {
		return err
	}
	if err := equal(rows.CommandTag().String(), fmt.Sprintf("SELECT %d", rowCount), "command tag"); err != nil {
		return err
	}
	var total, digits int64 = rowCount * (rowCount + 1) / 2, 0
	for d := int64(1); d <= rowCount; d *= 10 {
		digits += rowCount - d + 1
	}
	return equal([]any{count, ids, lengths, halves, prices, seconds, days, thirds},
		[]any{int64(rowCount), total, 4*rowCount + digits, float64(total) / 2, total, total, int64(rowCount / 10000 * (10000 * 9999 / 2)), int64(rowCount / 3)}, "sums")
}

const odd = `it's "quoted" \ back, ünï ☃ 😀 $1 ? %s`

func allBytes() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func pointers[T any](values ...T) []*T {
	var p []*T
	for i := range values {
		p = append(p, &values[i])
	}
	return p
}

func same(got, want any) bool {
	switch w := want.(type) {
	case time.Time:
		return w.Equal(got.(time.Time))
	case float64:
		if math.IsNaN(w) {
			return math.IsNaN(got.(float64))
		}
	}
	return reflect.DeepEqual(got, want)
}

// value sends v as the type, reads it back into a value like want, in both the
// formats that pgx can ask for, and then NULL.
func (m mode) value(ctx context.Context, c *pgx.Conn, typ string, v, want any) error {
	query := "SELECT $1::" + typ + " AS v"
	for _, format := range []int16{-1, pgx.TextFormatCode, pgx.BinaryFormatCode} {
		args := []any{v}
		if format >= 0 {
			if m.exec == pgx.QueryExecModeSimpleProtocol {
				continue // it knows text alone
			}
			args = []any{pgx.QueryResultFormats{format}, v}
		}
		got := reflect.New(reflect.TypeOf(want))
		if err := c.QueryRow(ctx, query, args...).Scan(got.Interface()); err != nil {
			return fmt.Errorf("%s in format %d: %s %w", typ, format, code(err), err)
		}
		if back := got.Elem().Interface(); !same(back, want) {
			return fmt.Errorf("%s in format %d: got %.60q, want %.60q", typ, format, fmt.Sprint(back), fmt.Sprint(want))
		}
	}
	var none any
	if err := c.QueryRow(ctx, query, nil).Scan(&none); err != nil {
		return fmt.Errorf("NULL of %s: %s %w", typ, code(err), err)
	}
	return equal(none, nil, "NULL of "+typ)
}

func (m mode) types(ctx context.Context, c *pgx.Conn) error {
	at := func(s string) time.Time {
		t, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			panic(err)
		}
		return t
	}
	number := func(s string) pgtype.Numeric {
		var n pgtype.Numeric
		if err := n.Scan(s); err != nil {
			panic(err)
		}
		return n
	}
	ints := append(pointers[int32](math.MinInt32, 0, math.MaxInt32), nil)
	texts := append(pointers("a", "b,c", `d"e`, "it's", "", "NULL", "{x}", `back\slash`, "ünï ☃"), nil)
	const digits = "12345678901234567890123456789012345678"
	uuid := pgtype.UUID{Bytes: [16]byte{0x0f, 0x14, 0xd0, 0xab, 0x96, 5, 0x4a, 0x62, 0xa9, 0xe4, 0x5e, 0xd2, 0x66, 0x88, 0x38, 0x9b}, Valid: true}
	object := map[string]any{"a": []any{1.0, "x", nil}, "b": "é"}
	values := []struct {
		typ     string
		v, want any
	}{
		{"bool", true, true},
		{"bool", false, false},
		{"int2", int16(math.MinInt16), int16(math.MinInt16)},
		{"int2", int16(math.MaxInt16), int16(math.MaxInt16)},
		{"int4", int32(math.MinInt32), int32(math.MinInt32)},
		{"int4", int32(math.MaxInt32), int32(math.MaxInt32)},
		{"int8", int64(math.MinInt64), int64(math.MinInt64)},
		{"int8", int64(math.MaxInt64), int64(math.MaxInt64)},
		{"float4", float32(0.1), float32(0.1)},
		{"float4", float32(math.Inf(-1)), float32(math.Inf(-1))},
		{"float8", 0.1, 0.1},
		{"float8", math.NaN(), math.NaN()},
		{"float8", math.Inf(1), math.Inf(1)},
		{"float8", math.Inf(-1), math.Inf(-1)},
		{"float8", math.MaxFloat64, math.MaxFloat64},
		{"float8", math.SmallestNonzeroFloat64, math.SmallestNonzeroFloat64},
		{"numeric(38,0)", number(digits), digits},
		{"numeric(38,0)", number("-" + digits), "-" + digits},
		{"numeric(20,4)", number("-123.4567"), "-123.4567"},
		{"numeric(20,4)", number("0.0001"), "0.0001"},
		{"text", odd, odd},
		{"text", "", ""},
		{"text", strings.Repeat("é", 512*1024), strings.Repeat("é", 512*1024)},
		{"bytea", allBytes(), allBytes()},
		{"bytea", []byte{}, []byte{}},
		{"date", pgtype.Date{Time: at("1969-07-20T00:00:00Z"), Valid: true}, at("1969-07-20T00:00:00Z")},
		{"date", at("2024-02-29T00:00:00Z"), at("2024-02-29T00:00:00Z")},
		{"time", pgtype.Time{Microseconds: 86399999999, Valid: true}, pgtype.Time{Microseconds: 86399999999, Valid: true}},
		{"timestamp", pgtype.Timestamp{Time: at("2024-02-29T12:34:56.123456Z"), Valid: true}, at("2024-02-29T12:34:56.123456Z")},
		{"timestamp", at("1969-07-20T20:17:40Z"), at("1969-07-20T20:17:40Z")},
		{"timestamptz", at("2024-02-29T12:34:56.123456+05:30"), at("2024-02-29T07:04:56.123456Z")},
		{
			"interval",
			pgtype.Interval{Months: 14, Days: 3, Microseconds: 14706789000, Valid: true},
			pgtype.Interval{Months: 14, Days: 3, Microseconds: 14706789000, Valid: true},
		},
		{"interval", pgtype.Interval{Months: -1, Days: -2, Microseconds: -3, Valid: true}, pgtype.Interval{Months: -1, Days: -2, Microseconds: -3, Valid: true}},
		{"interval", 90 * time.Minute, 90 * time.Minute},
		{"uuid", uuid, uuid},
		{"uuid", "0f14d0ab-9605-4a62-a9e4-5ed26688389b", uuid},
		{"json", object, object},
		{"json", []byte(`{"a": [1, "x", null], "b": "é"}`), object},
		{"int4[]", ints, ints},
		{"int4[]", []int32{}, []int32{}},
		{"text[]", texts, texts},
		{"text[]", []string{}, []string{}},
		{"float8[]", []float64{0.1, math.Inf(1)}, []float64{0.1, math.Inf(1)}},
		{"bool[]", []bool{true, false}, []bool{true, false}},
		{"timestamptz[]", []time.Time{at("2024-02-29T12:34:56.123456Z")}, []string{"2024-02-29T12:34:56.123456Z"}},
	}
	typed := m.exec != pgx.QueryExecModeExec && m.exec != pgx.QueryExecModeSimpleProtocol
	var wrong []string
	for _, one := range values {
		typ, v, want := one.typ, one.v, one.want
		if typ == "json" && !typed {
			// without the parameter's type bytes are a bytea, and a map is nothing
			v = `{"a": [1, "x", null], "b": "é"}`
		}
		var err error
		switch w := want.(type) {
		case string:
			if strings.HasPrefix(typ, "numeric") {
				want = number(w)
			}
			err = m.value(ctx, c, typ, v, want)
		case []string:
			if typ == "timestamptz[]" {
				var got []time.Time
				if err = c.QueryRow(ctx, "SELECT $1::"+typ+" AS v", v).Scan(&got); err == nil && (len(got) != 1 || !got[0].Equal(at(w[0]))) {
					err = fmt.Errorf("%s: got %v, want %v", typ, got, w)
				}
				break
			}
			err = m.value(ctx, c, typ, v, want)
		default:
			err = m.value(ctx, c, typ, v, want)
		}
		if err != nil {
			wrong = append(wrong, err.Error())
			fmt.Fprintln(os.Stderr, m.name, err)
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%d of %d: %s", len(wrong), len(values), strings.Join(wrong, "; "))
	}
	return nil
}

func (m mode) errorCodes(ctx context.Context, c *pgx.Conn) error {
	var v any
	for _, e := range [][2]string{
		{"SELEC 1", "42601"},
		{"SELECT 1 AS v FROM", "42601"},
		{"SELECT v FROM gopgx_missing", "42P01"},
		{"SELECT nope FROM (SELECT 1 AS v) t", "42703"},
		{"SELECT 'abc'::int AS v", "22P02"},
		{"SELECT 99999999999::int AS v", "22003"},
	} {
		if err := fails(c.QueryRow(ctx, e[0]).Scan(&v), e[1], e[0]); err != nil {
			return err
		}
		if err := one(ctx, c, 1, "SELECT $1::int4 AS v", 1); err != nil {
			return fmt.Errorf("after %s: %w", e[1], err)
		}
	}
	if err := fails(c.QueryRow(ctx, "SELECT $1::text::int4 AS v", "abc").Scan(&v), "22P02", "parameter"); err != nil {
		return err
	}
	tx, err := c.Begin(ctx)
	if err != nil {
		return err
	}
	if err := fails(tx.QueryRow(ctx, "SELECT v FROM gopgx_missing").Scan(&v), "42P01", "in a transaction"); err != nil {
		return err
	}
	if err := fails(tx.QueryRow(ctx, "SELECT 1 AS v").Scan(&v), "25P02", "without parameters"); err != nil {
		return err
	}
	if err := fails(tx.QueryRow(ctx, "SELECT $1::int4 AS v", 1).Scan(&v), "25P02", "with a parameter"); err != nil {
		return err
	}
	// COMMIT of what has failed is a ROLLBACK, and pgx says so.
	if err := tx.Commit(ctx); !errors.Is(err, pgx.ErrTxCommitRollback) {
		return fmt.Errorf("after a failed statement Commit gave %w, want %w", err, pgx.ErrTxCommitRollback)
	}
	return one(ctx, c, 1, "SELECT 1::int4 AS v")
}

func (m mode) cancel(ctx context.Context, c *pgx.Conn) error {
	var n int64
	go func() {
		time.Sleep(500 * time.Millisecond)
		if err := c.PgConn().CancelRequest(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "CancelRequest:", err)
		}
	}()
	began := time.Now()
	if err := fails(c.QueryRow(ctx, longQuery).Scan(&n), "57014", "CancelRequest"); err != nil {
		return err
	}
	if took := time.Since(began); took > 10*time.Second {
		return fmt.Errorf("took %s", took)
	}
	if err := one(ctx, c, 1, "SELECT $1::int4 AS v", 1); err != nil {
		return fmt.Errorf("afterwards: %w", err)
	}
	if err := run(ctx, c, "SET statement_timeout = 500"); err != nil {
		return err
	}
	if err := fails(c.QueryRow(ctx, longQuery).Scan(&n), "57014", "statement_timeout"); err != nil {
		return err
	}
	// The end of a context ends the connection, unless it asks the server first.
	config, err := m.config()
	if err != nil {
		return err
	}
	config.BuildContextWatcherHandler = func(pc *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: pc, CancelRequestDelay: 0, DeadlineDelay: 5 * time.Second}
	}
	asking, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer asking.Close(context.WithoutCancel(ctx))
	short, stop := context.WithTimeout(ctx, 500*time.Millisecond)
	defer stop()
	if err := fails(asking.QueryRow(short, longQuery).Scan(&n), "57014", "context"); err != nil {
		return err
	}
	return one(ctx, asking, 1, "SELECT $1::int4 AS v", 1)
}

func (m mode) rollback(ctx context.Context, c *pgx.Conn) error {
	other, err := m.open(ctx)
	if err != nil {
		return err
	}
	defer other.Close(context.WithoutCancel(ctx))
	if err := run(ctx, c, "DROP TABLE IF EXISTS gopgx_t"); err != nil {
		return err
	}
	defer run(context.WithoutCancel(ctx), c, "DROP TABLE IF EXISTS gopgx_t")
	begin := func() (pgx.Tx, error) {
		tx, err := c.Begin(ctx)
		if err != nil {
			return nil, err
		}
		if err := run(ctx, tx, "CREATE TABLE gopgx_t (id int, name text)"); err != nil {
			return tx, err
		}
		tag, err := tx.Exec(ctx, "INSERT INTO gopgx_t VALUES ($1, $2), ($3, $4)", 1, "a", 2, "b")
		if err != nil {
			return tx, err
		}
		return tx, equal(tag.String(), "INSERT 0 2", "command tag")
	}
	tx, err := begin()
	if err != nil {
		return err
	}
	if err := tx.Rollback(ctx); err != nil {
		return err
	}
	if err := fails(run(ctx, c, "SELECT id FROM gopgx_t"), "42P01", "after Rollback"); err != nil {
		return err
	}
	if tx, err = begin(); err != nil {
		return err
	}
	if err := fails(run(ctx, other, "SELECT id FROM gopgx_t"), "42P01", "before Commit"); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return err
	}
	if err := one(ctx, other, int64(3), "SELECT sum(id)::int8 AS v FROM gopgx_t"); err != nil {
		return err
	}
	return pgx.BeginTxFunc(ctx, other, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return one(ctx, tx, int64(2), "SELECT count(*)::int8 AS v FROM gopgx_t")
	})
}

func (m mode) prepared(ctx context.Context, c *pgx.Conn) error {
	// By name, whatever the mode is; pgx then sends it the extended way.
	d, err := c.Prepare(ctx, "twice", "SELECT $1::int4 * 2 AS v, $2::text AS t")
	if err != nil {
		return err
	}
	if err := equal(d.ParamOIDs, []uint32{pgtype.Int4OID, pgtype.TextOID}, "types of the parameters"); err != nil {
		return err
	}
	for i := range 200 {
		var v int
		var t string
		if err := c.QueryRow(ctx, "twice", i, fmt.Sprint("t", i)).Scan(&v, &t); err != nil {
			return err
		}
		if err := equal([]any{v, t}, []any{2 * i, fmt.Sprint("t", i)}, "twice"); err != nil {
			return err
		}
		if err := one(ctx, c, float64(i)/2, "SELECT $1::float8 / 2 AS h", float64(i)); err != nil {
			return err
		}
	}
	// More statements than the cache holds.
	for i := range 600 {
		if err := one(ctx, c, i+7, fmt.Sprintf("SELECT $1::int4 + %d AS v", i), 7); err != nil {
			return err
		}
	}
	if err := c.Deallocate(ctx, "twice"); err != nil {
		return err
	}
	// A table that changes under a statement: the first use may fail, once.
	if err := run(ctx, c, "CREATE TEMP TABLE t (a int)", "INSERT INTO t VALUES (1)", "SELECT * FROM t", "ALTER TABLE t ADD COLUMN b text"); err != nil {
		return err
	}
	rows, err := c.Query(ctx, "SELECT * FROM t")
	if err == nil {
		rows.Close()
		err = rows.Err()
	}
	if err != nil {
		if err := fails(err, "0A000", "after ALTER TABLE"); err != nil {
			return err
		}
		if rows, err = c.Query(ctx, "SELECT * FROM t"); err != nil {
			return err
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return equal(len(rows.FieldDescriptions()), 2, "columns after ALTER TABLE")
}

func (m mode) batch(ctx context.Context, c *pgx.Conn) error {
	if err := run(ctx, c, "CREATE TEMP TABLE t (id int PRIMARY KEY, name text)"); err != nil {
		return err
	}
	var b pgx.Batch
	for i := 1; i <= 1000; i++ {
		b.Queue("INSERT INTO t VALUES ($1::int4, $2::text)", i, fmt.Sprint("n", i)).Exec(func(tag pgconn.CommandTag) error {
			return equal(tag.RowsAffected(), int64(1), "rows inserted")
		})
		b.Queue("SELECT name FROM t WHERE id = $1::int4", i).QueryRow(func(row pgx.Row) error {
			var name string
			if err := row.Scan(&name); err != nil {
				return err
			}
			return equal(name, fmt.Sprint("n", i), "name")
		})
	}
	if err := c.SendBatch(ctx, &b).Close(); err != nil {
		return err
	}
	if err := one(ctx, c, int64(500500), "SELECT sum(id)::int8 AS v FROM t"); err != nil {
		return err
	}
	// A batch is one transaction: an error undoes it, and ends it.
	var bad pgx.Batch
	bad.Queue("INSERT INTO t VALUES (2000, 'x')")
	bad.Queue("INSERT INTO t VALUES (1, 'again')")
	bad.Queue("INSERT INTO t VALUES (2001, 'y')")
	if err := fails(c.SendBatch(ctx, &bad).Close(), "23505", "duplicate"); err != nil {
		return err
	}
	return one(ctx, c, int64(1000), "SELECT count(*)::int8 AS v FROM t")
}

// pipeline uses the pipeline mode of the layer below.
func (m mode) pipeline(ctx context.Context, c *pgx.Conn) error {
	p := c.PgConn().StartPipeline(ctx)
	p.SendPrepare("s", "SELECT $1::int4 + 1 AS v", nil)
	for i := range 100 {
		p.SendQueryPrepared("s", [][]byte{[]byte(strconv.Itoa(i))}, nil, nil)
	}
	p.SendQueryParams("SELECT 'abc'::int4 AS v", nil, nil, nil, nil)
	p.SendQueryParams("SELECT 1::int4 AS v", nil, nil, nil, nil) // skipped after the error
	if err := p.Sync(); err != nil {
		return err
	}
	p.SendQueryParams("SELECT 'after'::text AS v", nil, nil, nil, nil)
	if err := p.Sync(); err != nil {
		return err
	}
	var got []string
	for {
		results, err := p.GetResults()
		if err != nil {
			got = append(got, code(err))
			continue
		}
		if results == nil {
			break
		}
		switch r := results.(type) {
		case *pgconn.StatementDescription:
			got = append(got, "prepared")
		case *pgconn.ResultReader:
			result := r.Read()
			if result.Err != nil {
				got = append(got, code(result.Err))
				continue
			}
			got = append(got, string(result.Rows[0][0]))
		case *pgconn.PipelineSync:
			got = append(got, "sync")
		}
	}
	want := []string{"prepared"}
	for i := range 100 {
		want = append(want, strconv.Itoa(i+1))
	}
	want = append(want, "22P02", "sync", "after", "sync")
	if err := equal(strings.Join(got, " "), strings.Join(want, " "), "results"); err != nil {
		return err
	}
	if err := p.Close(); err != nil {
		return err
	}
	return one(ctx, c, 1, "SELECT 1::int4 AS v")
}

// copyName is the text of a row of the COPY checks; every kind needs other quoting.
func copyName(i int) *string {
	var s string
	switch i % 10 {
	case 0:
		return nil
	case 1:
		s = fmt.Sprintf("plain %d", i)
	case 2:
		s = fmt.Sprintf("comma, %d", i)
	case 3:
		s = fmt.Sprintf(`quote " and ' %d`, i)
	case 4:
		s = fmt.Sprintf("line\nbreak\r\n%d", i)
	case 5:
		s = fmt.Sprintf("tab\tand\\slash %d", i)
	case 6:
		s = fmt.Sprintf("ünï ☃ 😀 %d", i)
	case 7:
		s = ""
	case 8:
		s = `\N`
	default:
		s = "NULL"
	}
	return &s
}

func copyAmount(i int) *string {
	if i%7 == 0 {
		return nil
	}
	s := fmt.Sprintf("%d.%02d", i/100, i%100)
	return &s
}

// copyQuery makes the same rows on the server; chr() where a literal would depend
// on the rules for backslashes.
var copyQuery = fmt.Sprintf(`SELECT i::bigint AS id, (CASE i %% 10 WHEN 0 THEN NULL WHEN 1 THEN 'plain ' || i::text
	WHEN 2 THEN 'comma, ' || i::text WHEN 3 THEN 'quote " and '' ' || i::text
	WHEN 4 THEN 'line' || chr(10) || 'break' || chr(13) || chr(10) || i::text
	WHEN 5 THEN 'tab' || chr(9) || 'and' || chr(92) || 'slash ' || i::text
	WHEN 6 THEN 'ünï ☃ 😀 ' || i::text WHEN 7 THEN '' WHEN 8 THEN chr(92) || 'N' ELSE 'NULL' END)::text AS name,
	(CASE WHEN i %% 7 = 0 THEN NULL ELSE i * 0.01 END)::numeric(12,2) AS amount
	FROM generate_series(1, %d) AS g(i) ORDER BY i`, copyCount)

// copyText gives the rows byte for byte as PostgreSQL writes them.
func copyText(format string) []byte {
	var b bytes.Buffer
	between := "\t"
	escape := strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
	field := func(s *string) string {
		if s == nil {
			return `\N`
		}
		return escape.Replace(*s)
	}
	if format == "csv" {
		between = ","
		field = func(s *string) string {
			switch {
			case s == nil:
				return ""
			case *s == "" || strings.ContainsAny(*s, "\",\r\n"):
				return `"` + strings.ReplaceAll(*s, `"`, `""`) + `"`
			}
			return *s
		}
	}
	for i := 1; i <= copyCount; i++ {
		b.WriteString(strconv.Itoa(i) + between + field(copyName(i)) + between + field(copyAmount(i)) + "\n")
	}
	return b.Bytes()
}

func (m mode) copyOut(ctx context.Context, c *pgx.Conn) error {
	for _, format := range []string{"text", "csv"} {
		var b bytes.Buffer
		tag, err := c.PgConn().CopyTo(ctx, &b, "COPY ("+copyQuery+") TO STDOUT WITH (FORMAT "+format+")")
		if err != nil {
			return fmt.Errorf("%s: %w", format, err)
		}
		if err := equal(tag.String(), fmt.Sprint("COPY ", copyCount), "command tag"); err != nil {
			return err
		}
		if got, want := b.Bytes(), copyText(format); !bytes.Equal(got, want) {
			g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
			for i := range min(len(g), len(w)) {
				if g[i] != w[i] {
					return fmt.Errorf("%s: line %d is %q, want %q", format, i+1, g[i], w[i])
				}
			}
			return fmt.Errorf("%s: %d bytes, want %d", format, len(got), len(want))
		}
	}
	var b bytes.Buffer
	if _, err := c.PgConn().CopyTo(ctx, &b, "COPY (SELECT 7::int4 AS a, 'x'::text AS b, NULL::int8 AS c) TO STDOUT WITH (FORMAT binary)"); err != nil {
		return fmt.Errorf("binary: %w", err)
	}
	want := "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x03" + "\x00\x00\x00\x04\x00\x00\x00\x07" + "\x00\x00\x00\x01x" + "\xff\xff\xff\xff" + "\xff\xff"
	if err := equal(b.String(), want, "binary"); err != nil {
		return err
	}
	_, err := c.PgConn().CopyTo(ctx, &b, "COPY (SELECT nope AS v FROM (SELECT 1 AS v) t) TO STDOUT")
	if err := fails(err, "42703", "missing column"); err != nil {
		return err
	}
	return one(ctx, c, 1, "SELECT 1::int4 AS v")
}

const copyTable = "CREATE TEMP TABLE t (id bigint, name text, amount numeric(12,2))"

// compareTable compares the whole table with the rows that were copied.
func compareTable(ctx context.Context, c *pgx.Conn) error {
	rows, err := c.Query(ctx, "SELECT id, name, amount::text AS amount FROM t ORDER BY id")
	if err != nil {
		return err
	}
	n := 0
	var id int
	var name, amount *string
	if _, err := pgx.ForEachRow(rows, []any{&id, &name, &amount}, func() error {
		n++
		if id != n || !reflect.DeepEqual(name, copyName(n)) || !reflect.DeepEqual(amount, copyAmount(n)) {
			return fmt.Errorf("row %d: %d %v %v", n, id, name, amount)
		}
		return nil
	}); err != nil {
		return err
	}
	return equal(n, copyCount, "rows")
}

// copyInText copies text and csv through the layer below.
func (m mode) copyInText(ctx context.Context, c *pgx.Conn) error {
	for _, format := range []string{"text", "csv"} {
		if err := run(ctx, c, "DROP TABLE IF EXISTS t", copyTable); err != nil {
			return err
		}
		statement := "COPY t (id, name, amount) FROM STDIN WITH (FORMAT " + format + ")"
		tag, err := c.PgConn().CopyFrom(ctx, bytes.NewReader(copyText(format)), statement)
		if err != nil {
			return fmt.Errorf("%s: %w", format, err)
		}
		if err := equal(tag.String(), fmt.Sprint("COPY ", copyCount), "command tag"); err != nil {
			return err
		}
		if err := compareTable(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", format, err)
		}
		between := map[string]string{"text": "\t", "csv": ","}[format]
		for _, bad := range [][2]string{{"abc" + between + "bad" + between + "1\n", "22P02"}, {"-2" + between + "bad\n", "22P04"}} {
			good := strings.Join([]string{"-1", "good", "1"}, between) + "\n"
			_, err := c.PgConn().CopyFrom(ctx, strings.NewReader(good+bad[0]), statement)
			if err := fails(err, bad[1], format); err != nil {
				return err
			}
			if err := one(ctx, c, int64(copyCount), "SELECT count(*)::int8 AS v FROM t"); err != nil {
				return err
			}
		}
		// a source that breaks off: the server is told to fail
		broken := errors.New("broken off")
		if _, err := c.PgConn().CopyFrom(ctx, breaks{broken}, statement); code(err) != "57014" && !errors.Is(err, broken) {
			return fmt.Errorf("a source that breaks off: %w", err)
		}
		if err := one(ctx, c, int64(copyCount), "SELECT count(*)::int8 AS v FROM t"); err != nil {
			return err
		}
	}
	return nil
}

type breaks struct{ err error }

func (b breaks) Read([]byte) (int, error) { return 0, b.err }

// copyIn copies in binary, with pgx's own look at the types of the columns.
func (m mode) copyIn(ctx context.Context, c *pgx.Conn) error {
	if err := run(ctx, c, copyTable); err != nil {
		return err
	}
	i := 0
	n, err := c.CopyFrom(ctx, pgx.Identifier{"t"}, []string{"id", "name", "amount"}, pgx.CopyFromFunc(func() ([]any, error) {
		if i++; i > copyCount {
			return nil, nil
		}
		var amount pgtype.Numeric
		if i%7 != 0 {
			amount = cents(int64(i))
		}
		return []any{int64(i), copyName(i), amount}, nil
	}))
	if err != nil {
		return err
	}
	if err := equal(n, int64(copyCount), "rows copied"); err != nil {
		return err
	}
	if err := compareTable(ctx, c); err != nil {
		return err
	}
	// every type that the encoder and the server must agree on
	if err := run(ctx, c, `CREATE TEMP TABLE w (a int2, b int4, c float8, d timestamp, e timestamptz, f date, g bool, h bytea,
		i uuid, j int4[], k text[], l interval, m json)`); err != nil {
		return err
	}
	at := time.Date(2024, 2, 29, 12, 34, 56, 123456000, time.UTC)
	uuid := pgtype.UUID{Bytes: [16]byte{15: 7}, Valid: true}
	row := []any{
		int16(-1), int32(2), 0.1, at, at, time.Date(1969, 7, 20, 0, 0, 0, 0, time.UTC), true, allBytes(),
		uuid,
		[]int32{1, -2},
		[]string{"a,b", `"`},
		pgtype.Interval{Months: -1, Days: 2, Microseconds: 3, Valid: true},
		map[string]any{"a": 1},
	}
	columns := strings.Split("abcdefghijklm", "")
	if n, err = c.CopyFrom(ctx, pgx.Identifier{"w"}, columns, pgx.CopyFromRows([][]any{row, make([]any, len(row))})); err != nil {
		return err
	}
	if err := equal(n, int64(2), "rows of every type"); err != nil {
		return err
	}
	if err := one(ctx, c, int64(1), `SELECT count(*)::int8 AS v FROM w WHERE a = -1 AND b = 2 AND c = 0.1::float8
		AND d = TIMESTAMP '2024-02-29 12:34:56.123456' AND e = TIMESTAMPTZ '2024-02-29 12:34:56.123456+00' AND f = DATE '1969-07-20' AND g
		AND i = '00000000-0000-0000-0000-000000000007'::uuid AND j[2] = -2 AND k[1] = 'a,b' AND k[2] = '"'
		AND l = INTERVAL '-1 month 2 days 3 microseconds' AND m::text = '{"a":1}'`); err != nil {
		return err
	}
	var data []byte
	if err := c.QueryRow(ctx, "SELECT h FROM w WHERE g").Scan(&data); err != nil {
		return err
	}
	if err := equal(data, allBytes(), "bytes"); err != nil {
		return err
	}
	if err := one(ctx, c, int64(1), "SELECT count(*)::int8 AS v FROM w WHERE a IS NULL AND j IS NULL AND m IS NULL"); err != nil {
		return err
	}
	// What cannot be encoded ends the COPY, by the client.
	if _, err = c.CopyFrom(ctx, pgx.Identifier{"t"}, []string{"id", "name"}, pgx.CopyFromRows([][]any{{int64(-1), "good"}, {"abc", "bad"}})); err == nil {
		return errors.New("a text was copied into a bigint")
	}
	_, err = c.CopyFrom(ctx, pgx.Identifier{"gopgx_missing"}, []string{"id"}, pgx.CopyFromRows([][]any{{1}}))
	if err := fails(err, "42P01", "missing table"); err != nil {
		return err
	}
	return one(ctx, c, int64(copyCount), "SELECT count(*)::int8 AS v FROM t")
}

func (m mode) pool(ctx context.Context, _ *pgx.Conn) error {
	config, err := pgxpool.ParseConfig(dsn + " pool_max_conns=5")
	if err != nil {
		return err
	}
	config.ConnConfig.DefaultQueryExecMode = m.exec
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	var wait sync.WaitGroup
	errs := make([]error, 20)
	for n := range errs {
		wait.Go(func() {
			for round := range 10 {
				if errs[n] = task(ctx, pool, n, round); errs[n] != nil {
					return
				}
			}
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return equal(pool.Stat().TotalConns() <= 5, true, "at most five connections")
}

func task(ctx context.Context, pool *pgxpool.Pool, n, round int) error {
	rows, err := pool.Query(ctx, "SELECT $1::int4 AS n, i::int4 AS i FROM generate_series(1, 100) AS g(i) ORDER BY i", n)
	if err != nil {
		return err
	}
	k := 0
	var got, i int
	if _, err := pgx.ForEachRow(rows, []any{&got, &i}, func() error {
		if k++; got != n || i != k {
			return fmt.Errorf("task %d: got %d %d, want row %d", n, got, i, k)
		}
		return nil
	}); err != nil {
		return err
	}
	if err := equal(k, 100, "rows"); err != nil {
		return err
	}
	if round == 5 {
		if err := fails(run(ctx, pool, "SELECT 'abc'::int AS v"), "22P02", "bad value"); err != nil {
			return err
		}
	}
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		return one(ctx, tx, fmt.Sprint("task ", n), "SELECT $1::text AS t", fmt.Sprint("task ", n))
	})
}

func (m mode) catalog(ctx context.Context, c *pgx.Conn) error {
	rows, err := c.Query(ctx, `SELECT 1::int2 AS a, 2::int4 AS b, 3::int8 AS c, 'x'::text AS d, 1.5::numeric(12,2) AS e, true AS f,
		DATE '2000-01-01' AS g, TIMESTAMP '2000-01-01 00:00:00' AS h, 0.5::float8 AS i, ARRAY[1, 2]::int4[] AS j, $1::text AS k`, "x")
	if err != nil {
		return err
	}
	values, err := pgx.CollectExactlyOneRow(rows, pgx.RowToMap)
	if err != nil {
		return err
	}
	var got []string
	for _, f := range rows.FieldDescriptions() {
		t, _ := c.TypeMap().TypeForOID(f.DataTypeOID)
		got = append(got, f.Name+" "+t.Name)
	}
	if err := equal(strings.Join(got, ", "), "a int2, b int4, c int8, d text, e numeric, f bool, g date, h timestamp, i float8, j _int4, k text", "columns"); err != nil {
		return err
	}
	if err := equal(rows.FieldDescriptions()[4].TypeModifier, int32((12<<16|2)+4), "modifier of numeric(12,2)"); err != nil {
		return err
	}
	return equal(values["j"], []any{int32(1), int32(2)}, "array")
}
