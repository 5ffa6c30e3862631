package duck

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	bindings "github.com/duckdb/duckdb-go-bindings"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// StatementType is DuckDB's own classification of a statement.
type StatementType = bindings.StatementType

// Prepared is one statement, parsed and bound to the catalog. The caller closes it: as long as it lives, the memory of
// its result lives too.
type Prepared struct {
	c     *Conn
	ps    bindings.PreparedStatement
	typ   StatementType
	mends mends
}

// Prepare parses and binds sql, which must be exactly one statement. allow sees its type before DuckDB prepares it, so
// that what is refused has done nothing. Nothing is executed.
func (c *Conn) Prepare(sql string, allow func(workerpb.StatementType) error) (*Prepared, error) {
	c.begin()
	p, err := c.prepare(sql, allow)
	if c.end() && err != nil {
		err = pgerror.Canceled
	}
	return p, err
}

func (c *Conn) prepare(sql string, allow func(workerpb.StatementType) error) (*Prepared, error) {
	p := &Prepared{c: c}
	err := p.planMended(sql)
	if err != nil {
		if plain, undone := withoutOwn(sql); undone != nil {
			p.mends = undone
			err = p.planMended(plain)
		}
	}
	if err != nil {
		return nil, err
	}
	p.typ = bindings.PreparedStatementType(p.ps)
	if err := allow(p.Kind()); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// planMended plans sql, and mends it as often as that helps.
func (p *Prepared) planMended(sql string) error {
	var before refusal
	for left := mostMends(sql); ; left-- {
		report, err := p.plan(sql)
		if err != nil {
			return p.mends.uncounted(err)
		}
		if report == "" {
			return nil
		}
		r := refusal{sql, report}
		if n := len(p.mends); before.report != "" && r.isOf(&before, &p.mends[n-1]) {
			r, p.mends = before, p.mends[:n-1]
		} else if m, ok := p.c.mended(sql, report); ok && left > 0 {
			sql, p.mends, before = m.in(sql), append(p.mends, m), r
			continue
		}
		return p.mends.uncounted(p.c.prepareError(r.sql, r.report))
	}
}

// plan lets DuckDB parse and bind sql. It returns what DuckDB says to what it refuses.
func (p *Prepared) plan(sql string) (report string, err error) {
	var ex bindings.ExtractedStatements
	n := bindings.ExtractStatements(p.c.c, sql, &ex)
	defer bindings.DestroyExtracted(&ex)
	if n == 0 {
		if msg := bindings.ExtractStatementsError(ex); msg != "" {
			return "", errorFrom(msg)
		}
		return "", pgerror.New(pgerror.SyntaxError, "no statement")
	}
	if n > 1 {
		return "", pgerror.New(pgerror.FeatureNotSupported, "this text is more than one statement to DuckDB").
			WithHint("send one statement at a time; a PIVOT needs its values listed: PIVOT … ON column IN (…)")
	}
	// DuckDB tells a statement's type only of a prepared one, and preparing a single statement executes nothing.
	if bindings.PrepareExtractedStatement(p.c.c, ex, 0, &p.ps) == bindings.StateError {
		report = bindings.PrepareError(p.ps)
		p.Close()
	}
	return report, nil
}

// Close frees the statement.
func (p *Prepared) Close() { bindings.DestroyPrepare(&p.ps) }

// Parameters returns DuckDB's names of the types of $1, $2 …; "" where DuckDB could not tell.
func (p *Prepared) Parameters() []string {
	names := make([]string, bindings.NParams(p.ps))
	for i := range names {
		t := bindings.ParamLogicalType(p.ps, bindings.IdxT(i+1))
		names[i] = typeName(t)
		bindings.DestroyLogicalType(&t)
	}
	return names
}

// countColumn is the column, a BIGINT, in which DuckDB answers how many rows a statement changed.
const countColumn = "Count"

// returnsRows tells whether the statement's columns are rows for the client. What DuckDB answers to the others (Count,
// Success) is not.
func returnsRows(t StatementType, columns []string) bool {
	switch t {
	case bindings.StatementTypeSelect, bindings.StatementTypeExplain, bindings.StatementTypeCall,
		bindings.StatementTypeExecute, bindings.StatementTypeRelation, bindings.StatementTypeLogicalPlan:
		return true
	case bindings.StatementTypeInsert, bindings.StatementTypeUpdate, bindings.StatementTypeDelete, bindings.StatementTypeMergeInto:
		// With RETURNING the columns are the table's.
		return len(columns) != 1 || columns[0] != countColumn
	}
	return false
}

// Schema returns the result's Arrow schema in a profile's types, without executing. No fields: no rows. ok is false while a
// parameter without a type leaves the schema open.
func (p *Prepared) Schema(types workerpb.Profile) (schema *arrow.Schema, ok bool, err error) {
	schema, ok, err = p.lossless()
	if !ok || err != nil {
		return schema, ok, err
	}
	if turned := newProfile(types, schema); turned != nil {
		schema = turned.schema
	}
	return schema, true, nil
}

func (p *Prepared) lossless() (schema *arrow.Schema, ok bool, err error) {
	n := int(bindings.PreparedStatementColumnCount(p.ps))
	names, types := make([]string, n), make([]bindings.LogicalType, n)
	ok = true
	for i := range n {
		names[i] = bindings.PreparedStatementColumnName(p.ps, bindings.IdxT(i))
		types[i] = bindings.PreparedStatementColumnLogicalType(p.ps, bindings.IdxT(i))
		defer bindings.DestroyLogicalType(&types[i])
		if bindings.GetTypeId(types[i]) == bindings.TypeInvalid {
			ok = false
		}
	}
	if !returnsRows(p.typ, names) {
		return arrow.NewSchema(nil, nil), true, nil
	}
	if !ok {
		return nil, false, nil
	}
	var opts bindings.ArrowOptions
	bindings.ConnectionGetArrowOptions(p.c.c, &opts)
	defer bindings.DestroyArrowOptions(&opts)
	schema, err = arrowSchema(opts, types, names)
	return schema, true, err
}

// Execute starts the statement and waits until its first rows are ready, or, where it returns none, until it is done.
// The Result must be closed before the Prepared. ctx is looked at before and after, not while DuckDB works: call
// Conn.Interrupt for that.
func (p *Prepared) Execute(ctx context.Context) (*Result, error) {
	pending, err := p.Start(ctx)
	if err != nil {
		return nil, err
	}
	return pending.Wait()
}

// Pending is a statement that has begun: what it sees is fixed, and nothing has been done. Its owner calls Wait, once.
type Pending struct {
	p   *Prepared
	res bindings.PendingResult
}

// Start begins the statement's transaction. The rest is as in Execute.
func (p *Prepared) Start(ctx context.Context) (*Pending, error) {
	if err := pgerror.FromContext(ctx); err != nil {
		return nil, err
	}
	p.c.begin()
	pending := &Pending{p: p}
	if bindings.PendingPreparedStreaming(p.ps, &pending.res) == bindings.StateError {
		err := p.mends.uncounted(errorFrom(bindings.PendingError(pending.res)))
		bindings.DestroyPending(&pending.res)
		return nil, p.failed(err)
	}
	return pending, nil
}

// Wait runs the statement until its first rows are ready.
func (n *Pending) Wait() (*Result, error) {
	r, err := n.wait()
	if err != nil {
		return nil, n.p.failed(err)
	}
	// The statement goes on running until Result.Close calls end.
	return r, nil
}

// failed ends the statement after an error, and returns the error or that it was cancelled.
func (p *Prepared) failed(err error) error {
	if p.c.end() {
		return pgerror.Canceled
	}
	return err
}

func (n *Pending) wait() (*Result, error) {
	defer bindings.DestroyPending(&n.res)
	if err := n.run(); err != nil {
		return nil, err
	}
	r := &Result{p: n.p}
	if bindings.ExecutePending(n.res, &r.res) == bindings.StateError {
		err := n.p.mends.uncounted(errorFrom(bindings.ResultError(&r.res)))
		bindings.DestroyResult(&r.res)
		return nil, err
	}
	if err := r.init(); err != nil {
		r.free()
		return nil, err
	}
	return r, nil
}

// While DuckDB's other threads have the tasks, this one asks for one again at once for as long as most queries take, and then
// less and less often.
const (
	askAtOnce = 100 * time.Microsecond
	askLast   = time.Millisecond
)

// run works on the statement's tasks until the result is there, or an error. DuckDB's own loop does the same without a
// pause: a core that does nothing but ask, while one thread writes a file, is a core that nobody else has.
func (n *Pending) run() error {
	var idle time.Time // since when there was no task
	for {
		switch bindings.PendingExecuteTask(n.res) {
		case bindings.PendingStateResultNotReady:
			idle = time.Time{}
		case bindings.PendingStateNoTasksAvailable:
			if idle.IsZero() {
				idle = time.Now()
			}
			if since := time.Since(idle); since > askAtOnce {
				time.Sleep(min(since/4, askLast))
			}
		case bindings.PendingStateError:
			return n.p.mends.uncounted(errorFrom(bindings.PendingError(n.res)))
		default:
			return nil
		}
	}
}

// Result is a live result. It is used by one goroutine at a time.
type Result struct {
	p       *Prepared
	res     bindings.Result
	opts    bindings.ArrowOptions
	schema  *arrow.Schema // DuckDB's
	turned  *profile      // nil: the client gets DuckDB's types
	changed uint64
	ended   bool
	// intervals are the columns that are, or have inside, INTERVALs.
	intervals []int
}

func (r *Result) init() error {
	n := int(bindings.ColumnCount(&r.res))
	names, types := make([]string, n), make([]bindings.LogicalType, n)
	for i := range n {
		names[i] = bindings.ColumnName(&r.res, bindings.IdxT(i))
		types[i] = bindings.ColumnLogicalType(&r.res, bindings.IdxT(i))
		defer bindings.DestroyLogicalType(&types[i])
	}
	r.opts = bindings.ResultGetArrowOptions(&r.res)
	if bindings.ResultReturnType(r.res) != bindings.ResultTypeQueryResult || !returnsRows(r.p.typ, nil) {
		r.schema, r.ended = arrow.NewSchema(nil, nil), true
		if n == 1 && names[0] == countColumn && bindings.GetTypeId(types[0]) == bindings.TypeBigInt {
			return r.readChanged()
		}
		return nil
	}
	var err error
	if r.schema, err = arrowSchema(r.opts, types, names); err != nil {
		return err
	}
	for i, f := range r.schema.Fields() {
		if depth(f.Type) > maxDepth {
			return pgerror.Newf(pgerror.StatementTooComplex, "column %q is nested more than %d levels deep", f.Name, maxDepth)
		}
		if hasInterval(f.Type) {
			r.intervals = append(r.intervals, i)
		}
	}
	return nil
}

// readChanged reads how many rows were changed. (RowsChanged tells it of an INSERT, not of a CREATE TABLE AS.)
func (r *Result) readChanged() error {
	chunk, err := r.fetch()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	defer bindings.DestroyDataChunk(&chunk)
	r.changed = uint64(firstInt(chunk, 0))
	return nil
}

// ints returns the first n values of a BIGINT column, which are the chunk's.
func ints(chunk bindings.DataChunk, column, n int) []int64 {
	return vectorOf[int64](bindings.DataChunkGetVector(chunk, bindings.IdxT(column)), n)
}

// firstInt reads the first value of a BIGINT column.
func firstInt(chunk bindings.DataChunk, column int) int64 { return ints(chunk, column, 1)[0] }

// As sets the types that Schema and Next give from now on; without it they are DuckDB's own.
func (r *Result) As(types workerpb.Profile) { r.turned = newProfile(types, r.schema) }

// Schema returns the Arrow schema; no fields: no rows.
func (r *Result) Schema() *arrow.Schema {
	if r.turned != nil {
		return r.turned.schema
	}
	return r.schema
}

// Changed returns how many rows the statement changed.
func (r *Result) Changed() uint64 { return r.changed }

// Next returns the next chunk, which the caller releases; its memory is DuckDB's. It returns io.EOF at the end.
func (r *Result) Next() (arrow.RecordBatch, error) {
	if r.ended {
		return nil, io.EOF
	}
	chunk, err := r.fetch()
	if err != nil {
		r.ended = true
		return nil, err
	}
	defer bindings.DestroyDataChunk(&chunk)
	if err := checkIntervals(chunk, r.intervals); err != nil {
		r.ended = true
		return nil, err
	}
	rec, ed := bindings.DataChunkToArrowArray(r.opts, r.schema, chunk)
	defer bindings.DestroyErrorData(&ed)
	if rec == nil {
		r.ended = true
		return nil, errorFrom(bindings.ErrorDataMessage(ed))
	}
	if r.turned == nil {
		return rec, nil
	}
	out, err := r.turned.apply(rec)
	r.ended = err != nil
	return out, err
}

// fetch tells the end of a stream from its failure. DuckDB gives no chunk in both cases; a failure is told on the result,
// and a stream that our own interrupt closed may end without a word.
func (r *Result) fetch() (bindings.DataChunk, error) {
	chunk := bindings.FetchChunk(r.res)
	if chunk.Ptr != nil && bindings.DataChunkGetSize(chunk) > 0 {
		return chunk, nil
	}
	bindings.DestroyDataChunk(&chunk)
	if msg := bindings.ResultError(&r.res); msg != "" {
		return chunk, errorFrom(msg)
	}
	if r.p.c.wasInterrupted() {
		return chunk, pgerror.Canceled
	}
	return chunk, io.EOF
}

// Close frees the result. It reports whether the statement had been interrupted.
func (r *Result) Close() bool {
	interrupted := r.p.c.end()
	r.free()
	return interrupted
}

func (r *Result) free() {
	bindings.DestroyResult(&r.res)
	bindings.DestroyArrowOptions(&r.opts)
}

func arrowSchema(opts bindings.ArrowOptions, types []bindings.LogicalType, names []string) (*arrow.Schema, error) {
	s, ed := bindings.NewArrowSchema(opts, types, names)
	defer bindings.DestroyErrorData(&ed)
	if s == nil {
		return nil, errorFrom(bindings.ErrorDataMessage(ed))
	}
	return withAliases(s, types), nil
}

// withAliases notes the names of columns' types, and of lists' elements, that catalogs have made.
func withAliases(s *arrow.Schema, types []bindings.LogicalType) *arrow.Schema {
	var fields []arrow.Field
	for i, t := range types {
		list := bindings.GetTypeId(t) == bindings.TypeList
		element := t
		if list {
			element = bindings.ListTypeChildType(t)
		}
		alias := bindings.LogicalTypeGetAlias(element)
		if list {
			bindings.DestroyLogicalType(&element)
		}
		if !strings.HasPrefix(alias, "tavana_") {
			continue
		}
		if fields == nil {
			fields = slices.Clone(s.Fields())
		}
		metadata := arrow.NewMetadata([]string{workerapi.TypeKey}, []string{alias})
		if l, ok := fields[i].Type.(*arrow.ListType); ok && list {
			item := l.ElemField()
			item.Metadata = metadata
			fields[i].Type = arrow.ListOfField(item)
		} else {
			fields[i].Metadata = metadata
		}
	}
	if fields == nil {
		return s
	}
	return arrow.NewSchema(fields, nil)
}
