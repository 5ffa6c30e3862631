package gateway_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/angelerator/tavana/gateway"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// flightClient is arrow-go's Flight SQL client, logged in.
type flightClient struct {
	*flightsql.Client
	t   testing.TB
	ctx context.Context
}

func (w *world) flight() *flightClient { return w.flightAs("tavana", "tavana") }

func (w *world) flightAs(user, password string) *flightClient {
	w.t.Helper()
	c, err := flightsql.NewClient(w.arrow, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = c.Close() })
	token, err := handshake(w.t.Context(), c, user, password)
	if err != nil {
		w.t.Fatal(err)
	}
	return &flightClient{c, w.t, metadata.AppendToOutgoingContext(w.t.Context(), "authorization", token)}
}

// handshake logs in and returns the token. (The client's own AuthenticateBasicToken reads the trailer while it is being
// written.)
func handshake(ctx context.Context, c *flightsql.Client, user, password string) (string, error) {
	credentials := base64.RawStdEncoding.EncodeToString([]byte(user + ":" + password))
	stream, err := c.Client.Handshake(metadata.AppendToOutgoingContext(ctx, "authorization", "Basic "+credentials))
	if err != nil {
		return "", err
	}
	if err := stream.CloseSend(); err != nil {
		return "", err
	}
	for {
		if _, err = stream.Recv(); err != nil {
			break
		}
	}
	if !errors.Is(err, io.EOF) {
		return "", err
	}
	md, err := stream.Header()
	if err != nil || len(md.Get("authorization")) != 1 || !slices.Equal(md.Get("authorization"), stream.Trailer().Get("authorization")) {
		return "", fmt.Errorf("header %v, trailer %v: %w", md, stream.Trailer(), err)
	}
	return md.Get("authorization")[0], nil
}

