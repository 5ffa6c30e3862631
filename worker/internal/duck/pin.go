package duck

import (
	"context"
	"fmt"

	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Pin keeps in memory what DuckLake has read of the lake's catalog for a transaction that is to change something there.
//
// DuckLake shares that between connections in a cache, holds it for as long as one query, and lets go of it when another
// connection has read the same, when a commit has made it void, or when memory is short. What a transaction has made in an
// earlier query points into it, though: the next look at it would read freed memory, and end the process. So another
// connection's query, which stays open, holds it until the transaction has ended.
type Pin struct {
	conn   *Conn
	query  *Prepared
	result *Result
}

// PinLake pins the catalog as the connection's transaction sees it, which is fixed by that if it was not before. It is called
// before the transaction's first write. The caller releases the Pin after the transaction's end; without a lake it is nil.
func (c *Conn) PinLake(ctx context.Context) (*Pin, error) {
	if !c.in.lake {
		return nil, nil
	}
	snapshot, err := c.queryInts("SELECT id::BIGINT FROM ducklake_current_snapshot(" + Quote(databaseName) + ")")
	if err != nil {
		return nil, err
	}
	p := &Pin{}
	if err := p.open(ctx, c.in, fmt.Sprintf("SELECT 1 FROM %s.%s.keys AT (VERSION => %d) LIMIT 0", databaseName, noteSchema, snapshot[0])); err != nil {
		p.Release()
		return nil, err
	}
	return p, nil
}

func (p *Pin) open(ctx context.Context, in *Instance, sql string) (err error) {
	if p.conn, err = in.Connect(); err != nil {
		return err
	}
	if p.query, err = p.conn.Prepare(sql, func(workerpb.StatementType) error { return nil }); err != nil {
		return err
	}
	p.result, err = p.query.Execute(ctx)
	return err
}

// Release lets go of the catalog. A nil Pin may be released.
func (p *Pin) Release() {
	if p == nil {
		return
	}
	if p.result != nil {
		p.result.Close()
	}
	if p.query != nil {
		p.query.Close()
	}
	if p.conn != nil {
		p.conn.Close()
	}
}
