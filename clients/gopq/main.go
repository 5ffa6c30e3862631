// Command gopq checks lib/pq, with and without binary_parameters=yes, which ends
// the name of a check.
//
// Left out: a batch mode, of which lib/pq has none; COPY TO and COPY in csv or
// binary, which it refuses or cannot encode (it writes COPY FROM STDIN's text).
// Time of day and interval have no Go type there: they go as text.
package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lib/pq"
)

const (
	rowCount  = 1_000_000
	copyCount = 200_000
	// An hour-long query, for whatever ends it early.
	longQuery = `SELECT count(*)::bigint AS n FROM generate_series(1, 100000000) a(x),
		generate_series(1, 1000) b(y) WHERE (a.x * b.y) % 7 = 3`
)

var failed bool

// mode is one way to connect.
type mode struct {
	name    string
	options string
}

func main() {
	for _, m := range []mode{{"text", ""}, {"binary_parameters", "binary_parameters=yes"}} {
		m.check("connect", m.connect)
		m.check("rows", m.rows)
		m.check("types", m.types)
		m.check("error", m.errorCodes)
		m.check("cancel", m.cancel)
		m.check("rollback", m.rollback)
		m.check("prepared", m.prepared)
		m.check("copy_in", m.copyIn)
		m.check("pool", m.pool)
		m.check("catalog", m.catalog)
	}
	if failed {
		os.Exit(1)
	}
}

