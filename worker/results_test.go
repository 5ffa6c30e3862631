package worker_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

func (c *client) openResult(st *workerpb.Statement) (*workerpb.OpenResultResponse, error) {
	return c.openInline(st, 0)
}

func (c *client) openInline(st *workerpb.Statement, inline uint32) (*workerpb.OpenResultResponse, error) {
	o, err := c.OpenResult(c.t.Context(), st, inline)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	if err := o.Granted(); err != nil {
		return nil, err
	}
	return o.Wait()
}

// A result of a session waits beside the session's other statements: it is whole before the answer, as is one of a statement
// that writes, whose rows nobody need come for.
func TestResultsOfASessionWaitBesideIt(t *testing.T) {
	c := dial(t, start(t, config(t)))
	const session = "s"
	if err := c.OpenSession(t.Context(), &workerpb.OpenSessionRequest{SessionId: session, User: &workerpb.User{Name: "tavana"}}); err != nil {
		t.Fatal(err)
	}
	open := func(sql string) (*workerpb.Statement, *workerpb.OpenResultResponse) {
		st := c.statement(sql)
		st.SessionId = session
		resp, err := c.openResult(st)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return st, resp
	}
	if _, resp := open("CREATE TEMP TABLE t AS SELECT i FROM range(300000) t(i)"); resp.GetCompletion().GetRowsChanged() != 300000 {
		t.Errorf("%v", resp.GetCompletion())
	}
	before, _ := open("SELECT i FROM t ORDER BY i")
	returned, resp := open("DELETE FROM t WHERE i < 1000 RETURNING i")
	if resp.GetCompletion() == nil {
		t.Error("a statement that writes was not ended")
	}
	after, _ := open("SELECT count(*) FROM t")
	for _, x := range []struct {
		st   *workerpb.Statement
		rows int
		last string
	}{{after, 1, "299000"}, {returned, 1000, ""}, {before, 300000, "299999"}} {
		s, err := c.Result(t.Context(), x.st.GetQueryId())
		if err != nil {
			t.Fatal(err)
		}
		rows, _, err := readAll(s)
		if err != nil || len(rows) != x.rows || x.last != "" && rows[len(rows)-1] != x.last {
			t.Errorf("%s: %d rows, %v", x.st.GetSql(), len(rows), err)
		}
	}
	if err := c.CloseSession(t.Context(), session); err != nil {
		t.Fatal(err)
	}
}

func TestAResultThatNobodyComesForGoes(t *testing.T) {
	cfg := config(t)
	cfg.ResultTimeout = time.Second
	c := dial(t, start(t, cfg))
	st := c.statement("SELECT i, repeat('x', 100) FROM range(10000000) t(i)")
	if _, err := c.openResult(st); err != nil {
		t.Fatal(err)
	}
	c.await(func(s *workerpb.State) bool { return s.GetReserved() > 0 })
	c.await(func(s *workerpb.State) bool { return s.GetReserved() == 0 && len(s.GetQueries()) == 0 })
	s, err := c.Result(t.Context(), st.GetQueryId())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := readAll(s); pgerror.CodeOf(err) != pgerror.ObjectNotInPrerequisiteState {
		t.Errorf("its rows: %v", err)
	}
}

