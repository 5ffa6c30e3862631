package duck

import (
	"fmt"

	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// CatalogHold keeps in memory what DuckLake has read of the lake's catalog for a transaction that changes something there.
//
// DuckLake shares what it has read between connections in a cache and holds it for as long as one query. The cache lets go of
// it when another connection has read the same, when memory is short, and when somebody tidies up. What a transaction has
// made in an earlier query points into it, though: the next look at that would read freed memory, and end the process.
// Another connection holds it instead: what it has looked at to prepare a statement is held until it runs one, and it never
// does.
type CatalogHold struct {
	conn *Conn
	look string
}

// HoldCatalog returns a CatalogHold for the connection's transaction, which sees the lake as it is now if it has not looked
// before. It holds nothing yet. The caller releases it after the transaction's end.
func (c *Conn) HoldCatalog() (*CatalogHold, error) {
	snapshot, err := c.queryInts("SELECT id::BIGINT FROM system.main.ducklake_current_snapshot(" + Quote(databaseName) + ")")
	if err != nil {
		return nil, err
	}
	conn, err := c.in.Connect()
	if err != nil {
		return nil, err
	}
	if err := conn.exec("BEGIN TRANSACTION"); err != nil { // DuckLake asks what a version is once in each
		conn.Close()
		return nil, err
	}
	return &CatalogHold{conn, fmt.Sprintf("SELECT 1 FROM %s.%s.keys AT (VERSION => %d) LIMIT 0", databaseName, noteSchema, snapshot[0])}, nil
}

// Extend holds what the cache has now, or reads it, beside what is held already. A nil CatalogHold holds nothing.
func (h *CatalogHold) Extend() error {
	if h == nil {
		return nil
	}
	look, err := h.conn.Prepare(h.look, func(workerpb.StatementType) error { return nil })
	if err != nil {
		return err
	}
	look.Close()
	return nil
}

// Release lets go of all. A nil CatalogHold may be released.
func (h *CatalogHold) Release() {
	if h != nil {
		h.conn.Close()
	}
}
