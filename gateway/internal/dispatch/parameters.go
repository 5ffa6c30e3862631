package dispatch

import (
	"github.com/angelerator/tavana/gateway/internal/pgenc"
	"github.com/angelerator/tavana/gateway/internal/sqltext"
)

// parameterTypes gives every parameter a type: the declared one, else what DuckDB inferred, else what stands beside it,
// else text, as PostgreSQL does.
func parameterTypes(st *sqltext.Statement, declared []pgenc.OID, inferred []string) []pgenc.OID {
	out := make([]pgenc.OID, len(declared))
	var beside map[int]pgenc.OID
	arrays := castToArrays(st)
	for i := range out {
		switch {
		case arrays[i+1] != pgenc.OIDUnspecified && isTextual(declared[i]):
			out[i] = arrays[i+1]
		case declared[i] != pgenc.OIDUnspecified && declared[i] != pgenc.OIDUnknown:
			out[i] = declared[i]
		case i < len(inferred) && inferred[i] != "":
			out[i] = pgenc.OIDOf(inferred[i])
		default:
			if beside == nil {
				beside = byContext(st)
			}
			if out[i] = beside[i+1]; out[i] == pgenc.OIDUnspecified {
				out[i] = pgenc.OIDText
			}
		}
	}
	return out
}

// isTextual tells whether a declared type is text, or none.
func isTextual(oid pgenc.OID) bool {
	return oid == pgenc.OIDUnspecified || oid == pgenc.OIDUnknown || oid == pgenc.OIDText || oid == pgenc.OIDVarchar
}

// castToArrays returns the array types that parameters are cast to. Text is read as an array where PostgreSQL would: DuckDB
// writes its lists otherwise.
func castToArrays(st *sqltext.Statement) map[int]pgenc.OID {
	var out map[int]pgenc.OID
	for i, t := range st.Tokens {
		if t.Kind != sqltext.Param || !st.Is(i+3, "[") || !st.Is(i+4, "]") || !st.Is(i+1, "::") && !(st.Is(i+1, "AS") && st.Is(i-1, "(")) {
			continue
		}
		if oid, ok := pgenc.TypeNamed(st.Raw(i+2) + "[]"); ok {
			if out == nil {
				out = map[int]pgenc.OID{}
			}
			out[st.ParamNumber(i)] = oid
		}
	}
	return out
}

// byContext returns the types of the parameters that an arithmetic or comparison operator joins with a number.
func byContext(st *sqltext.Statement) map[int]pgenc.OID {
	out := map[int]pgenc.OID{}
	for i, t := range st.Tokens {
		if t.Kind != sqltext.Param {
			continue
		}
		if st.Is(i-1, "(") && st.Is(i+1, ")") && st.IsAny(i-2, "ANY", "ALL", "SOME") {
			out[st.ParamNumber(i)], _ = pgenc.TypeNamed("text[]")
		}
		for _, j := range [2]int{i - 2, i + 2} {
			if j >= 0 && j < len(st.Tokens) && st.Tokens[j].Kind == sqltext.Number && isOperator(st, (i+j)/2) {
				out[st.ParamNumber(i)] = pgenc.NumberOID(st.Raw(j))
			}
		}
	}
	return out
}

func isOperator(st *sqltext.Statement, i int) bool {
	return st.IsAny(i, "+", "-", "*", "/", "%", "=", "<", ">", "<=", ">=", "<>", "!=")
}
