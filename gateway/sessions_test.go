package gateway_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// Two hundred sessions at once on two workers, each with temporary tables, settings, prepared statements and an open
// transaction of the same names: nobody sees anybody else's.
func TestSessionsSeeNothingOfEachOther(t *testing.T) {
	w := openLasting(t, 2, nil)
	if got := said(t, w, "CREATE TABLE shared (i int)"); got != "CREATE TABLE" {
		t.Fatal(got)
	}
	const n = 200
	var wg, made sync.WaitGroup
	made.Add(n)
	limit := make(chan struct{}, 50) // connections that start at once
	for i := range n {
		wg.Go(func() {
			limit <- struct{}{}
			c, err := pgconn.Connect(t.Context(), w.url(""))
			<-limit
			if err != nil {
				t.Error(err)
				made.Done()
				return
			}
			defer func() { _ = c.Close(t.Context()) }()
			query := func(sql, want string) {
				t.Helper()
				r, err := c.Exec(t.Context(), sql).ReadAll()
				if err != nil {
					t.Errorf("session %d: %s: %v", i, sql, err)
					return
				}
				last := r[len(r)-1]
				got := last.CommandTag.String()
				if len(last.Rows) > 0 {
					cells := make([]string, len(last.Rows[0]))
					for j, v := range last.Rows[0] {
						cells[j] = string(v)
					}
					got = strings.Join(cells, "|")
				}
				if got != want {
					t.Errorf("session %d: %s: %s, want %s", i, sql, got, want)
				}
			}
			zone := []string{"Asia/Tokyo|2024-01-01 09:00:00+09", "America/New_York|2023-12-31 19:00:00-05", "UTC|2024-01-01 00:00:00+00"}[i%3]
			name, local, _ := strings.Cut(zone, "|")
			query(fmt.Sprintf("CREATE TEMP TABLE mine AS SELECT %d AS i", i), "SELECT 1")
			query("SET TimeZone = '"+name+"'", "SET")
			query(fmt.Sprintf("SET application_name = 'session %d'", i), "SET")
			query(fmt.Sprintf("PREPARE p AS SELECT %d AS i", i), "PREPARE")
			query("BEGIN", "BEGIN")
			query(fmt.Sprintf("INSERT INTO mine VALUES (%d)", 1000+i), "INSERT 0 1")
			made.Done()
			made.Wait() // all of them hold all of that
			query("SELECT min(i), max(i), count(*) FROM mine", fmt.Sprintf("%d|%d|2", i, 1000+i))
			query("EXECUTE p", fmt.Sprint(i))
			query("SELECT TIMESTAMPTZ '2024-01-01 00:00:00+00'", local)
			query("SHOW application_name", fmt.Sprintf("session %d", i))
			query("SELECT count(*) FROM shared", "0")
			query("ROLLBACK", "ROLLBACK")
			query("SELECT count(*) FROM mine", "1")
			query("DISCARD ALL", "DISCARD ALL")
			query("SHOW TimeZone", "UTC")
		})
	}
	wg.Wait()
}
