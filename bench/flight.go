package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// flightSQL: arrow-go's client through the gateway, beside the same client at the worker itself and DuckDB in one process.
func flightSQL(ctx context.Context, e *env, r *report) error {
	t, err := e.startTavana(ctx, 0)
	if err != nil {
		return err
	}
	defer t.stop()
	c, ctx, err := t.flight(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := throughGateway(ctx, e, r, t, c); err != nil {
		return err
	}
	if err := smallFlights(ctx, e, r, t, c); err != nil {
		return err
	}
	if err := slowReader(ctx, e, r, t, c); err != nil {
		return err
	}
	return ingestion(ctx, r, t, c)
}

// flight returns a client that is logged in.
func (t *tavana) flight(ctx context.Context) (*flightsql.Client, context.Context, error) {
	c, err := flightsql.NewClient(t.arrow, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(workerapi.MaxMessage)))
	if err != nil {
		return nil, nil, err
	}
	login := "Basic " + base64.StdEncoding.EncodeToString([]byte("tavana:tavana"))
	stream, err := c.Client.Handshake(metadata.AppendToOutgoingContext(ctx, "authorization", login))
	if err == nil {
		err = stream.CloseSend()
	}
	for err == nil {
		_, err = stream.Recv()
	}
	if !errors.Is(err, io.EOF) {
		_ = c.Close()
		return nil, nil, err
	}
	return c, metadata.AppendToOutgoingContext(ctx, "authorization", stream.Trailer().Get("authorization")[0]), nil
}

// runFlight reads a statement's rows, and returns how many, their bytes, and when the first came.
func runFlight(ctx context.Context, c *flightsql.Client, sql string) (rows, bytes int64, err error) {
	info, err := c.Execute(ctx, sql)
	if err != nil {
		return 0, 0, err
	}
	for _, e := range info.GetEndpoint() {
		rd, err := c.DoGet(ctx, e.GetTicket())
		if err != nil {
			return rows, bytes, err
		}
		n, b, err := readBatches(rd)
		rd.Release()
		if rows, bytes = rows+n, bytes+b; err != nil {
			return rows, bytes, err
		}
	}
	return rows, bytes, nil
}

func readBatches(rd *flight.Reader) (rows, bytes int64, err error) {
	for rd.Next() {
		rec := rd.RecordBatch()
		rows += rec.NumRows()
		for _, col := range rec.Columns() {
			bytes += int64(col.Data().SizeInBytes())
		}
	}
	return rows, bytes, rd.Err()
}

// atWorker reads a statement's rows from the worker with the same reader.
func atWorker(ctx context.Context, c flight.Client, sql string) (rows int64, err error) {
	b, err := proto.Marshal(&workerpb.Ticket{Version: workerapi.Version, Work: &workerpb.Ticket_Statement{Statement: &workerpb.Statement{
		QueryId: fmt.Sprint(time.Now().UnixNano()), Sql: sql, User: &workerpb.User{Superuser: true}, Profile: workerpb.Profile_PROFILE_RICH,
	}}})
	if err != nil {
		return 0, err
	}
	stream, err := c.DoGet(ctx, &flight.Ticket{Ticket: b})
	if err != nil {
		return 0, err
	}
	rd, err := flight.NewRecordReader(stream)
	if err != nil {
		return 0, err
	}
	defer rd.Release()
	rows, _, err = readBatches(rd)
	return rows, err
}

