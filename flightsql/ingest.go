package flightsql

import (
	"context"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	stock "github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	pb "github.com/apache/arrow-go/v18/arrow/flight/gen/flight"
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
	return s.Ingest(ctx, to, rowsOf{in})
}

// rowsOf reads a DoPut's rows.
type rowsOf struct{ in flight.MessageReader }

func (r rowsOf) Schema() *arrow.Schema { return r.in.Schema() }

func (r rowsOf) Next() (arrow.RecordBatch, error) {
	if r.in.Next() {
		rec := r.in.RecordBatch()
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
	if err := r.in.Err(); err != nil {
		return nil, invalid("malformed rows: %s", err)
	}
	return nil, io.EOF
}
