package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The catalog that tools browse.
const (
	catalogTables  = 5000
	catalogColumns = 20
)

// catalogQueries are what psql's backslash commands and tools ask of it; the table in the middle is looked for.
var catalogQueries = []struct{ name, sql string }{
	{`\d: the table`, `SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relname OPERATOR(pg_catalog.~) '^(t2500)$' COLLATE pg_catalog.default AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 2, 3`},
	{`\d: its columns`, `SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull FROM pg_catalog.pg_attribute a
		WHERE a.attrelid = 't2500'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`},
	{`\dt`, `SELECT n.nspname, c.relname, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' END, pg_catalog.pg_get_userbyid(c.relowner)
		FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', '') AND n.nspname !~ '^pg_toast'
		AND n.nspname <> 'information_schema' AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1, 2`},
	{"information_schema.columns of a table", "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 't2500' ORDER BY ordinal_position"},
	{"information_schema.columns of all", "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"},
}

// browsing: a catalog of many lasting tables beside PostgreSQL's of the same.
func browsing(ctx context.Context, e *env, r *report) error {
	dir, err := os.MkdirTemp(e.out, "catalog-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t, err := e.startTavana(ctx, 0, "--lake-metadata", "sqlite:"+filepath.Join(dir, "catalog.sqlite"), "--lake-data", filepath.Join(dir, "tables"), "--lake-inline-rows", "0")
	if err != nil {
		return err
	}
	defer t.stop()
	before, err := firstAnswer(ctx, t.addr)
	if err != nil {
		return err
	}
	for _, addr := range []string{t.addr, e.pg.Addr} {
		if err := makeCatalog(ctx, addr); err != nil {
			return err
		}
	}
	after, err := firstAnswer(ctx, t.addr)
	if err != nil {
		return err
	}
	theirs, err := firstAnswer(ctx, e.pg.Addr)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%d tables × %d columns: ", catalogTables, catalogColumns)
	r.add(name+"connect, SELECT 1, p50", "ms", ms(after), "PostgreSQL 15", ms(theirs), atMost(2))
	r.bound("  costs", "ms more than without the tables", ms(after-before), none)
	for _, q := range catalogQueries {
		ours, err := medianOfCatalog(ctx, t.addr, q.sql)
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		theirs, err := medianOfCatalog(ctx, e.pg.Addr, q.sql)
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		r.add("  "+q.name+", p50", "ms", ms(ours), "PostgreSQL 15", ms(theirs), atMost(2))
	}
	return dropCatalog(ctx, e.pg.Addr)
}

// makeCatalog makes the tables, a thousand in a transaction: after each one DuckLake reads all of its catalog again.
func makeCatalog(ctx context.Context, addr string) error {
	c, err := dialWire(ctx, addr)
	if err != nil {
		return err
	}
	defer c.close()
	const batch = 1000
	for first := 0; first < catalogTables; first += batch {
		var b strings.Builder
		b.WriteString("BEGIN")
		for i := first; i < first+batch; i++ {
			fmt.Fprintf(&b, "; CREATE TABLE t%d (c0 int", i)
			for j := 1; j < catalogColumns; j++ {
				fmt.Fprintf(&b, ", c%d %s", j, []string{"int", "text", "timestamptz", "double precision", "numeric(12,2)"}[j%5])
			}
			b.WriteString(")")
		}
		b.WriteString("; COMMIT")
		if _, err := c.query(b.String()); err != nil {
			return err
		}
	}
	return nil
}

// dropCatalog takes them away, since other cases use the same PostgreSQL.
func dropCatalog(ctx context.Context, addr string) error {
	c, err := dialWire(ctx, addr)
	if err != nil {
		return err
	}
	defer c.close()
	const batch = 1000 // a transaction has only so many locks
	for first := 0; first < catalogTables; first += batch {
		var names []string
		for i := first; i < first+batch; i++ {
			names = append(names, fmt.Sprintf("t%d", i))
		}
		if _, err := c.query("DROP TABLE " + strings.Join(names, ", ")); err != nil {
			return err
		}
	}
	return nil
}

// firstAnswer is the median of connecting and asking once.
func firstAnswer(ctx context.Context, addr string) (time.Duration, error) {
	return median(50, func() error {
		c, err := dialWire(ctx, addr)
		if err != nil {
			return err
		}
		defer c.close()
		_, err = c.query("SELECT 1")
		return err
	})
}

func medianOfCatalog(ctx context.Context, addr, sql string) (time.Duration, error) {
	c, err := dialWire(ctx, addr)
	if err != nil {
		return 0, err
	}
	defer c.close()
	if _, err := c.query(sql); err != nil { // warm
		return 0, err
	}
	return median(9, func() error { _, err := c.query(sql); return err })
}
