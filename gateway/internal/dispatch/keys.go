package dispatch

import (
	"fmt"
	"strings"

	"github.com/angelerator/tavana/gateway/internal/session"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/pgerror"
)

// Keys of lasting tables are accepted, noted and not enforced, as cloud warehouses do: tools read them from the catalog.
// DuckLake has none, so the worker gets the statement without them, and notes to write in the same transaction. Columns
// of primary keys are NOT NULL, which holds. Temporary tables have DuckDB's own keys.

// noted is a statement as the worker gets it.
type noted struct {
	sqltext.Rewritten
	// after is to be run behind it, in the same transaction.
	after []string
	// notice is for the client, when all has gone well; nil: none.
	notice *pgerror.Error
	// unchanged is the error when the worker has changed no row; nil: none.
	unchanged *pgerror.Error
}

// noted returns what the worker is to run for a statement with the portal's parameters.
//
// run says that it is about to run, not only described.
func (s *Session) noted(st *session.Statement, p *session.Portal, run bool) (*noted, error) {
	n := s.withoutKeys(st)
	if n == nil {
		text, err := s.rewrite(st, p, run)
		return &noted{Rewritten: text}, err
	}
	list, err := sqltext.Split(n.Text)
	if err != nil || len(list) != 1 {
		return n, err
	}
	text, err := s.rewrite(&session.Statement{Statement: list[0]}, &session.Portal{}, run)
	n.Rewritten = n.Then(text)
	return n, err
}

// withoutKeys returns a statement about a lasting table's keys as the worker takes it; nil for any other.
func (s *Session) withoutKeys(st *session.Statement) *noted {
	switch st.Effect {
	case sqltext.Create:
		if table, keys, rest := st.TableKeys(); len(keys) > 0 {
			return createKeys(st, table, keys, rest)
		}
	case sqltext.Alter:
		if table, key := st.AddedKey(); key != nil && !s.mayBeTemp(table) {
			return addKey(table, key)
		}
		if table, name, ifExists := st.DroppedConstraint(); name != "" && !s.mayBeTemp(table) {
			return dropKey(table, name, ifExists)
		}
		if table, column, to := st.Renamed(); to != "" && (column == "" || !s.mayBeTemp(table)) {
			return s.renameNotes(st, table, column, to)
		}
	case sqltext.Drop:
		return s.dropNotes(st)
	}
	return nil
}

// mayBeTemp tells whether a name may be a temporary table's or view's.
func (s *Session) mayBeTemp(o sqltext.Object) bool {
	return o.Schema == "pg_temp" || o.Schema == "" && s.pin != nil && s.pin.mayHave(o.Name)
}

// unlessThere is what follows the condition for the notes of a table or view that has been dropped or renamed. If it may have
// been a temporary one, the notes are another's, which is still there.
func (s *Session) unlessThere(st *session.Statement, o sqltext.Object) string {
	if !s.mayBeTemp(o) {
		return ""
	}
	kind := strings.ToLower(st.Raw(1))
	return " AND NOT EXISTS (SELECT 1 FROM duckdb_" + kind + "s() WHERE database_name = 'tavana' AND schema_name = " + schemaOf(o) +
		" AND " + kind + "_name = " + sqltext.Quote(o.Name) + ")"
}

// keysTable is the worker's; see worker/internal/duck.
const keysTable = "tavana.pg_tavana.keys"

func createKeys(st *session.Statement, table sqltext.Object, keys []sqltext.Key, rest sqltext.Rewritten) *noted {
	n := &noted{Rewritten: rest, notice: notEnforced(table)}
	ifNotExists := false // then the table may have been there, with keys of its own
	for i := range st.Tokens {
		ifNotExists = ifNotExists || st.Is(i-1, "TABLE") && st.Is(i, "IF") && st.Is(i+1, "NOT")
	}
	if !ifNotExists {
		n.after = append(n.after, "DELETE FROM "+keysTable+" WHERE "+ofTable(table))
	}
	for i := range keys {
		same := ofTable(table) + " AND name = " + sqltext.Quote(nameOf(table, &keys[i]))
		n.after = append(n.after, insertKey(table, &keys[i])+" WHERE NOT EXISTS (SELECT 1 FROM "+keysTable+" WHERE "+same+")")
	}
	return n
}

