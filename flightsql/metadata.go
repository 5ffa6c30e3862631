package flightsql

import (
	"context"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	stock "github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql/schema_ref"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Metadata is read when its rows are asked for: its ticket is the command itself. It comes from PostgreSQL's catalog, as the
// session sees it, in a query or two, however many tables there are.

// command describes rows of metadata.
func command(desc *flight.FlightDescriptor, schema *arrow.Schema) (*flight.FlightInfo, error) {
	return &flight.FlightInfo{
		FlightDescriptor: desc, Schema: flight.SerializeSchema(schema, memory.DefaultAllocator), TotalRecords: -1, TotalBytes: -1,
		Endpoint: []*flight.FlightEndpoint{{Ticket: &flight.Ticket{Ticket: desc.GetCmd()}}},
	}, nil
}

// chunkRows is how many rows of metadata go out at once: far less than 4 MiB, also where each has a table's schema.
const chunkRows = 1000

// stream sends the rows that write makes, chunk by chunk. write calls flush wherever a chunk may end.
func (h *handler) stream(ctx context.Context, schema *arrow.Schema, write func(b *array.RecordBuilder, flush func()) error) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	out := make(chan flight.StreamChunk)
	go func() {
		defer close(out)
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		defer b.Release()
		send := func(c flight.StreamChunk) {
			select {
			case out <- c:
			case <-ctx.Done():
				if c.Data != nil {
					c.Data.Release()
				}
			}
		}
		_, err := safely(h.s, func() (any, error) {
			return nil, write(b, func() {
				if b.Field(0).Len() >= chunkRows {
					send(flight.StreamChunk{Data: b.NewRecordBatch()})
				}
			})
		})
		if err != nil {
			send(flight.StreamChunk{Err: err})
			return
		}
		send(flight.StreamChunk{Data: b.NewRecordBatch()})
	}()
	return schema, out, nil
}

// text writes a value as a SQL literal.
func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// like is a condition on a name: a pattern with % and _, which a backslash escapes. No pattern: all.
func like(column string, pattern *string) string {
	if pattern == nil {
		return ""
	}
	return " AND " + column + " LIKE " + text(*pattern) + ` ESCAPE '\'`
}

// texts reads a query's rows, whose columns are all text, and calls each with them.
func texts(ctx context.Context, s Session, sql string, each func(row []string)) error {
	return s.Read(ctx, sql, func(rec arrow.RecordBatch) error {
		row := make([]string, rec.NumCols())
		for i := range int(rec.NumRows()) {
			for j, c := range rec.Columns() {
				row[j] = ""
				if c.IsValid(i) {
					row[j] = strings.Clone(c.ValueStr(i))
				}
			}
			each(row)
		}
		return nil
	})
}

// appendText appends values to the builder's first columns, which are text.
func appendText(b *array.RecordBuilder, values ...string) {
	for i, v := range values {
		b.Field(i).(*array.StringBuilder).Append(v)
	}
}

// GetFlightInfoCatalogs and its kin describe; DoGetCatalogs and its kin read.
func (h *handler) GetFlightInfoCatalogs(_ context.Context, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return command(desc, schema_ref.Catalogs)
}

// DoGetCatalogs returns the one database.
func (h *handler) DoGetCatalogs(ctx context.Context) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return h.stream(ctx, schema_ref.Catalogs, func(b *array.RecordBuilder, _ func()) error {
		appendText(b, h.s.exec.Database())
		return nil
	})
}

// ours tells whether a catalog's name is the database's; nil means all.
func (h *handler) ours(catalog *string) bool {
	return catalog == nil || *catalog == h.s.exec.Database()
}

// GetFlightInfoSchemas describes schemas.
func (h *handler) GetFlightInfoSchemas(_ context.Context, _ stock.GetDBSchemas, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return command(desc, schema_ref.DBSchemas)
}

// DoGetDBSchemas returns the schemas.
func (h *handler) DoGetDBSchemas(ctx context.Context, cmd stock.GetDBSchemas) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return h.stream(ctx, schema_ref.DBSchemas, func(b *array.RecordBuilder, flush func()) error {
		if !h.ours(cmd.GetCatalog()) {
			return nil
		}
		sql := "SELECT nspname::text FROM pg_catalog.pg_namespace WHERE true" + like("nspname", cmd.GetDBSchemaFilterPattern()) + " ORDER BY 1"
		return texts(ctx, of(ctx), sql, func(row []string) {
			appendText(b, h.s.exec.Database(), row[0])
			flush()
		})
	})
}

// The types of tables, and how pg_class tells them.
const (
	typeTable     = "TABLE"
	typeView      = "VIEW"
	typeTemporary = "LOCAL TEMPORARY"
	typeSystem    = "SYSTEM TABLE"

	typeOfClass = `CASE WHEN n.nspname IN ('pg_catalog', 'information_schema') THEN 'SYSTEM TABLE' WHEN c.relpersistence = 't' THEN 'LOCAL TEMPORARY'
		WHEN c.relkind IN ('v', 'm') THEN 'VIEW' ELSE 'TABLE' END`
)

// GetFlightInfoTableTypes describes the types of tables.
func (h *handler) GetFlightInfoTableTypes(_ context.Context, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return command(desc, schema_ref.TableTypes)
}

// DoGetTableTypes returns the types of tables.
func (h *handler) DoGetTableTypes(ctx context.Context) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return h.stream(ctx, schema_ref.TableTypes, func(b *array.RecordBuilder, _ func()) error {
		for _, t := range []string{typeTemporary, typeSystem, typeTable, typeView} {
			appendText(b, t)
		}
		return nil
	})
}

