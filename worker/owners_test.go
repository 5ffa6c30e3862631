package worker_test

import (
	"context"
	"testing"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// A gateway that crashes leaves sessions behind: they end, with what they hold, and those of a gateway that lives stay.
func TestSessionsOfAGatewayThatIsGoneEnd(t *testing.T) {
	cfg := config(t)
	cfg.Memory, cfg.SessionGrace = 1<<30, 100*time.Millisecond
	target := start(t, cfg)
	lives, crashes := dial(t, target), dial(t, target)
	for _, c := range []*client{lives, crashes} {
		watching := make(chan struct{})
		go func() {
			first := true
			_ = c.Watch(context.Background(), func(*workerpb.State) error {
				if first {
					close(watching)
				}
				first = false
				return nil
			})
		}()
		<-watching
		if err := c.OpenSession(t.Context(), &workerpb.OpenSessionRequest{SessionId: c.prefix, User: &workerpb.User{}}); err != nil {
			t.Fatal(err)
		}
		for _, sql := range []string{"BEGIN TRANSACTION", "CREATE TEMP TABLE t AS SELECT i FROM range(1000) r(i)"} {
			st := c.statement(sql)
			st.SessionId = c.prefix
			if _, _, err := c.run(st); err != nil {
				t.Fatal(err)
			}
		}
	}
	observer := dial(t, target)
	seconds := 0
	observer.await(func(st *workerpb.State) bool {
		seconds++
		return seconds > 2 && st.GetSessions() == 2 // for longer than the grace
	})
	_ = crashes.Close()
	observer.await(func(st *workerpb.State) bool { return st.GetSessions() == 1 })
	st := lives.statement("SELECT count(*) FROM t")
	st.SessionId = lives.prefix
	if rows, _, err := lives.run(st); err != nil || rows[0] != "1000" {
		t.Errorf("the session that is watched over: %v %v", rows, err)
	}
	st = observer.statement("SELECT 1")
	st.SessionId = crashes.prefix
	if _, _, err := observer.run(st); pgerror.CodeOf(err) != pgerror.ConnectionFailure {
		t.Errorf("the other's: %v", err)
	}
}
