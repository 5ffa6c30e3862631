// Package pgenc turns record-batch columns into PostgreSQL's text and binary values, and parameters back into a record
// batch. It has the one table of OIDs. It knows no sockets and no sessions.
//
//	Column   one column of one batch, its buffers as typed slices: AppendText and AppendBinary write one cell
//	Encoder  a batch → DataRow messages in one reused buffer, with no allocation per cell
//	Params   Bind's values → the one-row record batch that a worker binds
//
// The forms are those of PostgreSQL 15 (chapter 8 of its manual; binary as its send functions write). A value that has no
// form there is an error, never another value. What PostgreSQL has no type for is text (OID 25), in both formats.
package pgenc

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/angelerator/tavana/gateway/internal/sqltext"
	"github.com/angelerator/tavana/internal/workerapi"
)

// OID is the number of a type in pg_type.
type OID uint32

// The types that results and parameters have.
const (
	OIDUnspecified OID = 0
	OIDBool        OID = 16
	OIDBytea       OID = 17
	OIDChar        OID = 18
	OIDName        OID = 19
	OIDInt8        OID = 20
	OIDInt2        OID = 21
	OIDInt2Vector  OID = 22
	OIDInt4        OID = 23
	OIDText        OID = 25
	OIDOid         OID = 26
	OIDOidVector   OID = 30
	OIDJSON        OID = 114
	OIDFloat4      OID = 700
	OIDFloat8      OID = 701
	OIDUnknown     OID = 705
	OIDBPChar      OID = 1042
	OIDVarchar     OID = 1043
	OIDDate        OID = 1082
	OIDTime        OID = 1083
	OIDTimestamp   OID = 1114
	OIDTimestampTZ OID = 1184
	OIDInterval    OID = 1186
	OIDTimeTZ      OID = 1266
	OIDVarbit      OID = 1562
	OIDNumeric     OID = 1700
	OIDUUID        OID = 2950
	OIDJSONB       OID = 3802 // of parameters; results are json
)

// Type is how a column is described to a client.
type Type struct {
	OID OID
	// Size is pg_type.typlen: bytes, or -1 for variable.
	Size int16
	// Mod is the type modifier, or -1: for numeric ((precision << 16) | scale) + 4.
	Mod int32
}

// sizes are pg_type.typlen of the types of fixed size.
var sizes = map[OID]int16{
	OIDBool: 1, OIDChar: 1, OIDName: 64, OIDOid: 4, OIDInt2: 2, OIDInt4: 4, OIDInt8: 8, OIDFloat4: 4, OIDFloat8: 8, OIDDate: 4, OIDTime: 8,
	OIDTimestamp: 8, OIDTimestampTZ: 8, OIDInterval: 16, OIDTimeTZ: 12, OIDUUID: 16,
}

// duckNames are the DuckDB types of declared parameter OIDs. Numeric has none: DuckDB's DECIMAL without a precision is
// (18,3), so its cast is made of the value.
var duckNames = map[OID]string{
	OIDBool: "BOOLEAN", OIDBytea: "BLOB", OIDInt8: "BIGINT", OIDInt2: "SMALLINT", OIDInt4: "INTEGER", OIDText: "VARCHAR",
	OIDVarchar: "VARCHAR", OIDBPChar: "VARCHAR", OIDJSON: "JSON", OIDJSONB: "JSON", OIDFloat4: "FLOAT", OIDFloat8: "DOUBLE",
	OIDDate: "DATE", OIDTime: "TIME", OIDTimestamp: "TIMESTAMP", OIDTimestampTZ: "TIMESTAMPTZ", OIDInterval: "INTERVAL",
	OIDOid: "BIGINT", OIDChar: "VARCHAR", OIDName: "VARCHAR", OIDTimeTZ: "TIMETZ", OIDVarbit: "BIT", OIDUUID: "UUID", OIDNumeric: "DECIMAL(38,9)",
}

// DuckType returns the DuckDB type to cast a parameter of this OID to; "" for one that is not declared or not known.
func DuckType(oid OID) string {
	if element, ok := elementOIDs[oid]; ok {
		return duckNames[element] + "[]"
	}
	return duckNames[oid]
}

