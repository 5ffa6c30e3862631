package flightsql

import (
	"context"
	"io"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	stock "github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/internal/pgerror"
)

// DoPutCommandStatementIngest writes a client's rows into a table, made if need be: all of them or none. Without a transaction
// of its own it is part of the session's, if one is open.
func (h *handler) DoPutCommandStatementIngest(ctx context.Context, cmd stock.StatementIngest, in flight.MessageReader) (int64, error) {
	s, err := of(ctx).in(cmd.GetTransactionId())
	if err != nil {
		return 0, err
	}
	to := Target{Catalog: cmd.GetCatalog(), Schema: cmd.GetSchema(), Table: cmd.GetTable(), Temporary: cmd.GetTemporary()}
	if to.Table == "" {
		return 0, invalid("the ingest names no table")
	}
	if in.Schema() == nil {
		return 0, invalid("the ingest has no schema")
	}
	o := cmd.GetTableDefinitionOptions()
	switch o.GetIfNotExist() {
	case pb.CommandStatementIngest_TableDefinitionOptions_TABLE_NOT_EXIST_OPTION_CREATE:
		to.IfMissing = CreateMissing
	case pb.CommandStatementIngest_TableDefinitionOptions_TABLE_NOT_EXIST_OPTION_FAIL,
		pb.CommandStatementIngest_TableDefinitionOptions_TABLE_NOT_EXIST_OPTION_UNSPECIFIED:
	default:
		return 0, invalid("unknown option for a table that does not exist")
	}
	switch o.GetIfExists() {
	case pb.CommandStatementIngest_TableDefinitionOptions_TABLE_EXISTS_OPTION_APPEND:
		to.IfThere = AppendExisting
	case pb.CommandStatementIngest_TableDefinitionOptions_TABLE_EXISTS_OPTION_REPLACE:
		to.IfThere = ReplaceExisting
	case pb.CommandStatementIngest_TableDefinitionOptions_TABLE_EXISTS_OPTION_FAIL,
		pb.CommandStatementIngest_TableDefinitionOptions_TABLE_EXISTS_OPTION_UNSPECIFIED:
	default:
		return 0, invalid("unknown option for a table that exists")
	}
	return s.Ingest(ctx, to, rows(ctx, in))
}

// rowsOf reads a DoPut's rows.
type rowsOf struct {
	in  flight.MessageReader
	put *describedPut
}

// rows returns the rows of the call.
func rows(ctx context.Context, in flight.MessageReader) rowsOf {
	return rowsOf{in, ctx.Value(putKey{}).(*describedPut)}
}

// Schema implements Rows.
func (r rowsOf) Schema() *arrow.Schema { return r.in.Schema() }

// Next implements Rows.
func (r rowsOf) Next(ctx context.Context) (arrow.RecordBatch, error) {
	r.put.until = ctx
	if r.in.Next() {
		rec := r.in.RecordBatch()
		if rec.NumRows() > math.MaxInt32 { // NULLs take no bytes
			return nil, invalid("a batch may have %d rows", math.MaxInt32)
		}
		for i, c := range rec.Columns() {
			// Offsets and indices are the client's: what reads them later believes them. (NULLs have no buffers.)
			if c.DataType().ID() == arrow.NULL {
				continue
			}
			if err := array.ValidateFull(c); err != nil {
				return nil, invalid("malformed column %q: %s", rec.ColumnName(i), err)
			}
		}
		rec.Retain()
		return rec, nil
	}
	if err := pgerror.FromContext(ctx); err != nil {
		return nil, err
	}
	if err := r.in.Err(); err != nil {
		return nil, invalid("malformed rows: %s", err)
	}
	return nil, io.EOF
}

// describedPut is a DoPut whose first message has been looked at, and whose reader need not wait for its client for ever.
type describedPut struct {
	pb.FlightService_DoPutServer
	begun bool
	sound verifier
	// until ends the wait for the next message; after that there is none.
	until context.Context
	left  error
}

type putKey struct{}

// Context implements grpc.ServerStream.
func (p *describedPut) Context() context.Context {
	return context.WithValue(p.FlightService_DoPutServer.Context(), putKey{}, p)
}

// Recv implements the stream.
func (p *describedPut) Recv() (*pb.FlightData, error) {
	if p.left != nil {
		return nil, p.left
	}
	d, err := p.receive()
	if err == nil {
		err = p.sound.checkMessage(d.GetDataHeader(), len(d.GetDataBody()))
	}
	if err != nil || p.begun {
		return d, err
	}
	p.begun = true
	switch header := d.GetDataHeader(); {
	case d.GetFlightDescriptor() == nil:
		return nil, invalid("the first message has no descriptor")
	case len(header) > 0 && ipc.NewMessage(memory.NewBufferBytes(header), memory.NewBufferBytes(d.GetDataBody())).Type() != ipc.MessageSchema:
		return nil, invalid("the first message is not a schema")
	}
	return d, nil
}

func (p *describedPut) receive() (*pb.FlightData, error) {
	if p.until == nil {
		return p.FlightService_DoPutServer.Recv()
	}
	type received struct {
		d   *pb.FlightData
		err error
	}
	came := make(chan received, 1)
	go func() { // it ends with the call at the latest
		d, err := p.FlightService_DoPutServer.Recv()
		came <- received{d, err}
	}()
	select {
	case r := <-came:
		return r.d, r.err
	case <-p.until.Done():
		p.left = pgerror.FromContext(p.until)
		return nil, p.left
	}
}