func notEnforced(table sqltext.Object) *pgerror.Error {
	return &pgerror.Error{
		Code: pgerror.SuccessfulCompletion, Message: fmt.Sprintf("keys of table %q are not enforced", table.Name),
		Hint: "They are noted for the catalog. Columns of a primary key are NOT NULL, which holds.",
	}
}

// addKey is ALTER TABLE … ADD a key: the note, which fails where a table or column is missing. DuckLake makes a column NOT
// NULL only where it has statistics of it, so an added primary key promises nothing of that.
func addKey(table sqltext.Object, key *sqltext.Key) *noted {
	n := &noted{notice: notEnforced(table)}
	n.notice.Hint = "They are noted for the catalog. To hold NOT NULL too, declare a primary key in CREATE TABLE."
	n.Text = insertKey(table, key) + " WHERE NOT EXISTS (SELECT " + identifiers(key.Columns) + " FROM " + tableName(table) + " WHERE false)"
	return n
}

func dropKey(table sqltext.Object, name string, ifExists bool) *noted {
	n := &noted{}
	n.Text = "DELETE FROM " + keysTable + " WHERE " + ofTable(table) + " AND name = " + sqltext.Quote(name)
	if !ifExists {
		n.unchanged = pgerror.Newf(pgerror.UndefinedObject, "constraint %q of relation %q does not exist", name, table.Name)
	}
	return n
}

// dropNotes forgets the keys and the comments of what DROP TABLE, VIEW and SCHEMA drop.
func (s *Session) dropNotes(st *session.Statement) *noted {
	n := &noted{Rewritten: sqltext.Rewritten{Text: st.WithoutCascade()}}
	forget := func(table, where string) { n.after = append(n.after, "DELETE FROM "+table+" WHERE "+where) }
	for _, o := range st.DroppedNames() {
		switch {
		case st.Is(1, "SCHEMA"):
			forget(keysTable, "table_schema = "+sqltext.Quote(o.Name))
			forget(commentsTable, "table_schema = "+sqltext.Quote(o.Name))
		case st.Is(1, "TABLE"):
			forget(keysTable, ofTable(o)+s.unlessThere(st, o))
		default:
			forget(commentsTable, ofTable(o)+s.unlessThere(st, o))
		}
	}
	return n
}

// renameNotes keeps the notes true when a table, a view or a column gets another name.
func (s *Session) renameNotes(st *session.Statement, table sqltext.Object, column, to string) *noted {
	refers := "ref_schema = " + schemaOf(table) + " AND ref_table = " + sqltext.Quote(table.Name)
	n := &noted{Rewritten: sqltext.Rewritten{Text: st.Text}}
	if column == "" {
		unless := s.unlessThere(st, table)
		if st.Is(1, "VIEW") {
			n.after = []string{"UPDATE " + commentsTable + " SET table_name = " + sqltext.Quote(to) + " WHERE " + ofTable(table) + unless}
			return n
		}
		n.after = []string{
			"UPDATE " + keysTable + " SET table_name = " + sqltext.Quote(to) + " WHERE " + ofTable(table) + unless,
			"UPDATE " + keysTable + " SET ref_table = " + sqltext.Quote(to) + " WHERE " + refers + unless,
		}
		return n
	}
	renamed := func(list string) string {
		return list + " = list_transform(" + list + ", lambda c: CASE WHEN c = " + sqltext.Quote(column) + " THEN " + sqltext.Quote(to) + " ELSE c END)"
	}
	n.after = []string{
		"UPDATE " + keysTable + " SET " + renamed("columns") + " WHERE " + ofTable(table),
		"UPDATE " + keysTable + " SET " + renamed("ref_columns") + " WHERE " + refers,
	}
	return n
}

