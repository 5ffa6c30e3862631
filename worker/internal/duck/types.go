package duck

import (
	"fmt"
	"strings"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// simpleNames are DuckDB's names of the types that have no parts.
var simpleNames = map[bindings.Type]string{
	bindings.TypeBoolean: "BOOLEAN", bindings.TypeTinyInt: "TINYINT", bindings.TypeSmallInt: "SMALLINT",
	bindings.TypeInteger: "INTEGER", bindings.TypeBigInt: "BIGINT", bindings.TypeUTinyInt: "UTINYINT",
	bindings.TypeUSmallInt: "USMALLINT", bindings.TypeUInteger: "UINTEGER", bindings.TypeUBigInt: "UBIGINT",
	bindings.TypeFloat: "FLOAT", bindings.TypeDouble: "DOUBLE", bindings.TypeTimestamp: "TIMESTAMP",
	bindings.TypeDate: "DATE", bindings.TypeTime: "TIME", bindings.TypeInterval: "INTERVAL",
	bindings.TypeHugeInt: "HUGEINT", bindings.TypeUHugeInt: "UHUGEINT", bindings.TypeVarchar: "VARCHAR",
	bindings.TypeBlob: "BLOB", bindings.TypeTimestampS: "TIMESTAMP_S", bindings.TypeTimestampMS: "TIMESTAMP_MS",
	bindings.TypeTimestampNS: "TIMESTAMP_NS", bindings.TypeUUID: "UUID", bindings.TypeBit: "BIT",
	bindings.TypeTimeTZ: "TIMETZ", bindings.TypeTimestampTZ: "TIMESTAMPTZ", bindings.TypeBigNum: "BIGNUM",
	bindings.TypeTimeNS: "TIME_NS", bindings.TypeStringLiteral: "VARCHAR", bindings.TypeIntegerLiteral: "BIGINT",
	bindings.TypeGeometry: "GEOMETRY", bindings.TypeVariant: "VARIANT",
}

// typeName returns the type as DuckDB writes it in SQL; "" for a type that is not known yet.
func typeName(t bindings.LogicalType) string {
	if t.Ptr == nil { // a parameter that nothing gives a type; the other functions would follow the pointer
		return ""
	}
	if alias := bindings.LogicalTypeGetAlias(t); alias != "" {
		return alias
	}
	id := bindings.GetTypeId(t)
	switch id {
	case bindings.TypeDecimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", bindings.DecimalWidth(t), bindings.DecimalScale(t))
	case bindings.TypeList:
		return childName(bindings.ListTypeChildType(t)) + "[]"
	case bindings.TypeArray:
		return fmt.Sprintf("%s[%d]", childName(bindings.ArrayTypeChildType(t)), bindings.ArrayTypeArraySize(t))
	case bindings.TypeMap:
		return "MAP(" + childName(bindings.MapTypeKeyType(t)) + ", " + childName(bindings.MapTypeValueType(t)) + ")"
	case bindings.TypeStruct:
		parts := make([]string, bindings.StructTypeChildCount(t))
		for i := range parts {
			parts[i] = quoteName(bindings.StructTypeChildName(t, bindings.IdxT(i))) + " " + childName(bindings.StructTypeChildType(t, bindings.IdxT(i)))
		}
		return "STRUCT(" + strings.Join(parts, ", ") + ")"
	case bindings.TypeUnion:
		parts := make([]string, bindings.UnionTypeMemberCount(t))
		for i := range parts {
			parts[i] = quoteName(bindings.UnionTypeMemberName(t, bindings.IdxT(i))) + " " + childName(bindings.UnionTypeMemberType(t, bindings.IdxT(i)))
		}
		return "UNION(" + strings.Join(parts, ", ") + ")"
	case bindings.TypeEnum:
		parts := make([]string, bindings.EnumDictionarySize(t))
		for i := range parts {
			parts[i] = Quote(bindings.EnumDictionaryValue(t, bindings.IdxT(i)))
		}
		return "ENUM(" + strings.Join(parts, ", ") + ")"
	}
	return simpleNames[id]
}

// childName names a part's type and frees it.
func childName(t bindings.LogicalType) string {
	defer bindings.DestroyLogicalType(&t)
	return typeName(t)
}

func quoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
