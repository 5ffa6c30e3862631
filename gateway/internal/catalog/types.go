package catalog

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/angelerator/tavana/gateway/internal/pgenc"
)

// pgType is a row of pg_type, by the columns that differ.
type pgType struct {
	oid, array   int
	name         string
	size         int
	category     string
	typ          string // typtype: b base, p pseudo, r range, m multirange
	io           string // prefix of the names of its functions: int4 for int4in, int4out, int4recv, int4send
	align, store string
	byValue      bool
}

// pgTypes are PostgreSQL 15's, those that results have and those that drivers look up (pg_type.dat).
var pgTypes = []pgType{
	{16, 1000, "bool", 1, "B", "b", "bool", "c", "p", true},
	{17, 1001, "bytea", -1, "U", "b", "bytea", "i", "x", false},
	{18, 1002, "char", 1, "Z", "b", "char", "c", "p", true},
	{19, 1003, "name", 64, "S", "b", "name", "c", "p", false},
	{20, 1016, "int8", 8, "N", "b", "int8", "d", "p", true},
	{21, 1005, "int2", 2, "N", "b", "int2", "s", "p", true},
	{22, 1006, "int2vector", -1, "A", "b", "int2vector", "i", "p", false},
	{23, 1007, "int4", 4, "N", "b", "int4", "i", "p", true},
	{24, 1008, "regproc", 4, "N", "b", "regproc", "i", "p", true},
	{25, 1009, "text", -1, "S", "b", "text", "i", "x", false},
	{26, 1028, "oid", 4, "N", "b", "oid", "i", "p", true},
	{27, 1010, "tid", 6, "U", "b", "tid", "s", "p", false},
	{28, 1011, "xid", 4, "U", "b", "xid", "i", "p", true},
	{29, 1012, "cid", 4, "U", "b", "cid", "i", "p", true},
	{30, 1013, "oidvector", -1, "A", "b", "oidvector", "i", "p", false},
	{114, 199, "json", -1, "U", "b", "json_", "i", "x", false},
	{142, 143, "xml", -1, "U", "b", "xml_", "i", "x", false},
	{194, 0, "pg_node_tree", -1, "Z", "b", "pg_node_tree_", "i", "x", false},
	{600, 1017, "point", 16, "G", "b", "point_", "d", "p", false},
	{601, 1018, "lseg", 32, "G", "b", "lseg_", "d", "p", false},
	{602, 1019, "path", -1, "G", "b", "path_", "d", "x", false},
	{603, 1020, "box", 32, "G", "b", "box_", "d", "p", false},
	{604, 1027, "polygon", -1, "G", "b", "poly_", "d", "x", false},
	{628, 629, "line", 24, "G", "b", "line_", "d", "p", false},
	{650, 651, "cidr", -1, "I", "b", "cidr_", "i", "m", false},
	{700, 1021, "float4", 4, "N", "b", "float4", "i", "p", true},
	{701, 1022, "float8", 8, "N", "b", "float8", "d", "p", true},
	{705, 0, "unknown", -2, "X", "p", "unknown", "c", "p", false},
	{718, 719, "circle", 24, "G", "b", "circle_", "d", "p", false},
	{774, 775, "macaddr8", 8, "U", "b", "macaddr8_", "i", "p", false},
	{790, 791, "money", 8, "N", "b", "cash_", "d", "p", true},
	{829, 1040, "macaddr", 6, "U", "b", "macaddr_", "i", "p", false},
	{869, 1041, "inet", -1, "I", "b", "inet_", "i", "m", false},
	{1033, 1034, "aclitem", 12, "U", "b", "aclitem", "i", "p", false},
	{1042, 1014, "bpchar", -1, "S", "b", "bpchar", "i", "x", false},
	{1043, 1015, "varchar", -1, "S", "b", "varchar", "i", "x", false},
	{1082, 1182, "date", 4, "D", "b", "date_", "i", "p", true},
	{1083, 1183, "time", 8, "D", "b", "time_", "d", "p", true},
	{1114, 1115, "timestamp", 8, "D", "b", "timestamp_", "d", "p", true},
	{1184, 1185, "timestamptz", 8, "D", "b", "timestamptz_", "d", "p", true},
	{1186, 1187, "interval", 16, "T", "b", "interval_", "d", "p", false},
	{1266, 1270, "timetz", 12, "D", "b", "timetz_", "d", "p", false},
	{1560, 1561, "bit", -1, "V", "b", "bit_", "i", "x", false},
	{1562, 1563, "varbit", -1, "V", "b", "varbit_", "i", "x", false},
	{1700, 1231, "numeric", -1, "N", "b", "numeric_", "i", "m", false},
	{1790, 2201, "refcursor", -1, "U", "b", "text", "i", "x", false},
	{2202, 2207, "regprocedure", 4, "N", "b", "regprocedure", "i", "p", true},
	{2203, 2208, "regoper", 4, "N", "b", "regoper", "i", "p", true},
	{2204, 2209, "regoperator", 4, "N", "b", "regoperator", "i", "p", true},
	{2205, 2210, "regclass", 4, "N", "b", "regclass", "i", "p", true},
	{2206, 2211, "regtype", 4, "N", "b", "regtype", "i", "p", true},
	{2249, 2287, "record", -1, "P", "p", "record_", "d", "x", false},
	{2275, 1263, "cstring", -2, "P", "p", "cstring_", "c", "p", false},
	{2276, 0, "any", 4, "P", "p", "any_", "i", "p", true},
	{2277, 0, "anyarray", -1, "P", "p", "anyarray_", "d", "x", false},
	{2278, 0, "void", 4, "P", "p", "void_", "i", "p", true},
	{2279, 0, "trigger", 4, "P", "p", "trigger_", "i", "p", true},
	{2283, 0, "anyelement", 4, "P", "p", "anyelement_", "i", "p", true},
	{2776, 0, "anynonarray", 4, "P", "p", "anynonarray_", "i", "p", true},
	{2950, 2951, "uuid", 16, "U", "b", "uuid_", "c", "p", false},
	{3220, 3221, "pg_lsn", 8, "U", "b", "pg_lsn_", "d", "p", true},
	{3614, 3643, "tsvector", -1, "U", "b", "tsvector", "i", "x", false},
	{3615, 3645, "tsquery", -1, "U", "b", "tsquery", "i", "p", false},
	{3734, 3735, "regconfig", 4, "N", "b", "regconfig", "i", "p", true},
	{3769, 3770, "regdictionary", 4, "N", "b", "regdictionary", "i", "p", true},
	{3802, 3807, "jsonb", -1, "U", "b", "jsonb_", "i", "x", false},
	{3904, 3905, "int4range", -1, "R", "r", "range_", "i", "x", false},
	{3906, 3907, "numrange", -1, "R", "r", "range_", "i", "x", false},
	{3908, 3909, "tsrange", -1, "R", "r", "range_", "d", "x", false},
	{3910, 3911, "tstzrange", -1, "R", "r", "range_", "d", "x", false},
	{3912, 3913, "daterange", -1, "R", "r", "range_", "i", "x", false},
	{3926, 3927, "int8range", -1, "R", "r", "range_", "d", "x", false},
	{4072, 4073, "jsonpath", -1, "U", "b", "jsonpath_", "i", "x", false},
	{4089, 4090, "regnamespace", 4, "N", "b", "regnamespace", "i", "p", true},
	{4096, 4097, "regrole", 4, "N", "b", "regrole", "i", "p", true},
	{4191, 4192, "regcollation", 4, "N", "b", "regcollation", "i", "p", true},
	{5069, 271, "xid8", 8, "U", "b", "xid8", "d", "p", true},
	{5077, 0, "anycompatible", 4, "P", "p", "anycompatible_", "i", "p", true},
	{5078, 0, "anycompatiblearray", -1, "P", "p", "anycompatiblearray_", "d", "x", false},
	{5079, 0, "anycompatiblenonarray", 4, "P", "p", "anycompatiblenonarray_", "i", "p", true},
}