// throughGateway: lineitem SF1, and what the gateway spends on it.
func throughGateway(ctx context.Context, e *env, r *report, t *tavana, c *flightsql.Client) error {
	direct, err := flight.NewClientWithMiddleware(t.target, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(workerapi.MaxMessage)))
	if err != nil {
		return err
	}
	defer direct.Close()
	var rate, directRate, peerRate, gatewayCPU, workerCPU, gb float64
	for range rounds {
		p, err := e.inprocess(ctx, e.lineitem())
		if err != nil {
			return err
		}
		peerRate = max(peerRate, float64(p.Rows)/p.Seconds)
		started := time.Now()
		n, err := atWorker(ctx, direct, e.lineitem())
		if err != nil {
			return err
		}
		directRate = max(directRate, float64(n)/time.Since(started).Seconds())
		gateway, worker, started := t.gateway.cpu(), t.worker.cpu(), time.Now()
		rows, bytes, err := runFlight(ctx, c, e.lineitem())
		if err != nil {
			return err
		}
		if got := float64(rows) / time.Since(started).Seconds(); got > rate {
			rate, gatewayCPU, workerCPU, gb = got, t.gateway.cpu()-gateway, t.worker.cpu()-worker, float64(bytes)/1e9
		}
		if rows != n || rows != p.Rows {
			return fmt.Errorf("%d rows, at the worker %d, in process %d", rows, n, p.Rows)
		}
	}
	r.add("lineitem SF1, Flight SQL", "M rows/s", rate/1e6, "the same client at the worker", directRate/1e6, atLeast(0.8))
	r.add("  the same", "M rows/s", rate/1e6, "DuckDB → IPC in process", peerRate/1e6, atLeast(0.55))
	r.bound("  CPU of the worker", "s", workerCPU, none)
	plain, err := plainRelay(ctx)
	if err != nil {
		return err
	}
	r.add("  CPU of the gateway, per GB", "s", gatewayCPU/gb, "a relay of plain bytes", plain, none)
	r.bound("  the same", "s", gatewayCPU/gb, limit(0.8))
	return manyRows(ctx, e, r, t, c, rate)
}

// manyRows: lineitem SF1 ten times in one result, at the rate of one and without more memory.
func manyRows(ctx context.Context, e *env, r *report, t *tavana, c *flightsql.Client, rate float64) error {
	gateway, worker := t.gateway.rss(), t.worker.rss()
	var gatewayMost, workerMost int64
	watched, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		for watched.Err() == nil {
			gatewayMost, workerMost = max(gatewayMost, t.gateway.rss()-gateway), max(workerMost, t.worker.rss()-worker)
			time.Sleep(100 * time.Millisecond)
		}
	})
	started := time.Now()
	rows, _, err := runFlight(ctx, c, e.lineitemTimes(10))
	took := time.Since(started)
	stop()
	watching.Wait()
	if err != nil {
		return err
	}
	r.add(fmt.Sprintf("lineitem SF1 ten times, %.0f M rows", float64(rows)/1e6), "M rows/s", float64(rows)/1e6/took.Seconds(), "once", rate/1e6, atLeast(0.9))
	r.bound("  growth of the gateway", "MB", float64(gatewayMost)/1e6, limit(64))
	r.bound("  growth of the worker", "MB", float64(workerMost)/1e6, limit(64))
	return nil
}

// smallFlights: one row, a million rows, and a hundred clients.
func smallFlights(ctx context.Context, e *env, r *report, t *tavana, c *flightsql.Client) error {
	const times = 500
	took := make([]time.Duration, times)
	for i := range took {
		started := time.Now()
		if _, _, err := runFlight(ctx, c, "SELECT 1 AS a"); err != nil {
			return err
		}
		took[i] = time.Since(started)
	}
	slices.Sort(took)
	r.bound("one row, Flight SQL, p50", "ms", float64(took[times/2].Microseconds())/1e3, limit(2))
	r.bound("  p99", "ms", float64(took[times*99/100].Microseconds())/1e3, none)

	const million = "SELECT i, i * 2 AS j, i::double AS d FROM range(1000000) t(i)"
	best, peer := time.Hour, 1e9
	for range 3 * rounds {
		p, err := e.inprocess(ctx, million)
		if err != nil {
			return err
		}
		peer = min(peer, p.Seconds)
		started := time.Now()
		if _, _, err := runFlight(ctx, c, million); err != nil {
			return err
		}
		best = min(best, time.Since(started))
	}
	r.add("1M rows × 3, Flight SQL", "ms", float64(best.Microseconds())/1e3, "DuckDB → IPC in process", peer*1e3, atMost(2))

	const clients, each = 100, 20
	var mu sync.Mutex
	var all []time.Duration
	errs := make(chan error, clients)
	begun := time.Now()
	for range clients {
		go func() {
			errs <- func() error {
				c, ctx, err := t.flight(context.WithoutCancel(ctx))
				if err != nil {
					return err
				}
				defer c.Close()
				for range each {
					started := time.Now()
					if _, _, err := runFlight(ctx, c, "SELECT 1 AS a"); err != nil {
						return err
					}
					mu.Lock()
					all = append(all, time.Since(started))
					mu.Unlock()
				}
				return nil
			}()
		}()
	}
	var err error
	for range clients {
		err = errors.Join(err, <-errs)
	}
	if err != nil {
		return err
	}
	rate := float64(len(all)) / time.Since(begun).Seconds()
	slices.Sort(all)
	r.bound("100 clients of one row each, Flight SQL", "queries/s", rate, none)
	r.bound("  p50", "ms", float64(all[len(all)/2].Microseconds())/1e3, none)
	r.bound("  p99", "ms", float64(all[len(all)*99/100].Microseconds())/1e3, none)
	return nil
}