// What fails after the first rows fails for who reads them, and a cancel reaches a result that is being read.
func TestErrorsInTheMiddleOfAResult(t *testing.T) {
	c := dial(t, start(t, config(t)))
	st := c.statement("SELECT CASE WHEN i < 4000000 THEN i ELSE error('far') END FROM range(5000000) t(i)")
	if _, err := c.openResult(st); err != nil {
		t.Fatal(err)
	}
	s, err := c.Result(t.Context(), st.GetQueryId())
	if err != nil {
		t.Fatal(err)
	}
	if rows, done, err := readAll(s); err == nil || done != nil || len(rows) == 0 {
		t.Errorf("%d rows, %v, %v", len(rows), done, err)
	}

	st = c.statement("SELECT i FROM range(100000000000) t(i)")
	if _, err := c.openResult(st); err != nil {
		t.Fatal(err)
	}
	if s, err = c.Result(t.Context(), st.GetQueryId()); err != nil {
		t.Fatal(err)
	}
	b, err := s.Next()
	if err != nil {
		t.Fatal(err)
	}
	b.Release()
	if found, err := c.Cancel(t.Context(), st.GetQueryId()); err != nil || !found {
		t.Errorf("found %v, %v", found, err)
	}
	if _, _, err := readAll(s); pgerror.CodeOf(err) != pgerror.QueryCanceled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestResultsHaveTheirProfilesTypes(t *testing.T) {
	c := dial(t, start(t, config(t)))
	for profile, want := range map[workerpb.Profile][]string{
		workerpb.Profile_PROFILE_RICH:   {"2|5b1a3d1e-0000-4000-8000-000000000001"},
		workerpb.Profile_PROFILE_COMPAT: {"2|5b1a3d1e-0000-4000-8000-000000000001"},
	} {
		st := c.statement("SELECT 2::HUGEINT, '5b1a3d1e-0000-4000-8000-000000000001'::UUID::VARCHAR")
		st.Profile = profile
		if _, err := c.openResult(st); err != nil {
			t.Fatal(err)
		}
		s, err := c.Result(t.Context(), st.GetQueryId())
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := readAll(s); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v: %v %v", profile, fmt.Sprint(got), err)
		}
	}
}

// A few rows come with the answer, and then nothing of the statement is left at the worker.
func TestFewRowsComeWithTheAnswer(t *testing.T) {
	c := dial(t, start(t, config(t)))
	const session = "s"
	if err := c.OpenSession(t.Context(), &workerpb.OpenSessionRequest{SessionId: session, User: &workerpb.User{Name: "tavana"}}); err != nil {
		t.Fatal(err)
	}
	open := func(sql, session string) (*workerpb.Statement, *workerpb.OpenResultResponse, error) {
		st := c.statement(sql)
		st.SessionId = session
		resp, err := c.openInline(st, 1000)
		return st, resp, err
	}
	for _, x := range []struct {
		sql, session string
		messages     int
	}{
		{"SELECT 42 AS a", "", 1},
		{"SELECT 42 AS a WHERE false", "", 0},
		{"SELECT i FROM range(100) t(i)", "", 1},
		{"CREATE TEMP TABLE t AS SELECT 1 AS i", session, -1},
		{"SELECT * FROM t", session, 1},
		{"DELETE FROM t RETURNING i", session, 1},
		{"SELECT * FROM t", session, 0},
	} {
		st, resp, err := open(x.sql, x.session)
		if err != nil || resp.GetWhole() != (x.messages >= 0) || len(resp.GetRows()) != max(x.messages, 0) {
			t.Fatalf("%s: %v, %v", x.sql, resp, err)
		}
		s, err := c.Result(t.Context(), st.GetQueryId())
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := readAll(s); pgerror.CodeOf(err) != pgerror.ObjectNotInPrerequisiteState {
			t.Errorf("%s still waits: %v", x.sql, err)
		}
	}
	c.await(func(s *workerpb.State) bool { return s.GetReserved() == 0 && len(s.GetQueries()) == 0 })
	for _, x := range [][2]string{{"SELECT i FROM range(1000) t(i)", ""}, {"SELECT repeat('x', 2000) AS a", ""}, {"SELECT r.i FROM range(1000) r(i) LEFT JOIN t ON r.i = t.i", session}} {
		st, resp, err := open(x[0], x[1])
		if err != nil || resp.GetWhole() || len(resp.GetRows()) > 0 {
			t.Errorf("%s: %v, %v", x[0], resp, err)
		}
		s, err := c.Result(t.Context(), st.GetQueryId())
		if err != nil {
			t.Fatal(err)
		}
		if rows, _, err := readAll(s); err != nil || len(rows) == 0 {
			t.Errorf("%s: %d rows, %v", x[0], len(rows), err)
		}
	}
}