// sqlNames are the names that format_type gives to types whose own are others.
var sqlNames = map[string]string{
	"any": `"any"`, "bool": "boolean", "char": `"char"`, "int8": "bigint", "int2": "smallint", "int4": "integer", "float4": "real", "float8": "double precision",
	"bpchar": "character", "varchar": "character varying", "time": "time without time zone", "timestamp": "timestamp without time zone",
	"timestamptz": "timestamp with time zone", "timetz": "time with time zone", "varbit": "bit varying",
}

// ranges are pg_range's rows: the range type and its element's.
var ranges = [][2]int{{3904, 23}, {3906, 1700}, {3908, 1114}, {3910, 1184}, {3912, 1082}, {3926, 20}}

// preferred are the types that are preferred in their category.
var preferred = map[string]bool{"bool": true, "text": true, "float8": true, "oid": true, "timestamptz": true, "interval": true, "inet": true, "varbit": true}

// typesSQL makes pg_type and pg_range as tables.
func typesSQL() string {
	var rows, names []string
	add := func(t pgType, oid, array, elem int, name, category, subscript, io, align, store string, size int) {
		sqlName := name
		if elem > 0 && t.array == oid {
			sqlName = t.name
		}
		if n, ok := sqlNames[sqlName]; ok {
			sqlName = n
		}
		if elem > 0 && t.array == oid {
			sqlName += "[]"
		}
		collation := 0
		if t.category == "S" {
			collation = 100
			if t.name == "name" {
				collation = 950
			}
		}
		function := func(suffix string) string { return cmp.Or(functionOIDs[io+suffix], "0") }
		rows = append(rows, fmt.Sprintf("(%d,'%s',11,10,%d,%t,'%s','%s',%t,true,',',0,'%s',%d,%d,%s,%s,%s,%s,0,0,0,'%s','%s',false,0,-1,0,%d,NULL,NULL,NULL)",
			oid, name, size, t.byValue && elem == 0, t.typ, category, preferred[name] && elem == 0, subscript, elem, array, function("in"), function("out"), function("recv"), function("send"), align, store, collation))
		names = append(names, fmt.Sprintf("(%d,'%s')", oid, strings.ReplaceAll(sqlName, "'", "''")))
	}
	for _, t := range pgTypes {
		elem, subscript := 0, "-"
		switch t.name {
		case "int2vector":
			elem, subscript = 21, "array_subscript_handler"
		case "oidvector":
			elem, subscript = 26, "array_subscript_handler"
		case "name":
			elem, subscript = 18, "raw_array_subscript_handler"
		}
		add(t, t.oid, t.array, elem, t.name, t.category, subscript, t.io, t.align, t.store, t.size)
		if t.array > 0 {
			a := t
			if a.typ = "b"; t.typ == "p" {
				a.typ = "p"
			}
			align := "i"
			if t.align == "d" {
				align = "d"
			}
			category := "A"
			if t.typ == "p" {
				category = "P"
			}
			add(a, t.array, 0, t.oid, "_"+t.name, category, "array_subscript_handler", "array_", align, "x", -1)
		}
	}
	out := `CREATE TABLE {db}.pgcat.pg_type (oid tavana_oid, typname tavana_name, typnamespace tavana_oid, typowner tavana_oid, typlen SMALLINT, typbyval BOOLEAN,
	typtype tavana_char, typcategory tavana_char, typispreferred BOOLEAN, typisdefined BOOLEAN, typdelim tavana_char, typrelid tavana_oid, typsubscript VARCHAR,
	typelem tavana_oid, typarray tavana_oid, typinput tavana_oid, typoutput tavana_oid, typreceive tavana_oid, typsend tavana_oid, typmodin tavana_oid, typmodout tavana_oid,
	typanalyze tavana_oid, typalign tavana_char, typstorage tavana_char, typnotnull BOOLEAN, typbasetype tavana_oid, typtypmod INTEGER, typndims INTEGER,
	typcollation tavana_oid, typdefaultbin VARCHAR, typdefault VARCHAR, typacl VARCHAR[]);
INSERT INTO {db}.pgcat.pg_type VALUES
` + strings.Join(rows, ",\n") + `;
CREATE TABLE {db}.pgcat.tavana_type_names (oid BIGINT, name VARCHAR);
INSERT INTO {db}.pgcat.tavana_type_names VALUES ` + strings.Join(names, ",") + `;
`
	var r []string
	for _, p := range ranges {
		r = append(r, fmt.Sprintf("(%d,%d,0,0,0,'-','-')", p[0], p[1]))
	}
	return out + `CREATE TABLE {db}.pgcat.pg_range (rngtypid tavana_oid, rngsubtype tavana_oid, rngmultitypid BIGINT, rngcollation BIGINT, rngsubopc BIGINT,
	rngcanonical VARCHAR, rngsubdiff VARCHAR);
INSERT INTO {db}.pgcat.pg_range VALUES ` + strings.Join(r, ", ") + ";\n"
}

