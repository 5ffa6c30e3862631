package pgwire

import (
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// answer handles one message. An error ends the connection.
func (c *conn) answer(typ byte, m pgproto3.FrontendMessage) error {
	if _, ok := m.(*pgproto3.Sync); c.skip && !ok {
		return nil
	}
	switch m := m.(type) {
	case *pgproto3.Query:
		if err := c.simple(m.String); err != nil {
			return err
		}
		return c.ready()
	case *pgproto3.Sync:
		return c.sync()
	case *pgproto3.Flush:
		return c.flush()
	case nil:
		if typ == 'F' {
			if err := c.fail(pgerror.New(pgerror.FeatureNotSupported, "function calls are not supported")); err != nil {
				return err
			}
			return c.ready()
		}
		return nil // what is left of a COPY that failed
	}
	if err := c.extended(m); err != nil {
		c.skip = true
		if err := c.fail(err); err != nil {
			return err
		}
		return c.flush() // some clients wait for it before they send Sync
	}
	return nil
}

// sync ends a pipeline: its implicit transaction, if it has one, with it.
func (c *conn) sync() error {
	c.skip = false
	if err := c.s.EndImplicit(c.srv.base); err != nil {
		if err := c.fail(err); err != nil {
			return err
		}
	}
	if !c.s.InBlock() {
		c.s.EndPortals(true)
	}
	return c.ready()
}

// simple runs every statement of a query string, in one implicit transaction when one of them writes.
func (c *conn) simple(sql string) error {
	c.s.ClosePortal("")
	c.s.CloseStatement("")
	c.s.Active(sql)
	statements, lastWrite, err := c.split(sql)
	if err != nil {
		return c.fail(err)
	}
	if len(statements) == 0 {
		c.send(&pgproto3.EmptyQueryResponse{})
		return nil
	}
	for i, st := range statements {
		// A block of its own for what is left, when that writes and is more than one statement: a COMMIT in the string ends
		// one, and the next begins another.
		if i <= lastWrite && len(statements) > 1 && st.Verb != sqltext.Begin {
			c.s.BeginImplicit()
		}
		if err = c.runSimple(st); err != nil {
			break
		}
		if err = c.flushFull(); err != nil {
			return err
		}
	}
	if err != nil {
		if fatal := c.fail(err); fatal != nil {
			return fatal
		}
	}
	if endErr := c.s.EndImplicit(c.srv.base); endErr != nil && err == nil {
		return c.fail(endErr)
	}
	return nil
}

// split returns the statements of a query string, and which is the last that writes; -1: none.
func (c *conn) split(sql string) (list []*session.Statement, lastWrite int, err error) {
	parts, err := sqltext.Split(sql)
	if err != nil {
		return nil, 0, err
	}
	list, lastWrite = make([]*session.Statement, len(parts)), -1
	for i, part := range parts {
		list[i] = session.NewStatement(part)
		if c.s.EffectOf(list[i]).Writes() || list[i].Verb == sqltext.Declare {
			lastWrite = i
		}
	}
	return list, lastWrite, nil
}

func (c *conn) runSimple(st *session.Statement) error {
	p := &session.Portal{Statement: st}
	defer func() {
		if p.Run != nil {
			p.Run.Close()
		}
	}()
	return c.execute(p, 0, true)
}
