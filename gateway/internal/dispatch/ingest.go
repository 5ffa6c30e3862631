package dispatch

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

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
// last, and the reason of its context when that ends before; what it returns is released here.
func (s *Session) Ingest(ctx context.Context, in Ingest, schema *arrow.Schema, next func(context.Context) (arrow.RecordBatch, error)) (rows uint64, err error) {
	if err := s.Allows(sqltext.Insert); err != nil {
		return 0, err
	}
	c, err := s.ingest(ctx, in, schema)
	if err != nil {
		s.Fail()
		s.dropIdlePin()
		return 0, err
	}
	err = errBroken // unless drain returns: what reads a client's rows may panic
	defer func() { c.Close(err) }()
	rows, err = c.drain(next, schema)
	if err == nil && c.makes == sqltext.CreateTemp && s.pin != nil {
		s.pin.named(in.Table)
	}
	return rows, err
}

// drain writes all rows and waits for their statement.
func (c *CopyIn) drain(next func(context.Context) (arrow.RecordBatch, error), schema *arrow.Schema) (uint64, error) {
	for wrote := false; ; wrote = true {
		var err error
		rec, nextErr := next(c.ctx)
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
	return c.Finish()
}

func (s *Session) newCopyIn(ctx context.Context, st *session.Statement, target *arrow.Schema, makes sqltext.Verb) *CopyIn {
	ctx, q := s.begin(ctx, st)
	ctx, timer := s.withTimeout(ctx)
	return &CopyIn{Target: target, s: s, st: st, ctx: ctx, timer: timer, query: q, makes: makes}
}

// InsertsRow tells whether a statement that has been described may be one for InsertMany, and of each parameter whether it is by itself
// one of the values, so that its column says what it becomes.
func (s *Session) InsertsRow(st *session.Statement) (alone []bool, ok bool) {
	if st.Verb != sqltext.Insert || len(st.Columns) > 0 || len(st.ParamOIDs) == 0 || st.ReadsFiles() {
		return nil, false
	}
	_, row, ok := st.InsertedRow()
	if !ok {
		return nil, false
	}
	uses := make([]int, len(st.ParamOIDs)+1)
	for i, t := range st.Tokens {
		if t.Kind == sqltext.Param {
			uses[min(st.ParamNumber(i), len(st.ParamOIDs))]++
		}
	}
	alone = make([]bool, len(st.ParamOIDs))
	for _, e := range row {
		if n, err := strconv.Atoi(strings.TrimPrefix(e.Text, "$")); err == nil && strings.HasPrefix(e.Text, "$") && n >= 1 && n <= len(alone) {
			alone[n-1] = uses[n] == 1
		}
	}
	return alone, true
}

// InsertMany runs an INSERT of one row once for each row of a client's, in one statement: all of them or none. casts are the
// parameters' DuckDB types; "": as they come. done is false where it can't be done so, and then nothing has been read.
func (s *Session) InsertMany(ctx context.Context, st *session.Statement, casts []string, schema *arrow.Schema, next func(context.Context) (arrow.RecordBatch, error)) (rows uint64, done bool, err error) {
	head, row, ok := st.InsertedRow()
	if n, err := st.Params(); !ok || err != nil || n != schema.NumFields() || n != len(casts) {
		return 0, false, nil
	}
	if err := s.Allows(st.Verb); err != nil {
		return 0, true, err
	}
	if err := s.guard(st); err != nil {
		return 0, true, locate(err, &st.Statement, nil)
	}
	columns, values := make([]arrow.Field, len(casts)), make([]string, len(casts))
	for i, cast := range casts {
		name := "tavana_param_" + strconv.Itoa(i+1)
		columns[i] = arrow.Field{Name: name, Type: schema.Field(i).Type, Nullable: true}
		if values[i] = identifier(name); cast != "" {
			values[i] = "CAST(" + values[i] + " AS " + cast + ")"
		}
	}
	expressions := make([]string, len(row))
	for i, e := range row {
		expressions[i] = e.Text
	}
	list, err := sqltext.Split(head + "SELECT " + strings.Join(expressions, ", ") + " FROM tavana_rows('stdin')")
	if err != nil || len(list) != 1 {
		return 0, false, nil
	}
	if list, err = sqltext.Split(list[0].ReplaceParams(values)); err != nil || len(list) != 1 {
		return 0, false, nil
	}
	text, err := s.rewrite(session.NewStatement(list[0]), &session.Portal{}, true)
	if err != nil {
		return 0, true, err
	}
	c := s.newCopyIn(ctx, st, schema, sqltext.Insert)
	c.statement = text.Text
	err = errBroken
	defer func() { c.Close(err) }()
	if c.pin, err = s.pinFor(c.ctx, st.Effect); err == nil {
		if s.InBlock() {
			s.Wrote()
		}
		named := arrow.NewSchema(columns, nil)
		rows, err = c.drain(func(ctx context.Context) (arrow.RecordBatch, error) {
			rec, err := next(ctx)
			if err != nil {
				return nil, err
			}
			defer rec.Release()
			return array.NewRecordBatch(named, rec.Columns(), rec.NumRows()), nil
		}, named)
		if err != nil {
			err = unplaced(err)
		}
	}
	return rows, true, err
}

// unplaced returns an error without its place, which is in a text that the client has not sent.
func unplaced(err error) error {
	e := *pgerror.Flatten(err)
	e.Position = 0
	return &e
}

var errBroken = pgerror.New(pgerror.ProtocolViolation, "the rows could not be read")

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
	for _, f := range schema.Fields() {
		if hasDictionary(f.Type) && !isEnum(f.Type) {
			return nil, pgerror.Newf(pgerror.FeatureNotSupported, "column %q of type %s cannot be ingested", f.Name, f.Type).
				WithHint("Decode its dictionary, or make that one of utf8.")
		}
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
	sql, makes := in.statement(table, there, schema)
	c := s.newCopyIn(ctx, st, schema, makes)
	c.statement = sql
	if c.pin, err = s.pinFor(c.ctx, makes); err == nil && in.Temporary && c.pin == nil {
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

// isEnum tells whether a type is a dictionary of texts, which DuckDB takes.
func isEnum(t arrow.DataType) bool {
	d, ok := t.(*arrow.DictionaryType)
	return ok && d.ValueType.ID() == arrow.STRING
}

func hasDictionary(t arrow.DataType) bool {
	if t.ID() == arrow.DICTIONARY {
		return true
	}
	n, ok := t.(arrow.NestedType)
	return ok && slices.ContainsFunc(n.Fields(), func(f arrow.Field) bool { return hasDictionary(f.Type) })
}

// isThere looks for the table, and refuses what the client does not want.
func (s *Session) isThere(ctx context.Context, in Ingest, table sqltext.Object) (bool, error) {
	there := false
	if !in.Temporary || s.pin != nil {
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
