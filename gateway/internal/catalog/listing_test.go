package catalog

import "testing"

func TestListing(t *testing.T) {
	for name, want := range map[string]bool{
		"pg_class": true, "PG_Attribute": true, "format_type": false, "regclass_oid": true, "pg_table_is_visible": true, "columns": true, "to_char": false,
		"pg_type": false, "pg_settings": false, "obj_description": true, "pg_description": true,
	} {
		if Lists(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
	for text, want := range map[string]bool{
		"SELECT 1": false, "SELECT " + Database + ".pgcat.regclass_oid('x')": true, "SELECT " + Database + ".pgcat.to_char(1, '9') FROM " + Database: false,
		"SELECT " + Database + ".": false, "FROM " + Database + ".pgcat.pg_class": true,
	} {
		if ListsIn(text) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
}
