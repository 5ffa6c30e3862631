package session

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// Scripts of SET, SHOW, RESET, DISCARD and the transaction's commands, as a client would send them, against the state
// machine alone.
//
//	sql        statements, a line each: what each answers
//	worker     what a worker is told of the settings
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		s := New(Identity{User: "ann", Database: "tavana"})
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "sql":
				var b strings.Builder
				for line := range strings.Lines(d.Input) {
					b.WriteString(answer(s, strings.TrimSpace(line)) + "\n")
				}
				return b.String()
			case "worker":
				return fmt.Sprintln(s.Settings.Worker())
			}
			return "unknown command"
		})
	})
}

func answer(s *Session, sql string) string {
	list, err := sqltext.Split(sql)
	if err != nil {
		return string(pgerror.CodeOf(err))
	}
	st := &list[0]
	v := st.Verb()
	before := s.Settings.Snapshot()
	out, err := step(s, st, v)
	if err != nil {
		s.Fail()
		out = string(pgerror.CodeOf(err)) + " " + err.Error()
	}
	s.Settings.Changed(before, func(name, value string) { out += fmt.Sprintf(" [%s=%s]", name, value) })
	return out + " " + string(s.TxStatus())
}

func step(s *Session, st *sqltext.Statement, v sqltext.Verb) (string, error) {
	if err := s.Allows(v); err != nil {
		return "", err
	}
	switch v {
	case sqltext.Begin:
		if !s.Begin() {
			return "already in a block", nil
		}
		return "BEGIN", s.BeginModes(st)
	case sqltext.Commit, sqltext.Rollback:
		committed := v == sqltext.Commit && !s.Failed()
		s.End(committed)
		if committed {
			return "COMMIT", nil
		}
		return "ROLLBACK", nil
	}
	if !Answers(st, v) {
		return "for a worker", nil
	}
	a, err := s.Answer(st, v)
	if err != nil {
		return "", err
	}
	out := a.Tag
	for _, row := range a.Rows {
		out += " " + strings.Join(row, ",")
	}
	for _, n := range a.Notices {
		out += " notice " + string(n.Code)
	}
	return out, nil
}

func TestStatementsAndPortalsFollowTheProtocol(t *testing.T) {
	s := New(Identity{User: "ann"})
	st := &Statement{}
	want := func(err error, code pgerror.Code) {
		t.Helper()
		if got := pgerror.CodeOf(err); got != code {
			t.Errorf("got %s (%v), want %s", got, err, code)
		}
	}
	want(s.PutStatement("", st), pgerror.SuccessfulCompletion)
	want(s.PutStatement("", st), pgerror.SuccessfulCompletion) // the unnamed one is replaced
	want(s.PutStatement("a", st), pgerror.SuccessfulCompletion)
	want(s.PutStatement("a", st), pgerror.DuplicatePreparedStatement)
	_, err := s.StatementNamed("b")
	want(err, pgerror.InvalidSQLStatementName)
	s.CloseStatement("a")
	s.CloseStatement("a")
	_, err = s.StatementNamed("a")
	want(err, pgerror.InvalidSQLStatementName)

	closed := 0
	portal := func() *Portal { return &Portal{Statement: st, Run: closer(func() { closed++ })} }
	want(s.PutPortal("", portal()), pgerror.SuccessfulCompletion)
	want(s.PutPortal("", portal()), pgerror.SuccessfulCompletion)
	if closed != 1 {
		t.Errorf("%d portals closed when the unnamed one was replaced", closed)
	}
	want(s.PutPortal("p", portal()), pgerror.SuccessfulCompletion)
	want(s.PutPortal("p", portal()), pgerror.DuplicateCursor)
	_, err = s.PortalNamed("q")
	want(err, pgerror.InvalidCursorName)
	s.Begin()
	s.End(true)
	if closed != 3 {
		t.Errorf("%d portals closed after the transaction, want 3", closed)
	}
	_, err = s.PortalNamed("p")
	want(err, pgerror.InvalidCursorName)
}

type closer func()

func (c closer) Close() { c() }

func TestStartupSettingsAreWhatResetGoesBackTo(t *testing.T) {
	s := New(Identity{User: "ann"})
	for _, kv := range [][2]string{{"TimeZone", "europe/berlin"}, {"application_name", "psql"}} {
		if err := s.Settings.Start(kv[0], kv[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Settings.Set("TimeZone", "UTC", false); err != nil {
		t.Fatal(err)
	}
	if err := s.Settings.Reset("TimeZone", false); err != nil {
		t.Fatal(err)
	}
	if v, _ := s.Settings.Get("timezone"); v != "Europe/Berlin" {
		t.Errorf("TimeZone %q", v)
	}
	if got := s.Settings.Worker()["TimeZone"]; got != "Europe/Berlin" {
		t.Errorf("the worker is told %q", got)
	}
	if err := s.Settings.Start("no_such_thing", "1"); pgerror.CodeOf(err) != pgerror.UndefinedObject {
		t.Errorf("unknown startup parameter: %v", err)
	}
}