// GetFlightInfoTables describes tables.
func (h *handler) GetFlightInfoTables(_ context.Context, cmd stock.GetTables, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	if cmd.GetIncludeSchema() {
		return command(desc, schema_ref.TablesWithIncludedSchema)
	}
	return command(desc, schema_ref.Tables)
}

// DoGetTables returns tables, with the Arrow schemas that a SELECT of each would have if they are asked for.
func (h *handler) DoGetTables(ctx context.Context, cmd stock.GetTables) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	schema := schema_ref.Tables
	if cmd.GetIncludeSchema() {
		schema = schema_ref.TablesWithIncludedSchema
	}
	return h.stream(ctx, schema, func(b *array.RecordBuilder, flush func()) error {
		if !h.ours(cmd.GetCatalog()) {
			return nil
		}
		sql := "SELECT * FROM (SELECT n.nspname::text AS s, c.relname::text AS t, " + typeOfClass + ` AS k
			FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p')` +
			like("n.nspname", cmd.GetDBSchemaFilterPattern()) + like("c.relname", cmd.GetTableNameFilterPattern()) + ") AS tables"
		if types := cmd.GetTableTypes(); len(types) > 0 {
			quoted := make([]string, len(types))
			for i, t := range types {
				quoted[i] = text(t)
			}
			sql += " WHERE k IN (" + strings.Join(quoted, ", ") + ")"
		}
		var tables []TableName
		var kinds []string
		err := texts(ctx, of(ctx), sql+" ORDER BY k, s, t", func(row []string) {
			tables, kinds = append(tables, TableName{row[0], row[1]}), append(kinds, row[2])
		})
		if err != nil {
			return err
		}
		var schemas []*arrow.Schema
		if cmd.GetIncludeSchema() {
			if schemas, err = of(ctx).TableSchemas(ctx, tables); err != nil {
				return err
			}
		}
		for i, t := range tables {
			appendText(b, h.s.exec.Database(), t.Schema, t.Name, kinds[i])
			if schemas != nil {
				b.Field(4).(*array.BinaryBuilder).Append(flight.SerializeSchema(schemas[i], memory.DefaultAllocator))
			}
			flush()
		}
		return nil
	})
}

// keysSQL lists the columns of keys: of the tables' constraints, in their order.
const keysSQL = `SELECT n.nspname::text, c.relname::text, a.attname::text, k.i::text, con.conname::text
	FROM (SELECT oid, conname, conrelid, connamespace, conkey, unnest(generate_series(1, cardinality(conkey))) AS i FROM pg_catalog.pg_constraint WHERE contype = 'p') k
	JOIN pg_catalog.pg_constraint con ON con.oid = k.oid
	JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[k.i] WHERE true`

// equal is a condition on a name; "" where nothing is asked.
func equal(column string, want *string) string {
	if want == nil {
		return ""
	}
	return " AND " + column + " = " + text(*want)
}

// GetFlightInfoPrimaryKeys describes primary keys.
func (h *handler) GetFlightInfoPrimaryKeys(_ context.Context, _ stock.TableRef, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return command(desc, schema_ref.PrimaryKeys)
}

// DoGetPrimaryKeys returns a table's primary key.
func (h *handler) DoGetPrimaryKeys(ctx context.Context, ref stock.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return h.stream(ctx, schema_ref.PrimaryKeys, func(b *array.RecordBuilder, flush func()) error {
		if !h.ours(ref.Catalog) {
			return nil
		}
		sql := keysSQL + equal("n.nspname", ref.DBSchema) + equal("c.relname", &ref.Table) + " ORDER BY 1, 2, k.i"
		return texts(ctx, of(ctx), sql, func(row []string) {
			appendText(b, h.s.exec.Database(), row[0], row[1], row[2])
			b.Field(4).(*array.Int32Builder).Append(number(row[3]))
			b.Field(5).(*array.StringBuilder).Append(row[4])
			flush()
		})
	})
}

func number(s string) int32 {
	n := int32(0)
	for _, c := range s {
		n = 10*n + c - '0'
	}
	return n
}

// noKeys answers what asks for foreign keys: lasting tables have none.
func (h *handler) noKeys(ctx context.Context) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return h.stream(ctx, schema_ref.ImportedExportedKeysAndCrossReference, func(*array.RecordBuilder, func()) error { return nil })
}

// GetFlightInfoExportedKeys describes the keys that refer to a table.
func (h *handler) GetFlightInfoExportedKeys(_ context.Context, _ stock.TableRef, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return command(desc, schema_ref.ExportedKeys)
}

// DoGetExportedKeys returns none: no table has foreign keys.
func (h *handler) DoGetExportedKeys(ctx context.Context, _ stock.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return h.noKeys(ctx)
}

// GetFlightInfoImportedKeys describes a table's foreign keys.
func (h *handler) GetFlightInfoImportedKeys(_ context.Context, _ stock.TableRef, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return command(desc, schema_ref.ImportedKeys)
}

// DoGetImportedKeys returns none: no table has foreign keys.
func (h *handler) DoGetImportedKeys(ctx context.Context, _ stock.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return h.noKeys(ctx)
}

// GetFlightInfoCrossReference describes the foreign keys between two tables.
func (h *handler) GetFlightInfoCrossReference(_ context.Context, _ stock.CrossTableRef, desc *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return command(desc, schema_ref.CrossReference)
}

// DoGetCrossReference returns none: no table has foreign keys.
func (h *handler) DoGetCrossReference(ctx context.Context, _ stock.CrossTableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return h.noKeys(ctx)
}