func insertKey(table sqltext.Object, k *sqltext.Key) string {
	values := []string{schemaOf(table), sqltext.Quote(table.Name), sqltext.Quote(nameOf(table, k)), sqltext.Quote(string(k.Kind)), list(k.Columns)}
	if k.Kind == sqltext.ForeignKey {
		values = append(values, schemaOf(k.References), sqltext.Quote(k.References.Name), list(k.RefColumns),
			sqltext.Quote(string(k.OnUpdate)), sqltext.Quote(string(k.OnDelete)))
	} else {
		values = append(values, "NULL", "NULL", "NULL", "NULL", "NULL")
	}
	return "INSERT INTO " + keysTable + " SELECT " + strings.Join(values, ", ")
}

// nameOf returns a key's name: its own, or the one that PostgreSQL would give it.
func nameOf(table sqltext.Object, k *sqltext.Key) string {
	switch {
	case k.Name != "":
		return k.Name
	case k.Kind == sqltext.PrimaryKey:
		return table.Name + "_pkey"
	case k.Kind == sqltext.UniqueKey:
		return table.Name + "_" + strings.Join(k.Columns, "_") + "_key"
	}
	return table.Name + "_" + strings.Join(k.Columns, "_") + "_fkey"
}

// ofTable is the condition for a table's keys.
func ofTable(o sqltext.Object) string {
	return "table_schema = " + schemaOf(o) + " AND table_name = " + sqltext.Quote(o.Name)
}

func schemaOf(o sqltext.Object) string {
	if o.Schema == "" {
		return "current_schema()"
	}
	return sqltext.Quote(o.Schema)
}

func tableName(o sqltext.Object) string {
	if o.Schema == "" {
		return identifier(o.Name)
	}
	if o.Schema == "pg_temp" {
		return "temp.main." + identifier(o.Name)
	}
	return identifier(o.Schema) + "." + identifier(o.Name)
}

// refusedInLasting returns an error (0A000) for what a lasting table can't have, with the way around it.
func refusedInLasting(st *session.Statement) error {
	if st.Effect != sqltext.Create {
		return nil
	}
	no := func(i int, what, hint string) error {
		return pgerror.Newf(pgerror.FeatureNotSupported, "%s", what).WithHint("%s", hint).At(int(st.Tokens[i].Start) + 1)
	}
	if st.Is(1, "SEQUENCE") {
		return no(1, "sequences do not last", "CREATE TEMP SEQUENCE makes one for the session.")
	}
	if st.Is(1, "TYPE") {
		return no(1, "types of one's own do not last", "Use text, or a temporary table with an ENUM.")
	}
	if st.Is(1, "INDEX") || st.Is(1, "UNIQUE") && st.Is(2, "INDEX") {
		return no(1, "lasting tables have no indexes", "They are Parquet files, which are skipped by their statistics. Temporary tables may have indexes.")
	}
	if !st.Is(1, "TABLE") && !st.Is(3, "TABLE") {
		return nil
	}
	for i := range st.Tokens {
		switch {
		case st.IsAny(i, "SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL4", "SERIAL8") && st.IsAny(i-2, "(", ","),
			st.Is(i, "IDENTITY") && st.Is(i-1, "AS"):
			return no(i, "lasting tables cannot number their rows", "Use BIGINT, and number rows with row_number() when they are inserted.")
		case st.Is(i, "CHECK") && st.Is(i+1, "("):
			return no(i, "CHECK is not supported on lasting tables", "Temporary tables may have it.")
		}
	}
	return nil
}

func identifier(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func identifiers(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = identifier(n)
	}
	return strings.Join(out, ", ")
}

func list(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = sqltext.Quote(n)
	}
	return "[" + strings.Join(out, ", ") + "]::VARCHAR[]"
}