// oidsByDuckName are the OIDs of the types that DuckDB infers for parameters.
var oidsByDuckName = map[string]OID{
	sqltext.OIDType: OIDOid, sqltext.CharType: OIDChar, sqltext.NameType: OIDName, sqltext.Int2VectorType: OIDInt2, sqltext.OIDVectorType: OIDOid,
	sqltext.Int2VectorType + "[]": OIDInt2Vector, sqltext.OIDVectorType + "[]": OIDOidVector,
	"BOOLEAN": OIDBool, "TINYINT": OIDInt2, "SMALLINT": OIDInt2, "INTEGER": OIDInt4, "BIGINT": OIDInt8, "UTINYINT": OIDInt2,
	"USMALLINT": OIDInt4, "UINTEGER": OIDInt8, "UBIGINT": OIDNumeric, "HUGEINT": OIDNumeric, "UHUGEINT": OIDNumeric,
	"FLOAT": OIDFloat4, "DOUBLE": OIDFloat8, "VARCHAR": OIDText, "BLOB": OIDBytea, "DATE": OIDDate, "TIME": OIDTime,
	"TIMESTAMP": OIDTimestamp, "TIMESTAMP_S": OIDTimestamp, "TIMESTAMP_MS": OIDTimestamp, "TIMESTAMP_NS": OIDTimestamp,
	"TIMESTAMPTZ": OIDTimestampTZ, "TIMETZ": OIDTimeTZ, "INTERVAL": OIDInterval, "UUID": OIDUUID, "JSON": OIDJSON, "BIT": OIDVarbit,
}

// DuckTypes returns the DuckDB types that have a type of their own in PostgreSQL, in the order of their names.
func DuckTypes() []struct {
	Name string
	OID  OID
} {
	var out []struct {
		Name string
		OID  OID
	}
	for _, name := range slices.Sorted(maps.Keys(oidsByDuckName)) {
		out = append(out, struct {
			Name string
			OID  OID
		}{name, oidsByDuckName[name]})
	}
	return out
}

// ArrayTypes returns the array types with their elements'.
func ArrayTypes() []struct{ Element, Array OID } {
	var out []struct{ Element, Array OID }
	for _, e := range slices.Sorted(maps.Keys(arrayOIDs)) {
		out = append(out, struct{ Element, Array OID }{e, arrayOIDs[e]})
	}
	return out
}

// OIDOf returns the OID for a DuckDB type's name; text for what PostgreSQL has no type for, and for "".
func OIDOf(duckType string) OID {
	if oid, ok := oidsByDuckName[duckType]; ok {
		return oid
	}
	if element, ok := strings.CutSuffix(duckType, "]"); ok { // INTEGER[], INTEGER[3], INTEGER[][]
		oid := OIDOf(element[:strings.LastIndexByte(element, '[')])
		if arrayOID, ok := arrayOIDs[oid]; ok {
			return arrayOID
		}
		return oid
	}
	if strings.HasPrefix(duckType, "DECIMAL") {
		return OIDNumeric
	}
	return OIDText
}

// SumPrecision is how many digits a sum of int8 has, and the one precision that is described as none, as PostgreSQL's
// sum has none. No sum needs more, and people who want all the digits there are write 38.
const SumPrecision = 37

// TypeOf returns how a result column is described.
func TypeOf(f arrow.Field) Type {
	k := kindOf(f)
	t := Type{OID: k.oid(), Size: -1, Mod: -1}
	if k == kList || k == kFixedList {
		f = elementField(f)
		t.OID = arrayOIDs[kindOf(f).oid()]
	}
	if n, ok := sizes[t.OID]; ok {
		t.Size = n
	}
	if d, ok := f.Type.(*arrow.Decimal128Type); ok && (d.Precision != SumPrecision || d.Scale != 0) {
		t.Mod = (d.Precision<<16 | d.Scale) + 4
	}
	return t
}

// kind is how a column's buffers are read.
type kind uint8

