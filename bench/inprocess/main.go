// Command inprocess is the peer that a worker's stream is measured against: DuckDB in this process, its chunks gathered
// into record batches of 16 thousand rows and written as Arrow IPC to nowhere. It prints a JSON line for each query, of the
// best of its runs.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	bindings "github.com/duckdb/duckdb-go-bindings"
)

// batchRows is the peer's batch size, in rows.
const batchRows = 16384

type result struct {
	Rows    int64   `json:"rows"`
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
}

func main() {
	var o options
	sql := flag.String("sql", "", "the query")
	list := flag.String("list", "", "file with a JSON list of queries, instead of --sql")
	flag.IntVar(&o.threads, "threads", 2, "DuckDB's threads")
	flag.StringVar(&o.memory, "memory", "", "DuckDB's memory limit")
	flag.StringVar(&o.init, "init", "", "file of SQL to run first")
	flag.IntVar(&o.runs, "runs", 1, "how often each query is measured")
	flag.Parse()
	queries := []string{*sql}
	var err error
	if *list != "" {
		var b []byte
		if b, err = os.ReadFile(*list); err == nil {
			err = json.Unmarshal(b, &queries)
		}
	}
	if err == nil {
		err = run(queries, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "inprocess:", err)
		os.Exit(1)
	}
}

type options struct {
	threads, runs int
	memory, init  string
}

func run(queries []string, o options) error {
	var db bindings.Database
	var conn bindings.Connection
	if bindings.Open("", &db) == bindings.StateError || bindings.Connect(db, &conn) == bindings.StateError {
		return fmt.Errorf("opening DuckDB failed")
	}
	defer bindings.Close(&db)
	defer bindings.Disconnect(&conn)
	setUp := []string{fmt.Sprintf("SET threads = %d", o.threads), "SET arrow_lossless_conversion = true", "SET parquet_metadata_cache = true"}
	if o.memory != "" {
		setUp = append(setUp, "SET memory_limit = '"+o.memory+"'")
	}
	if o.init != "" {
		b, err := os.ReadFile(o.init)
		if err != nil {
			return err
		}
		setUp = append(setUp, string(b))
	}
	for _, s := range setUp {
		var res bindings.Result
		state := bindings.Query(conn, s, &res)
		msg := bindings.ResultError(&res)
		bindings.DestroyResult(&res)
		if state == bindings.StateError {
			return fmt.Errorf("%s: %s", s, msg)
		}
	}
	for _, sql := range queries {
		best, err := measure(conn, sql, o.runs)
		if err != nil {
			return err
		}
		_ = json.NewEncoder(os.Stdout).Encode(best)
	}
	return nil
}

// measure runs a query once to warm the files' pages and metadata, then for the measure.
func measure(conn bindings.Connection, sql string, runs int) (*result, error) {
	if _, err := stream(conn, sql); err != nil {
		return nil, err
	}
	var best *result
	for range runs {
		cpu, start := cpuTime(), time.Now()
		r, err := stream(conn, sql)
		if err != nil {
			return nil, err
		}
		r.Seconds, r.CPU = time.Since(start).Seconds(), (cpuTime() - cpu).Seconds()
		if best == nil || r.Seconds < best.Seconds {
			best = r
		}
	}
	return best, nil
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

func stream(conn bindings.Connection, sql string) (*result, error) {
	var ps bindings.PreparedStatement
	if bindings.Prepare(conn, sql, &ps) == bindings.StateError {
		return nil, fmt.Errorf("%s", bindings.PrepareError(ps))
	}
	defer bindings.DestroyPrepare(&ps)
	var pending bindings.PendingResult
	if bindings.PendingPreparedStreaming(ps, &pending) == bindings.StateError {
		return nil, fmt.Errorf("%s", bindings.PendingError(pending))
	}
	defer bindings.DestroyPending(&pending)
	var res bindings.Result
	if bindings.ExecutePending(pending, &res) == bindings.StateError {
		return nil, fmt.Errorf("%s", bindings.ResultError(&res))
	}
	defer bindings.DestroyResult(&res)
	opts := bindings.ResultGetArrowOptions(&res)
	defer bindings.DestroyArrowOptions(&opts)
	n := int(bindings.ColumnCount(&res))
	names, types := make([]string, n), make([]bindings.LogicalType, n)
	for i := range n {
		names[i], types[i] = bindings.ColumnName(&res, bindings.IdxT(i)), bindings.ColumnLogicalType(&res, bindings.IdxT(i))
		defer bindings.DestroyLogicalType(&types[i])
	}
	schema, ed := bindings.NewArrowSchema(opts, types, names)
	defer bindings.DestroyErrorData(&ed)
	if schema == nil {
		return nil, fmt.Errorf("%s", bindings.ErrorDataMessage(ed))
	}
	return write(res, opts, schema)
}

func write(res bindings.Result, opts bindings.ArrowOptions, schema *arrow.Schema) (*result, error) {
	var out counter
	w := ipc.NewWriter(&out, ipc.WithSchema(schema))
	r := &result{}
	var pending []arrow.RecordBatch
	rows := int64(0)
	flush := func() error {
		if len(pending) == 0 {
			return nil
		}
		b, err := concat(schema, pending)
		for _, p := range pending {
			p.Release()
		}
		pending, rows = pending[:0], 0
		if err != nil {
			return err
		}
		defer b.Release()
		return w.Write(b)
	}
	for {
		chunk := bindings.FetchChunk(res)
		if chunk.Ptr == nil || bindings.DataChunkGetSize(chunk) == 0 {
			bindings.DestroyDataChunk(&chunk)
			break
		}
		rec, ed := bindings.DataChunkToArrowArray(opts, schema, chunk)
		bindings.DestroyDataChunk(&chunk)
		if rec == nil {
			return nil, fmt.Errorf("%s", bindings.ErrorDataMessage(ed))
		}
		bindings.DestroyErrorData(&ed)
		pending = append(pending, rec)
		rows += rec.NumRows()
		r.Rows += rec.NumRows()
		if rows >= batchRows {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if msg := bindings.ResultError(&res); msg != "" {
		return nil, fmt.Errorf("%s", msg)
	}
	if err := flush(); err != nil {
		return nil, err
	}
	err := w.Close()
	r.Bytes = out.n
	return r, err
}

func concat(schema *arrow.Schema, parts []arrow.RecordBatch) (arrow.RecordBatch, error) {
	rows := int64(0)
	for _, p := range parts {
		rows += p.NumRows()
	}
	cols := make([]arrow.Array, schema.NumFields())
	list := make([]arrow.Array, len(parts))
	for i := range cols {
		for j, p := range parts {
			list[j] = p.Column(i)
		}
		a, err := array.Concatenate(list, memory.DefaultAllocator)
		if err != nil {
			return nil, err
		}
		defer a.Release()
		cols[i] = a
	}
	return array.NewRecordBatch(schema, cols, rows), nil
}
