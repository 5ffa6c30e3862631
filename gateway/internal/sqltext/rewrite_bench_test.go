package sqltext_test

import (
	"testing"

	"github.com/angelerator/tavana/gateway/internal/catalog"
	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
)

// What reading and rewriting a statement cost, by kinds of statements; the goal is 20 µs for a usual one.
func BenchmarkRewrite(b *testing.B) {
	rules := &sqltext.Rules{
		Catalog: catalog.Catalog, Information: catalog.Information, InCatalog: catalog.InCatalog, InInformation: catalog.InInformation, Scalar: catalog.Scalar,
		Value:   func(string) (string, bool) { return "'x'", true },
		Setting: func(string) (string, bool) { return "x", true },
		Literal: pgenc.Literal, Array: pgenc.ListLiteral,
	}
	for _, q := range []struct{ name, sql string }{
		{"one", "SELECT 1"},
		{"usual", "SELECT c.id, c.name, sum(o.amount) AS total FROM shop.orders o JOIN shop.customer c ON c.id = o.customer WHERE o.placed >= '2024-01-01' AND c.name LIKE 'A%' GROUP BY c.id, c.name ORDER BY total DESC LIMIT 10"},
		{"parameters", "INSERT INTO shop.orders (id, line, customer, note, amount) VALUES ($1, $2, $3, $4, $5)"},
		{"catalog", "SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid WHERE c.oid = 'shop.customer'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"},
	} {
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				list, err := sqltext.Split(q.sql)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := list[0].Rewrite(rules, []string{"BIGINT", "SMALLINT", "INTEGER", "VARCHAR", "DOUBLE"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
