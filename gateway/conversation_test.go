package gateway_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

func asPgError(err error, target **pgconn.PgError) bool { return errors.As(err, target) }

// The conversations of testdata/conversation, played against Tavana and against a real PostgreSQL 15. A file is one
// connection from after its first ReadyForQuery on:
//
//	send       messages, a line each: the message's name and its fields as JSON
//	until      types of messages: what comes until each of them has come, in order
//
// Errors are compared by severity and SQLSTATE, not by their texts. Where the two servers differ, the block says which one
// it is for, tavana_only or postgres_only, under a comment with the reason.
func TestConversations(t *testing.T) {
	w := open(t, 1, nil)
	pg := startPostgres(t)
	for _, server := range []struct{ name, url string }{{"tavana", w.url("")}, {"postgres", pg.URL()}} {
		t.Run(server.name, func(t *testing.T) {
			datadriven.Walk(t, "testdata/conversation", func(t *testing.T, path string) { play(t, path, server.name, server.url) })
		})
	}
}

func play(t *testing.T, path, server, url string) {
	c := newTalker(t, url)
	datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
		other := map[string]string{"tavana": "postgres_only", "postgres": "tavana_only"}[server]
		if d.HasArg(other) {
			return d.Expected
		}
		switch d.Cmd {
		case "send":
			for line := range strings.Lines(d.Input) {
				if line = strings.TrimSpace(line); line != "" {
					c.send(line)
				}
			}
			if err := c.f.Flush(); err != nil {
				t.Fatal(err)
			}
			return ""
		case "until":
			return c.until(strings.Fields(d.Input))
		}
		t.Fatalf("unknown command %s", d.Cmd)
		return ""
	})
}

// talker speaks the protocol message by message.
type talker struct {
	t *testing.T
	f *pgproto3.Frontend
}

func newTalker(t *testing.T, url string) *talker {
	t.Helper()
	c, err := pgconn.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	h, err := c.Hijack()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Conn.Close() })
	_ = h.Conn.SetDeadline(time.Now().Add(60 * time.Second))
	return &talker{t, h.Frontend} // its own: pgconn may still read ahead for it
}

// bind is Bind with parameters as text: null, or "x:hex" for bytes.
type bind struct {
	DestinationPortal    string
	PreparedStatement    string
	ParameterFormatCodes []int16
	Parameters           []*string
	ResultFormatCodes    []int16
}

func (c *talker) send(line string) {
	c.t.Helper()
	name, fields, _ := strings.Cut(line, " ")
	if fields == "" {
		fields = "{}"
	}
	var m pgproto3.FrontendMessage
	switch name {
	case "Query":
		m = &pgproto3.Query{}
	case "Parse":
		m = &pgproto3.Parse{}
	case "Bind":
		var b bind
		c.decode(fields, &b)
		out := &pgproto3.Bind{
			DestinationPortal: b.DestinationPortal, PreparedStatement: b.PreparedStatement,
			ParameterFormatCodes: b.ParameterFormatCodes, ResultFormatCodes: b.ResultFormatCodes,
		}
		for _, p := range b.Parameters {
			out.Parameters = append(out.Parameters, c.value(p))
		}
		c.f.Send(out)
		return
	case "Describe", "Close":
		var d struct{ ObjectType, Name string }
		c.decode(fields, &d)
		if name == "Describe" {
			c.f.Send(&pgproto3.Describe{ObjectType: d.ObjectType[0], Name: d.Name})
		} else {
			c.f.Send(&pgproto3.Close{ObjectType: d.ObjectType[0], Name: d.Name})
		}
		return
	case "Execute":
		m = &pgproto3.Execute{}
	case "Sync":
		m = &pgproto3.Sync{}
	case "Flush":
		m = &pgproto3.Flush{}
	case "CopyData": // as Bind's parameters
		var d struct{ Data string }
		c.decode(fields, &d)
		c.f.Send(&pgproto3.CopyData{Data: c.value(&d.Data)})
		return
	case "CopyDone":
		m = &pgproto3.CopyDone{}
	case "CopyFail":
		m = &pgproto3.CopyFail{}
	default:
		c.t.Fatalf("unknown message %s", name)
	}
	c.decode(fields, m)
	c.f.Send(m)
}

func (c *talker) decode(fields string, v any) {
	c.t.Helper()
	d := json.NewDecoder(strings.NewReader(fields))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		c.t.Fatalf("%s: %v", fields, err)
	}
}

func (c *talker) value(p *string) []byte {
	c.t.Helper()
	if p == nil {
		return nil
	}
	if digits, ok := strings.CutPrefix(*p, "x:"); ok {
		b, err := hex.DecodeString(digits)
		if err != nil {
			c.t.Fatal(err)
		}
		return b
	}
	return []byte(*p)
}

// until returns what comes until each of the types has come, in order.
func (c *talker) until(types []string) string {
	c.t.Helper()
	var b strings.Builder
	for len(types) > 0 {
		m, err := c.f.Receive()
		if err != nil {
			c.t.Fatalf("waiting for %v: %v\n%s", types, err, b.String())
		}
		text := describe(m)
		b.WriteString(text + "\n")
		if name, _, _ := strings.Cut(text, " "); name == types[0] {
			types = types[1:]
		}
	}
	return b.String()
}

func describe(m pgproto3.BackendMessage) string {
	switch m := m.(type) {
	case *pgproto3.ErrorResponse:
		out := fmt.Sprintf("ErrorResponse %s %s%s", m.Severity, m.Code, at(m.Position))
		if strings.HasPrefix(m.Where, "COPY") { // PostgreSQL also names parameters
			out += " in " + m.Where
		}
		return out
	case *pgproto3.NoticeResponse:
		return fmt.Sprintf("NoticeResponse %s %s", m.Severity, m.Code)
	case *pgproto3.RowDescription:
		out := "RowDescription"
		for _, f := range m.Fields {
			out += fmt.Sprintf(" %s:%d/%d/%d/%d", f.Name, f.DataTypeOID, f.DataTypeSize, f.TypeModifier, f.Format)
		}
		return out
	case *pgproto3.DataRow:
		cells := make([]string, len(m.Values))
		for i, v := range m.Values {
			switch {
			case v == nil:
				cells[i] = "NULL"
			case bytes.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' }):
				cells[i] = "x:" + hex.EncodeToString(v)
			default:
				cells[i] = "'" + string(v) + "'"
			}
		}
		return "DataRow " + strings.Join(cells, " ")
	case *pgproto3.CopyInResponse:
		return fmt.Sprintf("CopyInResponse %d %v", m.OverallFormat, m.ColumnFormatCodes)
	case *pgproto3.CopyOutResponse:
		return fmt.Sprintf("CopyOutResponse %d %v", m.OverallFormat, m.ColumnFormatCodes)
	case *pgproto3.CopyData:
		return fmt.Sprintf("CopyData %q", m.Data)
	case *pgproto3.CommandComplete:
		return "CommandComplete " + string(m.CommandTag)
	case *pgproto3.ReadyForQuery:
		return "ReadyForQuery " + string(m.TxStatus)
	case *pgproto3.ParameterDescription:
		return fmt.Sprintf("ParameterDescription %v", m.ParameterOIDs)
	case *pgproto3.ParameterStatus:
		return fmt.Sprintf("ParameterStatus %s=%s", m.Name, m.Value)
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", m), "*pgproto3.")
}

func at(position int32) string {
	if position == 0 {
		return ""
	}
	return fmt.Sprintf(" at %d", position)
}