// slowReader: what gateway and worker grow by while a client reads a message each second.
func slowReader(ctx context.Context, e *env, r *report, t *tavana, c *flightsql.Client) error {
	info, err := c.Execute(ctx, e.lineitem())
	if err != nil {
		return err
	}
	gateway, worker := t.gateway.rss(), t.worker.rss()
	rd, err := c.DoGet(ctx, info.GetEndpoint()[0].GetTicket())
	if err != nil {
		return err
	}
	defer rd.Release()
	var gatewayMost, workerMost int64
	for range 10 {
		if !rd.Next() {
			return rd.Err()
		}
		time.Sleep(time.Second)
		gatewayMost, workerMost = max(gatewayMost, t.gateway.rss()-gateway), max(workerMost, t.worker.rss()-worker)
	}
	r.bound("a message a second, growth of the gateway", "MB", float64(gatewayMost)/1e6, limit(64))
	r.bound("  growth of the worker", "MB", float64(workerMost)/1e6, limit(64))
	return nil
}

// ingestion: ten million rows into a temporary table, beside the same rows made and stored by DuckDB itself at the worker.
func ingestion(ctx context.Context, r *report, t *tavana, c *flightsql.Client) error {
	const rows, batch = 10_000_000, 65536
	schema := arrow.NewSchema([]arrow.Field{{Name: "i", Type: arrow.PrimitiveTypes.Int64}, {Name: "d", Type: arrow.PrimitiveTypes.Float64}, {Name: "s", Type: arrow.BinaryTypes.String}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for i := range batch {
		b.Field(0).(*array.Int64Builder).Append(int64(i))
		b.Field(1).(*array.Float64Builder).Append(float64(i) * 0.37)
		b.Field(2).(*array.StringBuilder).Append(fmt.Sprintf("customer number %d", i))
	}
	rec := b.NewRecordBatch()
	defer rec.Release()
	list := make([]arrow.RecordBatch, (rows+batch-1)/batch)
	for i := range list {
		list[i] = rec.NewSlice(0, min(batch, rows-int64(i)*batch))
	}
	var best, peer float64
	for range rounds {
		rd, err := array.NewRecordReader(schema, list)
		if err != nil {
			return err
		}
		started := time.Now()
		n, err := c.ExecuteIngest(ctx, rd, &flightsql.ExecuteIngestOpts{Table: "bench_ingest", Temporary: true, TableDefinitionOptions: &flightsql.TableDefinitionOptions{
			IfNotExist: flightsql.TableDefinitionOptionsTableNotExistOptionCreate, IfExists: flightsql.TableDefinitionOptionsTableExistsOptionReplace,
		}})
		if err != nil {
			return err
		}
		if n != rows {
			return fmt.Errorf("%d rows were ingested", n)
		}
		best = max(best, rows/time.Since(started).Seconds())
		started = time.Now()
		if _, err := c.ExecuteUpdate(ctx, fmt.Sprintf("CREATE OR REPLACE TEMP TABLE bench_made AS SELECT i, i * 0.37::double AS d, 'customer number ' || i AS s FROM range(%d) t(i)", rows)); err != nil {
			return err
		}
		peer = max(peer, rows/time.Since(started).Seconds())
	}
	r.add("10M rows × 3 ingested, Flight SQL", "M rows/s", best/1e6, "CREATE TABLE AS of such rows", peer/1e6, none)
	return nil
}
