package dispatch

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// Ingest is a table that Arrow rows are written into, and what is done when it is there, or not.
type Ingest struct {
	Schema, Table string
	Temporary     bool
	// Create makes the table when it is missing, which is an error otherwise.
	Create bool
	// Append adds to a table that is there, and Replace puts a new one in its place; neither: that is an error.
	Append, Replace bool
}

// Ingest writes rows into a table: all of them or none, in the session's block if it is in one. next returns io.EOF after the
// last; what it returns is released here.
func (s *Session) Ingest(ctx context.Context, in Ingest, schema *arrow.Schema, next func() (arrow.RecordBatch, error)) (uint64, error) {
	if err := s.Allows(sqltext.Insert); err != nil {
		return 0, err
	}
	c, err := s.ingest(ctx, in, schema)
	if err != nil {
		s.Fail()
		s.dropIdlePin()
		return 0, err
	}
	defer func() { c.Close(err) }()
	for wrote := false; ; wrote = true {
		rec, nextErr := next()
		switch {
		case errors.Is(nextErr, io.EOF) && !wrote:
			rec = noRows(schema) // the table is made all the same
			err = c.Write(rec)
			rec.Release()
		case errors.Is(nextErr, io.EOF):
		case nextErr != nil:
			err = nextErr
		default:
			err = c.Write(rec)
			rec.Release()
		}
		if err != nil {
			return 0, err
		}
		if nextErr != nil {
			break
		}
	}
	var rows uint64
	rows, err = c.Finish()
	if err == nil && c.makes == sqltext.CreateTemp && s.pin != nil {
		s.pin.made(strings.ToLower(in.Table))
	}
	return rows, err
}

func noRows(schema *arrow.Schema) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	return b.NewRecordBatch()
}

// ingest begins to write: it is a COPY from the client whose rows are read already.
func (s *Session) ingest(ctx context.Context, in Ingest, schema *arrow.Schema) (*CopyIn, error) {
	if schema.NumFields() == 0 {
		return nil, pgerror.New(pgerror.InvalidTableDefinition, "rows without columns cannot be ingested")
	}
	table := sqltext.Object{Schema: in.Schema, Name: in.Table}
	if in.Temporary {
		table.Schema = "pg_temp"
	}
	like, err := sqltext.Split("INSERT INTO " + tableName(table) + " VALUES (1)")
	if err != nil {
		return nil, err
	}
	st := session.NewStatement(like[0])
	if err := s.guard(st); err != nil {
		return nil, err
	}
	there, err := s.isThere(ctx, in, table)
	if err != nil {
		return nil, err
	}
	ctx, timer := s.withTimeout(ctx)
	c := &CopyIn{Target: schema, s: s, st: st, ctx: ctx, timer: timer, started: time.Now(), makes: sqltext.Insert}
	s.d.metrics.active.Inc()
	c.statement, c.makes = in.statement(table, there, schema)
	if c.pin, err = s.pinFor(ctx, c.makes); err == nil && in.Temporary && c.pin == nil {
		err = pgerror.New(pgerror.UndefinedTable, "there is no such temporary table")
	}
	if err != nil {
		err = c.reason(err)
		c.end(0, err)
		return nil, err
	}
	if s.InBlock() {
		s.Wrote()
	}
	return c, nil
}

// isThere looks for the table, and refuses what the client does not want.
func (s *Session) isThere(ctx context.Context, in Ingest, table sqltext.Object) (bool, error) {
	there := false
	if in.Temporary {
		there = s.pin != nil && s.pin.temporary[strings.ToLower(in.Table)]
	} else {
		list, err := derived("SELECT * FROM " + tableName(table))
		if err != nil {
			return false, err
		}
		_, err = s.prepare(ctx, list[0], nil)
		switch {
		case err == nil:
			there = true
		case pgerror.CodeOf(err) != pgerror.UndefinedTable:
			return false, err
		}
	}
	switch {
	case there && !in.Append && !in.Replace:
		return there, pgerror.Newf(pgerror.DuplicateTable, "relation %q already exists", in.Table)
	case !there && !in.Create:
		return there, pgerror.Newf(pgerror.UndefinedTable, "relation %q does not exist", in.Table)
	}
	return there, nil
}

// statement returns what is run with the staged rows.
func (in Ingest) statement(table sqltext.Object, there bool, schema *arrow.Schema) (sql string, verb sqltext.Verb) {
	names := make([]string, schema.NumFields())
	for i, f := range schema.Fields() {
		names[i] = f.Name
	}
	rows := "SELECT " + identifiers(names) + " FROM tavana_rows('stdin')"
	if there && in.Append {
		return "INSERT INTO " + tableName(table) + " (" + identifiers(names) + ") " + rows, sqltext.Insert
	}
	create := "CREATE "
	if there {
		create += "OR REPLACE "
	}
	if in.Temporary {
		return create + "TEMP TABLE " + identifier(in.Table) + " AS " + rows, sqltext.CreateTemp
	}
	return create + "TABLE " + tableName(table) + " AS " + rows, sqltext.Create
}