// typeMacros makes the functions that tell a DuckDB type's OID and type modifier.
func typeMacros() string {
	var base, arrays, vectors strings.Builder
	for _, d := range pgenc.DuckTypes() {
		if strings.HasSuffix(d.Name, "[]") {
			fmt.Fprintf(&vectors, "WHEN t = '%s' THEN %d ", d.Name, d.OID)
			continue
		}
		fmt.Fprintf(&base, "'%s': %d, ", d.Name, d.OID)
	}
	for _, a := range pgenc.ArrayTypes() {
		fmt.Fprintf(&arrays, "%d: %d, ", a.Element, a.Array)
	}
	return `CREATE MACRO {db}.pgcat.tavana_base_oid(t) AS CASE WHEN t LIKE 'DECIMAL%' THEN 1700 ELSE coalesce(MAP {` + base.String() + `'TIMESTAMP WITH TIME ZONE': 1184, 'TIME WITH TIME ZONE': 1266}[t], 25) END;
CREATE MACRO {db}.pgcat.tavana_type_oid(t) AS CASE ` + vectors.String() + `WHEN t LIKE '%]' THEN coalesce(MAP {` + strings.TrimSuffix(arrays.String(), ", ") + `}[{db}.pgcat.tavana_base_oid(regexp_replace(t, '(\[\d*\])+$', ''))], 1009) ELSE {db}.pgcat.tavana_base_oid(t) END;
CREATE MACRO {db}.pgcat.tavana_typmod(t) AS CASE WHEN regexp_matches(t, '^DECIMAL\(\d+,\d+\)') AND NOT t LIKE 'DECIMAL(` + strconv.Itoa(pgenc.SumPrecision) + `,0)%' THEN regexp_extract(t, '(\d+),', 1)::INTEGER * 65536 + regexp_extract(t, ',(\d+)', 1)::INTEGER + 4 ELSE -1 END::INTEGER;
`
}
