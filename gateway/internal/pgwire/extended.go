package pgwire

import (
	"bytes"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// extended handles a message of the extended protocol. An error makes the conversation skip to the next Sync.
func (c *conn) extended(m pgproto3.FrontendMessage) error {
	switch m := m.(type) {
	case *pgproto3.Parse:
		return c.parse(m)
	case *pgproto3.Bind:
		return c.bind(m)
	case *pgproto3.Describe:
		if m.ObjectType == 'S' {
			return c.describeStatement(m.Name)
		}
		return c.describePortal(m.Name)
	case *pgproto3.Execute:
		p, err := c.s.PortalNamed(m.Portal)
		if err != nil {
			return err
		}
		c.s.Active(p.Statement.Text)
		c.beginPipeline(p)
		if m.Portal == "" {
			if done, err := c.executeMany(p); done {
				return err
			}
		}
		return c.execute(p, m.MaxRows, false)
	case *pgproto3.Close:
		if m.ObjectType == 'S' {
			c.s.CloseStatement(m.Name)
		} else {
			c.s.ClosePortal(m.Name)
		}
		c.send(&pgproto3.CloseComplete{})
		return nil
	}
	return pgerror.New(pgerror.ProtocolViolation, "unexpected message")
}

func (c *conn) parse(m *pgproto3.Parse) error {
	if m.Name == "" {
		c.s.CloseStatement("") // also when the new one fails
	}
	list, err := sqltext.Split(m.Query)
	if err != nil {
		return err
	}
	if len(list) > 1 {
		return pgerror.New(pgerror.SyntaxError, "cannot insert multiple commands into a prepared statement")
	}
	st := &session.Statement{}
	if len(list) == 1 {
		oids := make([]pgenc.OID, len(m.ParameterOIDs))
		for i, oid := range m.ParameterOIDs {
			oids[i] = pgenc.OID(oid)
		}
		ctx, end := c.begin()
		st, err = c.s.Describe(ctx, list[0], oids)
		end()
		if err != nil {
			return err
		}
	}
	if err := c.s.PutStatement(m.Name, st); err != nil {
		return err
	}
	c.send(&pgproto3.ParseComplete{})
	return nil
}

// beginPipeline begins the implicit transaction of a pipeline at its first statement that writes, unless that is all
// there is before the Sync. Sync ends it.
func (c *conn) beginPipeline(p *session.Portal) {
	if p.Run != nil || len(p.Statement.Tokens) == 0 || !c.s.EffectOf(p.Statement).Writes() {
		return
	}
	if c.in.r.Buffered() > 0 {
		if next, err := c.in.r.Peek(1); err == nil && next[0] == 'S' {
			return
		}
	}
	c.s.BeginImplicit()
}

func (c *conn) bind(m *pgproto3.Bind) error {
	st, err := c.s.StatementNamed(m.PreparedStatement)
	if err != nil {
		return err
	}
	p, err := c.s.Bind(st, m.Parameters, m.ParameterFormatCodes, bytes16(m.ResultFormatCodes))
	if err != nil {
		return err
	}
	if err := c.s.PutPortal(m.DestinationPortal, p); err != nil {
		return err
	}
	c.send(&pgproto3.BindComplete{})
	return nil
}

// bytes16 copies codes out of the message's buffer.
func bytes16(codes []int16) []int16 { return append([]int16(nil), codes...) }

func (c *conn) describeStatement(name string) error {
	st, err := c.s.StatementNamed(name)
	if err != nil {
		return err
	}
	oids := make([]uint32, len(st.ParamOIDs))
	for i, oid := range st.ParamOIDs {
		oids[i] = uint32(oid)
	}
	c.send(&pgproto3.ParameterDescription{ParameterOIDs: oids})
	return c.describe(st.Columns, nil)
}

func (c *conn) describePortal(name string) error {
	p, err := c.s.PortalNamed(name)
	if err != nil {
		return err
	}
	return c.describe(p.Statement.Columns, p.Formats)
}

// describe sends RowDescription, or NoData for a statement that returns no rows.
func (c *conn) describe(columns []session.Column, codes []int16) error {
	if len(columns) == 0 {
		c.send(&pgproto3.NoData{})
		return nil
	}
	if len(columns) > pgenc.MaxColumns {
		return pgerror.Newf(pgerror.ProgramLimitExceeded, "a result can have at most %d columns", pgenc.MaxColumns)
	}
	formats, err := pgenc.Formats(codes, len(columns))
	if err != nil {
		return err
	}
	fields := make([]pgproto3.FieldDescription, len(columns))
	for i, col := range columns {
		fields[i] = pgproto3.FieldDescription{
			Name: bytes.ReplaceAll([]byte(col.Name), []byte{0}, nil), DataTypeOID: uint32(col.Type.OID), DataTypeSize: col.Type.Size,
			TypeModifier: col.Type.Mod, Format: int16(formats[i]),
		}
	}
	c.send(&pgproto3.RowDescription{Fields: fields})
	return nil
}
