package worker

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
	"github.com/angelerator/tavana/worker/internal/duck"
)

// staged are the rows that callers have put here, by name, for statements to read.
type staged struct {
	mu     sync.Mutex
	spools map[string]*spool
	memory spoolMemory
}

func (s *staged) add(sp *spool) (name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name = rand.Text()
	s.spools[name] = sp
	return name
}

func (s *staged) get(name string) (*spool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sp := s.spools[name]; sp != nil {
		return sp, nil
	}
	return nil, pgerror.New(pgerror.ObjectNotInPrerequisiteState, "the statement's rows are not staged on this worker")
}

func (s *staged) remove(name string) {
	s.mu.Lock()
	delete(s.spools, name)
	s.mu.Unlock()
}

// Put implements workerapi.Service: rows into a spool, its name out, and the spool goes with the call.
func (w *Worker) Put(ctx context.Context, in workerapi.Source, answer func(*workerpb.PutResult) error) error {
	release, err := w.hold(true)
	if err != nil {
		return err
	}
	defer release()
	s := newSpool(w.spill.path, in.Schema(), w.cfg.SpillMax, &w.staged.memory)
	defer s.drop()
	name := w.staged.add(s)
	defer w.staged.remove(name)
	if err := answer(&workerpb.PutResult{Staged: name}); err != nil {
		return err
	}
	for {
		rec, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if ctx.Err() != nil {
				return pgerror.FromContext(ctx)
			}
			return err
		}
		if err := s.add(rec); err != nil {
			return err
		}
	}
	if err := s.end(); err != nil {
		return err
	}
	if err := answer(&workerpb.PutResult{Staged: name, Rows: s.rows}); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// stdin is the name by which a statement reads the rows that were staged for it.
const stdin = "stdin"

// tables are the rows of Go's that a statement may read: those that came with it, and those that are staged for it. rows
// are the latter; nil: none are.
func (w *Worker) tables(st *workerpb.Statement) (tables map[string]duck.Rows, rows *spool, err error) {
	tables, err = sentTables(st.GetTables())
	if err != nil || st.GetStaged() == "" {
		return tables, nil, err
	}
	if rows, err = w.staged.get(st.GetStaged()); err != nil {
		return nil, nil, err
	}
	if tables == nil {
		tables = map[string]duck.Rows{}
	}
	tables[stdin] = rows.table()
	return tables, rows, nil
}

// sentTables are tables that came with a request; nil: none did.
func sentTables(list []*workerpb.Table) (map[string]duck.Rows, error) {
	if len(list) == 0 {
		return nil, nil
	}
	tables := map[string]duck.Rows{}
	for _, t := range list {
		schema, err := workerapi.DecodeSchema(t.GetIpc())
		if err != nil {
			return nil, pgerror.New(pgerror.ProtocolViolation, "malformed table")
		}
		tables[t.GetName()] = duck.Rows{Schema: schema, Open: func() (duck.RowReader, error) {
			r, err := workerapi.NewTableReader(t.GetIpc())
			return sentRows{r}, err
		}}
	}
	return tables, nil
}

// sentRows reads the rows of a table that came with its statement.
type sentRows struct{ r *ipc.Reader }

func (s sentRows) Next() (arrow.RecordBatch, error) {
	if s.r.Next() {
		rec := s.r.RecordBatch()
		rec.Retain()
		return rec, nil
	}
	if err := s.r.Err(); err != nil {
		return nil, err
	}
	return nil, io.EOF
}

func (s sentRows) Close() { s.r.Release() }
