package catalog

import (
	"slices"
	"testing"
)

func TestCopiesOf(t *testing.T) {
	for name, want := range map[string][]string{
		"pg_namespace": {"on_schema.pg_namespace"},
		"PG_Attribute": {
			"on_schema.tavana_columns", "on_commit.tavana_key_notes", "on_lists.tavana_indexes", "on_lists.pg_attribute",
		},
		"format_type": nil, "to_char": nil, "pg_type": nil, "pg_settings": nil,
		"pg_table_is_visible": {"on_schema.tavana_columns", "on_schema.tavana_views", "on_schema.tavana_relations"},
		"regclass_oid":        {"on_schema.tavana_columns", "on_schema.tavana_views", "on_schema.tavana_relations"},
		"regclass":            {"on_schema.tavana_columns", "on_schema.tavana_views", "on_schema.tavana_relations"},
		"columns":             {"on_schema.tavana_columns", "on_schema.columns"},
		"pg_views":            {"on_schema.tavana_views"},
	} {
		if got := CopiesOf(name).Tables(); !slices.Equal(got, want) {
			t.Errorf("%s: %v", name, got)
		}
	}
	if c := CopiesOf("obj_description"); c == 0 || c != CopiesOf("pg_description") {
		t.Errorf("obj_description: %v", c.Tables())
	}
	for text, want := range map[string]Copies{
		"SELECT 1": 0, "SELECT " + Database + ".pgcat.regclass_oid('x')": CopiesOf("regclass_oid"),
		"SELECT " + Database + ".pgcat.to_char(1, '9') FROM " + Database: 0,
		"SELECT " + Database + ".":                                       0, "FROM " + Database + ".pgcat.pg_class, " + Database + ".pgcat.pg_description": CopiesOf("pg_class") | CopiesOf("pg_description"),
	} {
		if got := CopiesIn(text); got != want {
			t.Errorf("%s: %v", text, got.Tables())
		}
	}
}