// rows reads all rows that an info names, as text.
func (c *flightClient) rows(info *flight.FlightInfo) (rows []string, err error) {
	for _, e := range info.GetEndpoint() {
		r, err := c.DoGet(c.ctx, e.GetTicket())
		if err != nil {
			return rows, err
		}
		defer r.Release()
		for r.Next() {
			rec := r.RecordBatch()
			for i := range int(rec.NumRows()) {
				cells := make([]string, rec.NumCols())
				for j, col := range rec.Columns() {
					cells[j] = strings.Clone(col.ValueStr(i))
				}
				rows = append(rows, strings.Join(cells, "|"))
			}
		}
		if err := r.Err(); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// reader starts to read a statement's rows. The caller releases it.
func (c *flightClient) reader(sql string) *flight.Reader {
	c.t.Helper()
	info, err := c.Execute(c.ctx, sql)
	if err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	r, err := c.DoGet(c.ctx, info.GetEndpoint()[0].GetTicket())
	if err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	return r
}

func (c *flightClient) query(sql string) string {
	c.t.Helper()
	info, err := c.Execute(c.ctx, sql)
	if err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	rows, err := c.rows(info)
	if err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	return strings.Join(rows, " ")
}

func (c *flightClient) update(sql string) int64 {
	c.t.Helper()
	n, err := c.ExecuteUpdate(c.ctx, sql)
	if err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// wantStatus checks an error's gRPC code and SQLSTATE.
func wantStatus(t testing.TB, what string, err error, code codes.Code, sqlstate string) {
	t.Helper()
	st := status.Convert(err)
	got := ""
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			got = info.GetMetadata()["sqlstate"]
		}
	}
	if st.Code() != code || got != sqlstate {
		t.Errorf("%s: %v %q (%v), want %v %q", what, st.Code(), got, err, code, sqlstate)
	}
}

func TestFlightSQLStatements(t *testing.T) {
	w := open(t, 2, nil)
	c := w.flight()
	for sql, want := range map[string]string{
		"SELECT 1 AS a, 'x' AS b": "1|x", "SELECT count(*) FROM range(1000000)": "1000000", "SHOW server_version": "15.18",
		"SELECT current_user": "tavana", "VALUES (1), (2)": "1 2", "SELECT 7 / 2": "3", "SELECT 1 WHERE false": "",
		"SELECT 170141183460469231731687303715::HUGEINT AS h": "170141183460469231731687303715",
	} {
		if got := c.query(sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	info, err := c.Execute(c.ctx, "SELECT 1 AS a, 2::DECIMAL(9,2) AS b")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := flight.DeserializeSchema(info.GetSchema(), memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := schema.Field(1).Metadata.GetValue("ARROW:FLIGHT:SQL:TYPE_NAME"); v != "numeric" || schema.Field(0).Name != "a" {
		t.Errorf("%v", schema)
	}
	r, err := c.DoGet(c.ctx, info.GetEndpoint()[0].GetTicket())
	if err != nil {
		t.Fatal(err)
	}
	if !r.Schema().Equal(schema) {
		t.Errorf("told %v, got %v", schema, r.Schema())
	}
	r.Release()

	// A few rows are in their ticket. Others wait at a worker, and are given once.
	few, err := c.Execute(c.ctx, "SELECT random() AS r")
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := c.RenewFlightEndpoint(c.ctx, &flight.RenewFlightEndpointRequest{Endpoint: few.GetEndpoint()[0]})
	if err != nil {
		t.Fatal(err)
	}
	first, err := c.rows(few)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []*flight.FlightEndpoint{few.GetEndpoint()[0], renewed} {
		again, err := c.rows(&flight.FlightInfo{Endpoint: []*flight.FlightEndpoint{e}})
		if err != nil || len(again) != 1 || again[0] != first[0] {
			t.Errorf("a row, again: %v, %v, first %v", again, err, first)
		}
	}
	if res, err := c.CancelFlightInfo(c.ctx, &flight.CancelFlightInfoRequest{Info: few}); err != nil || res.GetStatus() != flight.CancelStatusNotCancellable {
		t.Errorf("cancelling a row that has been given: %v, %v", res, err)
	}
	if info, err = c.Execute(c.ctx, "SELECT i FROM range(100000) t(i)"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.rows(info); err != nil {
		t.Fatal(err)
	}
	r, err = c.DoGet(c.ctx, info.GetEndpoint()[0].GetTicket())
	if err == nil {
		r.Next()
		err = r.Err()
		r.Release()
	}
	wantStatus(t, "the same ticket again", err, codes.FailedPrecondition, "55000")

	sql := "SELECT i, i % 7, 'some text ' || i FROM range(3000000) t(i)"
	info, err = c.Execute(c.ctx, sql)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := c.rows(info)
	if err != nil || len(rows) != 3000000 || rows[2999999] != "2999999|"+fmt.Sprint(2999999%7)+"|some text 2999999" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestFlightSQLErrors(t *testing.T) {
	c := open(t, 1, nil).flight()
	for sql, want := range map[string]struct {
		code     codes.Code
		sqlstate string
	}{
		"SELEC 1": {codes.InvalidArgument, "42601"}, "SELECT * FROM missing": {codes.NotFound, "42P01"}, "SELECT 1; SELECT 2": {codes.Unimplemented, "0A000"},
		"": {codes.InvalidArgument, "42601"}, "SELECT 1/0": {codes.InvalidArgument, "22012"}, "COPY (SELECT 1) TO STDOUT": {codes.Unimplemented, "0A000"},
		"SELECT 340282366920938463463374607431768211455::UHUGEINT": {codes.InvalidArgument, "22003"},
	} {
		_, err := c.Execute(c.ctx, sql)
		wantStatus(t, sql, err, want.code, want.sqlstate)
	}
	// One that comes after the first rows is told to who reads them.
	info, err := c.Execute(c.ctx, "SELECT CASE WHEN i < 2000000 THEN i ELSE error('far') END FROM range(3000000) t(i)")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := c.rows(info)
	if err == nil || len(rows) > 2000000 || !strings.Contains(err.Error(), "far") {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if got := c.query("SELECT 1"); got != "1" {
		t.Errorf("afterwards: %q", got)
	}
}

func TestFlightSQLAuthentication(t *testing.T) {
	w := open(t, 1, nil)
	plain, err := flightsql.NewClient(w.arrow, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handshake(t.Context(), plain, "tavana", "wrong"); status.Code(err) != codes.Unauthenticated {
		t.Errorf("a wrong password: %v", err)
	}
	if _, err := handshake(t.Context(), plain, "nobody", "tavana"); status.Code(err) != codes.Unauthenticated {
		t.Errorf("an unknown user: %v", err)
	}
	with := func(header string) error {
		_, err := plain.Execute(metadata.AppendToOutgoingContext(t.Context(), "authorization", header), "SELECT 1")
		return err
	}
	for _, header := range []string{"", "Bearer x", "Bearer", "Digest x", "Basic !", "Basic " + "dGF2YW5h", "Basic dGF2YW5hOndyb25n"} {
		if err := with(header); status.Code(err) != codes.Unauthenticated {
			t.Errorf("%q: %v", header, err)
		}
	}
	// Name and password on any call, padded or not.
	for _, header := range []string{"Basic dGF2YW5hOnRhdmFuYQ==", "basic dGF2YW5hOnRhdmFuYQ"} {
		if err := with(header); err != nil {
			t.Errorf("%q: %v", header, err)
		}
	}
	if _, err := plain.Execute(t.Context(), "SELECT 1"); status.Code(err) != codes.Unauthenticated {
		t.Errorf("nothing: %v", err)
	}
	// Such a client has a session as long as its connection lives.
	each := &flightClient{plain, t, metadata.AppendToOutgoingContext(t.Context(), "authorization", "Basic dGF2YW5hOnRhdmFuYQ==")}
	each.update("CREATE TEMP TABLE own AS SELECT 7 AS a")
	if got := each.query("SELECT a FROM own"); got != "7" {
		t.Errorf("the session's table: %q", got)
	}
	if err := plain.Close(); err != nil {
		t.Error(err)
	}
	eventually(t, "the end of its sessions", func() bool { return w.metric("tavana_flight_sessions") == 0 })
	c := w.flight()
	if _, err := c.CloseSession(c.ctx, &flight.CloseSessionRequest{}); err != nil {
		t.Error(err)
	}
	if _, err := c.Execute(c.ctx, "SELECT 1"); status.Code(err) != codes.Unauthenticated {
		t.Errorf("a closed session: %v", err)
	}
}

func TestFlightSQLTransactions(t *testing.T) {
	w := openLasting(t, 2, nil)
	c := w.flight()
	c.update("CREATE TABLE t (a INTEGER)")
	tx, err := c.BeginTransaction(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := tx.ExecuteUpdate(c.ctx, "INSERT INTO t VALUES (1), (2)"); err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
	within := func(tx *flightsql.Txn, sql string) string {
		t.Helper()
		info, err := tx.Execute(c.ctx, sql)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		rows, err := c.rows(info)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return strings.Join(rows, " ")
	}
	if got := within(tx, "SELECT sum(a) FROM t"); got != "3" {
		t.Errorf("inside: %q", got)
	}
	// A second one beside it has its own session, and sees nothing of it.
	second, err := c.BeginTransaction(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got := within(second, "SELECT count(*) FROM t"); got != "0" {
		t.Errorf("beside: %q", got)
	}
	if err := second.Rollback(c.ctx); err != nil {
		t.Error(err)
	}
	if err := tx.Commit(c.ctx); err != nil {
		t.Error(err)
	}
	if got := c.query("SELECT count(*) FROM t"); got != "2" {
		t.Errorf("after COMMIT: %q", got)
	}
	// A failed one can't be committed.
	if tx, err = c.BeginTransaction(c.ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecuteUpdate(c.ctx, "INSERT INTO t VALUES (3)"); err != nil {
		t.Error(err)
	}
	_, err = tx.Execute(c.ctx, "SELECT * FROM missing")
	wantStatus(t, "an error", err, codes.NotFound, "42P01")
	_, err = tx.Execute(c.ctx, "SELECT 1")
	wantStatus(t, "behind it", err, codes.FailedPrecondition, "25P02")
	wantStatus(t, "COMMIT", tx.Commit(c.ctx), codes.FailedPrecondition, "25P02")
	if got := c.query("SELECT count(*) FROM t"); got != "2" {
		t.Errorf("after a failed COMMIT: %q", got)
	}
	if err := tx.Commit(c.ctx); err == nil {
		t.Error("a transaction was ended twice")
	}
	// By SQL, as the JDBC driver does.
	c.update("BEGIN")
	c.update("INSERT INTO t VALUES (4)")
	c.update("ROLLBACK")
	if got := c.query("SELECT count(*) FROM t"); got != "2" {
		t.Errorf("after ROLLBACK: %q", got)
	}
	c.update("CREATE TEMP TABLE own (a INTEGER)")
	if got := c.query("INSERT INTO own VALUES (5) RETURNING a"); got != "5" {
		t.Errorf("RETURNING: %q", got)
	}
	if got := c.query("SELECT a FROM own"); got != "5" {
		t.Errorf("a temporary table: %q", got)
	}
}

func TestFlightSQLPreparedStatements(t *testing.T) {
	w := openLasting(t, 2, nil)
	c := w.flight()
	c.update("CREATE TABLE t (a INTEGER, b VARCHAR, d DATE)")
	p, err := c.Prepare(c.ctx, "SELECT a, b FROM t WHERE a = ? OR d = ? ORDER BY a")
	if err != nil {
		t.Fatal(err)
	}
	if s := p.ParameterSchema(); s.NumFields() != 2 || s.Field(0).Type.ID() != arrow.INT32 || s.Field(1).Type.ID() != arrow.DATE32 {
		t.Errorf("parameters %v", p.ParameterSchema())
	}
	if s := p.DatasetSchema(); s.NumFields() != 2 || s.Field(1).Type.ID() != arrow.STRING {
		t.Errorf("columns %v", p.DatasetSchema())
	}
	insert, err := c.Prepare(c.ctx, "INSERT INTO t VALUES (?, ?, ?)")
	if err != nil {
		t.Fatal(err)
	}
	if insert.DatasetSchema() != nil {
		t.Errorf("an INSERT has columns: %v", insert.DatasetSchema())
	}
	insert.SetParameters(record(t, []arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "b", Type: arrow.BinaryTypes.String}, {Name: "d", Type: arrow.BinaryTypes.String}},
		[]any{int64(1), "one", "2024-01-31"}, []any{int64(2), nil, "2024-02-29"}, []any{int64(3), "three", nil}))
	if n, err := insert.ExecuteUpdate(c.ctx); err != nil || n != 3 {
		t.Errorf("%d, %v", n, err)
	}
	p.SetParameters(record(t, []arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "d", Type: arrow.BinaryTypes.String}}, []any{int64(3), "2024-02-29"}))
	for range 2 {
		info, err := p.Execute(c.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if rows, err := c.rows(info); err != nil || strings.Join(rows, " ") != "2|(null) 3|three" {
			t.Errorf("%v %v", rows, err)
		}
	}
	// None of the rows is stored when one fails.
	insert.SetParameters(record(t, []arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "b", Type: arrow.BinaryTypes.String}, {Name: "d", Type: arrow.BinaryTypes.String}},
		[]any{int64(7), "", nil}, []any{int64(8), "", "no date"}))
	if _, err := insert.ExecuteUpdate(c.ctx); status.Code(err) != codes.InvalidArgument {
		t.Errorf("no date: %v", err)
	}
	if got := c.query("SELECT count(*) FROM t"); got != "3" {
		t.Errorf("%q rows", got)
	}
	// The first batch is not stored when the second fails.
	first := record(t, []arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "b", Type: arrow.BinaryTypes.String}, {Name: "d", Type: arrow.BinaryTypes.String}}, []any{int64(7), "", nil})
	bad := record(t, first.Schema().Fields(), []any{int64(8), "", "no date"})
	rd, err := array.NewRecordReader(first.Schema(), []arrow.RecordBatch{first, bad})
	if err != nil {
		t.Fatal(err)
	}
	insert.SetRecordReader(rd)
	if _, err := insert.ExecuteUpdate(c.ctx); status.Code(err) != codes.InvalidArgument {
		t.Errorf("no date: %v", err)
	}
	if got := c.query("SELECT count(*) FROM t"); got != "3" {
		t.Errorf("%q rows", got)
	}
	// Thousands of rows go in as one statement, with what the INSERT makes of them; other statements run for each row.
	lower, err := c.Prepare(c.ctx, "INSERT INTO t (b, a) VALUES (lower(?), ? + 1)")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	for i := range 5000 {
		rows = append(rows, []any{fmt.Sprintf("ROW %d", i), int64(1000 + i)})
	}
	fields := []arrow.Field{{Name: "x", Type: arrow.BinaryTypes.String}, {Name: "x", Type: arrow.PrimitiveTypes.Int64}}
	lower.SetParameters(record(t, fields, rows...))
	if n, err := lower.ExecuteUpdate(c.ctx); err != nil || n != 5000 {
		t.Errorf("%d, %v", n, err)
	}
	if got := c.query("SELECT count(*), sum(a), max(b), count(DISTINCT b) FROM t WHERE a > 1000"); got != fmt.Sprintf("5000|%d|row 999|5000", 5000*1001+4999*5000/2) {
		t.Errorf("%q", got)
	}
	update, err := c.Prepare(c.ctx, "UPDATE t SET b = ? WHERE a = ?")
	if err != nil {
		t.Fatal(err)
	}
	update.SetParameters(record(t, fields, []any{"first", int64(1)}, []any{"second", int64(2)}, []any{"nobody", int64(-1)}))
	if n, err := update.ExecuteUpdate(c.ctx); err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
	if got := c.query("SELECT b FROM t WHERE a < 3 ORDER BY a"); got != "first second" {
		t.Errorf("%q", got)
	}
	if err := p.Close(c.ctx); err != nil {
		t.Error(err)
	}
}

// record makes a batch of rows of int64s and texts.
func record(t testing.TB, fields []arrow.Field, rows ...[]any) arrow.RecordBatch {
	t.Helper()
	for i := range fields {
		fields[i].Nullable = true
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	defer b.Release()
	for _, row := range rows {
		for i, v := range row {
			switch v := v.(type) {
			case nil:
				b.Field(i).AppendNull()
			case int64:
				b.Field(i).(*array.Int64Builder).Append(v)
			case string:
				b.Field(i).(*array.StringBuilder).Append(v)
			default:
				t.Fatalf("%T", v)
			}
		}
	}
	return b.NewRecordBatch()
}

func TestFlightSQLTickets(t *testing.T) {
	users := usersFile(t, login{name: "ann", password: "ann"}, login{name: "bob", password: "bob"})
	share := func(c *gateway.Config) { c.FlightSecret, c.UsersFile = "shared", users }
	w := open(t, 1, share)
	other := openBefore(t, w.workers[0], share)
	ann, bob, annThere := w.flightAs("ann", "ann"), w.flightAs("bob", "bob"), other.flightAs("ann", "ann")
	info, err := ann.Execute(ann.ctx, "SELECT 42")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bob.rows(info); status.Code(err) != codes.PermissionDenied {
		t.Errorf("another user's ticket: %v", err)
	}
	bad := info.GetEndpoint()[0].GetTicket().GetTicket()
	changed := append([]byte(nil), bad...)
	changed[len(changed)-2] ^= 1
	r, err := ann.DoGet(ann.ctx, &flight.Ticket{Ticket: changed})
	if err == nil {
		r.Release()
	}
	if c := status.Code(err); c != codes.Unauthenticated {
		t.Errorf("a changed ticket: %v", err)
	}
	// But the session is at the first.
	stranger := &flightClient{annThere.Client, t, ann.ctx}
	if _, err := stranger.Execute(ann.ctx, "SELECT 1"); status.Code(err) != codes.Unauthenticated {
		t.Errorf("a token of another gateway's session: %v", err)
	}
	if rows, err := annThere.rows(info); err != nil || len(rows) != 1 || rows[0] != "42" {
		t.Errorf("by another gateway: %v %v", rows, err)
	}
}

// metadata reads what a metadata command returns, and checks that its schema is the one that was told.
func (c *flightClient) metadata(info *flight.FlightInfo, err error) []string {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
	told, err := flight.DeserializeSchema(info.GetSchema(), memory.DefaultAllocator)
	if err != nil {
		c.t.Fatal(err)
	}
	r, err := c.DoGet(c.ctx, info.GetEndpoint()[0].GetTicket())
	if err != nil {
		c.t.Fatal(err)
	}
	defer r.Release()
	if !r.Schema().Equal(told) {
		c.t.Errorf("told %v, got %v", told, r.Schema())
	}
	var rows []string
	for r.Next() {
		rec := r.RecordBatch()
		for i := range int(rec.NumRows()) {
			var cells []string
			for j, col := range rec.Columns() {
				if rec.ColumnName(j) == "table_schema" {
					s, err := flight.DeserializeSchema(col.(*array.Binary).Value(i), memory.DefaultAllocator)
					if err != nil {
						c.t.Fatal(err)
					}
					for _, f := range s.Fields() {
						cells = append(cells, f.Name+" "+f.Type.String())
					}
					continue
				}
				cells = append(cells, strings.Clone(col.ValueStr(i)))
			}
			rows = append(rows, strings.Join(cells, "|"))
		}
	}
	if err := r.Err(); err != nil {
		c.t.Fatal(err)
	}
	return rows
}

func TestFlightSQLMetadata(t *testing.T) {
	w := openLasting(t, 2, nil)
	c := w.flight()
	for _, sql := range []string{
		"CREATE SCHEMA s", `CREATE TABLE s."It's" (a INTEGER PRIMARY KEY, "b c" DECIMAL(10,2), u UUID, e TIMESTAMPTZ)`, "CREATE VIEW s.v AS SELECT 1::BIGINT AS x, [1] AS y",
		"CREATE TABLE t (a INTEGER, b VARCHAR, PRIMARY KEY (b, a))", "CREATE TABLE s.t_1 (i HUGEINT)",
	} {
		c.update(sql)
	}
	text := func(s string) *string { return &s }
	want := func(what string, got []string, want ...string) {
		t.Helper()
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	want("catalogs", c.metadata(c.GetCatalogs(c.ctx)), "tavana")
	want("schemas", c.metadata(c.GetDBSchemas(c.ctx, &flightsql.GetDBSchemasOpts{DbSchemaFilterPattern: text("s%")})), "tavana|s")
	want("schemas of another catalog", c.metadata(c.GetDBSchemas(c.ctx, &flightsql.GetDBSchemasOpts{Catalog: text("other")})))
	want("types of tables", c.metadata(c.GetTableTypes(c.ctx)), "LOCAL TEMPORARY", "SYSTEM TABLE", "TABLE", "VIEW")
	want("tables", c.metadata(c.GetTables(c.ctx, &flightsql.GetTablesOpts{TableTypes: []string{"TABLE", "VIEW"}})),
		"tavana|public|t|TABLE", "tavana|s|It's|TABLE", "tavana|s|t_1|TABLE", "tavana|s|v|VIEW")
	want("tables by patterns", c.metadata(c.GetTables(c.ctx, &flightsql.GetTablesOpts{DbSchemaFilterPattern: text("_"), TableNameFilterPattern: text(`t\_%`), IncludeSchema: true})),
		"tavana|s|t_1|TABLE|i decimal(38, 0)")
	want("their columns", c.metadata(c.GetTables(c.ctx, &flightsql.GetTablesOpts{DbSchemaFilterPattern: text("s"), IncludeSchema: true})),
		"tavana|s|It's|TABLE|a int32|b c decimal(10, 2)|u fixed_size_binary[16]|e timestamp[us, tz=UTC]", "tavana|s|t_1|TABLE|i decimal(38, 0)", "tavana|s|v|VIEW|x int64|y list<l: int32, nullable>")
	want("a primary key", c.metadata(c.GetPrimaryKeys(c.ctx, flightsql.TableRef{Table: "t"})), "tavana|public|t|b|1|t_pkey", "tavana|public|t|a|2|t_pkey")
	want("no primary key", c.metadata(c.GetPrimaryKeys(c.ctx, flightsql.TableRef{Catalog: text("other"), Table: "t"})))
	want("imported keys", c.metadata(c.GetImportedKeys(c.ctx, flightsql.TableRef{Table: "t"})))
	want("exported keys", c.metadata(c.GetExportedKeys(c.ctx, flightsql.TableRef{Table: "t"})))
	want("a cross reference", c.metadata(c.GetCrossReference(c.ctx, flightsql.TableRef{Table: "t"}, flightsql.TableRef{Table: "t"})))
	if got := c.metadata(c.GetXdbcTypeInfo(c.ctx, nil)); len(got) < 15 {
		t.Errorf("types: %v", got)
	}
	if got := c.metadata(c.GetSqlInfo(c.ctx, nil)); len(got) != 91 {
		t.Errorf("%d answers", len(got))
	}
	if got := c.metadata(c.GetSqlInfo(c.ctx, []flightsql.SqlInfo{8})); len(got) != 1 || !strings.Contains(got[0], "1") {
		t.Errorf("transactions: %v", got)
	}
}

func TestFlightSQLIngest(t *testing.T) {
	w := openLasting(t, 2, nil)
	c := w.flight()
	rows := func() array.RecordReader {
		rec := record(t, []arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "It's", Type: arrow.BinaryTypes.String}},
			[]any{int64(1), "one"}, []any{int64(2), nil})
		r, err := array.NewRecordReader(rec.Schema(), []arrow.RecordBatch{rec, rec})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	const (
		create, failMissing = flightsql.TableDefinitionOptionsTableNotExistOptionCreate, flightsql.TableDefinitionOptionsTableNotExistOptionFail
		fail, add, replace  = flightsql.TableDefinitionOptionsTableExistsOptionFail, flightsql.TableDefinitionOptionsTableExistsOptionAppend, flightsql.TableDefinitionOptionsTableExistsOptionReplace
	)
	ingest := func(table string, missing flightsql.TableDefinitionOptionsTableNotExistOption, exists flightsql.TableDefinitionOptionsTableExistsOption, temporary bool) (int64, error) {
		return c.ExecuteIngest(c.ctx, rows(), &flightsql.ExecuteIngestOpts{
			Table: table, Temporary: temporary, TableDefinitionOptions: &flightsql.TableDefinitionOptions{IfNotExist: missing, IfExists: exists},
		})
	}
	works := func(table string, missing flightsql.TableDefinitionOptionsTableNotExistOption, exists flightsql.TableDefinitionOptionsTableExistsOption, temporary bool, want string) {
		t.Helper()
		if n, err := ingest(table, missing, exists, temporary); err != nil || n != 4 {
			t.Errorf("%s: %d, %v", table, n, err)
		}
		if got := c.query(`SELECT count(*), sum(a), count("It's") FROM ` + table); got != want {
			t.Errorf("%s: %q, want %q", table, got, want)
		}
	}
	_, err := ingest("t", failMissing, add, false)
	wantStatus(t, "append to nothing", err, codes.NotFound, "42P01")
	works("t", create, fail, false, "4|6|2")
	_, err = ingest("t", create, fail, false)
	wantStatus(t, "create again", err, codes.AlreadyExists, "42P07")
	works("t", failMissing, add, false, "8|12|4")
	works("t", create, add, false, "12|18|6")
	works("t", create, replace, false, "4|6|2")
	works("own", create, fail, true, "4|6|2")
	works("own", failMissing, add, true, "8|12|4")
	works("own", create, replace, true, "4|6|2")
	if got := w.flight().query("SELECT count(*) FROM pg_class WHERE relname = 'own'"); got != "0" {
		t.Errorf("another session sees %q temporary tables", got)
	}
	// Without a transaction's id, it is part of the session's transaction all the same.
	c = w.flight()
	tx, err := c.BeginTransaction(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	works("t", failMissing, add, false, "8|12|4")
	if err := tx.Rollback(c.ctx); err != nil {
		t.Error(err)
	}
	if got := c.query("SELECT count(*) FROM t"); got != "4" {
		t.Errorf("after ROLLBACK: %q", got)
	}
	// Columns that the table has not are an error, and nothing is stored.
	c.update("CREATE TABLE other (a INTEGER)")
	_, err = ingest("other", failMissing, add, false)
	wantStatus(t, "a column too many", err, codes.NotFound, "42703")
}

func TestFlightSQLSessionOptions(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.flight()
	c.update("CREATE SCHEMA s")
	c.update("CREATE TABLE s.t AS SELECT 1 AS a")
	options := map[string]any{"schema": "s", "timezone": "Asia/Tokyo", "catalog": "tavana", "type_profile": "compat", "no_such": "x", "datestyle": "nonsense"}
	values, err := flight.NewSessionOptionValues(options)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.SetSessionOptions(c.ctx, &flight.SetSessionOptionsRequest{SessionOptions: values})
	if err != nil {
		t.Fatal(err)
	}
	if e := res.GetErrors(); len(e) != 2 || e["no_such"].GetValue() != flight.SetSessionOptionsResultErrorInvalidName || e["datestyle"].GetValue() != flight.SetSessionOptionsResultErrorInvalidValue {
		t.Errorf("errors %v", e)
	}
	got, err := c.GetSessionOptions(c.ctx, &flight.GetSessionOptionsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"schema": "s", "TimeZone": "Asia/Tokyo", "catalog": "tavana"} {
		if v := got.GetSessionOptions()[name].GetStringValue(); v != want {
			t.Errorf("%s is %q", name, v)
		}
	}
	if got := c.query("SELECT a FROM t"); got != "1" {
		t.Errorf("by the schema: %q", got)
	}
	if got := c.query("SELECT '5b1a3d1e-0000-4000-8000-000000000001'::UUID"); got != "5b1a3d1e-0000-4000-8000-000000000001" {
		t.Errorf("compat: %q", got)
	}
	limit, err := flight.NewSessionOptionValues(map[string]any{"statement_timeout": "200ms"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SetSessionOptions(c.ctx, &flight.SetSessionOptionsRequest{SessionOptions: limit}); err != nil {
		t.Fatal(err)
	}
	_, err = c.Execute(c.ctx, "SELECT count(*) FROM range(1000000000) a, range(1000000000) b")
	wantStatus(t, "past the timeout", err, codes.DeadlineExceeded, "57014")
}

func TestFlightSQLCancel(t *testing.T) {
	w := open(t, 1, nil)
	state := w.state(0)
	c := w.flight()
	info, err := c.Execute(c.ctx, "SELECT i, repeat('x', 100) FROM range(100000000000) t(i)")
	if err != nil {
		t.Fatal(err)
	}
	if e, err := c.RenewFlightEndpoint(c.ctx, &flight.RenewFlightEndpointRequest{Endpoint: info.GetEndpoint()[0]}); err != nil || !e.GetExpirationTime().AsTime().After(time.Now()) {
		t.Errorf("renewed: %v %v", e, err)
	}
	r, err := c.DoGet(c.ctx, info.GetEndpoint()[0].GetTicket())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	if !r.Next() {
		t.Fatal(r.Err())
	}
	res, err := c.CancelFlightInfo(c.ctx, &flight.CancelFlightInfoRequest{Info: info})
	if err != nil || res.GetStatus() != flight.CancelStatusCancelled {
		t.Errorf("%v %v", res, err)
	}
	for r.Next() {
	}
	wantStatus(t, "a cancelled stream", r.Err(), codes.Canceled, "57014")
	if res, err = c.CancelFlightInfo(c.ctx, &flight.CancelFlightInfoRequest{Info: info}); err != nil || res.GetStatus() != flight.CancelStatusNotCancellable {
		t.Errorf("again: %v %v", res, err)
	}
	// pg_stat_activity shows Flight's queries to the other door, which can cancel them.
	failed := make(chan error, 1)
	go func() {
		_, err := c.Execute(c.ctx, "SELECT count(*) AS endless FROM range(1000000000) a, range(1000000000) b")
		failed <- err
	}()
	pg := w.connect()
	eventually(t, "the query in pg_stat_activity", func() bool {
		pids, err := query(t.Context(), pg, "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) AS endless%' AND state = 'active'")
		if err != nil || len(pids) != 1 {
			return false
		}
		w.want(pg, "SELECT pg_cancel_backend("+pids[0]+")", "t")
		return true
	})
	wantStatus(t, "cancelled by the other door", <-failed, codes.Canceled, "57014")
	// A client that leaves ends its query.
	ctx, cancel := context.WithTimeout(c.ctx, 200*time.Millisecond)
	defer cancel()
	if _, err := c.Execute(ctx, "SELECT count(*) FROM range(1000000000) a, range(1000000000) b"); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("%v", err)
	}
	eventually(t, "an idle worker", func() bool {
		return state().GetReserved() == 0 && state().GetSessions() == 0 && len(state().GetQueries()) == 0
	})
}

func TestFlightSQLSessionsEnd(t *testing.T) {
	w := open(t, 1, func(c *gateway.Config) { c.FlightSessionTimeout = 300 * time.Millisecond })
	state := w.state(0)
	empty, holding := w.flight(), w.flight()
	holding.update("CREATE TEMP TABLE own (a INTEGER)")
	if got := empty.query("SELECT 1"); got != "1" {
		t.Error(got)
	}
	eventually(t, "the sessions' end", func() bool { return w.metric("tavana_flight_sessions") == 0 })
	if got := empty.query("SELECT 1"); got != "1" { // there was nothing in it to lose
		t.Error(got)
	}
	_, err := holding.Execute(holding.ctx, "SELECT 1")
	if status.Code(err) != codes.Unauthenticated {
		t.Errorf("a session that has lost its table: %v", err)
	}
	eventually(t, "an idle worker", func() bool {
		return state().GetReserved() == 0 && state().GetSessions() == 0 && len(state().GetQueries()) == 0
	})
}

func TestFlightSQLSchemasAndWhatIsNotSupported(t *testing.T) {
	c := open(t, 1, nil).flight()
	res, err := c.GetExecuteSchema(c.ctx, "SELECT 1 AS a, error('it was run') AS b")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := flight.DeserializeSchema(res.GetSchema(), memory.DefaultAllocator)
	if err != nil || schema.NumFields() != 2 || schema.Field(0).Name != "a" {
		t.Errorf("%v %v", schema, err)
	}
	poll, err := c.ExecutePoll(c.ctx, "SELECT 42 AS a", nil)
	if err != nil {
		t.Fatal(err)
	}
	for poll.GetFlightDescriptor() != nil { // on a machine that is busy with other things
		if poll, err = c.ExecutePoll(c.ctx, "", poll.GetFlightDescriptor()); err != nil {
			t.Fatal(err)
		}
	}
	if rows, err := c.rows(poll.GetInfo()); err != nil || len(rows) != 1 || rows[0] != "42" || poll.GetProgress() != 1 {
		t.Errorf("polled: %v %v", rows, err)
	}
	// A statement that takes its time is asked for again, and can be cancelled meanwhile.
	if poll, err = c.ExecutePoll(c.ctx, "SELECT count(*) FROM range(1000000000) a, range(1000000000) b", nil); err != nil {
		t.Fatal(err)
	}
	if poll.GetFlightDescriptor() == nil || poll.GetProgress() != 0 || len(poll.GetInfo().GetEndpoint()) != 0 {
		t.Fatalf("%v", poll)
	}
	again, err := c.ExecutePoll(c.ctx, "", poll.GetFlightDescriptor())
	if err != nil || again.GetFlightDescriptor() == nil {
		t.Fatalf("%v %v", again, err)
	}
	if res, err := c.CancelFlightInfo(c.ctx, &flight.CancelFlightInfoRequest{Info: again.GetInfo()}); err != nil || res.GetStatus() != flight.CancelStatusCancelling {
		t.Errorf("%v %v", res, err)
	}
	if _, err = c.ExecutePoll(c.ctx, "", again.GetFlightDescriptor()); status.Code(err) != codes.NotFound {
		t.Errorf("polled behind a cancel: %v", err)
	}
	if got := c.query("SELECT 1"); got != "1" {
		t.Errorf("behind a cancel: %q", got)
	}
	if _, err := c.ExecuteSubstrait(c.ctx, flightsql.SubstraitPlan{}); status.Code(err) != codes.Unimplemented {
		t.Errorf("Substrait: %v", err)
	}
	tx, err := c.BeginTransaction(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.BeginSavepoint(c.ctx, "s"); status.Code(err) != codes.Unimplemented {
		t.Errorf("a savepoint: %v", err)
	}
	if err := tx.Rollback(c.ctx); err != nil {
		t.Error(err)
	}
}

// What is no Flight SQL is INVALID_ARGUMENT, and the connection lives on.
func TestFlightSQLBadInput(t *testing.T) {
	c := open(t, 1, nil).flight()
	raw := c.Client.Client
	for _, cmd := range [][]byte{nil, []byte("nonsense"), {0x0a, 0xff}, []byte("\x0a\x05hello"), bytes.Repeat([]byte{0x0a}, 1000)} {
		if _, err := raw.GetFlightInfo(c.ctx, &flight.FlightDescriptor{Type: flight.DescriptorCMD, Cmd: cmd}); status.Code(err) != codes.InvalidArgument {
			t.Errorf("GetFlightInfo of %q: %v", cmd, err)
		}
		if _, err := raw.GetSchema(c.ctx, &flight.FlightDescriptor{Type: flight.DescriptorCMD, Cmd: cmd}); status.Code(err) != codes.InvalidArgument {
			t.Errorf("GetSchema of %q: %v", cmd, err)
		}
		stream, err := raw.DoGet(c.ctx, &flight.Ticket{Ticket: cmd})
		if err == nil {
			_, err = stream.Recv()
		}
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("DoGet of %q: %v", cmd, err)
		}
		for _, action := range []string{"CreatePreparedStatement", "BeginTransaction", "EndTransaction", "CancelFlightInfo", "CancelQuery", "RenewFlightEndpoint", "nonsense", ""} {
			if len(cmd) == 0 {
				continue // an empty message is one
			}
			stream, err := raw.DoAction(c.ctx, &flight.Action{Type: action, Body: cmd})
			if err == nil {
				_, err = stream.Recv()
			}
			if status.Code(err) != codes.InvalidArgument {
				t.Errorf("%s of %q: %v", action, cmd, err)
			}
		}
		put, err := raw.DoPut(c.ctx)
		if err != nil {
			t.Fatal(err)
		}
		_ = put.Send(&flight.FlightData{FlightDescriptor: &flight.FlightDescriptor{Type: flight.DescriptorCMD, Cmd: cmd}, DataHeader: []byte("no schema")})
		if _, err := put.Recv(); status.Code(err) != codes.InvalidArgument {
			t.Errorf("DoPut of %q: %v", cmd, err)
		}
	}
	// A command that is one, with a header that is none.
	prepared, err := c.Prepare(c.ctx, "SELECT set_config('application_name', 'prepared', false)")
	if err != nil {
		t.Fatal(err)
	}
	for _, cmd := range []proto.Message{
		&pb.CommandStatementIngest{Table: "t"}, &pb.CommandPreparedStatementUpdate{PreparedStatementHandle: prepared.Handle()},
		&pb.CommandPreparedStatementQuery{PreparedStatementHandle: prepared.Handle()},
	} {
		for _, header := range [][]byte{nil, {0}, []byte("no schema"), bytes.Repeat([]byte{0xff}, 64), bytes.Repeat([]byte{8, 0, 0, 0}, 16)} {
			put, err := raw.DoPut(c.ctx)
			if err != nil {
				t.Fatal(err)
			}
			_ = put.Send(&flight.FlightData{FlightDescriptor: descriptor(t, cmd), DataHeader: header})
			_ = put.CloseSend()
			for err == nil {
				_, err = put.Recv()
			}
			_, updates := cmd.(*pb.CommandPreparedStatementUpdate)
			if status.Code(err) != codes.InvalidArgument && !(updates && header == nil && errors.Is(err, io.EOF)) {
				t.Errorf("DoPut of %T with the header %q: %v", cmd, header, err)
			}
		}
	}
	put, err := raw.DoPut(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	_ = put.Send(&flight.FlightData{DataHeader: []byte("nothing said")})
	if _, err := put.Recv(); status.Code(err) != codes.InvalidArgument {
		t.Errorf("DoPut without a descriptor: %v", err)
	}
	// An offset that points past the text.
	offsets := memory.NewBufferBytes(arrow.Int32Traits.CastToBytes([]int32{0, 1 << 30, 3}))
	data := array.NewData(arrow.BinaryTypes.String, 2, []*memory.Buffer{nil, offsets, memory.NewBufferBytes([]byte("abc"))}, nil, 0, 0)
	column := array.MakeFromData(data)
	rec := array.NewRecordBatch(arrow.NewSchema([]arrow.Field{{Name: "s", Type: arrow.BinaryTypes.String}}, nil), []arrow.Array{column}, 2)
	rd, err := array.NewRecordReader(rec.Schema(), []arrow.RecordBatch{rec})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ExecuteIngest(c.ctx, rd, &flightsql.ExecuteIngestOpts{Table: "t", Temporary: true, TableDefinitionOptions: &flightsql.TableDefinitionOptions{
		IfNotExist: flightsql.TableDefinitionOptionsTableNotExistOptionCreate,
	}}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("an offset past the text: %v", err)
	}
	if got := c.query("SELECT 1"); got != "1" {
		t.Errorf("afterwards: %q", got)
	}
}

// descriptor is that of a command.
func descriptor(t *testing.T, cmd proto.Message) *flight.FlightDescriptor {
	t.Helper()
	packed, err := anypb.New(cmd)
	if err != nil {
		t.Fatal(err)
	}
	b, err := proto.Marshal(packed)
	if err != nil {
		t.Fatal(err)
	}
	return &flight.FlightDescriptor{Type: flight.DescriptorCMD, Cmd: b}
}

// Transactions that begin at the same time are two, and both have what the session has set.
func TestFlightSQLTransactionsBesideEachOther(t *testing.T) {
	w := openLasting(t, 1, nil)
	c := w.flight()
	c.update("CREATE SCHEMA s")
	c.update("CREATE TABLE s.t (a INTEGER)")
	c.update("SET search_path = s")
	begun := make(chan *flightsql.Txn, 2)
	for range 2 {
		go func() {
			tx, err := c.BeginTransaction(c.ctx)
			if err != nil {
				t.Error(err)
			}
			begun <- tx
		}()
	}
	a, b := <-begun, <-begun
	if a == nil || b == nil {
		t.FailNow()
	}
	if n, err := a.ExecuteUpdate(c.ctx, "INSERT INTO t VALUES (1)"); err != nil || n != 1 {
		t.Errorf("%d %v", n, err)
	}
	info, err := b.Execute(c.ctx, "SELECT count(*) FROM t")
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := c.rows(info); err != nil || rows[0] != "0" {
		t.Errorf("one sees the other's row: %v %v", rows, err)
	}
	if err := a.Rollback(c.ctx); err != nil {
		t.Error(err)
	}
	if n, err := b.ExecuteUpdate(c.ctx, "INSERT INTO t VALUES (2)"); err != nil || n != 1 {
		t.Errorf("%d %v", n, err)
	}
	if err := b.Commit(c.ctx); err != nil {
		t.Error(err)
	}
	if got := c.query("SELECT a FROM t"); got != "2" {
		t.Errorf("%q is there", got)
	}
	// A block that was ended by SQL can't be committed.
	if a, err = c.BeginTransaction(c.ctx); err != nil {
		t.Fatal(err)
	}
	c.update("ROLLBACK")
	wantStatus(t, "a COMMIT behind it", a.Commit(c.ctx), codes.FailedPrecondition, "25P01")
	// What is refused fails the block, whoever refuses it.
	for _, bad := range []string{"SELECT 1; SELECT 2", "COPY (SELECT 1) TO STDOUT", "SELECT pg_read_file('x')"} {
		if a, err = c.BeginTransaction(c.ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Execute(c.ctx, bad); err == nil {
			t.Errorf("%s was run", bad)
		}
		wantStatus(t, "COMMIT behind "+bad, a.Commit(c.ctx), codes.FailedPrecondition, "25P02")
	}
}

// A client that stops in the middle of its rows holds nobody: its statement has a time limit like others, and can be cancelled.
func TestFlightSQLStalledIngest(t *testing.T) {
	w := open(t, 1, nil)
	c := w.flight()
	stall := func() pb.FlightService_DoPutClient {
		t.Helper()
		stream, err := c.Client.Client.DoPut(c.ctx)
		if err != nil {
			t.Fatal(err)
		}
		rec := record(t, []arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}}, []any{int64(1)})
		writer := flight.NewRecordWriter(stream, ipc.WithSchema(rec.Schema()))
		writer.SetFlightDescriptor(descriptor(t, &pb.CommandStatementIngest{Table: "stalled", Temporary: true, TableDefinitionOptions: &pb.CommandStatementIngest_TableDefinitionOptions{
			IfNotExist: pb.CommandStatementIngest_TableDefinitionOptions_TABLE_NOT_EXIST_OPTION_CREATE,
		}}))
		if err := writer.Write(rec); err != nil {
			t.Fatal(err)
		}
		return stream
	}
	wait := func(r pb.FlightService_DoPutClient) (err error) {
		for err == nil {
			_, err = r.Recv()
		}
		return err
	}
	c.update("SET statement_timeout = '300ms'")
	wantStatus(t, "past the timeout", wait(stall()), codes.DeadlineExceeded, "57014")
	c.update("SET statement_timeout = 0")
	stalled := stall()
	pg := w.connect()
	eventually(t, "the ingest in pg_stat_activity", func() bool {
		pids, err := query(t.Context(), pg, "SELECT pid FROM pg_stat_activity WHERE query = 'INGEST stalled' AND state = 'active'")
		if err != nil || len(pids) != 1 {
			return false
		}
		w.want(pg, "SELECT pg_cancel_backend("+pids[0]+")", "t")
		return true
	})
	wantStatus(t, "cancelled", wait(stalled), codes.Canceled, "57014")
	if got := c.query("SELECT count(*) FROM pg_class WHERE relname = 'stalled'"); got != "0" {
		t.Errorf("%q tables were made", got)
	}
}

// A statement that runs once for each of many rows is a whole: what the session's other calls do comes before or behind it, and
// is not undone with it.
func TestFlightSQLManyRowsAreAWhole(t *testing.T) {
	w := open(t, 1, nil)
	c := w.flight()
	c.update("CREATE TEMP TABLE t AS SELECT i AS a, 'old' AS b FROM range(3) t(i)")
	p, err := c.Prepare(c.ctx, "UPDATE t SET b = ? WHERE a = ?")
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(c.ctx)
	defer leave()
	stream, err := c.Client.Client.DoPut(ctx)
	if err != nil {
		t.Fatal(err)
	}
	rec := record(t, []arrow.Field{{Name: "b", Type: arrow.BinaryTypes.String}, {Name: "a", Type: arrow.PrimitiveTypes.Int64}}, []any{"new", int64(1)})
	writer := flight.NewRecordWriter(stream, ipc.WithSchema(rec.Schema()))
	writer.SetFlightDescriptor(descriptor(t, &pb.CommandPreparedStatementUpdate{PreparedStatementHandle: p.Handle()}))
	for range 2 { // and no more, but no end either
		if err := writer.Write(rec); err != nil {
			t.Fatal(err)
		}
	}
	pg := w.connect()
	eventually(t, "the block of the rows", func() bool {
		rows, err := query(t.Context(), pg, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'UPDATE t%' AND state = 'idle in transaction'")
		return err == nil && len(rows) == 1
	})
	inserted := make(chan error, 1)
	go func() {
		_, err := c.ExecuteUpdate(c.ctx, "INSERT INTO t VALUES (7, 'other')")
		inserted <- err
	}()
	select {
	case err := <-inserted:
		t.Errorf("another call ran in the midst of the rows: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	leave()
	if err := <-inserted; err != nil {
		t.Error(err)
	}
	if got := c.query("SELECT a, b FROM t ORDER BY a"); got != "0|old 1|old 2|old 7|other" {
		t.Errorf("%q", got)
	}
}

// A session may end all sessions, itself among them, and nobody hangs.
func TestFlightSQLSessionsAreTerminated(t *testing.T) {
	w := open(t, 1, nil)
	c := w.flight()
	tx, err := c.BeginTransaction(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.BeginTransaction(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*flightsql.Txn{tx, second} {
		ctx, cancel := context.WithTimeout(c.ctx, 20*time.Second)
		_, err := x.Execute(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity")
		cancel()
		if status.Code(err) == codes.DeadlineExceeded {
			t.Fatal("it hangs")
		}
	}
	eventually(t, "the sessions' end", func() bool { return w.metric("tavana_flight_sessions") == 0 })
	if _, err := c.Execute(c.ctx, "SELECT 1"); status.Code(err) != codes.Unauthenticated {
		t.Errorf("behind it: %v", err)
	}
	// Its token does not come to life again by being shown.
	md, _ := metadata.FromOutgoingContext(c.ctx)
	stream, err := c.Client.Client.Handshake(metadata.NewOutgoingContext(t.Context(), md))
	for err == nil {
		_, err = stream.Recv()
	}
	if status.Code(err) != codes.Unauthenticated {
		t.Errorf("a handshake with it: %v", err)
	}
}

func TestFlightSQLWhenAWorkerIsKilled(t *testing.T) {
	w := open(t, 2, nil)
	states := []func() *workerpb.State{w.state(0), w.state(1)}
	c := w.flight()
	r := c.reader("SELECT i, repeat('x', 100) FROM range(100000000000) t(i)")
	defer r.Release()
	if !r.Next() {
		t.Fatal(r.Err())
	}
	eventually(t, "the worker that has the query", func() bool {
		for i, state := range states {
			if len(state().GetQueries()) > 0 {
				w.workers[i].Kill()
				return true
			}
		}
		return false
	})
	for r.Next() {
	}
	wantStatus(t, "a worker that was killed", r.Err(), codes.Unavailable, "58030")
	if got := c.query("SELECT 1"); got != "1" {
		t.Errorf("afterwards: %q", got)
	}
}

// Running streams end when a gateway drains; half-read ones are cut off when the grace is over, with an error.
func TestFlightSQLDrain(t *testing.T) {
	w := open(t, 1, func(c *gateway.Config) { c.DrainTimeout = 20 * time.Second })
	c := w.flight()
	r := c.reader("SELECT i FROM range(5000000) t(i)")
	defer r.Release()
	stopped := make(chan struct{})
	go func() { w.stop(); close(stopped) }()
	rows := int64(0)
	for r.Next() {
		rows += r.RecordBatch().NumRows()
	}
	if r.Err() != nil || rows != 5000000 {
		t.Errorf("%d rows, %v", rows, r.Err())
	}
	<-stopped
	if _, err := c.Execute(c.ctx, "SELECT 1"); status.Code(err) != codes.Unavailable {
		t.Errorf("behind it: %v", err)
	}
}

// A reader that stops holds back DuckDB, and nobody else.
func TestFlightSQLHalfReadResults(t *testing.T) {
	w := open(t, 1, nil)
	state := w.state(0)
	c := w.flight()
	before := w.metric("process_resident_memory_bytes")
	var readers []*flight.Reader
	for range 3 {
		r := c.reader("SELECT i, repeat('x', 100) FROM range(10000000) t(i)")
		defer r.Release()
		if !r.Next() {
			t.Fatal(r.Err())
		}
		readers = append(readers, r)
	}
	for i := range 20 {
		if got := c.query(fmt.Sprintf("SELECT %d", i)); got != fmt.Sprint(i) {
			t.Errorf("beside them: %q", got)
		}
	}
	if grown := w.metric("process_resident_memory_bytes") - before; grown > 128<<20 {
		t.Errorf("this process, gateway and client, has grown by %.0f bytes", grown)
	}
	for _, r := range readers {
		rows := r.RecordBatch().NumRows()
		for r.Next() {
			rows += r.RecordBatch().NumRows()
		}
		if r.Err() != nil || rows != 10000000 {
			t.Errorf("%d rows, %v", rows, r.Err())
		}
	}
	eventually(t, "an idle worker", func() bool { return state().GetReserved() == 0 })
}

func TestFlightSQLARowOf20MB(t *testing.T) {
	w := open(t, 1, nil)
	c := w.flight()
	const sql = "SELECT 7 AS a, repeat('x', 20000000) AS b"
	for name, sql := range map[string]string{"live": sql, "kept": "SELECT * FROM big"} {
		if name == "kept" {
			c.update("CREATE TEMP TABLE big AS " + "SELECT 7 AS a, repeat('x', 20000000) AS b")
		}
		info, err := c.Execute(c.ctx, sql)
		if err != nil {
			t.Fatal(err)
		}
		stream, err := c.Client.Client.DoGet(c.ctx, info.GetEndpoint()[0].GetTicket(), grpc.MaxCallRecvMsgSize(64<<20))
		if err != nil {
			t.Fatal(err)
		}
		r, err := flight.NewRecordReader(stream)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Release()
		if !r.Next() {
			t.Fatalf("%s: %v", name, r.Err())
		}
		if v := r.RecordBatch().Column(1).ValueStr(0); v != strings.Repeat("x", 20000000) {
			t.Errorf("%s: %d bytes", name, len(v))
		}
	}
}

// What 500 clients leave behind, open transactions, temporary tables and rows that nobody came for, goes by itself.
func TestFlightSQLAbandonedSessions(t *testing.T) {
	w := open(t, 1, func(c *gateway.Config) { c.FlightSessionTimeout = 2 * time.Second }, "--result-timeout", "500ms")
	state := w.state(0)
	c, err := flightsql.NewClient(w.arrow, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	const clients, results = 500, 40
	errs := make(chan error, clients)
	for i := range clients {
		go func() {
			token, err := handshake(t.Context(), c, "tavana", "tavana")
			ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", token)
			switch {
			case err != nil:
			case i < results:
				_, err = c.Execute(ctx, "SELECT i, repeat('x', 100) FROM range(10000000) t(i)")
			case i%2 == 0:
				_, err = c.ExecuteUpdate(ctx, "CREATE TEMP TABLE own AS SELECT 1 AS a")
			default:
				_, err = c.BeginTransaction(ctx)
			}
			errs <- err
		}()
	}
	for range clients {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the end of the sessions", func() bool { return w.metric("tavana_flight_sessions") == 0 })
	eventually(t, "the end of what they left", func() bool {
		s := state()
		return s.GetSessions() == 0 && s.GetReserved() == 0 && len(s.GetQueries()) == 0
	})
	if got := w.flight().query("SELECT 1"); got != "1" {
		t.Errorf("afterwards: %q", got)
	}
}

// Where all sessions are taken, the one that nobody has used for longest makes room, if it has nothing in it; its token is
// good for another.
func TestFlightSQLUnusedSessionsMakeRoom(t *testing.T) {
	w := open(t, 1, func(c *gateway.Config) { c.MaxConnections = 3 })
	first, holding := w.flight(), w.flight()
	first.query("SELECT 1")
	holding.update("CREATE TEMP TABLE own AS SELECT 7 AS a")
	for range 5 {
		if got := w.flight().query("SELECT 1"); got != "1" {
			t.Errorf("a newcomer: %q", got)
		}
	}
	if got := holding.query("SELECT a FROM own"); got != "7" {
		t.Errorf("the session with a table: %q", got)
	}
	if got := first.query("SELECT 1"); got != "1" {
		t.Errorf("the first: %q", got)
	}
	for range 2 {
		w.flight().update("CREATE TEMP TABLE own AS SELECT 7 AS a")
	}
	c := w.flight()
	_, err := c.Execute(c.ctx, "SELECT 1")
	wantStatus(t, "one more than there may be", err, codes.ResourceExhausted, "53300")
}