// check runs one check with a pool of its own and prints its line. It goes on
// after a failure; what hangs longer than the limit has failed.
func (m mode) check(name string, run func(context.Context, *sql.DB) error) {
	name += "/" + m.name
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		db, err := sql.Open("postgres", m.dsn())
		if err != nil {
			done <- err
			return
		}
		defer db.Close()
		done <- run(ctx, db)
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

// dsn names what the environment does not: lib/pq reads PGHOST and its like.
func (m mode) dsn() string {
	return "sslmode=verify-full connect_timeout=10 application_name=gopq " + m.options
}

func code(err error) string {
	var e *pq.Error
	if errors.As(err, &e) {
		return string(e.Code)
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

// one reads one row's columns as text and compares them.
func one(ctx context.Context, db querier, want []string, query string, args ...any) error {
	got := make([]string, len(want))
	into := make([]any, len(want))
	for i := range got {
		into[i] = &got[i]
	}
	if err := db.QueryRowContext(ctx, query, args...).Scan(into...); err != nil {
		return fmt.Errorf("%s: %w", query, err)
	}
	return equal(got, want, query)
}

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// run executes statements without parameters.
func run(ctx context.Context, db interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}, statements ...string,
) error {
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func (m mode) connect(ctx context.Context, db *sql.DB) error {
	// verify-full connects with TLS or not at all.
	if err := db.PingContext(ctx); err != nil {
		return err
	}
	other, err := sql.Open("postgres", m.dsn()+" sslrootcert="+os.Getenv("CHECK_TMP")+"/missing.pem")
	if err != nil {
		return err
	}
	defer other.Close()
	if err := other.PingContext(ctx); err == nil {
		return errors.New("connected although the certificate could not be verified")
	}
	if err := one(ctx, db, []string{os.Getenv("PGUSER"), os.Getenv("PGDATABASE")},
		"SELECT current_user::text AS u, current_database()::text AS d"); err != nil {
		return err
	}
	var version string
	if err := db.QueryRowContext(ctx, "SHOW server_version").Scan(&version); err != nil {
		return err
	}
	if !strings.HasPrefix(version, "15") {
		return fmt.Errorf("SHOW server_version: %s", version)
	}
	return one(ctx, db, []string{"gopq"}, "SHOW application_name")
}

func cents(i int64) string {
	return fmt.Sprintf("%d.%02d", i/100, i%100)
}

func (m mode) rows(ctx context.Context, db *sql.DB) error {
	query := `SELECT i::bigint AS id, ('row ' || i::text)::text AS name, (i * 0.5)::float8 AS half,
		(i * 0.01)::numeric(12,2) AS price, (TIMESTAMP '2000-01-01 00:00:00' + i * INTERVAL '1 second')::timestamp AS at,
		(DATE '2000-01-01' + (i % 10000)::int)::date AS day, (i % 3 = 0)::bool AS third
		FROM generate_series(1, $1) AS g(i)`
	rows, err := db.QueryContext(ctx, strings.Replace(query, "$1", strconv.Itoa(rowCount), 1))
	if err != nil {
		return err
	}
	defer rows.Close()
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	var count, ids, lengths, prices, seconds, days, thirds int64
	var halves float64
	for rows.Next() {
		var id int64
		var name, price string
		var half float64
		var at, day time.Time
		var third bool
		if err := rows.Scan(&id, &name, &half, &price, &at, &day, &third); err != nil {
			return err
		}
		if name != "row "+strconv.FormatInt(id, 10) || half != float64(id)*0.5 || price != cents(id) ||
			!at.Equal(start.Add(time.Duration(id)*time.Second)) || !day.Equal(start.AddDate(0, 0, int(id%10000))) || third != (id%3 == 0) {
			return fmt.Errorf("row %d: %v", id, []any{name, half, price, at, day, third})
		}
		amount, err := strconv.ParseInt(strings.Replace(price, ".", "", 1), 10, 64)
		if err != nil {
			return err
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
	}
	if err := rows.Err(); err != nil {
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

// value sends v as the type and reads it back into a value like want.
func value(ctx context.Context, db *sql.DB, typ string, v, want any) error {
	got := reflect.New(reflect.TypeOf(want))
	into := got.Interface()
	switch to := into.(type) {
	case *[]int64, *[]string, *[]float64, *[]bool, *[]sql.NullInt64, *[]sql.NullString:
		into = pq.Array(to)
	}
	if err := db.QueryRowContext(ctx, "SELECT $1::"+typ+" AS v", v).Scan(into); err != nil {
		return fmt.Errorf("%s: %s %w", typ, code(err), err)
	}
	back := got.Elem().Interface()
	if t, ok := want.(time.Time); ok {
		if !t.Equal(back.(time.Time)) {
			return fmt.Errorf("%s: got %v, want %v", typ, back, t)
		}
	} else if f, ok := want.(float64); ok && math.IsNaN(f) {
		if !math.IsNaN(back.(float64)) {
			return fmt.Errorf("%s: got %v, want NaN", typ, back)
		}
	} else if err := equal(back, want, typ); err != nil {
		return err
	}
	var none any
	if err := db.QueryRowContext(ctx, "SELECT $1::"+typ+" AS v", nil).Scan(&none); err != nil {
		return fmt.Errorf("NULL of %s: %s %w", typ, code(err), err)
	}
	return equal(none, nil, "NULL of "+typ)
}

func (m mode) types(ctx context.Context, db *sql.DB) error {
	at := func(s string) time.Time {
		t, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			panic(err)
		}
		return t
	}
	int64s := []sql.NullInt64{{Int64: math.MinInt64, Valid: true}, {}, {Int64: 3, Valid: true}}
	strs := []sql.NullString{}
	for _, s := range []string{"a", "b,c", `d"e`, "it's", "", "NULL", "{x}", `back\slash`, "ünï ☃"} {
		strs = append(strs, sql.NullString{String: s, Valid: true})
	}
	strs = append(strs, sql.NullString{})
	const digits = "12345678901234567890123456789012345678"
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
		{"float4", math.Inf(-1), math.Inf(-1)},
		{"float8", 0.1, 0.1},
		{"float8", math.NaN(), math.NaN()},
		{"float8", math.Inf(1), math.Inf(1)},
		{"float8", math.Inf(-1), math.Inf(-1)},
		{"float8", math.MaxFloat64, math.MaxFloat64},
		{"float8", math.SmallestNonzeroFloat64, math.SmallestNonzeroFloat64},
		{"numeric(38,0)", digits, digits},
		{"numeric(38,0)", "-" + digits, "-" + digits},
		{"numeric(20,4)", "-123.4500", "-123.4500"},
		{"numeric(20,4)", "0.0001", "0.0001"},
		{"text", odd, odd},
		{"text", "", ""},
		{"text", strings.Repeat("é", 512*1024), strings.Repeat("é", 512*1024)},
		{"bytea", allBytes(), allBytes()},
		{"bytea", []byte{}, []byte{}},
		{"date", "1969-07-20", at("1969-07-20T00:00:00Z")},
		{"date", at("2024-02-29T00:00:00Z"), at("2024-02-29T00:00:00Z")},
		{"time", "23:59:59.999999", at("0000-01-01T23:59:59.999999Z")},
		{"timestamp", at("2024-02-29T12:34:56.123456Z"), at("2024-02-29T12:34:56.123456Z")},
		{"timestamp", at("1969-07-20T20:17:40Z"), at("1969-07-20T20:17:40Z")},
		{"timestamptz", at("2024-02-29T12:34:56.123456+05:30"), at("2024-02-29T07:04:56.123456Z")},
		{"interval", "1 year 2 mons 3 days 04:05:06.789", "1 year 2 mons 3 days 04:05:06.789"},
		{"interval", "-1 mons -2 days -00:00:03", "-1 mons -2 days -00:00:03"},
		{"uuid", "0f14d0ab-9605-4a62-a9e4-5ed26688389b", "0f14d0ab-9605-4a62-a9e4-5ed26688389b"},
		{"json", `{"a": [1, "x", null], "b": "é"}`, `{"a": [1, "x", null], "b": "é"}`},
		{"int8[]", pq.Array(int64s), int64s},
		{"int4[]", pq.Array([]int64{}), []int64{}},
		{"text[]", pq.Array(strs), strs},
		{"text[]", pq.Array([]string{}), []string{}},
		{"float8[]", pq.Array([]float64{0.1, 2.5}), []float64{0.1, 2.5}},
		{"bool[]", pq.Array([]bool{true, false}), []bool{true, false}},
	}
	var wrong []string
	for _, c := range values {
		if err := value(ctx, db, c.typ, c.v, c.want); err != nil {
			wrong = append(wrong, err.Error())
			fmt.Fprintln(os.Stderr, err)
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%d of %d: %s", len(wrong), len(values), strings.Join(wrong, "; "))
	}
	return nil
}

func (m mode) errorCodes(ctx context.Context, db *sql.DB) error {
	db.SetMaxOpenConns(1)
	for _, c := range [][2]string{
		{"SELEC 1", "42601"},
		{"SELECT 1 AS v FROM", "42601"},
		{"SELECT v FROM gopq_missing", "42P01"},
		{"SELECT nope FROM (SELECT 1 AS v) t", "42703"},
		{"SELECT 'abc'::int AS v", "22P02"},
		{"SELECT 99999999999::int AS v", "22003"},
	} {
		var v any
		if err := fails(db.QueryRowContext(ctx, c[0]).Scan(&v), c[1], c[0]); err != nil {
			return err
		}
		if err := one(ctx, db, []string{"1"}, "SELECT $1::int4 AS v", 1); err != nil {
			return fmt.Errorf("after %s: %w", c[1], err)
		}
	}
	var v any
	err := db.QueryRowContext(ctx, "SELECT $1::int4 AS v", "abc").Scan(&v)
	if err := fails(err, "22P02", "parameter"); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := fails(tx.QueryRowContext(ctx, "SELECT v FROM gopq_missing").Scan(&v), "42P01", "in a transaction"); err != nil {
		return err
	}
	if err := fails(tx.QueryRowContext(ctx, "SELECT 1 AS v").Scan(&v), "25P02", "simple"); err != nil {
		return err
	}
	if err := fails(tx.QueryRowContext(ctx, "SELECT $1::int4 AS v", 1).Scan(&v), "25P02", "extended"); err != nil {
		return err
	}
	if err := tx.Rollback(); err != nil {
		return err
	}
	return one(ctx, db, []string{"1"}, "SELECT 1 AS v")
}

func (m mode) cancel(ctx context.Context, db *sql.DB) error {
	db.SetMaxOpenConns(1)
	var n int64
	// without and with parameters
	for _, args := range [][]any{nil, {3}} {
		query := longQuery
		if args != nil {
			query = strings.Replace(query, "= 3", "= $1::int4", 1)
		}
		began := time.Now()
		short, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
		err := db.QueryRowContext(short, query, args...).Scan(&n)
		cancel()
		// database/sql or the driver may be the first to see the end
		if code(err) != "57014" && !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("got %w, want 57014 or the context's error", err)
		}
		if took := time.Since(began); took > 10*time.Second {
			return fmt.Errorf("took %s", took)
		}
		if err := one(ctx, db, []string{"1"}, "SELECT $1::int4 AS v", 1); err != nil {
			return fmt.Errorf("afterwards: %w", err)
		}
	}
	// The statement is gone on the server too: in a transaction the error is the
	// server's.
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := run(ctx, tx, "SET LOCAL statement_timeout = 500"); err != nil {
		return err
	}
	return fails(tx.QueryRowContext(ctx, longQuery).Scan(&n), "57014", "statement_timeout")
}

func (m mode) rollback(ctx context.Context, db *sql.DB) error {
	if err := run(ctx, db, "DROP TABLE IF EXISTS gopq_t"); err != nil {
		return err
	}
	defer run(context.WithoutCancel(ctx), db, "DROP TABLE IF EXISTS gopq_t")
	var id int
	begin := func() (*sql.Tx, error) {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return nil, err
		}
		if err := run(ctx, tx, "CREATE TABLE gopq_t (id int, name text)"); err != nil {
			return tx, err
		}
		result, err := tx.ExecContext(ctx, "INSERT INTO gopq_t VALUES ($1, $2), ($3, $4)", 1, "a", 2, "b")
		if err != nil {
			return tx, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return tx, err
		}
		return tx, equal(n, int64(2), "rows inserted")
	}
	tx, err := begin()
	if err != nil {
		return err
	}
	if err := tx.Rollback(); err != nil {
		return err
	}
	if err := fails(db.QueryRowContext(ctx, "SELECT id FROM gopq_t").Scan(&id), "42P01", "after Rollback"); err != nil {
		return err
	}
	if tx, err = begin(); err != nil {
		return err
	}
	defer tx.Rollback()
	// the transaction holds its connection: this is another
	if err := fails(db.QueryRowContext(ctx, "SELECT id FROM gopq_t").Scan(&id), "42P01", "before Commit"); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if err := one(ctx, db, []string{"2", "3"}, "SELECT count(*) AS n, sum(id) AS s FROM gopq_t"); err != nil {
		return err
	}
	readOnly, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return err
	}
	defer readOnly.Rollback()
	return one(ctx, readOnly, []string{"2"}, "SELECT count(*) AS n FROM gopq_t")
}

func (m mode) prepared(ctx context.Context, db *sql.DB) error {
	twice, err := db.PrepareContext(ctx, "SELECT $1::int4 * 2 AS v, $2::text AS t")
	if err != nil {
		return err
	}
	defer twice.Close()
	half, err := db.PrepareContext(ctx, "SELECT $1::float8 / 2 AS h")
	if err != nil {
		return err
	}
	defer half.Close()
	for i := range 200 {
		var v int
		var s string
		if err := twice.QueryRowContext(ctx, i, fmt.Sprint("t", i)).Scan(&v, &s); err != nil {
			return err
		}
		if err := equal([]any{v, s}, []any{i * 2, fmt.Sprint("t", i)}, "twice"); err != nil {
			return err
		}
		var h float64
		if err := half.QueryRowContext(ctx, float64(i)).Scan(&h); err != nil {
			return err
		}
		if err := equal(h, float64(i)/2, "half"); err != nil {
			return err
		}
	}
	var v any
	if err := fails(twice.QueryRowContext(ctx, "abc", "").Scan(&v, &v), "22P02", "bad value"); err != nil {
		return err
	}
	var n int
	var s string
	if err := twice.QueryRowContext(ctx, 4, "").Scan(&n, &s); err != nil {
		return err
	}
	return equal(n, 8, "again")
}

// copyName is the text of a row of the COPY check; every kind needs other quoting.
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
	s := cents(int64(i))
	return &s
}

// copyRows copies rows within a transaction, as lib/pq asks for, and ends it.
func copyRows(ctx context.Context, db *sql.DB, query string, rows func(add func(...any) error) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	stmt, err := tx.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	if err := rows(func(values ...any) error {
		_, err := stmt.ExecContext(ctx, values...)
		return err
	}); err != nil {
		stmt.Close()
		return err
	}
	// without values: the end of the data
	if _, err := stmt.ExecContext(ctx); err != nil {
		stmt.Close()
		return err
	}
	if err := stmt.Close(); err != nil {
		return err
	}
	return tx.Commit()
}

func (m mode) copyIn(ctx context.Context, db *sql.DB) error {
	db.SetMaxOpenConns(1)
	if err := run(ctx, db, "CREATE TEMP TABLE t (id bigint, name text, amount numeric(12,2), data bytea, made timestamp)"); err != nil {
		return err
	}
	at := time.Date(2024, 2, 29, 12, 34, 56, 123456000, time.UTC)
	if err := copyRows(ctx, db, "COPY t (id, name, amount, data, made) FROM STDIN", func(add func(...any) error) error {
		for i := 1; i <= copyCount; i++ {
			if err := add(i, copyName(i), copyAmount(i), allBytes()[i%256:i%256+1], at); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, "SELECT id, name, amount, data, made FROM t ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
		var id int
		var name, amount *string
		var data []byte
		var t time.Time
		if err := rows.Scan(&id, &name, &amount, &data, &t); err != nil {
			return err
		}
		if id != n || !reflect.DeepEqual(name, copyName(n)) || !reflect.DeepEqual(amount, copyAmount(n)) ||
			!bytes.Equal(data, []byte{byte(n % 256)}) || !t.Equal(at) {
			return fmt.Errorf("row %d: %d %v %v %v %v", n, id, name, amount, data, t)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := equal(n, copyCount, "rows"); err != nil {
		return err
	}
	all := []string{strconv.Itoa(copyCount)}
	err = copyRows(ctx, db, "COPY t (id, name) FROM STDIN", func(add func(...any) error) error {
		if err := add(-1, "good"); err != nil {
			return err
		}
		return add("abc", "bad")
	})
	if err := fails(err, "22P02", "not a number"); err != nil {
		return err
	}
	if err := one(ctx, db, all, "SELECT count(*) AS n FROM t"); err != nil {
		return err
	}
	err = copyRows(ctx, db, "COPY t (id, name) FROM STDIN", func(add func(...any) error) error {
		if err := add(-1, "good"); err != nil {
			return err
		}
		return add(-2)
	})
	if err := fails(err, "22P04", "a column is missing"); err != nil {
		return err
	}
	if err := one(ctx, db, all, "SELECT count(*) AS n FROM t"); err != nil {
		return err
	}
	if err := fails(copyRows(ctx, db, "COPY gopq_missing (id) FROM STDIN", nil), "42P01", "missing table"); err != nil {
		return err
	}
	return one(ctx, db, all, "SELECT count(*) AS n FROM t")
}

func (m mode) pool(ctx context.Context, db *sql.DB) error {
	db.SetMaxOpenConns(5)
	var wait sync.WaitGroup
	errs := make([]error, 20)
	for n := range errs {
		wait.Go(func() {
			for round := range 10 {
				if errs[n] = task(ctx, db, n, round); errs[n] != nil {
					return
				}
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

func task(ctx context.Context, db *sql.DB, n, round int) error {
	rows, err := db.QueryContext(ctx, "SELECT $1::int4 AS n, i::int4 AS i FROM generate_series(1, 100) AS g(i) ORDER BY i", n)
	if err != nil {
		return err
	}
	defer rows.Close()
	k := 0
	for rows.Next() {
		k++
		var got, i int
		if err := rows.Scan(&got, &i); err != nil {
			return err
		}
		if got != n || i != k {
			return fmt.Errorf("task %d: got %d %d, want row %d", n, got, i, k)
		}
	}
	if err := errors.Join(rows.Err(), equal(k, 100, "rows")); err != nil {
		return err
	}
	if round == 5 {
		var v any
		if err := fails(db.QueryRowContext(ctx, "SELECT $1::int4 AS v", "abc").Scan(&v), "22P02", "bad value"); err != nil {
			return err
		}
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := one(ctx, tx, []string{fmt.Sprint("task ", n)}, "SELECT $1::text AS t", fmt.Sprint("task ", n)); err != nil {
		return err
	}
	return tx.Commit()
}

func (m mode) catalog(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, `SELECT 1::int2 AS a, 2::int4 AS b, 3::int8 AS c, 'x'::text AS d, 1.5::numeric(12,2) AS e, true AS f,
		DATE '2000-01-01' AS g, TIMESTAMP '2000-01-01 00:00:00' AS h, 0.5::float8 AS i, $1::text AS j`, "x")
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	var got []string
	for _, c := range columns {
		got = append(got, c.Name()+" "+c.DatabaseTypeName())
	}
	if err := equal(strings.Join(got, ", "), "a INT2, b INT4, c INT8, d TEXT, e NUMERIC, f BOOL, g DATE, h TIMESTAMP, i FLOAT8, j TEXT", "columns"); err != nil {
		return err
	}
	precision, scale, ok := columns[4].DecimalSize()
	return equal([]any{precision, scale, ok}, []any{int64(12), int64(2), true}, "precision and scale")
}