const (
	kNull kind = iota
	kBool
	kBool8 // a byte, 0 or 1
	kInt8
	kInt16
	kInt32
	kInt64
	kOID  // an int64 that is an oid
	kChar // a text that is a "char"
	kName // a text that is a name
	kUint8
	kUint16
	kUint32
	kUint64
	kFloat32
	kFloat64
	kDecimal
	kHugeint
	kUhugeint
	kText
	kJSON
	kBytea
	kBit
	kUUID
	kDate
	kTimeMicro
	kTimeNano
	kTimeTZ
	kTimestampS
	kTimestampMS
	kTimestampUS
	kTimestampNS
	kTimestampTZ
	kInterval
	kEnum
	kList
	kFixedList
	kInt2Vector // a list that is an int2vector
	kOIDVector
	kStruct
	kMap
	kUnion
	kUnsupported
)

var kindOIDs = [...]OID{
	kNull: OIDText, kBool: OIDBool, kBool8: OIDBool, kInt8: OIDInt2, kInt16: OIDInt2, kInt32: OIDInt4, kInt64: OIDInt8, kOID: OIDOid, kChar: OIDChar, kName: OIDName, kUint8: OIDInt2,
	kUint16: OIDInt4, kUint32: OIDInt8, kUint64: OIDNumeric, kFloat32: OIDFloat4, kFloat64: OIDFloat8, kDecimal: OIDNumeric,
	kHugeint: OIDNumeric, kUhugeint: OIDNumeric, kText: OIDText, kJSON: OIDJSON, kBytea: OIDBytea, kBit: OIDVarbit,
	kUUID: OIDUUID, kDate: OIDDate, kTimeMicro: OIDTime, kTimeNano: OIDTime, kTimeTZ: OIDTimeTZ, kTimestampS: OIDTimestamp,
	kTimestampMS: OIDTimestamp, kTimestampUS: OIDTimestamp, kTimestampNS: OIDTimestamp, kTimestampTZ: OIDTimestampTZ,
	kInterval: OIDInterval, kEnum: OIDText, kList: OIDUnspecified, kFixedList: OIDUnspecified,
	kInt2Vector: OIDInt2Vector, kOIDVector: OIDOidVector, kStruct: OIDText, kMap: OIDText,
	kUnion: OIDText, kUnsupported: OIDText,
}

// oid returns the type of a kind; a list's is TypeOf's to find.
func (k kind) oid() OID { return kindOIDs[k] }

// extension returns the name of the field's extension type: "arrow.uuid", or DuckDB's own name of an opaque one.
func extension(f arrow.Field) string {
	i := f.Metadata.FindKey("ARROW:extension:name")
	if i < 0 {
		return ""
	}
	name := f.Metadata.Values()[i]
	if name != "arrow.opaque" {
		return name
	}
	var opaque struct {
		TypeName string `json:"type_name"`
	}
	if i := f.Metadata.FindKey("ARROW:extension:metadata"); i >= 0 {
		_ = json.Unmarshal([]byte(f.Metadata.Values()[i]), &opaque)
	}
	return opaque.TypeName
}

// aliasOf returns the name of the catalog's own type that a worker has noted.
func aliasOf(f arrow.Field) string {
	if i := f.Metadata.FindKey(workerapi.TypeKey); i >= 0 {
		return f.Metadata.Values()[i]
	}
	return ""
}

func kindOf(f arrow.Field) kind {
	switch aliasOf(f) {
	case sqltext.OIDType, sqltext.OIDVectorType:
		return kOID
	case sqltext.CharType:
		return kChar
	case sqltext.NameType:
		return kName
	}
	switch extension(f) {
	case "arrow.uuid":
		return kUUID
	case "arrow.bool8":
		return kBool8
	case "arrow.json":
		return kJSON
	case "hugeint":
		return kHugeint
	case "uhugeint":
		return kUhugeint
	case "time_tz":
		return kTimeTZ
	case "bit":
		return kBit
	case "":
	default:
		return kUnsupported
	}
	switch t := f.Type.(type) {
	case *arrow.NullType:
		return kNull
	case *arrow.BooleanType:
		return kBool
	case *arrow.Int8Type:
		return kInt8
	case *arrow.Int16Type:
		return kInt16
	case *arrow.Int32Type:
		return kInt32
	case *arrow.Int64Type:
		return kInt64
	case *arrow.Uint8Type:
		return kUint8
	case *arrow.Uint16Type:
		return kUint16
	case *arrow.Uint32Type:
		return kUint32
	case *arrow.Uint64Type:
		return kUint64
	case *arrow.Float32Type:
		return kFloat32
	case *arrow.Float64Type:
		return kFloat64
	case *arrow.Decimal128Type:
		return kDecimal
	case *arrow.StringType:
		return kText
	case *arrow.BinaryType:
		return kBytea
	case *arrow.Date32Type:
		return kDate
	case *arrow.Time64Type:
		if t.Unit == arrow.Nanosecond {
			return kTimeNano
		}
		return kTimeMicro
	case *arrow.TimestampType:
		if t.TimeZone != "" {
			return kTimestampTZ
		}
		return [...]kind{arrow.Second: kTimestampS, arrow.Millisecond: kTimestampMS, arrow.Microsecond: kTimestampUS, arrow.Nanosecond: kTimestampNS}[t.Unit]
	case *arrow.MonthDayNanoIntervalType:
		return kInterval
	case *arrow.DictionaryType:
		return kEnum
	case *arrow.MapType:
		return kMap
	case *arrow.ListType:
		switch aliasOf(t.ElemField()) {
		case sqltext.Int2VectorType:
			return kInt2Vector
		case sqltext.OIDVectorType:
			return kOIDVector
		}
		return kList
	case *arrow.FixedSizeListType:
		return kFixedList
	case *arrow.StructType:
		return kStruct
	case *arrow.SparseUnionType:
		return kUnion
	}
	return kUnsupported
}

