package dispatch

import (
	"cmp"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/angelerator/tavana/gateway/internal/catalog"
	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/workerapi"
	"github.com/angelerator/tavana/internal/workerapi/workerpb"
)

// Live tables are the gateway's own, such as who is connected: they travel with each statement that names one of the
// catalog's views over them.

// liveNames are the names in a statement that need a live table.
var liveNames = map[string]string{
	"pg_stat_activity": "activity", "pg_stat_database": "activity", "acldefault": "roles", "aclexplode": "roles",
	"pg_roles": "roles", "pg_authid": "roles", "pg_user": "roles", "pg_shadow": "roles", "pg_get_userbyid": "roles", "enabled_roles": "roles",
	"applicable_roles": "roles", "regrole": "roles", "to_regrole": "roles",
	"pg_settings": "settings", "pg_show_all_settings": "settings", "pg_prepared_statements": "prepared",
	"pg_cursors":   "cursors",
	"tavana.queue": "queue", "tavana.workers": "workers", "tavana.queries": "queries",
	"pg_database": "session", "pg_postmaster_start_time": "session", "pg_conf_load_time": "session", "inet_client_addr": "session", "inet_client_port": "session",
}

var text = arrow.BinaryTypes.String

func fields(list ...any) *arrow.Schema {
	var out []arrow.Field
	for i := 0; i < len(list); i += 2 {
		out = append(out, arrow.Field{Name: list[i].(string), Type: list[i+1].(arrow.DataType), Nullable: true})
	}
	return arrow.NewSchema(out, nil)
}

// liveTables are the live tables with their columns.
var liveTables = map[string]*arrow.Schema{
	"activity": fields("datname", text, "pid", arrow.PrimitiveTypes.Int32, "usename", text, "application_name", text, "client_addr", text,
		"client_port", arrow.PrimitiveTypes.Int32, "backend_start", arrow.FixedWidthTypes.Timestamp_us, "xact_start", arrow.FixedWidthTypes.Timestamp_us,
		"query_start", arrow.FixedWidthTypes.Timestamp_us, "state_change", arrow.FixedWidthTypes.Timestamp_us, "wait_event_type", text,
		"wait_event", text, "state", text, "query", text),
	"roles": fields("rolname", text, "superuser", arrow.FixedWidthTypes.Boolean, "oid", arrow.PrimitiveTypes.Int64),
	"settings": fields("name", text, "setting", text, "unit", text, "help", text, "context", text, "vartype", text, "source", text, "boot_val", text,
		"reset_val", text),
	"prepared": fields("name", text, "statement", text, "prepare_time", arrow.FixedWidthTypes.Timestamp_us, "parameter_types", text, "from_sql", arrow.FixedWidthTypes.Boolean),
	"cursors": fields("name", text, "statement", text, "is_holdable", arrow.FixedWidthTypes.Boolean, "is_binary", arrow.FixedWidthTypes.Boolean,
		"is_scrollable", arrow.FixedWidthTypes.Boolean, "creation_time", arrow.FixedWidthTypes.Timestamp_us),
	"queue": queueTable, "workers": workersTable, "queries": queriesTable,
	"session": fields("database", text, "client_addr", text, "client_port", arrow.PrimitiveTypes.Int32, "started", arrow.FixedWidthTypes.Timestamp_us),
}

// emptyTables are all live tables without rows.
func emptyTables() ([]*workerpb.Table, error) {
	var out []*workerpb.Table
	for name, schema := range liveTables {
		ipc, err := workerapi.EncodeSchema(schema)
		if err != nil {
			return nil, err
		}
		out = append(out, &workerpb.Table{Name: name, Ipc: ipc})
	}
	return out, nil
}

// liveAt returns the live table that the name at token i needs.
func liveAt(st *session.Statement, i int) (name string, ok bool) {
	key := strings.ToLower(st.Name(i))
	if i >= 2 && st.Is(i-1, ".") && strings.EqualFold(st.Name(i-2), catalog.Own) {
		key = catalog.Own + "." + key
	}
	name, ok = liveNames[key]
	return name, ok
}

// tables returns the live tables that a statement needs.
func (s *Session) tables(st *session.Statement) ([]*workerpb.Table, error) {
	var out []*workerpb.Table
	var seen map[string]bool
	for i, t := range st.Tokens {
		if t.Kind != sqltext.Word && t.Kind != sqltext.Quoted {
			continue
		}
		name, ok := liveAt(st, i)
		if !ok || seen[name] {
			continue
		}
		if seen == nil {
			seen = map[string]bool{}
		}
		seen[name] = true
		ipc, err := s.liveTable(name)
		if err != nil {
			return nil, err
		}
		out = append(out, &workerpb.Table{Name: name, Ipc: ipc})
	}
	return out, nil
}

// liveTable returns a live table as this session sees it.
func (s *Session) liveTable(name string) ([]byte, error) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, liveTables[name])
	defer b.Release()
	switch name {
	case "activity":
		places := s.d.places()
		s.d.each(func(a *activity) {
			place, waits := places[a]
			if !waits {
				place = -1
			}
			appendRow(b, a.row(s, place)...)
		})
	case "queue":
		s.queueRows(b)
	case "workers":
		s.workersRows(b)
	case "queries":
		s.queriesRows(b)
	case "roles":
		for i, r := range s.d.cfg.Roles() {
			const first = 10 // the number of PostgreSQL's first superuser
			appendRow(b, r.Name, r.Superuser, int64(first+i))
		}
	case "settings":
		s.Settings.Describe(func(p session.Parameter) {
			appendRow(b, p.Name, p.Value, orNil(p.Unit), p.Help, p.Context, p.Type, p.Source, p.Default, p.Reset)
		})
	case "prepared":
		s.Statements(func(name string, st *session.Statement) {
			types := make([]string, len(st.ParamOIDs))
			for i, oid := range st.ParamOIDs {
				types[i] = oid.Name()
			}
			appendRow(b, name, cmp.Or(st.PrepareSQL, st.Text), st.Prepared, strings.Join(types, ","), st.PrepareSQL != "")
		})
	case "cursors":
		s.Portals(func(name string, p *session.Portal) {
			if c := p.Cursor; c != nil {
				appendRow(b, name, c.Text, c.Hold, c.Binary, !c.NoScroll, c.Declared)
			}
		})
	case "session":
		appendRow(b, s.Database, orNil(s.client.Addr), s.client.Port, s.d.started)
	}
	rec := b.NewRecordBatch()
	defer rec.Release()
	return workerapi.EncodeRow(rec)
}

func orNil(v string) any {
	if v == "" {
		return nil
	}
	return v
}

func orNoTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// appendRow appends a row; nil is NULL.
func appendRow(b *array.RecordBuilder, row ...any) {
	for i, v := range row {
		switch v := v.(type) {
		case nil:
			b.Field(i).AppendNull()
		case string:
			b.Field(i).(*array.StringBuilder).Append(v)
		case bool:
			b.Field(i).(*array.BooleanBuilder).Append(v)
		case int32:
			b.Field(i).(*array.Int32Builder).Append(v)
		case int64:
			b.Field(i).(*array.Int64Builder).Append(v)
		case float64:
			b.Field(i).(*array.Float64Builder).Append(v)
		case time.Time:
			b.Field(i).(*array.TimestampBuilder).Append(arrow.Timestamp(v.UnixMicro()))
		}
	}
}
