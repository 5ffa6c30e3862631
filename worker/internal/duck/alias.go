package duck

/*
#include <stdbool.h>
#include <stdint.h>

extern void *duckdb_create_cast_function(void);
extern void duckdb_cast_function_set_source_type(void *, void *);
extern void duckdb_cast_function_set_target_type(void *, void *);
extern void duckdb_cast_function_set_implicit_cast_cost(void *, int64_t);
extern void duckdb_cast_function_set_function(void *, bool (*)(void *, uint64_t, void *, void *));
extern int duckdb_register_cast_function(void *, void *);
extern void duckdb_destroy_cast_function(void **);
extern void duckdb_vector_reference_vector(void *, void *);

static bool same(void *info, uint64_t n, void *in, void *out) {
	duckdb_vector_reference_vector(out, in);
	return true;
}

static int registerSame(void *conn, void *from, void *to, int64_t cost) {
	void *f = duckdb_create_cast_function();
	duckdb_cast_function_set_source_type(f, from);
	duckdb_cast_function_set_target_type(f, to);
	duckdb_cast_function_set_implicit_cast_cost(f, cost);
	duckdb_cast_function_set_function(f, same);
	int state = duckdb_register_cast_function(conn, f);
	duckdb_destroy_cast_function(&f);
	return state;
}
*/
import "C"

import (
	"fmt"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// aliasTypes are types of their own name for catalogs to use, which results keep (see withAliases): DuckDB forgets the name
// of a type that CREATE TYPE makes. Those of vectors are their elements': functions do not take a list that has a name itself.
var aliasTypes = []struct {
	name string
	of   bindings.Type
}{
	{"tavana_oid", bindings.TypeBigInt},
	{"tavana_char", bindings.TypeVarchar},
	{"tavana_name", bindings.TypeVarchar},
	{"tavana_int2vector", bindings.TypeSmallInt},
	{"tavana_oidvector", bindings.TypeBigInt},
	{unknown, bindings.TypeVarchar},
}

// registerTypes registers them, and that their values and lists of them go where those of the types that they are made of go:
// without that, no function of DuckDB's would take them.
func registerTypes(conn bindings.Connection) error {
	for _, a := range aliasTypes {
		base, own := bindings.CreateLogicalType(a.of), alias(a.of, a.name)
		bases, owns := bindings.CreateListType(base), bindings.CreateListType(own)
		ok := bindings.RegisterLogicalType(conn, own, bindings.CreateTypeInfo{}) != bindings.StateError &&
			C.registerSame(conn.Ptr, own.Ptr, base.Ptr, 1) == 0 && C.registerSame(conn.Ptr, owns.Ptr, bases.Ptr, 1) == 0
		for _, t := range []*bindings.LogicalType{&base, &own, &bases, &owns} {
			bindings.DestroyLogicalType(t)
		}
		if !ok {
			return fmt.Errorf("registering the type %s", a.name)
		}
	}
	return registerOnlyJSON(conn)
}

// onlyJSON is the type of a parameter to which DuckDB casts a JSON and nothing else: of numbers, dates and lists it makes JSON
// unasked. unknown is that of a value without a type, which is text, and json where json is wanted.
const onlyJSON, unknown = "tavana_json", "tavana_unknown"

func registerOnlyJSON(conn bindings.Connection) error {
	only := alias(bindings.TypeVarchar, onlyJSON)
	defer bindings.DestroyLogicalType(&only)
	for _, name := range []string{"JSON", unknown} {
		from := alias(bindings.TypeVarchar, name)
		state := C.registerSame(conn.Ptr, from.Ptr, only.Ptr, 0)
		bindings.DestroyLogicalType(&from)
		if state != 0 {
			return fmt.Errorf("registering the type %s", onlyJSON)
		}
	}
	return nil
}

// alias returns a type of its own name. The caller destroys it.
func alias(of bindings.Type, name string) bindings.LogicalType {
	t := bindings.CreateLogicalType(of)
	bindings.LogicalTypeSetAlias(t, name)
	return t
}