// TextType is how a text column is described.
var TextType = Type{OID: OIDText, Size: -1, Mod: -1}

// BoolType is how a boolean column is described.
var BoolType = Type{OID: OIDBool, Size: 1, Mod: -1}

// typeNames are the types that SQL names where a statement is prepared.
var typeNames = map[string]OID{
	"bool": OIDBool, "boolean": OIDBool, "bytea": OIDBytea, "smallint": OIDInt2, "int2": OIDInt2, "int": OIDInt4, "integer": OIDInt4,
	"int4": OIDInt4, "bigint": OIDInt8, "int8": OIDInt8, "real": OIDFloat4, "float4": OIDFloat4, "double precision": OIDFloat8,
	"float8": OIDFloat8, "numeric": OIDNumeric, "decimal": OIDNumeric, "text": OIDText, "varchar": OIDVarchar,
	"character varying": OIDVarchar, "char": OIDBPChar, "date": OIDDate, "time": OIDTime, "timestamp": OIDTimestamp,
	"timestamptz": OIDTimestampTZ, "timestamp with time zone": OIDTimestampTZ, "timestamp without time zone": OIDTimestamp,
	"interval": OIDInterval, "uuid": OIDUUID, "json": OIDJSON, "time with time zone": OIDTimeTZ,
	"timetz": OIDTimeTZ, "time without time zone": OIDTime, "bit varying": OIDVarbit, "varbit": OIDVarbit, "unknown": OIDUnspecified,
}

// Name returns the type as PostgreSQL's SQL names it.
func (o OID) Name() string {
	if element, ok := elementOIDs[o]; ok {
		return element.Name() + "[]"
	}
	switch o {
	case OIDInt2:
		return "smallint"
	case OIDInt4:
		return "integer"
	case OIDInt8:
		return "bigint"
	case OIDFloat4:
		return "real"
	case OIDFloat8:
		return "double precision"
	case OIDBool:
		return "boolean"
	case OIDVarchar:
		return "character varying"
	case OIDBPChar:
		return "character"
	case OIDTime:
		return "time without time zone"
	case OIDTimestamp:
		return "timestamp without time zone"
	case OIDTimestampTZ:
		return "timestamp with time zone"
	case OIDTimeTZ:
		return "time with time zone"
	case OIDVarbit:
		return "bit varying"
	case OIDNumeric:
		return "numeric"
	}
	for _, name := range slices.Sorted(maps.Keys(typeNames)) {
		if typeNames[name] == o {
			return name
		}
	}
	return "text"
}

// TypeNamed returns the type that SQL calls name; a length or precision in parentheses is left out.
func TypeNamed(name string) (OID, bool) {
	name, isArray := strings.CutSuffix(strings.TrimSpace(strings.ToLower(name)), "[]")
	name, _, _ = strings.Cut(name, "(")
	oid, ok := typeNames[strings.Join(strings.Fields(name), " ")]
	if isArray && ok {
		oid, ok = arrayOIDs[oid]
	}
	return oid, ok
}
